"""What lies under the pointer: a place on the mesh, or a landmark near by."""

from __future__ import annotations

import numpy as np

from faceviewer.geometry.planar import PlanarTriangles
from faceviewer.geometry.surface import SurfacePoint, position_mm, ray_hit
from faceviewer.gui.viewport.landmark_actor import ShownLandmarks
from faceviewer.gui.viewport.projection import Projection
from faceviewer.gui.viewport.watch import Watch
from faceviewer.types import FaceMesh

_HIDDEN_MM = 6.0
"""A landmark this far behind the surface that is drawn over it cannot be picked."""


class Picker:
    """Answers for one pane; prepares itself anew when the mesh or the view has changed."""

    def __init__(self) -> None:
        self._watch = Watch()
        self._triangles: PlanarTriangles | None = None

    def surface(self, xy: tuple[float, float], mesh: FaceMesh, projection: Projection) -> SurfacePoint | None:
        """The nearest place of the mesh under the pane position ``xy``, whichever side of it one sees."""
        triangles = mesh.topology.triangles
        if projection.parallel:
            origin, direction = projection.ray(xy)
            return ray_hit(mesh.vertices, triangles, origin, direction)
        if self._watch.changed(mesh, projection) or self._triangles is None:
            depth = projection.depth_mm(mesh.vertices)
            self._triangles = PlanarTriangles(projection.to_pane(mesh.vertices), triangles, depth)
        return self._triangles.locate(xy)

    def landmark(
        self,
        xy: tuple[float, float],
        landmarks: ShownLandmarks,
        radius_px: float,
        mesh: FaceMesh,
        projection: Projection,
    ) -> int | None:
        """The place in ``landmarks`` of the one nearest to ``xy`` within ``radius_px`` that is not behind the head."""
        if not len(landmarks.indices):
            return None
        at = projection.to_pane(landmarks.xyz_mm)
        distance = np.nan_to_num(np.linalg.norm(at - xy, axis=1), nan=np.inf)
        for number in np.argsort(distance):
            if distance[number] > radius_px:
                return None
            if self._is_in_front(landmarks.xyz_mm[number], tuple(at[number]), mesh, projection):
                return int(number)
        return None

    def _is_in_front(self, xyz_mm: np.ndarray, at: tuple[float, float], mesh: FaceMesh, projection: Projection) -> bool:
        hit = self.surface(at, mesh, projection)
        if hit is None:
            return True
        surface_mm = position_mm(mesh.vertices, mesh.topology.triangles, hit)
        return bool(projection.depth_mm(xyz_mm) <= projection.depth_mm(surface_mm) + _HIDDEN_MM)
