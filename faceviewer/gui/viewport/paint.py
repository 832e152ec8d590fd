"""The triangles of the shown parts with their colours, and which of them the photo's camera sees."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import numpy as np

from faceviewer.app.palette import PART_COLORS
from faceviewer.geometry.occlusion import seen_triangles
from faceviewer.geometry.parts import triangle_parts
from faceviewer.types import PART_NAMES, Reconstruction, Topology


def part_of_triangle(topology: Topology, triangle: int) -> str | None:
    """The name of the part that a triangle is painted as."""
    number = int(triangle_parts(topology)[triangle])
    return PART_NAMES[number] if number >= 0 else None


def painted_parts(
    result: Reconstruction, parts: Collection[str], *, visible_only: bool
) -> tuple[np.ndarray, np.ndarray]:
    """(numbers (N,), colours (N, 3) uint8) of the triangles of ``parts``; what the photo's camera sees, if so asked."""
    topology = result.mesh.topology
    part_of = triangle_parts(topology)
    wanted = np.isin(part_of, [PART_NAMES.index(part) for part in parts])
    if visible_only:
        wanted &= _seen(result)
    triangles = np.flatnonzero(wanted)
    colors = np.array([PART_COLORS[name] for name in PART_NAMES], np.uint8)
    return triangles, colors[part_of[triangles]]


@lru_cache(maxsize=2)
def _seen(result: Reconstruction) -> np.ndarray:
    """(F,) bool: what the photo shows of the head as it was fitted; edits change the head, not the photo."""
    return seen_triangles(result.mesh, result.camera)
