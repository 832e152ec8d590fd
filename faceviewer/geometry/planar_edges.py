"""The edges of triangles on a plane, with the room around each: what a drawing of them needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class PlanarEdges:
    """Every edge once."""

    ends: np.ndarray
    """(E, 4) float64: x, y of both ends."""
    room: np.ndarray
    """(E,) float64: height of the flattest triangle at the edge, over that triangle's longest side."""
    rim: np.ndarray
    """(E,) bool: only one triangle has this edge."""


def planar_edges(xy: np.ndarray, triangles: np.ndarray) -> PlanarEdges:
    """The edges of ``triangles`` (F, 3) into ``xy`` (V, 2); those of triangles that are not finite are left out."""
    xy = np.asarray(xy, np.float64)
    triangles = triangles[np.isfinite(xy[triangles]).all((1, 2))]
    corners = xy[triangles]
    sides = np.linalg.norm(np.roll(corners, -1, 1) - corners, axis=2)
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area2 = np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
    height = area2 / np.maximum(sides.max(1, initial=0), np.finfo(float).tiny)
    edges = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1).astype(np.int64)
    keys, where, uses = np.unique(edges @ (len(xy), 1), return_inverse=True, return_counts=True)
    unique = np.stack(np.divmod(keys, max(len(xy), 1)), 1)
    room = np.full(len(unique), np.inf)
    np.minimum.at(room, where, np.repeat(height, 3))
    return PlanarEdges(xy[unique].reshape(-1, 4), room, uses == 1)
