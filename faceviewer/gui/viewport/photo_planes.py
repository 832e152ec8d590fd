"""The photo around the head when one looks through its camera.

Three rectangles that fill the picture of the photo's camera: the photo itself behind the head; a veil of the photo
before the head, which fades the head without showing its inside as true translucency would; and the photo once more
before everything in the wiped share of the picture. They lie on the camera's own rays, so they are aligned exactly.
"""

from __future__ import annotations

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkTexture

from faceviewer.gui.viewport.projection import Ball
from faceviewer.gui.viewport.vtk_arrays import float_array, points_from, triangle_cells
from faceviewer.types import Camera

REACH = 1.25
"""The planes lie this many radii before and behind the middle of the head; the depth range must go beyond."""


class PhotoPlanes:
    """Backdrop, veil and wipe."""

    def __init__(self) -> None:
        self.backdrop, self.veil, self.wiped = (_Plane() for _ in range(3))
        self.veil.actor.ForceTranslucentOn()
        self.hide()

    @property
    def actors(self) -> tuple[vtkActor, ...]:
        return tuple(plane.actor for plane in (self.backdrop, self.veil, self.wiped))

    def hide(self) -> None:
        for actor in self.actors:
            actor.VisibilityOff()

    def show(self, texture: vtkTexture, camera: Camera, ball: Ball, *, mesh_opacity: float, wipe: float) -> None:
        """Place all three. ``wipe`` is the share of the picture, from the left, without the head."""
        middle_mm = float(camera.to_camera(np.array(ball.centre_mm))[2])
        behind = middle_mm + REACH * ball.radius_mm
        before = max(middle_mm - REACH * ball.radius_mm, 0.05 * middle_mm)
        self.backdrop.place(texture, camera, behind, (0.0, 1.0))
        self.veil.place(texture, camera, before, (wipe, 1.0))
        self.veil.actor.GetProperty().SetOpacity(1.0 - mesh_opacity)
        self.wiped.place(texture, camera, before * 0.999, (0.0, wipe))
        self.veil.actor.SetVisibility(mesh_opacity < 1.0 and wipe < 1.0)
        self.wiped.actor.SetVisibility(wipe > 0.0)


class _Plane:
    def __init__(self) -> None:
        self._data = vtkPolyData()
        self._data.SetPolys(triangle_cells(np.array([[0, 1, 2], [0, 2, 3]])))
        mapper = vtkPolyDataMapper()
        mapper.SetInputDataObject(self._data)
        self.actor = vtkActor()
        self.actor.SetMapper(mapper)
        self.actor.PickableOff()
        self.actor.GetProperty().SetLighting(False)

    def place(self, texture: vtkTexture, camera: Camera, depth_mm: float, span: tuple[float, float]) -> None:
        """Fill the share ``span`` (left, right) of the camera's picture at one depth."""
        (left, right), (width, height) = span, camera.size
        uv = np.array([[left, 0], [right, 0], [right, 1], [left, 1]], np.float32)
        corners_px = np.stack([uv[:, 0] * width, (1 - uv[:, 1]) * height], 1)
        self._data.SetPoints(points_from(camera.unproject(corners_px, np.full(4, depth_mm))))
        self._data.GetPointData().SetTCoords(float_array(uv, "uv"))
        self.actor.SetTexture(texture)
        self.actor.VisibilityOn()
