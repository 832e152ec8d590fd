"""Cameras, on machines that have none: a stand-in for the driver."""

from __future__ import annotations

import numpy as np
import pytest

from faceviewer.io.cv import cv2
from faceviewer.jobs import cameras
from faceviewer.jobs.cameras import NO_CAMERA, CameraInfo, WebcamSource, list_cameras
from faceviewer.types import FaceviewerError


class FakeCapture:
    """A driver with one camera, at index 1, that loses its first picture and breaks after the fifth."""

    opened = 0

    def __init__(self, index: int, backend: int) -> None:
        self._works = index == 1
        self._reads = 0
        FakeCapture.opened += self._works

    def isOpened(self) -> bool:
        return self._works

    def get(self, _: int) -> float:
        return {cv2.CAP_PROP_FRAME_WIDTH: 64.0, cv2.CAP_PROP_FRAME_HEIGHT: 48.0}[_]

    def set(self, *_: float) -> bool:
        return True

    def read(self) -> tuple[bool, np.ndarray | None]:
        self._reads += 1
        if self._reads == 1 or self._reads > 5:
            return False, None
        picture = np.zeros((48, 64, 3), np.uint8)
        picture[:, :32, 2] = 250  # red, on the left
        return True, picture

    def release(self) -> None:
        FakeCapture.opened -= self._works
        self._works = False


@pytest.fixture
def one_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras, "_may_exist", lambda index: True)
    monkeypatch.setattr(cameras, "_title", lambda index: f"Camera {index + 1}")
    monkeypatch.setattr(cv2, "VideoCapture", FakeCapture)
    FakeCapture.opened = 0


def test_no_camera_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(cameras, "_may_exist", lambda index: False)
    assert list_cameras() == ()
    with pytest.raises(FaceviewerError) as raised:
        WebcamSource(0).open()
    assert str(raised.value) == NO_CAMERA
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("one_camera")
def test_a_camera_that_does_not_open(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FaceviewerError, match=r"^camera 0 cannot be opened; another program may be using it"):
        WebcamSource(0).open()
    assert capfd.readouterr() == ("", "")


def test_looking_for_cameras_that_are_not_there_prints_nothing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cameras, "_may_exist", lambda index: True)
    monkeypatch.setattr(cameras, "PROBED", 2)
    before = cv2.utils.logging.getLogLevel()
    list_cameras()
    assert cv2.utils.logging.getLogLevel() == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("one_camera")
def test_the_list_closes_what_it_opened() -> None:
    assert list_cameras() == (CameraInfo(1, "Camera 2", (64, 48)),)
    assert FakeCapture.opened == 0


@pytest.mark.usefixtures("one_camera")
def test_frames_are_sRGB_unmirrored_and_survive_one_loss() -> None:
    source = WebcamSource(1)
    assert source.live and source.duration_s is None
    source.open()
    frames = [source.read() for _ in range(4)]
    assert all(frame is not None for frame in frames)
    first = frames[0]
    assert first is not None and first.rgb[0, 0].tolist() == [250, 0, 0] and first.rgb[0, -1].tolist() == [0, 0, 0]
    assert not first.rgb.flags.writeable
    assert [frame.index for frame in frames if frame is not None] == [0, 1, 2, 3]
    times = [frame.time_s for frame in frames if frame is not None]
    assert times == sorted(times) and times[0] >= 0
    with pytest.raises(FaceviewerError, match="camera 1 does not deliver"):
        source.read()
    source.close()
    source.close()
    assert FakeCapture.opened == 0
