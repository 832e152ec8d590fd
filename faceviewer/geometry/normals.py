"""Normals of triangle meshes."""

from __future__ import annotations

import numpy as np


def triangle_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(F, 3) float64 normals of length twice the area, outwards for counter-clockwise triangles."""
    a, b, c = np.asarray(vertices, np.float64)[np.asarray(triangles).T]
    return np.cross(b - a, c - a)


def vertex_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(V, 3) float64 unit normals, area-weighted; zero where a vertex has no triangle of positive area."""
    faces = triangle_normals(vertices, triangles)
    total = np.zeros((len(vertices), 3))
    for corner in range(3):
        for axis in range(3):
            total[:, axis] += np.bincount(triangles[:, corner], faces[:, axis], minlength=len(vertices))
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.divide(total, length, out=np.zeros_like(total), where=length > 0)


class VertexNormals:
    """``vertex_normals`` for one list of triangles and many shapes: prepared once, then four times as quick."""

    def __init__(self, triangles: np.ndarray, vertex_count: int) -> None:
        """triangles: (F, 3) vertex ids."""
        self._corners = np.ascontiguousarray(np.asarray(triangles).T, np.int64)
        corner_vertex = np.asarray(triangles, np.int64).ravel()
        order = np.argsort(corner_vertex, kind="stable")
        counts = np.bincount(corner_vertex, minlength=vertex_count)
        rank = np.arange(len(order)) - (np.cumsum(counts) - counts)[corner_vertex[order]]
        none = len(triangles)  # one more normal, which stays zero
        self._around = np.full((max(int(counts.max()), 1), vertex_count), none)
        self._around[rank, corner_vertex[order]] = order // 3

    def __call__(self, vertices: np.ndarray) -> np.ndarray:
        """(V, 3) to (V, 3) float32 unit normals, area-weighted; zero where a vertex has no triangle with an area."""
        xyz = np.ascontiguousarray(np.asarray(vertices, np.float32).T)
        a, b, c = (xyz.take(corner, axis=1) for corner in self._corners)
        ab, ac = b - a, c - a
        total = np.empty_like(xyz)
        of_triangle = np.zeros(self._corners.shape[1] + 1, np.float32)
        for axis, (i, j) in enumerate(((1, 2), (2, 0), (0, 1))):
            of_triangle[:-1] = ab[i] * ac[j] - ab[j] * ac[i]
            total[axis] = of_triangle.take(self._around[0])
            for row in self._around[1:]:
                total[axis] += of_triangle.take(row)
        length = np.sqrt(np.einsum("cv,cv->v", total, total))
        return np.divide(total, length, out=np.zeros_like(total), where=length > 0).T
