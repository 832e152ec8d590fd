"""A camera that goes around the head: where it stands in each frame, and the frames on their way into files."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from faceviewer.app.state import ViewCamera
from faceviewer.io.frame_files import FrameKind, FrameWriter, frame_writer

Motion = Literal["turn", "swing"]
"""Once around, or to and fro."""
Ease = Literal["none", "in-out"]
"""Steady, or slow at the beginning and end (of each swing)."""

RenderFrame = Callable[[ViewCamera, tuple[int, int], bool], np.ndarray]
"""(camera, (width, height), transparent) -> (H, W, 3 or 4) uint8."""


@dataclass(frozen=True)
class TurntablePlan:
    """The user's choices."""

    folder: Path
    stem: str = "turntable"
    kind: FrameKind = "mp4"
    size: tuple[int, int] = (720, 720)
    """(width, height) in pixels."""
    seconds: float = 4.0
    frames_per_second: int = 30
    motion: Motion = "turn"
    swing_deg: float = 45.0
    """How far to each side a swing goes."""
    ease: Ease = "none"
    transparent: bool = False
    """Without background; not for MP4."""

    @property
    def frame_count(self) -> int:
        return max(2, round(self.seconds * self.frames_per_second))

    @property
    def with_alpha(self) -> bool:
        return self.transparent and self.kind != "mp4"


def azimuths_deg(plan: TurntablePlan) -> np.ndarray:
    """(N,) how far the camera has gone around the head in each frame, from 0 where it stands now.

    Repeated, the frames go on without a jump: the step from the last frame to the first is one step like the others.
    """
    phase = np.arange(plan.frame_count) / plan.frame_count
    if plan.motion == "turn":
        eased = phase if plan.ease == "none" else phase * phase * (3 - 2 * phase)
        return 360.0 * eased
    swing = np.sin(2 * np.pi * phase) if plan.ease == "in-out" else 2 / np.pi * np.arcsin(np.sin(2 * np.pi * phase))
    return plan.swing_deg * swing


def cameras(plan: TurntablePlan, camera: ViewCamera, vertices_mm: np.ndarray) -> tuple[ViewCamera, ...]:
    """The camera of each frame: ``camera`` carried around the upright axis through the middle of the head.

    ``vertices_mm``: (V, 3), head frame. Positive angles go to the subject's left.
    """
    middle = (vertices_mm.min(0) + vertices_mm.max(0)) / 2
    return tuple(_around(camera, (float(middle[0]), float(middle[2])), float(angle)) for angle in azimuths_deg(plan))


def _around(camera: ViewCamera, axis_xz_mm: tuple[float, float], angle_deg: float) -> ViewCamera:
    cosine, sine = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))

    def turned(x: float, y: float, z: float) -> tuple[float, float, float]:
        return cosine * x + sine * z, y, cosine * z - sine * x

    def carried(point: tuple[float, float, float]) -> tuple[float, float, float]:
        x, y, z = turned(point[0] - axis_xz_mm[0], point[1], point[2] - axis_xz_mm[1])
        return x + axis_xz_mm[0], y, z + axis_xz_mm[1]

    return replace(
        camera, position_mm=carried(camera.position_mm), focal_mm=carried(camera.focal_mm), up=turned(*camera.up)
    )


class TurntableRun:
    """One turntable being made, frame by frame; whoever has a timer calls ``step`` until it says that it is done."""

    def __init__(self, plan: TurntablePlan, frames: tuple[ViewCamera, ...], render: RenderFrame) -> None:
        """Raises FaceviewerError when the place cannot be written."""
        self.plan = plan
        self._frames = frames
        self._render = render
        self._next = 0
        self._writer: FrameWriter | None = frame_writer(plan.kind, plan.folder, plan.stem, plan.frames_per_second)

    @property
    def fraction(self) -> float:
        """How much of it has been drawn, 0 to 1."""
        return self._next / len(self._frames)

    def step(self) -> bool:
        """Draw the next frame; True when all of them are drawn. An error leaves nothing behind."""
        if self._writer is None or self._next == len(self._frames):
            return True
        try:
            self._writer.add(self._render(self._frames[self._next], self.plan.size, self.plan.with_alpha))
        except BaseException:
            self.abort()
            raise
        self._next += 1
        return self._next == len(self._frames)

    def finish(self) -> tuple[Path, ...]:
        """Complete the files; may take a while. Raises FaceviewerError, leaving nothing behind."""
        writer, self._writer = self._writer, None
        return writer.finish() if writer is not None else ()

    def abort(self) -> None:
        """Stop and leave nothing behind."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.abort()
