"""Frames of cameras and videos: what a source is, and the thread that reads one.

1. A source is opened, read and closed in one thread: camera drivers crash otherwise.
2. One frame waits, the newest: whoever is slower than the source misses frames and is never late. Where every frame
   counts, the reading thread waits instead.
3. Nothing here mirrors: a mirror is a matter of the view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


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

    def seek(self, time_s: float) -> None:
        """Make the frame shown at ``time_s`` the next one; live sources take no notice."""
        ...

    def close(self) -> None: ...
