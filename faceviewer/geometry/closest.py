"""Closest points on a triangle surface, for many points at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

CANDIDATES = (8, 32)
"""How many pieces of triangles are tried: the second number where the first leaves it open that another is nearer."""
_PIECE = 2.5
"""Triangles are cut until their radius is at most this multiple of the median: a KD-tree of centres then finds them."""

_MAX_CUTS = 5
"""Each cut quarters a triangle; this many bound the work on a mesh with a few enormous ones."""


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
        self._corners = np.asarray(vertices, np.float64)[triangles]
        pieces, self._owner = _cut(self._corners)
        centres = pieces.mean(1)
        self._radius = np.linalg.norm(pieces - centres[:, None], axis=2).max(1)
        self._tree = KDTree(centres, balanced_tree=False)
        normals = np.cross(self._corners[:, 1] - self._corners[:, 0], self._corners[:, 2] - self._corners[:, 0])
        self.normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)

    def nearest(self, points: np.ndarray) -> SurfacePoints:
        """The nearest surface point of each of (n, 3) points."""
        points = np.asarray(points, np.float64)
        triangle = self._owner[np.asarray(self._tree.query(points)[1])]
        best = (triangle, *self._on_triangles(points, triangle))
        rows, seen = np.arange(len(points)), 1
        for candidates in (min(count, len(self._radius)) for count in CANDIDATES):
            found = self._tree.query(points[rows], k=candidates)
            away, pieces = (np.asarray(column).reshape(-1, candidates) for column in found)
            self._improve(best, points, rows, away[:, seen:], pieces[:, seen:])
            beyond = away[:, -1] - self._radius.max() < best[2][rows]  # a piece not among them might be nearer
            rows, seen = rows[beyond], candidates
        triangle, weights, distance = best
        return SurfacePoints(triangle, weights, np.einsum("nk,nkc->nc", weights, self._corners[triangle]), distance)

    def _improve(
        self,
        best: tuple[np.ndarray, np.ndarray, np.ndarray],
        points: np.ndarray,
        rows: np.ndarray,
        away: np.ndarray,
        pieces: np.ndarray,
    ) -> None:
        """Write into ``best``, the (triangle, weights, distance) of all points, what is nearer among the candidates.

        The points ``rows`` (m,) have the candidates ``pieces`` (m, k), whose centres are ``away`` (m, k).
        """
        # Pieces whose ball lies beyond the best so far cannot be nearer.
        row, column = np.nonzero(away - self._radius[pieces] < best[2][rows][:, None])
        triangle, row = self._owner[pieces[row, column]], rows[row]
        weights, distance = self._on_triangles(points[row], triangle)
        order = np.lexsort((distance, row))
        first = order[np.flatnonzero(np.diff(row[order], prepend=-1))]
        first = first[distance[first] < best[2][row[first]]]
        for values, found in zip(best, (triangle, weights, distance), strict=True):
            values[row[first]] = found[first]

    def _on_triangles(self, points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """((m, 3) weights, (m,) distance) of the nearest point of one triangle each."""
        corners = self._corners[triangles]
        weights = _nearest_weights(points, corners)
        return weights, np.linalg.norm(np.einsum("mk,mkc->mc", weights, corners) - points, axis=1)


def _cut(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(P, 3, 3) pieces of about even size of the triangles (F, 3, 3), and (P,) the triangle of each."""

    def radius(pieces: np.ndarray) -> np.ndarray:
        return np.linalg.norm(pieces - pieces.mean(1, keepdims=True), axis=2).max(1)

    largest = _PIECE * float(np.median(radius(corners)))
    pieces, owner = corners, np.arange(len(corners))
    done: list[tuple[np.ndarray, np.ndarray]] = []
    for _ in range(_MAX_CUTS):
        large = radius(pieces) > largest
        done.append((pieces[~large], owner[~large]))
        pieces, middle = pieces[large], (pieces[large] + np.roll(pieces[large], -1, axis=1)) / 2
        quarters = [np.stack([pieces[:, i], middle[:, i], middle[:, i - 1]], 1) for i in range(3)]
        pieces, owner = np.concatenate([*quarters, middle]), np.tile(owner[large], 4)
    done.append((pieces, owner))
    return np.concatenate([pieces for pieces, _ in done]), np.concatenate([owner for _, owner in done])


def _nearest_weights(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Barycentric weights (m, 3) of the point of each triangle (m, 3, 3) nearest to each point (m, 3)."""
    a, b, c = corners.transpose(1, 0, 2)
    ab, ac, ap = b - a, c - a, points - a
    d00, d01, d11, d20, d21 = (
        np.einsum("mc,mc->m", x, y) for x, y in ((ab, ab), (ab, ac), (ac, ac), (ap, ab), (ap, ac))
    )
    determinant = d00 * d11 - d01 * d01
    flat = determinant <= 1e-12 * d00 * d11  # no area to speak of: the outline is all there is
    determinant[flat] = 1.0
    v, w = (d11 * d20 - d01 * d21) / determinant, (d00 * d21 - d01 * d20) / determinant
    weights = np.stack([1 - v - w, v, w], -1)
    outside = np.flatnonzero((weights.min(1) < 0) | flat)
    weights[outside] = _nearest_on_edges(points[outside], corners[outside])
    return weights


def _nearest_on_edges(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """As ``_nearest_weights``, on the outlines of the triangles."""
    edges = np.roll(corners, -1, axis=1) - corners
    from_start = points[:, None] - corners
    t = np.clip((from_start * edges).sum(-1) / np.maximum((edges**2).sum(-1), 1e-20), 0, 1)
    edge = np.linalg.norm(from_start - t[..., None] * edges, axis=-1).argmin(1)
    rows = np.arange(len(points))
    weights = np.zeros((len(points), 3))
    weights[rows, edge], weights[rows, (edge + 1) % 3] = 1 - t[rows, edge], t[rows, edge]
    return weights
