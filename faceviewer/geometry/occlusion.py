"""What a camera sees of a mesh that hides parts of itself; numpy only, for views that must not wait for torch."""

from __future__ import annotations

import numpy as np

from faceviewer.types import Camera, FaceMesh

_SIDE_PX = 256
"""The mesh is drawn this large to find out what hides what."""
_TOLERANCE_MM = 4.0
"""A surface this little behind another is still seen: pixels are coarser than triangles."""


def seen_triangles(mesh: FaceMesh, camera: Camera) -> np.ndarray:
    """(F,) bool: triangles that face the camera and whose centre no other triangle hides."""
    triangles = mesh.topology.triangles
    xyz = camera.to_camera(mesh.vertices)
    a, b, c = xyz[triangles].transpose(1, 0, 2)
    centres = (a + b + c) / 3
    facing = np.einsum("fc,fc->f", np.cross(b - a, c - a), centres) < 0
    facing &= (xyz[triangles, 2] > 0).all(1)
    ids, seen = np.flatnonzero(facing), np.zeros(len(triangles), bool)
    if not len(ids):
        return seen
    xy = xyz[:, :2] / np.maximum(xyz[:, 2:], 1e-6)
    low, high = xy[triangles[ids]].min((0, 1)), xy[triangles[ids]].max((0, 1))
    scale = (_SIDE_PX - 1) / max(float((high - low).max()), 1e-9)
    pixels = (xy - low) * scale
    nearest = _depth_picture(pixels[triangles[ids]], xyz[triangles[ids], 2])
    column, row = ((centres[ids, :2] / centres[ids, 2:] - low) * scale).astype(int).T
    seen[ids] = centres[ids, 2] <= nearest[row, column] + _TOLERANCE_MM
    return seen


def _depth_picture(corners: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """(S, S) float64: the least depth at every pixel centre, infinite where there is nothing.

    corners: (N, 3, 2) pixels, all inside the picture. depth: (N, 3). Triangles of similar size are drawn together.
    """
    picture = np.full(_SIDE_PX * _SIDE_PX, np.inf)
    first = np.floor(corners.min(1)).astype(int)
    extent = (np.floor(corners.max(1)).astype(int) - first).max(1) + 1
    classes = np.ceil(np.log2(extent)).astype(int)
    for size_class in np.unique(classes):
        rows = np.flatnonzero(classes == size_class)
        offsets = np.stack(np.meshgrid(*[np.arange(2**size_class)] * 2), -1).reshape(-1, 2)
        for chunk in np.array_split(rows, len(rows) * len(offsets) // 2_000_000 + 1):
            _draw(picture, corners[chunk], depth[chunk], first[chunk], offsets)
    return picture.reshape(_SIDE_PX, _SIDE_PX)


def _draw(picture: np.ndarray, corners: np.ndarray, depth: np.ndarray, first: np.ndarray, offsets: np.ndarray) -> None:
    """Lower ``picture`` to the depth of each triangle at the pixels ``first + offsets`` whose centres it covers."""
    column, row = (first[:, None, axis] + offsets[:, axis] for axis in range(2))
    x, y = column + 0.5, row + 0.5
    a, b, c = (corners[:, None, corner] for corner in range(3))
    to_a, to_b, to_c = _area(b, c, x, y), _area(c, a, x, y), _area(a, b, x, y)
    area = to_a + to_b + to_c
    inside = (to_a * area >= 0) & (to_b * area >= 0) & (to_c * area >= 0) & (area != 0)
    inside &= (column < _SIDE_PX) & (row < _SIDE_PX)
    weighted = to_a * depth[:, :1] + to_b * depth[:, 1:2] + to_c * depth[:, 2:]
    np.minimum.at(picture, (row * _SIDE_PX + column)[inside], weighted[inside] / area[inside])


def _area(a: np.ndarray, b: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Twice the signed area of the triangle between two points (..., 2) and (x, y)."""
    return (b[..., 0] - a[..., 0]) * (y - a[..., 1]) - (b[..., 1] - a[..., 1]) * (x - a[..., 0])
