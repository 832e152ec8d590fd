"""Aligning faces of photos in the manner of FFHQ: what was chosen, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from faceviewer.app.models_state import Said
from faceviewer.types import Progress

AlignScope = Literal["shown", "photo", "all"]
ALIGN_SIZES = (256, 512, 1024, 2048)


@dataclass(frozen=True)
class AlignChoices:
    """What the user wants."""

    scope: AlignScope = "shown"
    """The chosen face of the shown photo, all of its faces, or all faces of all photos of the list."""
    size: int = 1024
    """Side of the aligned picture, pixels."""
    rotation: bool = True
    padding: bool = True


@dataclass(frozen=True, eq=False)
class AlignState:
    """The default is that of nobody having looked."""

    preview: np.ndarray | None = None
    """(h, w, 3) uint8: the chosen face aligned."""
    preview_trouble: str = ""
    """Why there is none."""
    job: Progress | None = None
    said: tuple[Said, ...] = ()
