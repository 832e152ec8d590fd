"""Which triangles belong to which part of the face."""

from __future__ import annotations

import numpy as np

from faceviewer.types import PART_NAMES, Topology


def triangle_parts(topology: Topology) -> np.ndarray:
    """(F,) int8: place in ``PART_NAMES`` of the part that all three corners belong to, -1 for none.

    Where parts overlap, the one listed first has it: eyes, brows, nose and lips before the skin around them.
    """
    part_of = np.full(len(topology.triangles), -1, np.int8)
    vertex_count = int(topology.triangles.max()) + 1
    for number in reversed(range(len(PART_NAMES))):
        member = np.zeros(vertex_count, bool)
        member[topology.parts.get(PART_NAMES[number], np.zeros(0, int))] = True
        part_of[member[topology.triangles].all(1)] = number
    return part_of
