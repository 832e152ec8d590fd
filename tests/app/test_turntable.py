"""A turntable goes around the head in even steps, closes without a jump, and leaves whole files or none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_mesh
from PIL import Image

from faceviewer.app.state import ViewCamera
from faceviewer.app.turntable import TurntablePlan, TurntableRun, azimuths_deg, cameras
from faceviewer.io.cv import cv2
from faceviewer.io.frame_files import gif_durations_ms
from faceviewer.types import FaceviewerError

SIZE = (64, 48)


@pytest.fixture
def plan(tmp_path):
    return TurntablePlan(tmp_path / "out", "anna", "png", SIZE, seconds=0.5, frames_per_second=20)


def draw(camera: ViewCamera, size: tuple[int, int], transparent: bool) -> np.ndarray:
    """A square whose place tells where the camera is; clear around it when ``transparent``."""
    width, height = size
    column = int((camera.position_mm[0] / 1500 + 0.5) * (width - 8))
    picture = np.full((height, width, 4 if transparent else 3), 40, np.uint8)
    if transparent:
        picture[..., 3] = 0
    row = 20 if camera.position_mm[2] > 0 else 12
    picture[row : row + 8, column : column + 8] = (250, 120, 60, 255)[: picture.shape[2]]
    return picture


def run(plan: TurntablePlan) -> tuple:
    made = TurntableRun(plan, cameras(plan, ViewCamera(), make_mesh().vertices), draw)
    while not made.step():
        pass
    return made.finish()


@pytest.mark.parametrize("motion", ["turn", "swing"])
def test_the_last_frame_is_one_step_from_the_first(plan, motion):
    angles = azimuths_deg(replace(plan, motion=motion, seconds=2))
    steps = np.diff(np.append(angles, angles[0] + (360 if motion == "turn" else 0)))
    np.testing.assert_allclose(np.abs(steps), np.abs(steps[0]), rtol=1e-9)
    assert len(angles) == 40 and angles[0] == 0


@pytest.mark.parametrize("motion", ["turn", "swing"])
def test_eased_motion_is_slow_at_the_ends(plan, motion):
    angles = azimuths_deg(replace(plan, motion=motion, ease="in-out", seconds=4))
    steps = np.abs(np.diff(angles))
    quarter = len(angles) // 4 if motion == "swing" else len(angles) // 2
    slow, quick = (steps[quarter - 1], steps[0]) if motion == "swing" else (steps[0], steps[quarter])
    assert slow < 0.2 * quick
    assert angles.max() <= (360 if motion == "turn" else plan.swing_deg) + 1e-9


def test_cameras_keep_distance_height_and_target(plan):
    vertices = make_mesh().vertices
    start = ViewCamera(position_mm=(30.0, 15.0, 650.0), focal_mm=(5.0, -20.0, -40.0))
    middle = (vertices.min(0) + vertices.max(0)) / 2
    made = cameras(plan, start, vertices)
    positions, targets = (np.array([getattr(c, name) for c in made]) for name in ("position_mm", "focal_mm"))
    np.testing.assert_allclose(positions[0], start.position_mm)
    for points in (positions, targets):
        assert np.ptp(points[:, 1]) == 0
        assert np.ptp(np.hypot(*(points - middle)[:, [0, 2]].T)) < 1e-9
    np.testing.assert_allclose(
        np.linalg.norm(positions - targets, axis=1), np.linalg.norm(positions[0] - targets[0]), rtol=1e-9
    )
    assert positions[1, 0] > positions[0, 0], "towards the subject's left"


def test_png_frames(plan):
    paths = run(plan)
    assert [path.name for path in paths] == [f"anna_{number:04d}.png" for number in range(1, 11)]
    expected = draw(cameras(plan, ViewCamera(), make_mesh().vertices)[3], SIZE, False)
    np.testing.assert_array_equal(np.asarray(Image.open(paths[3])), expected)


def test_transparent_png_frames(plan):
    picture = np.asarray(Image.open(run(replace(plan, transparent=True))[0]))
    assert picture.shape == (48, 64, 4) and set(np.unique(picture[..., 3])) == {0, 255}


@pytest.mark.parametrize("transparent", [False, True])
def test_gif(plan, transparent):
    (path,) = run(replace(plan, kind="gif", transparent=transparent))
    with Image.open(path) as gif:
        assert gif.n_frames == plan.frame_count and gif.info["loop"] == 0
        total = 0
        for number in range(gif.n_frames):
            gif.seek(number)
            total += gif.info["duration"]
            frame = np.asarray(gif.convert("RGBA"))
            assert (frame[0, 0, 3] == 0) == transparent
            assert np.abs(frame[frame[..., 0] > 200][:, :3].astype(int) - (250, 120, 60)).max() < 12
        assert total == 1000 * plan.seconds


def test_mp4(plan):
    (path,) = run(replace(plan, kind="mp4", transparent=True))
    video = cv2.VideoCapture(str(path))
    frames = []
    while (read := video.read())[0]:
        frames.append(read[1])
    assert len(frames) == plan.frame_count and frames[0].shape == (48, 64, 3)
    assert video.get(cv2.CAP_PROP_FPS) == pytest.approx(plan.frames_per_second)
    columns = [int((frame[..., 2] > 150).any(0).argmax()) for frame in frames]
    assert columns[2] > columns[0] > columns[8]


def test_a_missing_codec_is_named(plan, monkeypatch):
    monkeypatch.setattr("faceviewer.io.frame_files._CODEC", "????")
    with pytest.raises(FaceviewerError, match=r"codec .* is missing"):
        run(replace(plan, kind="mp4"))
    assert list(plan.folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["png", "gif", "mp4"])
def test_cancelling_leaves_nothing(plan, kind):
    made = TurntableRun(replace(plan, kind=kind), cameras(plan, ViewCamera(), make_mesh().vertices), draw)
    made.step()
    assert 0 < made.fraction < 1
    made.abort()
    assert list(plan.folder.iterdir()) == [] and made.finish() == ()


def test_an_error_while_drawing_leaves_nothing(plan):
    def fail(*_: object) -> np.ndarray:
        raise RuntimeError("no picture")

    made = TurntableRun(plan, cameras(plan, ViewCamera(), make_mesh().vertices), fail)
    with pytest.raises(RuntimeError):
        made.step()
    assert list(plan.folder.iterdir()) == []


@pytest.mark.parametrize("frames_per_second", [12, 24, 30, 60])
def test_gif_time_does_not_drift(frames_per_second):
    durations = gif_durations_ms(frames_per_second * 3, frames_per_second)
    assert sum(durations) == 3000 and set(np.mod(durations, 10)) == {0}
