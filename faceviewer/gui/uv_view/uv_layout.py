"""What all heads of one model share in UV space, computed when first needed."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np

from faceviewer.app.selecting import landmark_selection
from faceviewer.geometry.id_picture import triangle_ids
from faceviewer.geometry.occlusion import seen_triangles
from faceviewer.geometry.parts import triangle_parts
from faceviewer.geometry.planar import PlanarTriangles, uv_locator
from faceviewer.geometry.planar_edges import PlanarEdges, planar_edges
from faceviewer.geometry.surface import uv_of
from faceviewer.types import Reconstruction, Topology

SIDE_PX = 1024
"""Side of the pictures of the layout."""


class UvLayout:
    """The UV chart of one topology. Coordinates "on the unit picture" are (u, 1 - v): y down, from 0 to 1."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology

    @cached_property
    def locator(self) -> PlanarTriangles:
        """From (u, v) to the surface."""
        return uv_locator(self.topology)

    @cached_property
    def part_of(self) -> np.ndarray:
        """(F,) the part of each triangle, as ``triangle_parts``."""
        return triangle_parts(self.topology)

    @cached_property
    def xy(self) -> np.ndarray:
        """(T, 2) float64: the UV vertices on the unit picture."""
        return np.stack([self.topology.uv[:, 0], 1 - self.topology.uv[:, 1]], 1).astype(np.float64)

    @cached_property
    def triangle_ids(self) -> np.ndarray:
        """(S, S) int32: the triangle at each pixel of a picture of the layout, -1 for none."""
        return triangle_ids(self.xy * SIDE_PX, self.topology.uv_triangles, (SIDE_PX, SIDE_PX))

    @cached_property
    def edges(self) -> PlanarEdges:
        """The edges of all triangles, on the unit picture; its rims are those of the charts."""
        return planar_edges(self.xy, self.topology.uv_triangles)

    @cached_property
    def _only_uv(self) -> np.ndarray:
        """(V,) int: the UV vertex of each vertex, -1 where a seam gives it several."""
        vertex, uv = self.topology.triangles.ravel(), self.topology.uv_triangles.ravel()
        only = np.full(int(vertex.max()) + 1, -1)
        only[vertex] = uv
        only[vertex[only[vertex] != uv]] = -1
        return only

    def landmarks(self, result: Reconstruction, set_name: str) -> np.ndarray:
        """(L, 2) float64: a landmark set on the unit picture; NaN when it does not lie on the mesh."""
        points = result.landmarks[set_name]
        if points.vertices is None or points.barycentric is None:
            return np.full((len(points.xy_px), 2), np.nan)
        corners = self._only_uv[points.vertices]
        places = np.einsum("lk,lkc->lc", points.barycentric, self.xy[corners])
        for index in np.flatnonzero((corners < 0).any(1)):  # at a seam the triangle decides
            u, v = uv_of(self.topology, landmark_selection(result, set_name, int(index)).point)
            places[index] = u, 1 - v
        return places


@lru_cache(maxsize=2)
def uv_layout(topology: Topology) -> UvLayout:
    """The layout of a topology, shared by all its heads."""
    return UvLayout(topology)


@lru_cache(maxsize=2)
def seen_in_photo(result: Reconstruction) -> np.ndarray:
    """(F,) bool: the triangles of a head that its photo shows."""
    return seen_triangles(result.mesh, result.camera)
