"""How each display mode draws the head: one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from faceviewer.app.state import DisplayMode

Picture = Literal["none", "texture", "origin", "checker"]
"""What is wrapped around the head."""
PointColors = Literal["none", "texture", "normals", "depth"]


@dataclass(frozen=True)
class Look:
    """One way to draw the surface."""

    picture: Picture = "none"
    point_colors: PointColors = "none"
    lit: bool = True
    representation: Literal["surface", "wireframe", "points"] = "surface"
    edges: bool = False
    data: bool = False
    """The colours carry data: shade them little."""
    all_parts: bool = False
    """Paint the parts opaquely over it."""


LOOKS: Mapping[DisplayMode, Look] = MappingProxyType(
    {
        "textured": Look("texture", lit=False),
        "textured lit": Look("texture"),
        "shaded": Look(),
        "edges": Look(edges=True),
        "wireframe": Look(lit=False, representation="wireframe"),
        "points": Look(point_colors="texture", lit=False, representation="points"),
        "normals": Look(point_colors="normals", lit=False),
        "parts": Look(data=True, all_parts=True),
        "origin": Look("origin", data=True),
        "depth": Look(point_colors="depth", lit=False),
        "checker": Look("checker"),
    }
)


def look_of(display: DisplayMode, *, textured: bool, colored: bool = False) -> Look:
    """How to draw a head in a display mode. One without texture shows its vertices' colours where it has them.

    They are shaded a little: often they mark landmarks or parts on a face of one colour, of which nothing but the
    outline would be seen. Without colours it is shaded, as frames that are followed.
    """
    look = LOOKS[display]
    if textured or look.picture not in ("texture", "origin"):
        return look
    if colored and look.picture == "texture":
        return replace(look, picture="none", point_colors="texture", lit=True, data=not look.lit)
    return LOOKS["shaded"]
