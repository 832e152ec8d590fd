"""Which triangle lies under a point of a plane: texels and photo pixels to points on the mesh.

Every triangle's bounding box is compared with the point, which for the head takes a tenth of a millisecond: quick
enough for a pointer on the move, without an index to build.
"""

from __future__ import annotations

import numpy as np

from faceviewer.geometry.surface import SurfacePoint
from faceviewer.types import Camera, FaceMesh, Topology

_ON_EDGE = 1e-9
"""A weight this little below zero still counts as inside, so that no point falls between two triangles."""


class PlanarTriangles:
    """Triangles laid out on a plane, asked for the one under a point. Build one and keep it."""

    def __init__(
        self, xy: np.ndarray, triangles: np.ndarray, depth: np.ndarray | None = None, drawn: np.ndarray | None = None
    ) -> None:
        """Prepare the triangles.

        xy: (V, 2); triangles with a corner that is not finite are left out. triangles: (F, 3).
        depth: (V,) camera-frame z of a perspective view: nearer triangles hide others, and weights are those on the
        surface. Without it the layout is flat, and where triangles overlap the first wins.
        drawn: (F,) bool, the triangles that take part; all when None.
        """
        self._xy, self._triangles = np.asarray(xy, np.float64), np.asarray(triangles)
        self._depth = None if depth is None else np.asarray(depth, np.float64)
        corners = self._xy[self._triangles]
        usable = np.isfinite(corners).all((1, 2))
        self._ids = np.flatnonzero(usable if drawn is None else usable & drawn)
        low, high = corners[self._ids].min(1), corners[self._ids].max(1)
        self._left, self._bottom = np.ascontiguousarray(low.T)
        self._right, self._top = np.ascontiguousarray(high.T)

    def locate(self, xy: np.ndarray | tuple[float, float]) -> SurfacePoint | None:
        """The point of the mesh at ``xy`` (2,), or None where no triangle lies."""
        ids = self._around(xy, 0.0)
        a, b, c = self._xy[self._triangles[ids]].transpose(1, 0, 2)
        area = _cross(b - a, c - a)
        ids, area, a, b, c = (array[area != 0] for array in (ids, area, a, b, c))
        point = np.asarray(xy, np.float64)
        weights = np.stack(
            [_cross(b - point, c - point), _cross(c - point, a - point), _cross(a - point, b - point)], 1
        )
        weights /= area[:, None]
        inside = (weights >= -_ON_EDGE).all(1)
        return self._nearest_to_camera(ids[inside], weights[inside])

    def nearest(self, xy: np.ndarray | tuple[float, float], max_distance: float) -> SurfacePoint | None:
        """As ``locate``, but beside the triangles the nearest point on one of them within ``max_distance``."""
        found = self.locate(xy)
        ids = self._around(xy, max_distance)
        if found is not None or not len(ids):
            return found
        corners, point = self._xy[self._triangles[ids]], np.asarray(xy, np.float64)
        edges = np.roll(corners, -1, axis=1) - corners
        length2 = np.maximum((edges**2).sum(-1), np.finfo(float).tiny)
        t = np.clip(((point - corners) * edges).sum(-1) / length2, 0, 1)
        distance = np.linalg.norm(corners + t[..., None] * edges - point, axis=-1)
        row, edge = np.unravel_index(distance.argmin(), distance.shape)
        if distance[row, edge] > max_distance:
            return None
        weights = np.zeros((1, 3))
        weights[0, edge], weights[0, (edge + 1) % 3] = 1 - t[row, edge], t[row, edge]
        return self._nearest_to_camera(ids[row : row + 1], weights)

    def _around(self, xy: np.ndarray | tuple[float, float], margin: float) -> np.ndarray:
        """The triangles whose bounding box, grown by ``margin``, holds the point."""
        x, y = float(xy[0]), float(xy[1])
        columns = (self._left <= x + margin) & (self._right >= x - margin)
        return self._ids[columns & (self._bottom <= y + margin) & (self._top >= y - margin)]

    def _nearest_to_camera(self, ids: np.ndarray, weights: np.ndarray) -> SurfacePoint | None:
        """The nearest of the candidates, each given with its weights on the plane."""
        if not len(ids):
            return None
        if self._depth is None:
            return SurfacePoint.of(int(ids[0]), weights[0])
        inverse = np.clip(weights, 0, None) / self._depth[self._triangles[ids]]  # linear on the picture, unlike depth
        first = inverse.sum(1).argmax()
        return SurfacePoint.of(int(ids[first]), inverse[first])


def uv_locator(topology: Topology) -> PlanarTriangles:
    """From (u, v), origin bottom-left, to the mesh."""
    return PlanarTriangles(topology.uv, topology.uv_triangles)


def photo_locator(mesh: FaceMesh, camera: Camera) -> PlanarTriangles:
    """From photo pixels to the nearest surface that faces the camera there."""
    triangles = mesh.topology.triangles
    xy, depth = camera.project(mesh.vertices), camera.to_camera(mesh.vertices)[:, 2]
    a, b, c = xy[triangles].transpose(1, 0, 2)
    facing = _cross(b - a, c - a) < 0  # counter-clockwise to the eye, where y points down
    return PlanarTriangles(xy, triangles, depth, facing)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(...) the z of the cross product of (..., 2) vectors."""
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
