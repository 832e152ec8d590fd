"""Landmark sets as round dots of a fixed size on the screen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

from faceviewer.app.landmarks import landmark_groups
from faceviewer.app.palette import LANDMARK_GROUP_COLORS
from faceviewer.app.state import ViewState
from faceviewer.gui.viewport.projection import Projection
from faceviewer.gui.viewport.vtk_arrays import color_array, float_array, vertex_cells
from faceviewer.types import FaceMesh, Reconstruction, Topology

_LIFT_MM, _LIFT_RADII = 1.5, 2.0
"""How far dots are moved towards the eye, the second in radii of a dot, so that sloping skin does not cut them. On the
screen that moves nothing."""
_RIM_PX, _RIM_RGB = 1.0, (0.08, 0.08, 0.1)
"""A dark line around each dot sets it off from skin of its own colour."""


@dataclass(frozen=True, eq=False)
class ShownLandmarks:
    """All landmarks that are drawn on one head, set after set."""

    set_names: tuple[str, ...]
    indices: np.ndarray
    """(L,) numbers in their sets."""
    xyz_mm: np.ndarray
    """(L, 3) head frame, on the mesh that is shown."""
    rgb: np.ndarray
    """(L, 3) uint8."""


NO_LANDMARKS = ShownLandmarks((), np.zeros(0, int), np.zeros((0, 3)), np.zeros((0, 3), np.uint8))


def shown_landmarks(result: Reconstruction, mesh: FaceMesh, view: ViewState) -> ShownLandmarks:
    """The landmarks of the sets that ``view`` shows, on ``mesh``, without hidden ones when it says so."""
    names, indices, points, colors = [], [], [], []
    for name in sorted(view.landmark_sets & result.landmarks.keys(), key=int):
        landmarks = result.landmarks[name]
        if landmarks.vertices is None or landmarks.barycentric is None:
            continue
        count = len(landmarks.xy_px)
        kept = np.flatnonzero(landmarks.visible) if view.visible_only else np.arange(count)
        corners = mesh.vertices[landmarks.vertices[kept]]
        names += [name] * len(kept)
        indices.append(kept)
        points.append(np.einsum("lk,lkc->lc", landmarks.barycentric[kept], corners))
        colors.append(_group_colors(name, count, mesh.topology)[kept])
    if not names:
        return NO_LANDMARKS
    return ShownLandmarks(tuple(names), np.concatenate(indices), np.concatenate(points), np.concatenate(colors))


def _group_colors(set_name: str, count: int, topology: Topology) -> np.ndarray:
    groups = landmark_groups(set_name, topology)
    if len(groups) != count:  # another engine's set of that name
        groups = ("face",) * count
    return np.array([LANDMARK_GROUP_COLORS[group] for group in groups], np.uint8)


class LandmarkActor:
    """Draws ``ShownLandmarks``."""

    def __init__(self) -> None:
        self._data = vtkPolyData()
        self._points = vtkPoints()
        self._data.SetPoints(self._points)
        self._dots, self._rims = _points_actor(self._data), _points_actor(self._data)
        self._dots.GetProperty().SetAmbient(0.75)
        self._dots.GetProperty().SetDiffuse(0.35)
        rim = self._rims.GetProperty()
        rim.SetLighting(False)
        rim.SetColor(*_RIM_RGB)
        self._rims.GetMapper().SetScalarVisibility(False)
        self._landmarks, self._size_px = NO_LANDMARKS, 0.0

    @property
    def actors(self) -> tuple[vtkActor, ...]:
        """In the order in which they must be drawn."""
        return self._rims, self._dots

    def show(self, landmarks: ShownLandmarks) -> None:
        """Draw these from now on."""
        self._landmarks = landmarks
        self._data.SetVerts(vertex_cells(len(landmarks.indices)))
        self._data.GetPointData().SetScalars(color_array(landmarks.rgb))
        for actor in self.actors:
            actor.SetVisibility(bool(len(landmarks.indices)))

    def hide(self) -> None:
        """Draw none, until ``show`` is called."""
        for actor in self.actors:
            actor.VisibilityOff()

    def set_size(self, size_px: float, pixel_ratio: float) -> None:
        """Diameter of the dots in logical pixels; takes full effect with the next ``look_through``."""
        self._size_px = size_px
        self._dots.GetProperty().SetPointSize(size_px * pixel_ratio)
        self._rims.GetProperty().SetPointSize((size_px + 2 * _RIM_PX) * pixel_ratio)

    def look_through(self, projection: Projection) -> None:
        """Lift the dots off the skin for this view."""
        if len(self._landmarks.indices):
            xyz = self._landmarks.xyz_mm
            lift_mm = _LIFT_MM + _LIFT_RADII * self._size_px / 2 * projection.mm_per_pixel(xyz)
            lifted = xyz + lift_mm[:, None] * projection.towards_eye(xyz)
            self._points.SetData(float_array(lifted.astype(np.float32), "points"))
            self._points.Modified()


def _points_actor(data: vtkPolyData) -> vtkActor:
    mapper = vtkPolyDataMapper()
    mapper.SetInputDataObject(data)
    mapper.SetColorModeToDirectScalars()
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.PickableOff()
    actor.ForceTranslucentOn()  # drawn after the veil of the photo, which must not fade them
    actor.GetProperty().SetRenderPointsAsSpheres(True)
    return actor
