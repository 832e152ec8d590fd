from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from face_pictures import WALL, Portrait, moved, placed, sample_rgb

from faceviewer.detection import FaceDetector, FaceTracker
from faceviewer.detection.networks import Networks


@pytest.fixture(scope="module")
def portrait() -> Portrait:
    rgb = sample_rgb()
    (face,) = FaceDetector().detect(rgb)
    return Portrait(rgb, face.landmarks["478"].xy_px.astype(np.float64))


def _wall() -> np.ndarray:
    return np.full((480, 640, 3), WALL, np.uint8)


def _video(portrait: Portrait, frames: int = 40) -> Iterator[Portrait]:
    """A head that swings, nears and moves about a 640 x 480 frame."""
    for t in np.arange(frames) / frames * 2 * np.pi:
        angle, scale = 0.6 * np.sin(t), 1.3 + 0.5 * np.sin(2 * t)
        c, s = np.cos(angle) * scale, np.sin(angle) * scale
        matrix = np.array([[c, -s, 0.0], [s, c, 0.0]])
        matrix[:, 2] = [320 + 90 * np.sin(t), 230 + 40 * np.cos(t)] - matrix[:, :2] @ portrait.xy_px.mean(0)
        yield moved(portrait, matrix, (640, 480))


def test_a_moving_face_is_followed_without_detecting_again(portrait: Portrait, monkeypatch: pytest.MonkeyPatch) -> None:
    tracker = FaceTracker(detect_every=1000)
    frames = list(_video(portrait))
    (face,) = tracker.update(frames[0].rgb)
    monkeypatch.setattr(Networks, "detect", lambda *_: pytest.fail("the detector ran"))
    for frame in frames[1:]:
        (face,) = tracker.update(frame.rgb)
        assert frame.error(face) < 0.02
        assert face.blendshapes is not None


def _pair(portrait: Portrait) -> tuple[Portrait, Portrait, np.ndarray]:
    """(large left face, smaller right face, frame that shows both)."""
    close = Portrait(portrait.rgb[20:260, 110:350], portrait.xy_px - [110, 20])
    frame = np.full((480, 900, 3), WALL, np.uint8)
    left, right = (placed(close, share=1, side=side, at=(0, 0)) for side in (480, 380))
    frame[:, :480], frame[60:440, 510:890] = left.rgb, right.rgb
    return left, Portrait(right.rgb, right.xy_px + np.array([510, 60])), frame


def test_several_faces_keep_their_order(portrait: Portrait) -> None:
    left, right, frame = _pair(portrait)
    tracker = FaceTracker()
    for _ in range(3):
        faces = tracker.update(frame)
        assert len(faces) == 2
        assert {min((0, 1), key=lambda k: (left, right)[k].error(face)) for face in faces} == {0, 1}
    first = [face.box_xyxy.round() for face in tracker.update(frame)]
    second = [face.box_xyxy.round() for face in tracker.update(frame)]
    np.testing.assert_allclose(first, second, atol=2)


def test_the_number_of_faces_is_limited(portrait: Portrait) -> None:
    assert len(FaceTracker(max_faces=1).update(_pair(portrait)[2])) == 1


def test_a_lost_face_is_dropped_and_found_again_elsewhere(portrait: Portrait) -> None:
    frames = list(_video(portrait, 8))
    tracker = FaceTracker()
    assert len(tracker.update(frames[0].rgb)) == 1
    assert tracker.update(_wall()) == []
    assert tracker.update(_wall()) == []
    (face,) = tracker.update(frames[3].rgb)
    assert frames[3].error(face) < 0.02


def test_a_jump_is_noticed_in_the_same_frame(portrait: Portrait) -> None:
    left = moved(portrait, np.array([[1.0, 0, -60], [0, 1, 0]]), (640, 480))
    right = moved(portrait, np.array([[1.0, 0, 260], [0, 1, 0]]), (640, 480))
    tracker = FaceTracker()
    tracker.update(left.rgb)
    (face,) = tracker.update(right.rgb)
    assert right.error(face) < 0.02


def test_a_new_face_is_noticed_after_a_while(portrait: Portrait) -> None:
    _, _, both = _pair(portrait)
    one = both.copy()
    one[:, 490:] = WALL
    tracker = FaceTracker(detect_every=5)
    assert len(tracker.update(one)) == 1
    assert [len(tracker.update(both)) for _ in range(6)][-1] == 2


def test_a_small_face_is_found_within_some_frames(portrait: Portrait) -> None:
    small = placed(portrait, share=0.4, side=900, at=(0.9, 0.2))
    tracker = FaceTracker()
    counts = [len(tracker.update(small.rgb)) for _ in range(10)]
    assert counts[-1] == 1


def test_a_new_face_is_noticed_at_once_by_looking(portrait: Portrait) -> None:
    one = placed(portrait, share=0.45, side=640, at=(0.0, 0.5)).rgb
    both = np.where(one == WALL, placed(portrait, share=0.45, side=640, at=(1.0, 0.5)).rgb, one)
    tracker = FaceTracker(detect_every=1000)
    assert len(tracker.update(one)) == 1
    assert len(tracker.update(both)) == 1
    assert len(tracker.update(both, look=True)) == 2


def test_a_change_of_size_and_a_reset_start_anew(portrait: Portrait) -> None:
    frame = next(_video(portrait))
    tracker = FaceTracker()
    assert len(tracker.update(frame.rgb)) == 1
    assert tracker.update(np.full((90, 160, 3), 80, np.uint8)) == []
    (face,) = tracker.update(frame.rgb)
    tracker.reset()
    (again,) = tracker.update(frame.rgb)
    assert frame.error(face) < 0.02 and frame.error(again) < 0.02


def test_other_arrays_are_refused() -> None:
    with pytest.raises(ValueError, match="uint8"):
        FaceTracker().update(np.zeros((4, 4), np.uint8))
