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


@lru_cache(maxsize=4)
def triangle_parts(topology: Topology) -> np.ndarray:
    """(F,) int8: place in ``PART_NAMES`` of the part that most corners belong to, -1 where a corner belongs to none.

    Where parts overlap, the one listed first has it: eyes, brows, nose and lips before the skin around them. Triangles
    between two parts belong to one of them, so that there are no gaps.
    """
    part_of = np.full(int(topology.triangles.max()) + 1, -1, np.int8)
    for number in reversed(range(len(PART_NAMES))):
        part_of[topology.parts.get(PART_NAMES[number], np.zeros(0, int))] = number
    a, b, c = part_of[topology.triangles].T
    most = np.where((a == b) | (a == c), a, np.where(b == c, b, np.minimum(a, np.minimum(b, c))))
    return np.where((a < 0) | (b < 0) | (c < 0), -1, most).astype(np.int8)


def painted_parts(
    result: Reconstruction, parts: Collection[str], *, visible_only: bool
) -> tuple[np.ndarray, np.ndarray]:
    """(numbers (N,), colours (N, 3) uint8) of the triangles of ``parts``; what the photo's camera sees, if so asked."""
    topology = result.mesh.topology
    part_of = triangle_parts(topology)
    wanted = np.isin(part_of, [PART_NAMES.index(part) for part in parts])
    if visible_only:
        wanted &= seen_triangles(result.mesh, result.camera)
    triangles = np.flatnonzero(wanted)
    colors = np.array([PART_COLORS[name] for name in PART_NAMES], np.uint8)
    return triangles, colors[part_of[triangles]]
