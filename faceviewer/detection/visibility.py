"""Which of the 478 landmarks the camera sees: the landmark mesh itself tells, no second network.

A point is hidden when its surface turns away, or when another part of the face (in a profile the nose, the brow)
lies before it by more than a small part of the face's size. Hair, hands and glasses are not looked for.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from faceviewer.detection.canonical import canonical_face
from faceviewer.detection.topology import (
    LEFT_EYELIDS,
    LEFT_IRIS,
    MESH_POINT_COUNT,
    POINT_COUNT,
    RIGHT_EYELIDS,
    RIGHT_IRIS,
)

_MIN_FACING = 0.05  # cosine of the angle between a point's normal and the direction to the camera
_CELLS = 48  # of the depth grid, along the face's longer side
_MIN_GAP = 0.04  # of the face's longer side between a point and what hides it
_SAMPLES_PER_SIDE = 9


def visible_points(xy_px: np.ndarray, z_px: np.ndarray) -> np.ndarray:
    """(478, 2) points and (478,) depths of the landmark network to (478,) bool."""
    points = np.column_stack([xy_px, z_px])[:MESH_POINT_COUNT]
    low = points.min(0)
    side = max(float(np.ptp(points[:, :2], axis=0).max()), 1e-6)
    unit = (points - low) / side
    facing = _facing(unit)
    seen = (facing > _MIN_FACING) & ~_covered(unit, facing)
    visible = np.ones(POINT_COUNT, bool)
    visible[:MESH_POINT_COUNT] = seen
    visible[RIGHT_IRIS] = seen[RIGHT_EYELIDS].mean() > 0.5
    visible[LEFT_IRIS] = seen[LEFT_EYELIDS].mean() > 0.5
    return visible


def _facing(points: np.ndarray) -> np.ndarray:
    """(468,) cosine between the mesh's normal at each point and the direction to the camera (smaller z)."""
    triangles = canonical_face().triangles
    a, b, c = (points[triangles[:, k]] for k in range(3))
    face_normals = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for k in range(3):
        np.add.at(normals, triangles[:, k], face_normals)
    return -normals[:, 2] / np.maximum(np.linalg.norm(normals, axis=1), 1e-12)


def _covered(points: np.ndarray, facing: np.ndarray) -> np.ndarray:
    """(468,) bool: something nearer lies in the point's cell of a depth grid drawn from the mesh."""
    corners = points[canonical_face().triangles]
    drawn = (_sample_weights() @ corners).reshape(-1, 3)
    nearest = np.full(_CELLS * _CELLS, np.inf)
    np.minimum.at(nearest, _cells(drawn), drawn[:, 2])
    cosine = np.clip(facing, _MIN_FACING, 1)
    slope = np.sqrt(1 - cosine**2) / cosine  # a steep surface is nearer somewhere in its own cell
    return points[:, 2] > nearest[_cells(points)] + _MIN_GAP + slope / _CELLS


def _cells(points: np.ndarray) -> np.ndarray:
    column, row = np.minimum((points[:, :2] * _CELLS).astype(np.int64), _CELLS - 1).T
    return row * _CELLS + column


@lru_cache(maxsize=1)
def _sample_weights() -> np.ndarray:
    """(S, 3) barycentric weights spread evenly over a triangle."""
    steps = np.arange(_SAMPLES_PER_SIDE)
    a, b = np.meshgrid(steps, steps)
    inside = a + b < _SAMPLES_PER_SIDE
    ab = np.column_stack([a[inside], b[inside]]) / (_SAMPLES_PER_SIDE - 1)
    return np.column_stack([ab, 1 - ab.sum(1)])
