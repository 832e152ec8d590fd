"""The head as VTK draws it: made once per topology, updated in place when vertices, colours or texture change."""

from __future__ import annotations

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkTexture

from faceviewer.app.palette import MESH_GREY, RGB
from faceviewer.geometry.normals import vertex_normals
from faceviewer.gui.viewport.looks import Look
from faceviewer.gui.viewport.split_mesh import split
from faceviewer.gui.viewport.vtk_arrays import SharedArray, color_array, float_array, points_of, triangle_cells
from faceviewer.types import FaceMesh, Topology

_POINT_SIZE_PX = 2.0
_LINE_WIDTH_PX = 1.0
_EDGE_OPACITY = 0.35
_SHADING, _DATA_SHADING = (0.14, 0.88), (0.5, 0.52)
"""Shares of (ambient, diffuse) light."""
_SPECULAR = 0.06


class HeadActor:
    """The surface of one head, and the parts painted on it."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self._split = split(topology)
        count = len(self._split.vertex_of_point)
        self._xyz = SharedArray((count, 3), np.float32, "points")
        self._normals = SharedArray((count, 3), np.float32, "normals")
        self._colors = SharedArray((count, 3), np.uint8, "colors")
        self._points = points_of(self._xyz)
        self._surface = self._polydata(self._split.triangles)
        self._surface.GetPointData().SetTCoords(float_array(self._split.uv, "uv"))
        self._surface.GetPointData().SetScalars(self._colors.vtk)
        self.normals = np.zeros((0, 3))
        """(V, 3) of the vertices that are drawn."""
        self.surface = _actor(self._surface)
        self._painted = self._polydata(np.zeros((0, 3), np.int64))
        self._painted_colors: np.ndarray | None = None
        self.paint = _actor(self._painted)
        _prepare_paint(self.paint)

    def set_vertices(self, mesh: FaceMesh) -> None:
        """Move the points to ``mesh``, which has this actor's topology."""
        self.normals = vertex_normals(mesh.vertices, self.topology.triangles)
        self._xyz.set(mesh.vertices[self._split.vertex_of_point])
        self._normals.set(self.normals[self._split.vertex_of_point])
        self._points.Modified()
        self._surface.Modified()
        self._painted.Modified()

    def set_colors(self, rgb: np.ndarray) -> None:
        """(V, 3) uint8, one colour per vertex, shown while the look has point colours."""
        self._colors.set(rgb[self._split.vertex_of_point])
        self._surface.Modified()

    def set_look(self, look: Look, texture: vtkTexture | None, *, smooth: bool, ink: RGB, colored: bool) -> None:
        """Draw the surface as ``look`` says; ``ink`` is for lines and points, ``colored`` uses the vertex colours."""
        self.surface.SetTexture(texture)  # type: ignore[arg-type]  (None takes it away)
        self.surface.GetMapper().SetScalarVisibility(colored)
        shape = self.surface.GetProperty()
        thin = look.representation != "surface"
        white = texture is not None or colored
        shape.SetColor(*_unit(ink if thin else (255, 255, 255) if white else MESH_GREY))
        shape.SetLighting(look.lit)
        shape.SetEdgeVisibility(look.edges)
        shape.SetEdgeColor(*_unit(ink))
        shape.SetEdgeOpacity(_EDGE_OPACITY)
        {
            "surface": shape.SetRepresentationToSurface,
            "wireframe": shape.SetRepresentationToWireframe,
            "points": shape.SetRepresentationToPoints,
        }[look.representation]()
        for part in (shape, self.paint.GetProperty()):
            part.SetInterpolationToPhong() if smooth else part.SetInterpolationToFlat()
            part.SetLighting(look.lit)
            part.SetAmbient(_DATA_SHADING[0] if look.data else _SHADING[0])
            part.SetDiffuse(_DATA_SHADING[1] if look.data else _SHADING[1])
            part.SetSpecular(0.0 if look.data else _SPECULAR)

    def set_paint(self, triangles: np.ndarray, rgb: np.ndarray, opacity: float) -> None:
        """Paint the given triangles, (N,) numbers, with (N, 3) uint8 colours at ``opacity``."""
        self._painted.SetPolys(triangle_cells(self._split.triangles[triangles]))
        self._painted.GetCellData().SetScalars(color_array(rgb))
        self._painted.Modified()
        self.paint.GetProperty().SetOpacity(opacity)
        self.paint.SetVisibility(bool(len(triangles)) and opacity > 0)

    def set_pixel_ratio(self, ratio: float) -> None:
        """Device pixels per logical one, which lines and points are drawn with."""
        self.surface.GetProperty().SetPointSize(_POINT_SIZE_PX * ratio)
        self.surface.GetProperty().SetLineWidth(_LINE_WIDTH_PX * ratio)

    def _polydata(self, triangles: np.ndarray) -> vtkPolyData:
        data = vtkPolyData()
        data.SetPoints(self._points)
        data.SetPolys(triangle_cells(triangles))
        data.GetPointData().SetNormals(self._normals.vtk)
        return data


def _actor(data: vtkPolyData) -> vtkActor:
    mapper = vtkPolyDataMapper()
    mapper.SetInputDataObject(data)
    mapper.SetColorModeToDirectScalars()
    mapper.SetInterpolateScalarsBeforeMapping(False)
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.PickableOff()
    actor.GetProperty().SetSpecularPower(12)
    return actor


def _prepare_paint(actor: vtkActor) -> None:
    """Paint lies on the very triangles of the surface: pull it in front of them, and always draw it after them."""
    mapper = actor.GetMapper()
    mapper.SetResolveCoincidentTopologyToPolygonOffset()
    mapper.SetRelativeCoincidentTopologyPolygonOffsetParameters(-1.0, -1.0)
    mapper.SetScalarModeToUseCellData()
    actor.ForceTranslucentOn()
    actor.VisibilityOff()


def _unit(rgb: RGB) -> tuple[float, float, float]:
    return rgb[0] / 255, rgb[1] / 255, rgb[2] / 255
