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
