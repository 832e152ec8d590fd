"""Cameras. OpenCV is imported when one is looked for or opened, not before; its own remarks are kept quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from faceviewer.jobs.frames import Frame
from faceviewer.types import FaceviewerError

if TYPE_CHECKING:
    from faceviewer.io.cv import cv2

NO_CAMERA = "No camera was found."
PROBED = 4
"""How many indices are tried: each try may light a camera's lamp."""

_READ_ATTEMPTS = 2  # drivers now and then lose one frame
_SYSFS = Path("/sys/class/video4linux")


@dataclass(frozen=True)
class CameraInfo:
    """A camera that can be opened."""

    index: int
    title: str
    """As the system calls it, or "Camera 1"."""
    size: tuple[int, int]
    """(width, height) that it delivers when nothing else is asked for, pixels."""


def list_cameras() -> tuple[CameraInfo, ...]:
    """The cameras that can be opened now, perhaps none (``NO_CAMERA``).

    Opens one after the other, which takes up to seconds and fails for those in use: call it when the user asks, not
    in the thread of the window, and not while a camera runs.
    """
    from faceviewer.io.cv import cv2

    found = []
    with _quiet():
        for index in filter(_may_exist, range(PROBED)):
            capture = _open(index)
            if capture is not None:
                size = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
                found.append(CameraInfo(index, _title(index), size))
                capture.release()
    return tuple(found)


class WebcamSource:
    """The frames of a camera as they come, unmirrored."""

    live = True
    duration_s: float | None = None

    def __init__(self, index: int = 0, size: tuple[int, int] | None = (1280, 720)) -> None:
        """``size`` (width, height) is a wish; the camera delivers the nearest it can."""
        self._index = index
        self._size = size
        self._capture: cv2.VideoCapture | None = None
        self._count = 0
        self._began_s = 0.0

    @property
    def name(self) -> str:
        return f"camera {self._index}"

    def open(self) -> None:
        """Start the camera. Raises FaceviewerError when there is none, or when it is in use."""
        from faceviewer.io.cv import cv2

        self.close()
        if not any(map(_may_exist, range(PROBED))):
            raise FaceviewerError(NO_CAMERA)
        with _quiet():
            capture = _open(self._index)
        if capture is None:
            raise FaceviewerError(f"{self.name} cannot be opened; another program may be using it, or it is gone.")
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if self._size is not None:
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._size[0])
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._size[1])
        self._capture, self._count, self._began_s = capture, 0, time.monotonic()

    def read(self) -> Frame | None:
        """Wait for the next frame. Raises FaceviewerError when the camera stops delivering."""
        from faceviewer.io.cv import cv2

        for _ in range(_READ_ATTEMPTS):
            done, bgr = self._capture.read() if self._capture is not None else (False, None)
            if done and bgr is not None:
                rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
                rgb.setflags(write=False)
                frame = Frame(rgb, self._count, time.monotonic() - self._began_s)
                self._count += 1
                return frame
        raise FaceviewerError(f"{self.name} does not deliver pictures any more; it may have been unplugged.")

    def seek(self, time_s: float, given_up: Callable[[], bool] = lambda: False) -> None:
        """Nothing: a camera shows what is."""

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
        self._capture = None


def _open(index: int) -> cv2.VideoCapture | None:
    """The opened camera, or None. Windows: DirectShow opens at once where the default takes seconds."""
    from faceviewer.io.cv import cv2

    for backend in (cv2.CAP_DSHOW, cv2.CAP_ANY) if sys.platform == "win32" else (cv2.CAP_ANY,):
        capture = cv2.VideoCapture(index, backend)
        if capture.isOpened():
            return capture
        capture.release()
    return None


def _may_exist(index: int) -> bool:
    """False only where the system says that there is no such camera."""
    return sys.platform != "linux" or Path(f"/dev/video{index}").exists()


def _title(index: int) -> str:
    try:
        return (_SYSFS / f"video{index}" / "name").read_text("utf-8", "replace").strip() or f"Camera {index + 1}"
    except OSError:
        return f"Camera {index + 1}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Without OpenCV's lines on the terminal about cameras that are not there."""
    from faceviewer.io.cv import cv2

    before = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(before)
