"""Which triangles belong to which part of the face."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from faceviewer.types import PART_NAMES, Topology


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
