"""A row of frames as PNG files, GIF or MP4; nothing is left behind unless all of it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from faceviewer.io.atomic import AtomicFileSet
from faceviewer.io.cv import cv2
from faceviewer.io.images import encode_png, encode_png_alpha
from faceviewer.types import Cancelled, FaceviewerError

FrameKind = Literal["png", "gif", "mp4"]
FRAME_KINDS: tuple[FrameKind, ...] = ("png", "gif", "mp4")
_CODEC = "mp4v"
_GIF_TRANSPARENT = 255
_GIF_STEP_MS = 10
"""GIF counts time in hundredths of a second."""


class FrameWriter:
    """Takes frames of one size and writes them under ``stem`` in ``folder``.

    Frames are (H, W, 3) RGB or, where the kind can hold it, (H, W, 4) RGBA uint8. ``finish`` or ``abort`` ends it.
    Raises FaceviewerError naming the place and the reason.
    """

    def __init__(self, folder: Path, stem: str) -> None:
        self._stem = stem
        self._folder = folder
        self._files = AtomicFileSet(folder)
        self._files.__enter__()
        self._names: list[str] = []

    def add(self, frame: np.ndarray) -> None:
        """Take the next frame."""
        raise NotImplementedError

    def finish(self) -> tuple[Path, ...]:
        """Complete the files and bring them to their place; returns them in order."""
        try:
            self._complete()
        except BaseException as error:
            self._files.__exit__(type(error), error, error.__traceback__)
            raise
        self._files.__exit__(None, None, None)
        return tuple(self._folder / name for name in self._names)

    def abort(self) -> None:
        """Leave nothing behind."""
        self._release()
        self._files.__exit__(Cancelled, Cancelled(), None)

    def _path(self, name: str) -> Path:
        self._names.append(name)
        return self._files.path(name)

    def _complete(self) -> None:
        """Write what is not written yet."""

    def _release(self) -> None:
        """Close what is open."""


class PngFrames(FrameWriter):
    """``STEM_0001.png`` and so on."""

    def add(self, frame: np.ndarray) -> None:
        data = encode_png_alpha(frame) if frame.shape[2] == 4 else encode_png(frame)
        self._path(f"{self._stem}_{len(self._names) + 1:04d}.png").write_bytes(data)


class GifFrames(FrameWriter):
    """``STEM.gif``, repeating forever, with 255 colours per frame; a pixel is opaque or not there."""

    def __init__(self, folder: Path, stem: str, frames_per_second: float) -> None:
        super().__init__(folder, stem)
        self._frames_per_second = frames_per_second
        self._frames: list[Image.Image] = []

    def add(self, frame: np.ndarray) -> None:
        paletted = Image.fromarray(np.ascontiguousarray(frame[..., :3])).quantize(
            _GIF_TRANSPARENT, Image.Quantize.MEDIANCUT
        )
        if frame.shape[2] == 4:
            pixels = np.asarray(paletted).copy()
            pixels[frame[..., 3] < 128] = _GIF_TRANSPARENT
            palette = paletted.getpalette() or []
            paletted = Image.fromarray(pixels, "P")
            paletted.putpalette(palette + [0] * (768 - len(palette)))
            paletted.info["transparency"] = _GIF_TRANSPARENT
        self._frames.append(paletted)

    def _complete(self) -> None:
        first, *others = self._frames
        transparent = {"transparency": _GIF_TRANSPARENT, "disposal": 2} if "transparency" in first.info else {}
        first.save(
            self._path(f"{self._stem}.gif"),
            "GIF",
            save_all=True,
            append_images=others,
            duration=gif_durations_ms(len(self._frames), self._frames_per_second),
            loop=0,
            optimize=False,
            **transparent,
        )


class Mp4Frames(FrameWriter):
    """``STEM.mp4``; without transparency, and of even sides, as the codec wants them."""

    def __init__(self, folder: Path, stem: str, frames_per_second: float) -> None:
        super().__init__(folder, stem)
        self._frames_per_second = frames_per_second
        self._target = self._path(f"{stem}.mp4")
        self._video: cv2.VideoWriter | None = None

    def add(self, frame: np.ndarray) -> None:
        height, width = (side - side % 2 for side in frame.shape[:2])
        if self._video is None:
            self._video = self._open((width, height))
        self._video.write(cv2.cvtColor(np.ascontiguousarray(frame[:height, :width, :3]), cv2.COLOR_RGB2BGR))

    def _open(self, size: tuple[int, int]) -> cv2.VideoWriter:
        code = cv2.VideoWriter.fourcc(*_CODEC)
        video = cv2.VideoWriter(str(self._target), cv2.CAP_FFMPEG, code, self._frames_per_second, size)
        if not video.isOpened():
            raise FaceviewerError(
                f"{self._stem}.mp4: the video codec {_CODEC} is missing on this computer; choose GIF or PNG frames"
            )
        return video

    def _complete(self) -> None:
        self._release()
        if not self._target.exists() or self._target.stat().st_size == 0:
            raise FaceviewerError(f"{self._folder / self._target.name}: the video could not be written")

    def _release(self) -> None:
        if self._video is not None:
            self._video.release()


def frame_writer(kind: FrameKind, folder: Path, stem: str, frames_per_second: float) -> FrameWriter:
    """A writer of that kind. Raises FaceviewerError when the folder cannot be written."""
    if kind == "png":
        return PngFrames(folder, stem)
    return {"gif": GifFrames, "mp4": Mp4Frames}[kind](folder, stem, frames_per_second)


def gif_durations_ms(count: int, frames_per_second: float) -> list[int]:
    """How long each frame is shown, in steps that GIF knows, so that all together take the right time."""
    ends = [round(1000 * (k + 1) / frames_per_second / _GIF_STEP_MS) * _GIF_STEP_MS for k in range(count)]
    return [max(end - start, _GIF_STEP_MS) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
