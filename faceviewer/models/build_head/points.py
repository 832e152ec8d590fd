"""Points on the render mesh, and ways to find them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linear_sum_assignment

from faceviewer.geometry.closest import Surface
from faceviewer.models.build_head.control_mesh import SKIN
from faceviewer.models.build_head.render_mesh import RenderMesh


@dataclass(frozen=True)
class MeshPoints:
    """Points on the mesh."""

    vertices: np.ndarray
    """(L, 3) int64 corner vertices."""
    weights: np.ndarray
    """(L, 3) barycentric."""

    def __getitem__(self, rows: slice | np.ndarray | list[int]) -> MeshPoints:
        return MeshPoints(self.vertices[rows], self.weights[rows])

    def matrix(self, n: int) -> sp.csr_matrix:
        """(L, n) that takes ``n`` vertices to the points."""
        rows = np.repeat(np.arange(len(self.vertices)), 3)
        return sp.csr_matrix((self.weights.ravel(), (rows, self.vertices.ravel())), shape=(len(self.vertices), n))

    def at(self, vertices: np.ndarray) -> np.ndarray:
        """(L, 3) positions."""
        return np.einsum("lk,lkc->lc", self.weights, vertices[self.vertices])

    def mirrored(self, mesh: RenderMesh) -> MeshPoints:
        """The points on the other side of the head, in the same order."""
        return MeshPoints(mesh.symmetry[self.vertices], self.weights)


def join(*points: MeshPoints) -> MeshPoints:
    return MeshPoints(np.concatenate([p.vertices for p in points]), np.concatenate([p.weights for p in points]))


def at_vertices(ids: np.ndarray) -> MeshPoints:
    """Points that are vertices."""
    return MeshPoints(np.repeat(np.asarray(ids)[:, None], 3, 1), np.tile([1.0, 0.0, 0.0], (len(ids), 1)))


def along_line(mesh: RenderMesh, line: np.ndarray, fractions: np.ndarray) -> MeshPoints:
    """Points at fractions of the length of a line of vertices."""
    steps = np.linalg.norm(np.diff(mesh.vertices_mm[line], axis=0), axis=1)
    length = np.concatenate([[0], np.cumsum(steps)])
    at = np.asarray(fractions) * length[-1]
    start = np.clip(np.searchsorted(length, at, side="right") - 1, 0, len(steps) - 1)
    part = (at - length[start]) / steps[start]
    corners = np.stack([line[start], line[start + 1], line[start]], 1)
    return MeshPoints(corners, np.stack([1 - part, part, np.zeros_like(part)], 1))


def nearest_on_skin(mesh: RenderMesh, points_mm: np.ndarray) -> MeshPoints:
    """The skin's points nearest to (L, 3) points."""
    skin = mesh.triangles[mesh.labels == SKIN]
    found = Surface(mesh.vertices_mm, skin).nearest(points_mm)
    return MeshPoints(skin[found.triangle], found.weights)


def cast_on_skin(mesh: RenderMesh, axis: int, across_mm: np.ndarray) -> MeshPoints:
    """The skin's points seen first along an axis from +infinity, at (L, 2) coordinates in the other two axes.

    Raises ValueError where nothing is seen.
    """
    skin = mesh.triangles[mesh.labels == SKIN]
    others = [k for k in range(3) if k != axis]
    a, b, c = (mesh.vertices_mm[skin[:, k]] for k in range(3))
    (a2, b2, c2) = (corner[:, others] for corner in (a, b, c))
    area = _cross(b2 - a2, c2 - a2)
    vertices, weights = [], []
    for point in across_mm:
        with np.errstate(divide="ignore", invalid="ignore"):
            w = np.stack([_cross(c2 - b2, point - b2), _cross(a2 - c2, point - c2), _cross(b2 - a2, point - a2)], 1)
            w /= area[:, None]
        hit = np.flatnonzero((w >= -1e-9).all(1))
        if not len(hit):
            raise ValueError(f"no skin at {point} along axis {axis}")
        height = (w[hit] * np.stack([corner[hit, axis] for corner in (a, b, c)], 1)).sum(1)
        best = hit[height.argmax()]
        vertices.append(skin[best])
        weights.append(w[best])
    return MeshPoints(np.array(vertices), np.array(weights))


def mirror_order(points: MeshPoints, vertices_mm: np.ndarray) -> np.ndarray:
    """(L,) int64: for each point of a symmetric set the one on the other side; of equal places the nearest number."""
    at, number = points.at(vertices_mm), np.arange(len(points.vertices))
    distance = np.linalg.norm((at * (-1, 1, 1))[:, None] - at[None], axis=2)
    return linear_sum_assignment(distance**2 + 1e-6 * np.abs(number[:, None] - number[None]))[1]


def _cross(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
