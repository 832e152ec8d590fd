"""Sources of made-up frames: for following without a camera."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from faceviewer.io.cv import cv2
from faceviewer.jobs.frames import Frame

Draw = Callable[[int], np.ndarray]
"""Number of a frame to its (H, W, 3) uint8 picture."""


def numbered(index: int) -> np.ndarray:
    """A grey frame whose level tells its number, up to 250 in steps of 10, then again."""
    return np.full((48, 64, 3), 10 * (index % 26), np.uint8)


def number_of(rgb: np.ndarray) -> int:
    return round(float(rgb.mean()) / 10)


def moving_portrait(index: int) -> np.ndarray:
    """The sample portrait in 480 x 360, wandering a few pixels from frame to frame."""
    from face_pictures import Portrait, moved, sample_rgb

    shift = np.array([20 * np.sin(index / 9), 8 * np.cos(index / 7)])
    matrix = np.array([[0.9, 0, 10 + shift[0]], [0, 0.9, -20 + shift[1]]])
    return moved(Portrait(sample_rgb(), np.zeros((1, 2))), matrix, (480, 360)).rgb


class SyntheticSource:
    """``count`` frames (None: no end) at ``rate`` per second; ``live`` ones come by the clock, others when asked."""

    name = "synthetic frames"

    def __init__(
        self, draw: Draw = numbered, *, count: int | None = 30, rate: float = 30.0, live: bool = False
    ) -> None:
        self._draw, self._count, self._rate, self.live = draw, count, rate, live
        self._next = 0
        self.threads: list[threading.Thread] = []
        self.is_open = False

    @property
    def duration_s(self) -> float | None:
        return None if self.live or self._count is None else self._count / self._rate

    def open(self) -> None:
        self.threads.append(threading.current_thread())
        self._next, self.is_open = 0, True

    def read(self) -> Frame | None:
        self.threads.append(threading.current_thread())
        if self._count is not None and self._next >= self._count:
            return None
        if self.live:
            time.sleep(1 / self._rate)
        frame = Frame(self._draw(self._next), self._next, self._next / self._rate)
        self._next += 1
        return frame

    def seek(self, time_s: float, given_up: Callable[[], bool] = lambda: False) -> None:
        if not self.live:
            self._next = round(time_s * self._rate)

    def close(self) -> None:
        self.threads.append(threading.current_thread())
        self.is_open = False


def video_of(path: Path, draw: Draw = numbered, *, count: int = 12, rate: float = 10.0) -> Path:
    """A Motion-JPEG AVI of ``count`` frames."""
    height, width = draw(0).shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, (width, height))
    assert writer.isOpened()
    for index in range(count):
        writer.write(cv2.cvtColor(draw(index), cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def film_of_durations(path: Path, durations_ms: Sequence[int], draw: Draw = numbered) -> Path:
    """An MP4 whose frames last so long each: OpenCV writes an even one, whose table of times is then another."""
    height, width = draw(0).shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25, (width, height))
    assert writer.isOpened()
    for index in range(len(durations_ms)):
        writer.write(cv2.cvtColor(draw(index), cv2.COLOR_RGB2BGR))
    writer.release()
    data = path.read_bytes()
    start = data.rindex(b"moov") - 4
    path.write_bytes(data[:start] + _with_times(data[start:], durations_ms))
    return path


def _with_times(boxes: bytes, durations_ms: Sequence[int]) -> bytes:
    """MP4 boxes with times in milliseconds and without the list of edits, which would cut them."""
    changed, at = b"", 0
    while at < len(boxes):
        size, kind = struct.unpack(">I4s", boxes[at : at + 8])
        body = boxes[at + 8 : at + size]
        if kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
            body = _with_times(body, durations_ms)
        elif kind in (b"mvhd", b"mdhd"):
            body = body[:12] + struct.pack(">II", 1000, sum(durations_ms)) + body[20:]
        elif kind == b"tkhd":
            body = body[:20] + struct.pack(">I", sum(durations_ms)) + body[24:]
        elif kind == b"stts":
            body = struct.pack(">II", 0, len(durations_ms))
            body += b"".join(struct.pack(">II", 1, duration) for duration in durations_ms)
        if kind != b"edts":
            changed += struct.pack(">I4s", len(body) + 8, kind) + body
        at += size
    return changed
