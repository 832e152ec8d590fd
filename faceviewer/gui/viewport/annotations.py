"""What is drawn over a pane with a pen instead of by VTK: markers, measurements, axes, legends and notes.

Drawn over it, they cost no rendering: a pointer that hovers moves its marker without the head being drawn again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from faceviewer.app.color_scale import ColorScale
from faceviewer.app.palette import RGB


@dataclass(frozen=True, eq=False)
class Marker:
    """A ring around a place on the head."""

    xyz_mm: np.ndarray
    rgb: RGB
    radius_px: float = 6.0
    behind: bool = False
    """It lies on a side that is turned away: drawn dashed."""
    label: str = ""


@dataclass(frozen=True, eq=False)
class Line:
    """A line through places on the head, in front of everything."""

    xyz_mm: np.ndarray
    """(N, 3)"""
    rgb: RGB
    width_px: float = 2.0
    label: str = ""
    """Written at its middle."""
    end_label: str = ""
    """Written at its end."""


@dataclass(frozen=True)
class LegendScale:
    """A bar of colours with what its ends mean."""

    title: str
    scale: ColorScale
    low: str
    middle: str
    high: str


@dataclass(frozen=True, eq=False)
class Annotations:
    """Everything to be drawn over one pane."""

    markers: tuple[Marker, ...] = ()
    lines: tuple[Line, ...] = ()
    legend: tuple[tuple[RGB, str], ...] = ()
    scale: LegendScale | None = None
    title: str = ""
    """One or two lines in the upper left corner."""
    notes: tuple[str, ...] = field(default=())
    """Lines of text in the lower left corner."""
