"""A head as the photo's camera sees it: all that the photo pane draws or looks up, computed when first needed."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from PySide6.QtCore import QRectF

from faceviewer.geometry.id_picture import triangle_ids
from faceviewer.geometry.parts import triangle_parts
from faceviewer.geometry.planar import PlanarTriangles, photo_locator
from faceviewer.geometry.planar_edges import PlanarEdges, planar_edges
from faceviewer.geometry.surface import SurfacePoint, position_mm
from faceviewer.types import Camera, FaceMesh, Reconstruction

_TINT_SIDE_PX = 900
"""Longer side of pictures of triangles: fine enough to zoom in, and painted within a few hundredths of a second."""
_HIDDEN_BEHIND_MM = 2.0
_BESIDE_MM = 4.0
"""A triangle this little behind another is its neighbour."""


class ProjectedHead:
    """The shown mesh (with edits) through the camera of the result."""

    def __init__(self, result: Reconstruction, mesh: FaceMesh) -> None:
        self.result = result
        self.mesh = mesh

    @property
    def camera(self) -> Camera:
        return self.result.camera

    @cached_property
    def xy_px(self) -> np.ndarray:
        """(V, 2) photo pixels of the vertices."""
        return self.camera.project(self.mesh.vertices)

    @cached_property
    def locator(self) -> PlanarTriangles:
        """From photo pixels to the surface."""
        return photo_locator(self.mesh, self.camera)

    @cached_property
    def part_of(self) -> np.ndarray:
        """(F,) the part of each triangle, as ``triangle_parts``."""
        return triangle_parts(self.mesh.topology)

    @cached_property
    def edges(self) -> PlanarEdges:
        """The edges of the triangles that the camera sees, in photo pixels."""
        return planar_edges(self.xy_px, self.mesh.topology.triangles[self._seen])

    @cached_property
    def frame_px(self) -> QRectF:
        """The part of the photo that the head covers."""
        width, height = self.camera.size
        xy = self.xy_px[np.isfinite(self.xy_px).all(1)]
        if not len(xy):
            return QRectF()
        left, top = np.maximum(np.floor(xy.min(0)), 0)
        right, bottom = np.minimum(np.ceil(xy.max(0)), (width, height))
        return QRectF(left, top, max(right - left, 0), max(bottom - top, 0))

    @cached_property
    def triangle_ids(self) -> np.ndarray:
        """(H, W) int32: the triangle that is seen at each pixel of ``frame_px``, drawn at a size of its own."""
        frame, scale = self.frame_px, self._tint_scale
        size = max(round(frame.width() * scale), 1), max(round(frame.height() * scale), 1)
        xy = (self.xy_px - (frame.left(), frame.top())) * scale
        return triangle_ids(xy, self.mesh.topology.triangles, size, depth=self._depth_mm, drawn=self._facing)

    @property
    def _tint_scale(self) -> float:
        return _TINT_SIDE_PX / max(self.frame_px.width(), self.frame_px.height(), 1.0)

    @cached_property
    def _depth_mm(self) -> np.ndarray:
        return self.camera.to_camera(self.mesh.vertices)[:, 2]

    @cached_property
    def _facing(self) -> np.ndarray:
        """(F,) bool: counter-clockwise to the eye, where y points down."""
        a, b, c = self.xy_px[self.mesh.topology.triangles].transpose(1, 0, 2)
        u, v = b - a, c - a
        return u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] < 0

    @cached_property
    def _seen(self) -> np.ndarray:
        """(F,) bool: faces the camera, and nothing lies clearly before its centre."""
        triangles, frame, ids = self.mesh.topology.triangles, self.frame_px, self.triangle_ids
        seen = np.zeros(len(triangles), bool)
        facing = np.flatnonzero(self._facing)
        centre = (self.xy_px[triangles[facing]].mean(1) - (frame.left(), frame.top())) * self._tint_scale
        column, row = np.floor(centre).astype(int).T
        inside = (column >= 0) & (row >= 0) & (column < ids.shape[1]) & (row < ids.shape[0])
        facing, front = facing[inside], ids[row[inside], column[inside]]
        depth = self._depth_mm[triangles].mean(1)
        seen[facing] = (front >= 0) & (depth[facing] <= depth[front] + _BESIDE_MM)
        return seen

    def landmarks_px(self, set_name: str) -> np.ndarray:
        """(L, 2) photo pixels of a set on the mesh as it is shown."""
        points = self.result.landmarks[set_name]
        if self.mesh is self.result.mesh or points.vertices is None or points.barycentric is None:
            return points.xy_px
        xyz_mm = np.einsum("lk,lkc->lc", points.barycentric, self.mesh.vertices[points.vertices])
        return self.camera.project(xyz_mm)

    def point_px(self, point: SurfacePoint) -> tuple[float, float]:
        """Photo pixel of a point on the surface; NaN behind the camera."""
        x, y = self.camera.project(position_mm(self.mesh.vertices, self.mesh.topology.triangles, point))
        return float(x), float(y)

    def hides(self, point: SurfacePoint) -> bool:
        """Whether the head itself lies before ``point``."""
        xy = self.point_px(point)
        front = self.locator.locate(xy) if np.isfinite(xy).all() else None
        if front is None:
            return True
        triangles, vertices = self.mesh.topology.triangles, self.mesh.vertices
        depth = [float(self.camera.to_camera(position_mm(vertices, triangles, p))[2]) for p in (point, front)]
        return depth[0] - depth[1] > _HIDDEN_BEHIND_MM
