"""What is known of a folder of FFHQ-UV's maps at one moment: its index, what was searched, the chosen map."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from faceviewer.app.models_state import Said
from faceviewer.types import Progress

if TYPE_CHECKING:  # the data set's modules would cost the start-up
    from faceviewer.datasets.ffhq_uv.entry import UvMapEntry, UvMapQuery
    from faceviewer.datasets.ffhq_uv.index import UvMapIndex

Limits = tuple[float | None, float | None]
"""From, to, both included; None for no limit."""
NO_LIMITS: Limits = (None, None)


@dataclass(frozen=True)
class UvMapsWish:
    """What is searched for."""

    query: UvMapQuery
    baldness: Limits = NO_LIMITS
    """0 to 1. Maps of which it is not known are left out where there is a limit."""


@dataclass(frozen=True, eq=False)
class UvMapsFound:
    """The maps that a search has."""

    keys: np.ndarray
    """(n,) int32, in the order wished for."""
    total: int
    """How many there are in all, so far."""
    wish: UvMapsWish | None = None
    """What was searched for; None for everything."""


@dataclass(frozen=True, eq=False)
class UvMapChosen:
    """The chosen map, as far as anything is known of it."""

    key: int
    entry: UvMapEntry
    texts: tuple[tuple[str, str], ...]
    """(name, value) of what is known."""
    light: tuple[float, ...] | None = None
    """Nine numbers, see ``raster.uv_maps.relight``."""
    rgb: np.ndarray | None = None
    """(h, w, 3) uint8, not larger than can be shown."""
    trouble: str = ""
    """Why there is no picture."""


@dataclass(frozen=True, eq=False)
class UvMapsState:
    """The default is that of nobody having looked."""

    folder: Path | None = None
    index: UvMapIndex | None = None
    opening: bool = False
    updating: Progress | None = None
    """How far looking through the folder is; None when that is done."""
    wish: UvMapsWish | None = None
    """None for everything."""
    found: UvMapsFound | None = None
    searching: bool = False
    chosen: UvMapChosen | None = None
    said: tuple[Said, ...] = ()
    """What came of the last action."""
