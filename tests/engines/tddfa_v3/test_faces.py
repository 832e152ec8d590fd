"""Finding faces with networks that see what the test has painted: no weights, no photos."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from faceviewer.detection.landmarks106 import FaceSquare
from faceviewer.engines.tddfa_v3.faces import FaceFinder
from faceviewer.types import Cancelled, CancelToken

PRIORS = 10752


class SpotDetector(nn.Module):
    """Sees a face of 16 pixels in every cell of 8 pixels that is brighter than grey, the brightest first."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        self.batches.append(len(x))
        classes = torch.zeros(len(x), PRIORS, 2)
        brightness = nn.functional.avg_pool2d(x.mean(1, keepdim=True), 8).flatten(1)
        classes[:, : 2 * brightness.shape[1] : 2, 1] = torch.where(brightness > 1, 3 * brightness, -9)
        classes[:, 2 * brightness.shape[1] :, 1] = -9
        classes[:, 1 : 2 * brightness.shape[1] : 2, 1] = -9
        return torch.zeros(len(x), PRIORS, 4), classes, torch.zeros(len(x), PRIORS, 10)


class BrightnessLandmarker(nn.Module):
    """Puts half of the points in the square's first corner, the other half where the crop's brightness says."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        self.batches.append(len(x))
        far = (x.mean((1, 2, 3)) + 0.5).clamp(0, 1)[:, None]
        return torch.cat([torch.zeros(len(x), 106), far.expand(-1, 106)], 1)


@pytest.fixture
def finder() -> FaceFinder:
    return FaceFinder(SpotDetector(), BrightnessLandmarker())


def spotted(width: int, height: int, *spots: tuple[int, int, int]) -> np.ndarray:
    """A black photo with bright squares of 1/64 of its longer side: (column, row of the square, level)."""
    rgb = np.zeros((height, width, 3), np.uint8)
    side = max(width, height) // 64
    for column, row, level in spots:
        rgb[row * side : (row + 1) * side, column * side : (column + 1) * side] = level
    return rgb


def test_a_photo_without_a_face(finder: FaceFinder) -> None:
    assert finder.find([spotted(512, 384)]) == [[]]
    assert finder.find([]) == []


def test_faces_are_found_in_every_photo_by_certainty(finder: FaceFinder) -> None:
    photos = [spotted(512, 512, (5, 5, 230), (40, 9, 255)), spotted(1024, 512), spotted(512, 1024, (10, 30, 255))]
    first, second, third = finder.find(photos)
    assert [face.box_xyxy[0] for face in first] == [316, 36] and not second
    assert first[0].score > first[1].score > 0.7
    (face,) = third
    np.testing.assert_array_equal(face.box_xyxy, [152, 472, 184, 504])
    assert face.points106_xy.shape == (106, 2) and face.five_xy.shape == (5, 2)


def test_batches_give_what_single_photos_give(finder: FaceFinder) -> None:
    photos = [spotted(512, 512, (5 + k, 9, 220 + k), (30, 3 * k, 255)) for k in range(5)]
    alone = [finder.find([rgb])[0] for rgb in photos]
    finder._photos_at_once, finder._faces_at_once = 4, 3
    finder._detector.batches.clear()
    finder._landmarker.batches.clear()
    together = finder.find(photos)
    assert finder._detector.batches == [4, 1] and finder._landmarker.batches == [3, 3, 3, 1] * 2
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose([f.points106_xy for f in one], [f.points106_xy for f in other], rtol=1e-6)


def test_no_more_faces_than_asked_for_are_looked_at(finder: FaceFinder) -> None:
    (faces,) = finder.find([spotted(512, 512, (5, 5, 230), (40, 9, 255), (20, 30, 240))], at_most=1)
    assert len(faces) == 1 and sum(finder._landmarker.batches) == 2


def test_the_second_look_is_around_the_points_of_the_first(finder: FaceFinder) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    (points,) = finder.landmarks([(rgb, np.array([100, 80, 180, 200]))])
    square = FaceSquare.around_box(np.array([100, 80, 180, 200]))
    far = ((square.crop(rgb) - np.array([103.94, 116.78, 123.68])) / 255).mean() + 0.5
    box = np.array([square.left, square.top, *(np.array([square.left, square.top]) + far * square.side)])
    assert points is not None
    np.testing.assert_allclose(points[0], [FaceSquare.around_box(box).left, FaceSquare.around_box(box).top], atol=1e-2)


def test_boxes_outside_the_photo_have_no_landmarks(finder: FaceFinder) -> None:
    rgb = np.zeros((100, 100, 3), np.uint8)
    inside, outside = finder.landmarks([(rgb, np.array([10, 10, 60, 60])), (rgb, np.array([-90, 10, -50, 50]))])
    assert inside is not None and outside is None


def test_faces_of_a_large_photo_cost_what_their_pixels_cost(finder: FaceFinder) -> None:
    rgb = np.full((3072, 4096, 3), 200, np.uint8)
    boxes = [(rgb, np.array([x, y, x + 40, y + 50])) for x in range(0, 4000, 400) for y in range(0, 3000, 500)]
    finder.landmarks(boxes[:1])
    tracemalloc.start()
    points = finder.landmarks(boxes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(points) == 60 and all(xy is not None for xy in points) and peak < rgb.nbytes / 4


def test_cancelling(finder: FaceFinder) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        finder.find([spotted(64, 64)], cancel=cancel)
