"""Head poses over time at one moment: what is wished for, what was found, where in it somebody looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from faceviewer.app.models_state import Said
from faceviewer.types import Progress

if TYPE_CHECKING:  # numbers of a window that most people never open
    from faceviewer.jobs.pose_series import PoseSeries


@dataclass(frozen=True)
class PoseWish:
    """What is to be analysed, and how."""

    source: Path | None = None
    """A video, or a folder of photos."""
    engine: str = ""
    """Id of the engine; empty for that of the settings."""
    every: int = 1
    people: int = 4
    fov_deg: float | None = None
    """Field of view across the picture's longer side; None where nobody knows it."""


@dataclass(frozen=True, eq=False)
class Analysed:
    """What an analysis has come to."""

    series: PoseSeries
    same: Mapping[int, int]
    """Person of the result before, of the same source -> the one at the same place in this one."""


@dataclass(frozen=True, eq=False)
class PosePicture:
    """The frame of one row."""

    row: int
    rgb: np.ndarray | None
    """(H, W, 3) uint8 sRGB; None when it cannot be read."""
    trouble: str = ""
    """Why not."""


@dataclass(frozen=True, eq=False)
class PoseOverTimeState:
    """The default is that of nobody having looked."""

    wish: PoseWish = PoseWish()
    job: Progress | None = None
    """How far the analysis is; None while there is none."""
    raw: PoseSeries | None = None
    """What the last analysis found, as the engine gave it."""
    series: PoseSeries | None = None
    """The same as it is shown and exported: smoothed as wished, with the users' names."""
    smoothing_s: float = 0.0
    """Wished for; ``series.smoothing_s`` follows."""
    names: Mapping[int, str] = field(default_factory=dict)
    """Person -> the name that the user gave."""
    hidden: frozenset[int] = frozenset()
    """Persons whose curves and axes are not drawn."""
    row: int = 0
    """The frame that is looked at."""
    picture: PosePicture | None = None
    """Of that row, or of an earlier one until it comes."""
    said: tuple[Said, ...] = ()
    """What came of the last action."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", MappingProxyType(dict(self.names)))
