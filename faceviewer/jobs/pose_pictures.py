"""Single frames of a source whose poses are known, for somebody who moves about in time.

Seeking lands on wrong frames in some videos (see ``jobs.video``). So after a leap the frame is recognised by its time,
which is known from the pass that found the poses; where that does not work, frames are counted from the start.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from faceviewer.io.cv import cv2
from faceviewer.io.photo import PhotoError, load_photo
from faceviewer.jobs.pose_series import PoseSeries
from faceviewer.jobs.video import VideoCursor
from faceviewer.types import CancelToken

_WALK_S = 2.0
"""So far ahead it is quicker to go on than to leap."""
_RUN_UP_S = 1.0
"""So far before the wanted frame a leap aims."""
_SAME_TIME_S = 0.001
"""After a leap, times are the same as before to the last bit, or wrong. This is for times that a file has rounded."""
_SAME_TIME = 0.25
"""Of the least time between two frames, where that is less. Of the average, a quarter can be longer than from one frame
to the next: a still of ten seconds in a call made every other frame the one before."""


class FramePictures:
    """Belongs to one thread at a time."""

    def __init__(self, series: PoseSeries) -> None:
        self._series = series
        self._cursor: _LeapingCursor | None = None
        gaps_s = np.diff(series.time_s)
        self._trusts_leaps = bool((gaps_s > 0).all())
        self._same_time_s = min(_SAME_TIME_S, _SAME_TIME * float(gaps_s.min(initial=np.inf)))

    def read(self, row: int, cancel: CancelToken) -> np.ndarray:
        """(H, W, 3) uint8 sRGB of the frame of ``row``. Raises PhotoError when it cannot be read, and Cancelled."""
        series = self._series
        if series.files:
            return load_photo(Path(series.source) / series.files[row]).rgb
        if self._trusts_leaps:
            cursor = self._stand_before(float(series.time_s[row]))
            if self._walk_to(cursor, float(series.time_s[row]), cancel):
                return cursor.rgb()
        self._trusts_leaps = False
        return self._counted(int(series.frames[row]), cancel)

    def close(self) -> None:
        if self._cursor is not None:
            self._cursor.close()
        self._cursor = None

    def _stand_before(self, time_s: float) -> _LeapingCursor:
        cursor = self._cursor
        ahead_s = time_s - cursor.seconds() if cursor is not None and cursor.index >= 0 else -1.0
        if cursor is not None and -self._same_time_s <= ahead_s <= _WALK_S:
            return cursor
        self.close()
        self._cursor = _LeapingCursor(Path(self._series.source))
        if time_s > _WALK_S:
            self._cursor.leap(time_s - _RUN_UP_S)
        return self._cursor

    def _walk_to(self, cursor: VideoCursor, time_s: float, cancel: CancelToken) -> bool:
        """Whether the frame of ``time_s`` was reached."""
        while cursor.index < 0 or cursor.seconds() < time_s - self._same_time_s:
            cancel.check()
            if not cursor.advance():
                return False
        return abs(cursor.seconds() - time_s) <= self._same_time_s

    def _counted(self, index: int, cancel: CancelToken) -> np.ndarray:
        if self._cursor is None or self._cursor.has_leapt or self._cursor.index > index:
            self.close()
            self._cursor = _LeapingCursor(Path(self._series.source))
        while self._cursor.index < index:
            cancel.check()
            if not self._cursor.advance():
                raise PhotoError(f"{self._series.source}: the video ends before frame {index}")
        return self._cursor.rgb()


class _LeapingCursor(VideoCursor):
    """After a leap, ``index`` counts from an unknown frame."""

    has_leapt = False

    def leap(self, time_s: float) -> None:
        """Go near ``time_s``."""
        self.has_leapt = True
        self._capture.set(cv2.CAP_PROP_POS_MSEC, 1000 * time_s)
