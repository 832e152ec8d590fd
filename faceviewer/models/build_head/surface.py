"""Nearest points on a triangle surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

CANDIDATES = 24
"""Triangles whose centroids are nearest are tried; enough for meshes of fairly even triangles."""


@dataclass(frozen=True)
class SurfacePoints:
    """Points on a surface."""

    triangle: np.ndarray
    """(n,) int64, number of the triangle."""
    weights: np.ndarray
    """(n, 3) barycentric."""
    points: np.ndarray
    """(n, 3)."""
    distance: np.ndarray
    """(n,) from the points asked for."""


class Surface:
    """A triangle mesh that can be asked for nearest points."""

    def __init__(self, vertices: np.ndarray, triangles: np.ndarray) -> None:
        self.triangles = triangles
        self._corners = vertices[triangles]
        self._tree = KDTree(self._corners.mean(1))
        normals = np.cross(self._corners[:, 1] - self._corners[:, 0], self._corners[:, 2] - self._corners[:, 0])
        self.normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)

    def nearest(self, points: np.ndarray) -> SurfacePoints:
        """The nearest surface point of each of (n, 3) points."""
        candidates = min(CANDIDATES, len(self.triangles))
        _, numbers = self._tree.query(points, k=candidates)
        numbers = numbers.reshape(len(points), candidates)
        weights = _nearest_weights(points[:, None], self._corners[numbers])
        found = np.einsum("nkj,nkjc->nkc", weights, self._corners[numbers])
        best = np.linalg.norm(found - points[:, None], axis=2).argmin(1)
        rows = np.arange(len(points))
        nearest = found[rows, best]
        return SurfacePoints(
            numbers[rows, best], weights[rows, best], nearest, np.linalg.norm(nearest - points, axis=1)
        )


def _nearest_weights(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Barycentric weights (..., 3) of the point of each triangle (..., 3, 3) nearest to each point (..., 3)."""
    a, b, c = corners[..., 0, :], corners[..., 1, :], corners[..., 2, :]
    ab, ac, ap = b - a, c - a, points - a
    d00, d01, d11 = (ab * ab).sum(-1), (ab * ac).sum(-1), (ac * ac).sum(-1)
    d20, d21 = (ap * ab).sum(-1), (ap * ac).sum(-1)
    determinant = np.maximum(d00 * d11 - d01 * d01, 1e-20)
    v, w = (d11 * d20 - d01 * d21) / determinant, (d00 * d21 - d01 * d20) / determinant
    inside = np.stack([1 - v - w, v, w], -1)

    def on_edge(start: np.ndarray, edge: np.ndarray, i: int, j: int) -> np.ndarray:
        t = np.clip(((points - start) * edge).sum(-1) / np.maximum((edge * edge).sum(-1), 1e-20), 0, 1)
        weights = np.zeros((*t.shape, 3))
        weights[..., i], weights[..., j] = 1 - t, t
        return weights

    edges = np.stack([on_edge(a, ab, 0, 1), on_edge(a, ac, 0, 2), on_edge(b, c - b, 1, 2)], -2)
    reached = np.einsum("...ej,...jc->...ec", edges, corners)
    nearest = np.linalg.norm(reached - points[..., None, :], axis=-1).argmin(-1)
    clipped = np.take_along_axis(edges, nearest[..., None, None], -2)[..., 0, :]
    return np.where(np.all(inside >= 0, axis=-1, keepdims=True), inside, clipped)
