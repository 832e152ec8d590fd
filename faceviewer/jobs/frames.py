"""Frames of cameras and videos: what a source is, and the thread that reads one.

1. A source is opened, read and closed in one thread: camera drivers crash otherwise.
2. One frame waits, the newest: whoever is slower than the source misses frames and is never late. Where every frame
   counts, the reading thread waits instead.
3. Nothing here mirrors: a mirror is a matter of the view.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from faceviewer.jobs.follow_controls import FollowControls

logger = logging.getLogger(__name__)

_POLL_S = 0.1
_JOIN_S = 2.0
_HOPELESSLY_LATE_S = 0.5  # a file that is decoded slower than it plays is played slower, not in leaps


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a source."""

    rgb: np.ndarray
    """(H, W, 3) uint8 sRGB, read-only."""
    index: int
    """Number in the source, from 0."""
    time_s: float
    """When it is shown, or was filmed, from the source's beginning."""


class FrameSource(Protocol):
    """A camera, a video or the like. All methods but the properties belong to one thread."""

    @property
    def name(self) -> str:
        """How the user knows it."""
        ...

    @property
    def live(self) -> bool:
        """Whether frames come when they come, as a camera's do, instead of when they are asked for."""
        ...

    @property
    def duration_s(self) -> float | None:
        """Estimated length, known once it is open; None when it has none."""
        ...

    def open(self) -> None:
        """Begin, at the first frame. Raises FaceviewerError in one sentence."""
        ...

    def read(self) -> Frame | None:
        """The next frame; None at the end. Raises FaceviewerError when the source breaks."""
        ...

    def seek(self, time_s: float, given_up: Callable[[], bool] = ...) -> None:
        """Make the frame shown at ``time_s`` the next one; live sources take no notice.

        Going far takes long: once ``given_up`` says yes, any frame on the way may be the next one.
        """
        ...

    def close(self) -> None: ...


class FrameGrabber:
    """Reads a source in a thread of its own. Use as a context manager: leaving it closes the source."""

    def __init__(self, source: FrameSource, controls: FollowControls, *, every_frame: bool = False) -> None:
        """``every_frame`` waits until each frame was taken; otherwise files play at their pace and the newest counts.

        Of ``controls``, pause and place are obeyed.
        """
        self._source = source
        self._controls = controls
        self._every_frame = every_frame
        self._changed = threading.Condition()
        self._newest: Frame | None = None
        self._error: Exception | None = None
        self._over = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="faceviewer-frames", daemon=True)

    def __enter__(self) -> FrameGrabber:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(_JOIN_S)
        if self._thread.is_alive():
            logger.warning("%s: the device does not answer and is left to itself", self._source.name)

    @property
    def over(self) -> bool:
        """Whether the source has come to its end and its last frame was taken; never when it broke: ``take`` tells."""
        with self._changed:
            return self._over and self._newest is None and self._error is None

    def take(self, timeout_s: float) -> Frame | None:
        """The newest frame that was not taken yet; None when none comes in time, or none at all any more.

        Raises what opening or reading the source raised.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not None or self._over, timeout_s)
            frame, self._newest = self._newest, None
            self._changed.notify_all()
            if frame is None and self._error is not None:
                raise self._error
            return frame

    def _run(self) -> None:
        try:
            self._source.open()
            self._read_all()
        except Exception as error:  # noqa: BLE001  (raised again where frames are taken)
            self._error = error
        finally:
            try:
                self._source.close()
            except Exception:
                logger.exception("%s could not be closed", self._source.name)
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _read_all(self) -> None:
        clock = _Clock()
        while not self._stopping:
            if not self._controls.wait_to_play(_POLL_S):
                clock.restart()
                continue
            if (wanted_s := self._controls.take_seek()) is not None:
                self._source.seek(wanted_s, self._is_given_up)
                clock.restart()
            frame = self._source.read()
            if frame is None:
                return
            if not self._put(frame, 0.0 if self._source.live or self._every_frame else clock.wait_s(frame.time_s)):
                clock.restart()

    def _is_given_up(self) -> bool:
        """Whether nobody waits any more for the place that is being gone to."""
        return self._stopping or self._controls.seeking

    def _put(self, frame: Frame, wait_s: float) -> bool:
        """Let ``frame`` be the newest when its time has come; False when it became meaningless meanwhile."""
        with self._changed:
            due = time.monotonic() + wait_s
            while not self._is_given_up() and (left := due - time.monotonic()) > 0:
                self._changed.wait(min(left, _POLL_S))
            if self._every_frame:
                self._changed.wait_for(lambda: self._stopping or self._newest is None)
            if self._is_given_up():
                return False
            self._newest = frame
            self._changed.notify_all()
            return True


class _Clock:
    """When a file's frames are due, from the first one after a restart."""

    def __init__(self) -> None:
        self._zero: float | None = None

    def restart(self) -> None:
        """The next frame is due at once: the first, after a pause, at another place."""
        self._zero = None

    def wait_s(self, time_s: float) -> float:
        """Seconds until the frame of ``time_s`` is due."""
        now = time.monotonic()
        if self._zero is None or now - self._zero - time_s > _HOPELESSLY_LATE_S:
            self._zero = now - time_s
        return max(self._zero + time_s - now, 0.0)
