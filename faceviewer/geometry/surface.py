"""One point on a mesh, the currency of picking and linking: every view maps its pointer to one, and draws one.

A ``SurfacePoint`` names a triangle and a place in it, so it survives every deformation of the mesh and reads the same
in 3D, in the photo and in UV space.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.geometry.normals import triangle_normals
from faceviewer.types import Topology


@dataclass(frozen=True, order=True)
class SurfacePoint:
    """A place on a triangle mesh."""

    triangle: int
    """Number of the triangle."""
    barycentric: tuple[float, float, float]
    """Weights of its three corners, each 0 to 1, summing to 1."""

    @classmethod
    def of(cls, triangle: int, weights: np.ndarray) -> SurfacePoint:
        """The point with these (3,) ``weights``, which rounding may have carried a little outside the triangle."""
        inside = np.clip(np.asarray(weights, np.float64), 0.0, None)
        a, b, c = (inside / inside.sum()).tolist()
        return cls(triangle, (a, b, c))


def at_vertex(topology: Topology, vertex: int) -> SurfacePoint:
    """Vertex ``vertex`` as a point of the first triangle that has it. Raises ValueError when none has."""
    triangles, corners = np.nonzero(topology.triangles == vertex)
    if not len(triangles):
        raise ValueError(f"vertex {vertex} belongs to no triangle of {topology.name}")
    return SurfacePoint.of(int(triangles[0]), np.eye(3)[corners[0]])


def nearest_corner(triangles: np.ndarray, point: SurfacePoint) -> int:
    """The vertex id of the corner with the greatest weight; ``triangles`` (F, 3)."""
    return int(triangles[point.triangle][int(np.argmax(point.barycentric))])


def interpolate(values: np.ndarray, triangles: np.ndarray, point: SurfacePoint) -> np.ndarray:
    """(...) float64: per-vertex ``values`` (V, ...) at the point; ``triangles`` (F, 3) into ``values``."""
    return np.tensordot(point.barycentric, np.asarray(values[triangles[point.triangle]], np.float64), 1)


def position_mm(vertices_mm: np.ndarray, triangles: np.ndarray, point: SurfacePoint) -> np.ndarray:
    """(3,) float64: where the point lies, in the frame of ``vertices_mm`` (V, 3)."""
    return interpolate(vertices_mm, triangles, point)


def uv_of(topology: Topology, point: SurfacePoint) -> np.ndarray:
    """(2,) float64: the point in UV space, origin bottom-left."""
    return interpolate(topology.uv, topology.uv_triangles, point)


def normal_at(vertices: np.ndarray, triangles: np.ndarray, point: SurfacePoint) -> np.ndarray:
    """(3,) float64 unit normal, blended from the area-weighted vertex normals as smooth shading does it.

    Zero where the mesh has no area. Only the triangles around the three corners are looked at.
    """
    triangles = np.asarray(triangles)
    corners = triangles[point.triangle]
    total = np.zeros(3)
    for corner, weight in zip(corners, point.barycentric, strict=True):
        around = triangles[np.flatnonzero(triangles.ravel() == corner) // 3]
        total += weight * _unit(triangle_normals(vertices, around).sum(0))
    return _unit(total)


def ray_hit(
    vertices: np.ndarray, triangles: np.ndarray, origin: np.ndarray, direction: np.ndarray
) -> SurfacePoint | None:
    """The first point in front of ``origin`` (3,) along ``direction`` (3,) of any length, or None.

    Both sides of triangles are hit. Source: T. Moeller, B. Trumbore, Fast, minimum storage ray/triangle intersection,
    1997.
    """
    origin, direction = np.asarray(origin, np.float64), _unit(np.asarray(direction, np.float64))
    a, b, c = np.asarray(vertices, np.float64)[np.asarray(triangles).T]
    ab, ac, to_origin = b - a, c - a, origin - a
    across, turned = np.cross(direction, ac), np.cross(to_origin, ab)
    determinant = np.einsum("fc,fc->f", ab, across)
    with np.errstate(divide="ignore", invalid="ignore"):
        v = np.einsum("fc,fc->f", to_origin, across) / determinant
        w = turned @ direction / determinant
        distance = np.einsum("fc,fc->f", ac, turned) / determinant
    weights = np.stack([1 - v - w, v, w], 1)
    hits = np.flatnonzero((weights >= -1e-9).all(1) & (distance > 0) & np.isfinite(distance))
    if not len(hits):
        return None
    first = hits[distance[hits].argmin()]
    return SurfacePoint.of(int(first), weights[first])


def _unit(vector: np.ndarray) -> np.ndarray:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector
