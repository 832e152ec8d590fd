from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from face_pictures import WALL, Portrait, blobs, mirrored, placed, rotated, sample_rgb

from faceviewer.detection import FaceDetector
from faceviewer.io.cv import cv2


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector()


@pytest.fixture(scope="module")
def portrait(detector: FaceDetector) -> Portrait:
    rgb = sample_rgb()
    (face,) = detector.detect(rgb)
    return Portrait(rgb, face.landmarks["478"].xy_px.astype(np.float64))


def test_what_a_face_is(detector: FaceDetector, portrait: Portrait) -> None:
    (face,) = detector.detect(portrait.rgb)
    points = face.landmarks["478"]
    assert points.name == "478" and points.xy_px.shape == (478, 2) and points.xy_px.dtype == np.float32
    np.testing.assert_array_equal(face.box_xyxy, [*points.xy_px.min(0), *points.xy_px.max(0)])
    assert points.visible.dtype == bool and 420 < points.visible.sum() < 478
    assert points.z_px is not None and points.z_px[1] < points.z_px[234] - 10  # the nose is nearer than the ear
    assert face.blendshapes is not None and face.blendshapes.shape == (52,)
    assert face.blendshapes.min() >= 0 and face.blendshapes.max() <= 1
    assert 0.99 < face.score <= 1


def test_the_same_photo_gives_the_same_faces(detector: FaceDetector, portrait: Portrait) -> None:
    detector.detect(blobs(200, 300))
    (face,) = detector.detect(portrait.rgb)
    np.testing.assert_array_equal(face.landmarks["478"].xy_px, portrait.xy_px.astype(np.float32))


def test_a_detector_for_each_thread(portrait: Portrait) -> None:
    def detect(_: int) -> np.ndarray:
        return FaceDetector().detect(portrait.rgb)[0].landmarks["478"].xy_px

    with ThreadPoolExecutor(2) as pool:
        for xy_px in pool.map(detect, range(4)):
            np.testing.assert_array_equal(xy_px, portrait.xy_px.astype(np.float32))


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_quarter_turns(detector: FaceDetector, portrait: Portrait, degrees: int) -> None:
    turned = rotated(portrait, degrees)
    (face,) = detector.detect(turned.rgb)
    assert turned.error(face) < 0.015


@pytest.mark.parametrize("degrees", [-135, -60, -30, 30, 60, 135])
def test_tilted_heads(detector: FaceDetector, portrait: Portrait, degrees: int) -> None:
    tilted = rotated(portrait, degrees)
    (face,) = detector.detect(tilted.rgb)
    assert tilted.error(face) < 0.03


def test_a_mirrored_photo_gives_mirrored_points_without_shift(detector: FaceDetector, portrait: Portrait) -> None:
    glass = mirrored(portrait)
    (face,) = detector.detect(glass.rgb)
    assert glass.error(face) < 0.012
    shift = (face.landmarks["478"].xy_px - glass.xy_px).mean(0)
    assert np.abs(shift[0]) < 0.3  # half a pixel off would show here twice
    left, right = (face.blendshapes[i] for i in (9, 10))  # type: ignore[index]
    assert abs(left - right) < 0.2


@pytest.mark.parametrize("scale", [0.6, 1.7, 3.0])
def test_points_stay_in_place_at_every_size(detector: FaceDetector, portrait: Portrait, scale: float) -> None:
    side = round(512 * scale)
    resized = placed(portrait, share=1, side=side, at=(0, 0))
    (face,) = detector.detect(resized.rgb)
    assert resized.error(face) < 0.015
    shift = (face.landmarks["478"].xy_px - resized.xy_px).mean(0) / scale
    assert np.abs(shift).max() < 0.6


@pytest.mark.parametrize("share", [0.5, 0.3, 0.2, 0.15, 0.1])
def test_small_faces(detector: FaceDetector, portrait: Portrait, share: float) -> None:
    """The portrait's face is 17 % of its side: the last of these is 1.7 % of the picture's."""
    small = placed(portrait, share=share, side=1600, at=(0.83, 0.31))
    (face,) = detector.detect(small.rgb)
    assert small.error(face) < (0.05 if share == 0.1 else 0.03)


@pytest.mark.parametrize("share", [0.15, 0.1, 0.07, 0.05])
def test_small_close_portraits(detector: FaceDetector, portrait: Portrait, share: float) -> None:
    """Cut to head and shoulders, as in the sample photos, at a twentieth of the side."""
    left, top, right, bottom = 110, 20, 350, 260
    close = Portrait(portrait.rgb[top:bottom, left:right], portrait.xy_px - [left, top])
    small = placed(close, share=share, side=2000, at=(0.12, 0.77))
    (face,) = detector.detect(small.rgb)
    assert small.error(face) < 0.03


def test_quick_search_leaves_small_faces(detector: FaceDetector, portrait: Portrait) -> None:
    small = placed(portrait, share=0.2, side=1600, at=(0.5, 0.5))
    assert detector.detect(small.rgb, search="quick") == []


@pytest.mark.parametrize("case", ["grey", "dark", "noisy", "soft"])
def test_poor_pictures(detector: FaceDetector, portrait: Portrait, case: str) -> None:
    rgb = portrait.rgb
    noise = np.random.default_rng(0).normal(0, 20, rgb.shape)
    poor = {
        "grey": lambda: np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., None], 3, 2),
        "dark": lambda: rgb // 5,
        "noisy": lambda: np.clip(rgb + noise, 0, 255).astype(np.uint8),
        "soft": lambda: cv2.GaussianBlur(rgb, (0, 0), 3),
    }[case]()
    (face,) = detector.detect(poor)
    assert portrait.error(face) < 0.035


def _collage(portrait: Portrait, places: list[tuple[float, int, int]]) -> tuple[np.ndarray, list[Portrait]]:
    """(picture, portraits in it) of portraits of the given side, left and top."""
    wall = np.full((900, 1400, 3), WALL, np.uint8)
    parts = []
    for side, left, top in places:
        part = placed(portrait, share=1, side=int(side), at=(0, 0))
        wall[top : top + int(side), left : left + int(side)] = part.rgb
        parts.append(Portrait(wall, part.xy_px + np.array([left, top])))
    return wall, parts


def test_several_faces_come_largest_first(detector: FaceDetector, portrait: Portrait) -> None:
    places = [(300.0, 0, 0), (600.0, 780, 280), (400.0, 340, 480), (220.0, 500, 30)]
    picture, parts = _collage(portrait, places)
    faces = detector.detect(picture)
    assert len(faces) == 4
    for face, part in zip(faces, [parts[1], parts[2], parts[0], parts[3]], strict=True):
        assert part.error(face) < 0.02


def test_a_crowd_is_counted_once_each(detector: FaceDetector, portrait: Portrait) -> None:
    places = [(220.0, x, y) for y in (10, 240, 470, 670) for x in range(10, 1200, 230)]
    picture, parts = _collage(portrait, places)
    faces = detector.detect(picture)
    assert len(faces) == len(parts)
    assert all(min(part.error(face) for face in faces) < 0.03 for part in parts)


def test_a_face_at_the_picture_s_border(detector: FaceDetector, portrait: Portrait) -> None:
    cut = Portrait(portrait.rgb[85:, 200:], portrait.xy_px - [200, 85])  # half the forehead and a cheek are outside
    (face,) = detector.detect(cut.rgb)
    assert cut.error(face) < 0.06
    assert face.box_xyxy[:2].max() < 0  # the hidden points lie outside, not on the border


FACE_FREE = {
    "black": lambda: np.zeros((480, 640, 3), np.uint8),
    "noise": lambda: np.random.default_rng(1).integers(0, 256, (480, 640, 3), dtype=np.uint8),
    "blobs": lambda: blobs(480, 640, sigma=6),
    "large blobs": lambda: blobs(480, 640, sigma=25, seed=3),
    "checks": lambda: (
        np.kron(np.indices((12, 16)).sum(0) % 2, np.ones((40, 40)))[..., None].repeat(3, 2).astype(np.uint8) * 255
    ),
    "rings": lambda: (
        (127 + 127 * np.sin(np.hypot(*np.mgrid[-240:240, -320:320]) / 9))[..., None].repeat(3, 2).astype(np.uint8)
    ),
    "discs": lambda: _discs(),
}


def _discs() -> np.ndarray:
    """Discs with two dark spots and a bar: what a careless detector takes for faces."""
    picture = np.full((480, 640, 3), 90, np.uint8)
    for x, y, r in [(120, 120, 70), (420, 150, 110), (200, 350, 90), (520, 380, 60)]:
        cv2.circle(picture, (x, y), r, (205, 170, 150), -1, cv2.LINE_AA)
        cv2.line(picture, (x - r // 2, y + r // 2), (x + r // 2, y + r // 2), (90, 40, 40), max(r // 10, 1))
    return picture


@pytest.mark.parametrize("name", FACE_FREE)
def test_nothing_is_found_where_there_is_no_face(detector: FaceDetector, name: str) -> None:
    assert detector.detect(FACE_FREE[name]()) == []


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 500, 3), (700, 2, 3), (3, 20_000, 3)])
def test_odd_sizes_hold_no_faces(detector: FaceDetector, shape: tuple[int, int, int]) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert detector.detect(rgb) == []


@pytest.mark.parametrize(
    "array",
    [np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))],
)
def test_other_arrays_are_refused(detector: FaceDetector, array: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8"):
        detector.detect(array)


def test_read_only_and_strided_pictures(detector: FaceDetector, portrait: Portrait) -> None:
    view = np.repeat(portrait.rgb, 2, axis=1)[:, ::2]
    view.setflags(write=False)
    (face,) = detector.detect(view)
    np.testing.assert_array_equal(face.landmarks["478"].xy_px, portrait.xy_px.astype(np.float32))
