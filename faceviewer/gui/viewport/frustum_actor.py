"""The photo's camera in the scene: a pyramid of lines and the photo as its picture."""

from __future__ import annotations

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkTexture

from faceviewer.app.frustum import Frustum
from faceviewer.app.palette import RGB
from faceviewer.gui.viewport.vtk_arrays import SharedArray, float_array, points_of, triangle_cells

_LINE_PX = 1.6
_EYE, _CORNERS, _SHOULDERS, _AXIS = 0, (1, 2, 3, 4), (5, 6, 7, 8), (9, 10)
"""Numbers of the points in ``Frustum.points_mm``."""
_LINES = (
    *((_EYE, shoulder) for shoulder in _SHOULDERS),
    *zip(_SHOULDERS, _CORNERS, strict=True),
    *zip(_CORNERS, (*_CORNERS[1:], _CORNERS[0]), strict=True),
    _AXIS,
)


class FrustumActor:
    """Draws one ``Frustum``; its places are overwritten when they change."""

    def __init__(self) -> None:
        self._points = SharedArray((12, 3), np.float64, "points")
        self._corners = SharedArray((4, 3), np.float64, "points")
        self._line_points, self._corner_points = points_of(self._points), points_of(self._corners)
        self._lines, self._picture = _lines_actor(self._line_points), _picture_actor(self._corner_points)
        self.hide()

    @property
    def actors(self) -> tuple[vtkActor, ...]:
        return self._picture, self._lines

    def hide(self) -> None:
        """Draw none, until ``show`` is called."""
        for actor in self.actors:
            actor.VisibilityOff()

    def show(self, frustum: Frustum, texture: vtkTexture | None, ink: RGB) -> None:
        """Draw this one from now on; without ``texture`` only its lines."""
        self._points.set(frustum.points_mm)
        self._corners.set(frustum.corners_mm)
        for points in (self._line_points, self._corner_points):
            points.Modified()
        self._lines.GetProperty().SetColor(*(channel / 255 for channel in ink))
        self._lines.VisibilityOn()
        if texture is not None:
            self._picture.SetTexture(texture)
        self._picture.SetVisibility(texture is not None)

    def set_pixel_ratio(self, ratio: float) -> None:
        """Device pixels per logical one."""
        self._lines.GetProperty().SetLineWidth(_LINE_PX * ratio)


def _lines_actor(points: object) -> vtkActor:
    cells = vtkCellArray()
    for start, end in _LINES:
        cells.InsertNextCell(2)
        cells.InsertCellPoint(start)
        cells.InsertCellPoint(end)
    data = vtkPolyData()
    data.SetPoints(points)  # type: ignore[arg-type]
    data.SetLines(cells)
    actor = _actor(data)
    mapper = actor.GetMapper()  # the outline lies in the picture's own plane: pull it in front
    mapper.SetResolveCoincidentTopologyToPolygonOffset()
    mapper.SetRelativeCoincidentTopologyLineOffsetParameters(-2.0, -2.0)
    return actor


def _picture_actor(points: object) -> vtkActor:
    data = vtkPolyData()
    data.SetPoints(points)  # type: ignore[arg-type]
    data.SetPolys(triangle_cells(np.array([[0, 3, 2], [0, 2, 1]])))
    uv = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)
    data.GetPointData().SetTCoords(float_array(uv, "uv"))
    return _actor(data)


def _actor(data: vtkPolyData) -> vtkActor:
    mapper = vtkPolyDataMapper()
    mapper.SetInputDataObject(data)
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.PickableOff()
    actor.GetProperty().SetLighting(False)
    return actor
