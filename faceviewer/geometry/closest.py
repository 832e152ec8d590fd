"""Closest points on a triangle surface, for many points at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

CANDIDATES = (8, 32)
"""How many pieces of triangles are tried: the second number where the first leaves it open that another is nearer."""
_PIECE = 2.5
"""Triangles are cut until their radius is at most this multiple of the median: a KD-tree of centres then finds them."""


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
        triangle, weights = np.zeros(len(points), np.int64), np.zeros((len(points), 3))
        open_rows = np.arange(len(points))
        for candidates in CANDIDATES:
            if not len(open_rows):
                break
            candidates = min(candidates, len(self._radius))
            found = self._tree.query(points[open_rows], k=candidates)
            away, pieces = (np.asarray(column).reshape(-1, candidates) for column in found)
            triangle[open_rows], weights[open_rows], best = self._best(points[open_rows], away, pieces)
            beyond = away[:, -1] - self._radius.max() < best  # a piece not among the candidates might be nearer
            open_rows = open_rows[beyond] if candidates < len(self._radius) else open_rows[:0]
        nearest = np.einsum("nk,nkc->nc", weights, self._corners[triangle])
        return SurfacePoints(triangle, weights, nearest, np.linalg.norm(nearest - points, axis=1))

    def _best(
        self, points: np.ndarray, away: np.ndarray, pieces: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(triangle, weights, distance) of the nearest of the pieces (n, k), whose centres are ``away`` (n, k)."""
        first = self._owner[pieces[:, 0]]
        weights, limit = self._on_triangles(points, first)
        # Pieces whose ball lies beyond the first find cannot be nearer.
        rows, columns = np.nonzero(away - self._radius[pieces] < limit[:, None])
        rows, owners = _unique_pairs(rows, self._owner[pieces[rows, columns]], len(self.triangles))
        pair_weights, distance = self._on_triangles(points[rows], owners)
        order = np.lexsort((owners, distance, rows))
        nearest = order[np.flatnonzero(np.diff(rows[order], prepend=-1))]
        best = (first, weights, limit)
        for values, found in zip(best, (owners, pair_weights, distance), strict=True):
            values[rows[nearest]] = found[nearest]
        return best

    def _on_triangles(self, points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """((m, 3) weights, (m,) distance) of the nearest point of one triangle each."""
        corners = self._corners[triangles]
        weights = _nearest_weights(points, corners)
        return weights, np.linalg.norm(np.einsum("mk,mkc->mc", weights, corners) - points, axis=1)


def _unique_pairs(rows: np.ndarray, triangles: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    keys = np.unique(rows * count + triangles)
    return keys // count, keys % count


def _cut(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(P, 3, 3) pieces of about even size of the triangles (F, 3, 3), and (P,) the triangle of each."""

    def radius(pieces: np.ndarray) -> np.ndarray:
        return np.linalg.norm(pieces - pieces.mean(1, keepdims=True), axis=2).max(1)

    largest = _PIECE * float(np.median(radius(corners)))
    pieces, owner = corners, np.arange(len(corners))
    done: list[tuple[np.ndarray, np.ndarray]] = []
    while len(pieces):
        small = (radius(pieces) <= largest) | (largest == 0)
        done.append((pieces[small], owner[small]))
        large, middle = pieces[~small], (pieces[~small] + np.roll(pieces[~small], -1, axis=1)) / 2
        quarters = [np.stack([large[:, i], middle[:, i], middle[:, i - 1]], 1) for i in range(3)]
        pieces, owner = np.concatenate([*quarters, middle]), np.tile(owner[~small], 4)
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
