"""The head as VTK draws it: made once per topology, updated in place when vertices, colours or texture change."""

from __future__ import annotations

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkTexture

from faceviewer.app.palette import MESH_GREY, RGB
from faceviewer.geometry.normals import VertexNormals
from faceviewer.gui.viewport.looks import Look
from faceviewer.gui.viewport.split_mesh import split
from faceviewer.gui.viewport.vtk_arrays import SharedArray, color_array, float_array, points_of, triangle_cells
from faceviewer.types import FaceMesh, Topology

_POINT_SIZE_PX = 2.5
_LINE_WIDTH_PX = 1.0
_EDGE_COLOR: RGB = (24, 24, 28)
_EDGE_OPACITY, _WIRE_OPACITY = 0.35, 0.5
_MASK_OPACITY = 0.002
"""Of the surface behind lines and points: not to be seen, but its depth hides those on the far side. VTK skips 0."""
_SHADING, _DATA_SHADING = (0.2, 0.85), (0.5, 0.52)
"""Shares of (ambient, diffuse) light."""
_SPECULAR = 0.06


class HeadActor:
    """The surface of one head, and the parts painted on it."""

    def __init__(self, topology: Topology, vertex_count: int) -> None:
        self.topology = topology
        self._split = split(topology)
        self._vertex_normals = VertexNormals(topology.triangles, vertex_count)
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
        self.surface.ForceOpaqueOn()
        self.surface.GetProperty().SetEdgeOpacity(_EDGE_OPACITY)
        self.surface.GetProperty().SetEdgeColor(*_unit(_EDGE_COLOR))
        self.lines = _actor(self._surface)
        _prepare_lines(self.lines)
        self._painted = self._polydata(np.zeros((0, 3), np.int64))
        self._painted_colors: np.ndarray | None = None
        self.paint = _actor(self._painted)
        _prepare_paint(self.paint)

    def set_vertices(self, mesh: FaceMesh) -> None:
        """Move the points to ``mesh``, which has this actor's topology."""
        self.normals = self._vertex_normals(mesh.vertices)
        self._xyz.set(mesh.vertices.take(self._split.vertex_of_point, axis=0))
        self._normals.set(self.normals.take(self._split.vertex_of_point, axis=0))
        self._points.Modified()
        self._surface.Modified()
        self._painted.Modified()

    def set_colors(self, rgb: np.ndarray) -> None:
        """(V, 3) uint8, one colour per vertex, shown while the look has point colours."""
        self._colors.set(rgb[self._split.vertex_of_point])
        self._surface.Modified()

    @property
    def actors(self) -> tuple[vtkActor, ...]:
        """All of it, in the order in which it must be drawn."""
        return self.surface, self.paint, self.lines

    def set_look(self, look: Look, texture: vtkTexture | None, *, smooth: bool, ink: RGB, colored: bool) -> None:
        """Draw the surface as ``look`` says; ``ink`` is for lines and points, ``colored`` uses the vertex colours."""
        thin = look.representation != "surface"
        self.surface.SetTexture(None if thin else texture)  # type: ignore[arg-type]  (None takes it away)
        self.surface.GetMapper().SetScalarVisibility(colored and not thin)
        self._set_light(look, smooth=smooth)
        shape = self.surface.GetProperty()
        plain = texture is None and not colored
        shape.SetColor(*_unit(MESH_GREY if plain else (255, 255, 255)))
        shape.SetOpacity(_MASK_OPACITY if thin else 1.0)
        shape.SetEdgeVisibility(look.edges)
        self.lines.SetVisibility(thin)
        self.lines.GetMapper().SetScalarVisibility(colored)
        drawn = self.lines.GetProperty()
        drawn.SetColor(*_unit(ink))
        if look.representation == "points":
            drawn.SetRepresentationToPoints()
            drawn.SetOpacity(1.0)
        else:
            drawn.SetRepresentationToWireframe()
            drawn.SetOpacity(_WIRE_OPACITY)

    def _set_light(self, look: Look, *, smooth: bool) -> None:
        ambient, diffuse = _DATA_SHADING if look.data else _SHADING
        if not look.lit:  # VTK applies the two without light as well: only so do they leave colours as they are
            ambient, diffuse = 0.0, 1.0
        for part in (self.surface.GetProperty(), self.paint.GetProperty()):
            part.SetInterpolationToPhong() if smooth else part.SetInterpolationToFlat()
            part.SetLighting(look.lit)
            part.SetAmbient(ambient)
            part.SetDiffuse(diffuse)
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
        self.lines.GetProperty().SetPointSize(_POINT_SIZE_PX * ratio)
        self.lines.GetProperty().SetLineWidth(_LINE_WIDTH_PX * ratio)

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


def _prepare_lines(actor: vtkActor) -> None:
    """Lines and points lie on the surface: pull them in front of it, and blend them where they crowd."""
    mapper = actor.GetMapper()
    mapper.SetResolveCoincidentTopologyToPolygonOffset()
    mapper.SetRelativeCoincidentTopologyLineOffsetParameters(-1.0, -1.0)
    mapper.SetRelativeCoincidentTopologyPointOffsetParameter(-1.0)
    actor.ForceTranslucentOn()
    actor.GetProperty().SetLighting(False)
    actor.VisibilityOff()


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
