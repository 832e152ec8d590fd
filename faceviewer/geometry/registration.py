"""Laying one surface on another whose triangles are different: iterated closest points."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from faceviewer.geometry.alignment import Similarity
from faceviewer.geometry.closest import Surface

Fit = Callable[[np.ndarray, np.ndarray], Similarity]
"""Takes (N, 3) points to (N, 3) points: ``align_rigid`` or ``align_similarity``."""
ROUNDS = 40
_SETTLED_MM = 5e-3
"""The rounds end when no point moves farther than this."""
_OUTLIER = 3.0
"""Pairs farther apart than this multiple of the median are left out: what one surface has and the other has not."""


def register(points: np.ndarray, surface: Surface, start: Similarity, fit: Fit) -> Similarity:
    """The transform that lays ``points`` (N, 3) on ``surface``, found from a rough ``start``.

    Source: P. Besl, N. McKay, A method for registration of 3-D shapes, PAMI 1992.
    """
    transform, placed = start, start.apply(points)
    for _ in range(ROUNDS):
        found = surface.nearest(placed)
        kept = found.distance <= _OUTLIER * np.median(found.distance) + _SETTLED_MM
        transform = fit(points[kept], found.points[kept])
        before, placed = placed, transform.apply(points)
        if np.abs(placed - before).max() < _SETTLED_MM:
            break
    return transform
