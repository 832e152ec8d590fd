"""Finding what the thorough search leaves: small faces, and faces in boxes drawn by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from face_pictures import Portrait, blobs, placed, rotated, sample_rgb

from faceviewer.detection import FaceDetector
from faceviewer.io.cv import cv2
from faceviewer.io.photo import load_photo
from faceviewer.io.safe_load import load_mat
from faceviewer.types import Cancelled, CancelToken


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector()


@pytest.fixture(scope="module")
def portrait(detector: FaceDetector) -> Portrait:
    rgb = sample_rgb()
    (face,) = detector.detect(rgb)
    return Portrait(rgb, face.landmarks["478"].xy_px.astype(np.float64))


def box_of(portrait: Portrait) -> np.ndarray:
    return np.concatenate([portrait.xy_px.min(0), portrait.xy_px.max(0)])


def line_drawing(rgb: np.ndarray) -> np.ndarray:
    return 255 - np.repeat(cv2.Canny(rgb, 60, 120)[..., None], 3, 2)


@pytest.mark.parametrize("share", [0.08, 0.06])
def test_small_search_finds_what_the_thorough_one_leaves(
    detector: FaceDetector, portrait: Portrait, share: float
) -> None:
    """Faces of 22 and 17 pixels."""
    small = placed(portrait, share=share, side=1600, at=(0.83, 0.31))
    assert detector.detect(small.rgb) == []
    (face,) = detector.detect(small.rgb, search="small")
    assert small.error(face) < 0.06


def test_small_search_finds_the_one_behind(detector: FaceDetector, portrait: Portrait) -> None:
    large = placed(portrait, share=1, side=1400, at=(0, 0))
    behind = placed(portrait, share=0.09, side=1400, at=(0, 0))
    side = round(0.09 * 1400)
    large.rgb[:side, :side] = behind.rgb[:side, :side]
    assert len(detector.detect(large.rgb)) == 1
    first, second = detector.detect(large.rgb, search="small")
    assert large.error(first) < 0.02 and behind.error(second) < 0.06


def test_small_search_finds_no_faces_in_textures(detector: FaceDetector) -> None:
    assert detector.detect(blobs(400, 500, sigma=4), search="small") == []


def test_a_search_can_be_cancelled(detector: FaceDetector) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        detector.detect(blobs(400, 500, sigma=4), cancel=cancel)


@pytest.mark.parametrize("degrees", [0, 135, 270])
def test_a_box_around_a_face_that_lies_any_way(detector: FaceDetector, portrait: Portrait, degrees: int) -> None:
    turned = rotated(portrait, degrees)
    face = detector.detect_in_box(turned.rgb // 14, box_of(turned))
    assert face is not None and turned.error(face) < 0.03
    assert face.blendshapes is not None and set(face.landmarks) == {"478"}


def test_a_box_around_what_the_detector_does_not_take_for_a_face(detector: FaceDetector, portrait: Portrait) -> None:
    drawing = line_drawing(portrait.rgb)
    assert detector.detect(drawing) == []
    face = detector.detect_in_box(drawing, box_of(portrait))
    assert face is not None and portrait.error(face) < 0.06


def test_a_careless_box_will_do(detector: FaceDetector, portrait: Portrait) -> None:
    width = portrait.width_px
    for shift in ([-0.3, -0.3, 0.3, 0.3], [0.2, 0.2, -0.2, -0.2], [0.3, -0.2, 0.3, 0.1]):
        face = detector.detect_in_box(portrait.rgb, box_of(portrait) + np.array(shift) * width)
        assert face is not None and portrait.error(face) < 0.03


def test_a_box_chooses_one_face_of_two(detector: FaceDetector, portrait: Portrait) -> None:
    left, right = (placed(portrait, share=0.5, side=900, at=(x, 0.5)) for x in (0.0, 1.0))
    both = np.where(np.arange(900)[None, :, None] < 450, left.rgb, right.rgb)
    for one in (left, right):
        face = detector.detect_in_box(both, box_of(one))
        assert face is not None and one.error(face) < 0.03


@pytest.mark.parametrize(
    "picture",
    [np.full((400, 400, 3), 120, np.uint8), blobs(400, 400, sigma=6), blobs(400, 400, sigma=25)],
    ids=["wall", "spots", "large spots"],
)
def test_a_box_around_nothing(detector: FaceDetector, picture: np.ndarray) -> None:
    assert detector.detect_in_box(picture, np.array([120, 100, 280, 300])) is None


def test_a_box_that_reaches_out_of_the_photo_counts_as_far_as_it_is_in_it(
    detector: FaceDetector, portrait: Portrait
) -> None:
    assert detector.detect_in_box(portrait.rgb, np.array([-50, -50, 560, 560])) is not None
    assert detector.detect_in_box(portrait.rgb, np.array([600, 20, 700, 90])) is None
    assert detector.detect_in_box(portrait.rgb, np.array([90, 90, 20, 20])) is None


def test_a_profile_in_a_box_is_not_seen_at_a_quarter_turn(detector: FaceDetector, shared: Path) -> None:
    """The landmark network was surer of a woman at the wheel lying on her side, and her head came out turned by 20°."""
    folder = shared / "data" / "aflw2000"
    rgb = load_photo(folder / "image04331.jpg").rgb
    annotated = load_mat(folder / "image04331.mat")["pt3d_68"][:2].T
    found = detector.detect_in_box(rgb, np.concatenate([annotated.min(0), annotated.max(0)]))
    assert found is not None
    by_search = Portrait(rgb, detector.detect(rgb)[0].landmarks["478"].xy_px.astype(np.float64))
    assert by_search.error(found) < 0.03
