"""Frames of a video file, decoded once and in order.

Seeking is not trusted: in videos of varying frame rate (most phones') it lands on a wrong frame. So frames are only
ever reached by going forward, and a reader remembers where it stands between two calls.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceviewer.io.cv import cv2
from faceviewer.io.input_file import PhotoError, open_input
from faceviewer.types import Photo

logger = logging.getLogger(__name__)

_KEPT_FRAMES = 4
_OPEN_READERS = 2


@dataclass(frozen=True)
class FrameTime:
    """One frame of a video: its number from 0, and when it is shown."""

    index: int
    seconds: float


@dataclass(frozen=True)
class LoadFrame:
    """Calling it gives frame ``index`` of a video as a ``Photo``; ``every`` is the step between the frames in use.

    It may be called from any thread, and sent to another process, which then reads the video by itself.
    """

    path: Path
    every: int
    index: int

    def __call__(self) -> Photo:
        rgb = _reader(self.path, self.every).read(self.index)
        return Photo(rgb=rgb, path=self.path, sha256=hashlib.sha256(rgb.tobytes()).hexdigest())


def scan_frames(path: Path, *, every: int = 1) -> Iterator[FrameTime]:
    """Every ``every``-th frame that the video really holds, from the first, found by going through it.

    A frame that is loaded before the next one is asked for costs no second decoding. Raises ``PhotoError`` when the
    file cannot be opened or holds no frame.
    """
    return _reader(path, every).scan()


class VideoCursor:
    """One pass through a video, for one thread. Turns frames as the file's rotation entry says (OpenCV does)."""

    def __init__(self, path: Path) -> None:
        open_input(path, "video").close()
        absolute = os.path.abspath(path)  # never a URL or a device number to FFmpeg
        self._capture = cv2.VideoCapture(absolute, cv2.CAP_FFMPEG)
        if not self._capture.isOpened():
            raise PhotoError(f"{path}: it is not a video that can be read")
        self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
        self._path = path
        self.index = -1

    def advance(self) -> bool:
        """Step to the next frame; False at the end."""
        if not self._capture.grab():
            return False
        self.index += 1
        return True

    def seconds(self) -> float:
        """When the frame that was stepped to is shown."""
        milliseconds = self._capture.get(cv2.CAP_PROP_POS_MSEC)
        if math.isfinite(milliseconds) and (milliseconds > 0 or self.index == 0):
            return max(milliseconds, 0.0) / 1000
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        return self.index / rate if rate > 0 else 0.0

    def duration_s(self) -> float | None:
        """The length that the file promises; only a guess, because sound may go on after the pictures."""
        rate, count = self._capture.get(cv2.CAP_PROP_FPS), self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        return count / rate if rate > 0 and count > 0 else None

    def breaks_off(self) -> bool:
        """Whether much less came than the file promised."""
        return self.seconds() < 0.9 * (self.duration_s() or 0.0) - 1.0

    def rgb(self) -> np.ndarray:
        """(H, W, 3) uint8 RGB of the frame that was stepped to. Raises PhotoError for one that is damaged."""
        done, bgr = self._capture.retrieve()
        if not done or bgr is None:
            raise PhotoError(f"{self._path}: frame {self.index} cannot be decoded")
        return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)

    def close(self) -> None:
        self._capture.release()


class _Reader:
    """Two passes through one video: one scans ahead, one follows with the loads that come later than the scan.

    Loads may come a little out of order (worker threads), so the last frames stepped over are kept.
    """

    def __init__(self, path: Path, every: int) -> None:
        self._path, self._every = path, every
        self._lock = threading.RLock()  # a scan that is thrown away may end inside another call
        self._scanner: VideoCursor | None = None
        self._follower: VideoCursor | None = None
        self._kept: OrderedDict[int, np.ndarray] = OrderedDict()

    def scan(self) -> Iterator[FrameTime]:
        with self._lock:
            scanner = self._scanner = VideoCursor(self._path)
        try:
            while True:
                with self._lock:
                    if not self._to_next_in_use(scanner):
                        self._forget(scanner)  # beyond the last frame there is nothing to retrieve
                        break
                    frame = FrameTime(scanner.index, scanner.seconds())
                yield frame
            if scanner.index < 0:
                raise PhotoError(f"{self._path}: the video holds no frame that can be read")
            if scanner.breaks_off():
                logger.warning("%s: the video seems to break off after %d frames", self._path, scanner.index + 1)
        finally:
            with self._lock:
                self._forget(scanner)
                scanner.close()

    def read(self, index: int) -> np.ndarray:
        """(H, W, 3) uint8 RGB of frame ``index``."""
        with self._lock:
            if self._scanner is not None and self._scanner.index == index:
                return self._scanner.rgb()
            if index in self._kept:
                return self._kept.pop(index)
            return self._follow_to(index)

    def close(self) -> None:
        with self._lock:
            if self._follower is not None:
                self._follower.close()
            self._follower = None

    def _forget(self, scanner: VideoCursor) -> None:
        if self._scanner is scanner:
            self._scanner = None

    def _to_next_in_use(self, cursor: VideoCursor) -> bool:
        while cursor.advance():
            if cursor.index % self._every == 0:
                return True
        return False

    def _follow_to(self, index: int) -> np.ndarray:
        if self._follower is None or self._follower.index > index:
            if self._follower is not None:
                self._follower.close()
            self._follower = VideoCursor(self._path)
        follower = self._follower
        while follower.index < index:
            if not follower.advance():
                raise PhotoError(f"{self._path}: the video ends before frame {index}")
            if follower.index < index and follower.index % self._every == 0:
                self._keep(follower)
        return follower.rgb()

    def _keep(self, cursor: VideoCursor) -> None:
        with suppress(PhotoError):  # whoever asks for this frame will be told
            self._kept[cursor.index] = cursor.rgb()
        if len(self._kept) > _KEPT_FRAMES:
            self._kept.popitem(last=False)


_readers: OrderedDict[tuple[Path, int], _Reader] = OrderedDict()
_readers_lock = threading.Lock()


def _reader(path: Path, every: int) -> _Reader:
    """This process's reader of a video; the least recently used one beyond two is closed."""
    with _readers_lock:
        reader = _readers.pop((path, every), None) or _Reader(path, every)
        _readers[path, every] = reader
        if len(_readers) > _OPEN_READERS:
            _readers.popitem(last=False)[1].close()
        return reader
