"""A video file as a source of frames. OpenCV is imported when the file is opened, not before."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from faceviewer.io.input_file import PhotoError
from faceviewer.jobs.frames import Frame

if TYPE_CHECKING:
    from faceviewer.jobs.video import VideoCursor

logger = logging.getLogger(__name__)

_SAME_TIME_S = 1e-4


class VideoFileSource:
    """Frames of a file in order. Places are reached by going forward, from the start if need be: see ``jobs.video``."""

    live = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._cursor: VideoCursor | None = None
        self._at_next = False
        self._duration_s: float | None = None

    @property
    def name(self) -> str:
        return str(self._path)

    @property
    def duration_s(self) -> float | None:
        return self._duration_s

    def open(self) -> None:
        """Begin, or begin again. Raises PhotoError for what is not a video."""
        from faceviewer.jobs.video import VideoCursor

        self.close()
        self._cursor = VideoCursor(self._path)
        self._duration_s = self._cursor.duration_s()

    def read(self) -> Frame | None:
        """The next frame that can be decoded; None at the end. Raises PhotoError when there is none at all."""
        cursor = self._opened()
        while self._at_next or cursor.advance():
            self._at_next = False
            try:
                rgb = cursor.rgb()
            except PhotoError as error:
                logger.warning("%s", error)
                continue
            rgb.setflags(write=False)
            return Frame(rgb, cursor.index, cursor.seconds())
        if cursor.index < 0:
            raise PhotoError(f"{self._path}: the video holds no frame that can be read")
        return None

    def seek(self, time_s: float, given_up: Callable[[], bool] = lambda: False) -> None:
        """Make the first frame at ``time_s`` or later the next one; beyond the end there is none.

        Once ``given_up`` says yes, the frame after the one that was reached is the next.
        """
        cursor = self._opened()
        if cursor.index >= 0 and time_s <= cursor.seconds():
            self.open()
            cursor = self._opened()
        self._at_next = False
        while not given_up() and cursor.advance():
            if cursor.seconds() >= time_s - _SAME_TIME_S:
                self._at_next = True
                return

    def close(self) -> None:
        if self._cursor is not None:
            self._cursor.close()
        self._cursor = None
        self._at_next = False

    def _opened(self) -> VideoCursor:
        if self._cursor is None:
            raise PhotoError(f"{self._path}: the video was not opened")
        return self._cursor
