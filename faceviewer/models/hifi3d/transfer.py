"""Textures carried between the built-in head and HiFi3D++ heads, whose layouts have nothing in common.

Both meshes are laid into one space, the built-in head with its mouth a little open so that the lips do not touch: there
each vertex of the one finds its place on the other. Texels between vertices follow them where these places lie together
in the other layout, and look for a place of their own along its seams.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.sparse as sp
import torch
from scipy.sparse.csgraph import connected_components

from faceviewer.geometry.closest import Surface
from faceviewer.models.head_model import HeadModel, load_head
from faceviewer.models.hifi3d.correspondence import load_correspondence
from faceviewer.models.hifi3d.schema import VERTEX_COUNT
from faceviewer.models.hifi3d.topology import is_hifi3d
from faceviewer.raster.sampling import sample_bilinear
from faceviewer.raster.texture.uv_atlas import UvAtlas, uv_atlas
from faceviewer.types import FaceviewerError, Origin, Texture, Topology

_JAW_OPEN = 0.5
_REACH_MM = 3.0
"""Farther than this from the other surface there is no counterpart."""
_APART = 4.0
"""How many times the usual a triangle may be stretched in the other layout before it counts as torn by a seam."""
_INNER = ("eyeball_left", "eyeball_right", "eye_socket", "mouth_interior", "teeth_lower", "teeth_upper", "tongue")


@dataclass(frozen=True, eq=False)
class _Laid:
    """A mesh in the common space."""

    topology: Topology
    points_mm: np.ndarray
    """(N, 3) float64."""
    usable: np.ndarray
    """(F,) bool: triangles that have a counterpart."""


@dataclass(frozen=True, eq=False)
class TexelMap:
    """For the covered texels of a target layout, row by row, the place in the source layout."""

    atlas: UvAtlas
    uv: np.ndarray
    """(n, 2) float32, source texture coordinates; without meaning where ``known`` is False."""
    known: np.ndarray
    """(n,) bool: has a counterpart."""


def transfer_texture(
    texture: Texture, source: Topology, target: Topology, size: int | None = None, base: Texture | None = None
) -> Texture:
    """A texture of one head on the other: one topology is the built-in head's, the other that of a HiFi3D++ head.

    size: side of the result, by default that of the texture. base: what is shown where the texture's head has nothing
    (eyeballs, teeth), with its own provenance; a texture of ``target``, of side ``size``. Without it the nearest colour
    that there is stands there, as ``Origin.EMPTY``. Raises FaceviewerError for other topologies and for a base that
    does not fit.
    """
    side = len(texture.rgb) if size is None else size
    if base is not None and len(base.rgb) != side:
        raise FaceviewerError(f"the texture below has a side of {len(base.rgb)} texels, not of {side}")
    places = texel_map(source, target, side)
    width = texture.rgb.shape[1]
    xy = places.uv * (1, -1) * width + (0, width)
    colors = sample_bilinear(torch.tensor(texture.rgb), torch.from_numpy(xy.astype(np.float32))).numpy()
    at = np.clip(xy.astype(np.int64), 0, width - 1)
    origin = np.where(places.known, texture.origin[at[:, 1], at[:, 0]], Origin.EMPTY).astype(np.uint8)
    rgb = np.clip(np.rint(colors), 0, 255).astype(np.uint8)
    texels = places.atlas.texels.numpy()
    if base is not None:
        rgb = np.where(places.known[:, None], rgb, base.rgb.reshape(-1, 3)[texels])
        origin = np.where(places.known, origin, base.origin.reshape(-1)[texels])
        return _spread(places.atlas, rgb, origin, np.arange(len(rgb)))
    return _spread(places.atlas, rgb, origin, _nearest_known(places))


@lru_cache(maxsize=4)
def texel_map(source: Topology, target: Topology, size: int) -> TexelMap:
    """Where each texel of ``target`` finds its colour in ``source``; the last few are kept."""
    here, there = _laid(target), _laid(source)
    atlas = uv_atlas(target, size)
    surface_ids = np.flatnonzero(there.usable)
    surface = Surface(there.points_mm, source.triangles[surface_ids])
    used = np.unique(target.triangles[here.usable])
    found = surface.nearest(here.points_mm[used])
    on_vertex = _OnVertices.of(len(here.points_mm), used, surface_ids[found.triangle], found.weights, found.distance)
    triangle, weights = atlas.triangle.numpy(), atlas.barycentric.numpy()
    known = (here.usable & on_vertex.near[target.triangles].all(1))[triangle]
    corner_uv = _places(source, on_vertex.triangle, on_vertex.weights)[target.triangles]
    uv = np.einsum("nk,nkc->nc", weights, corner_uv[triangle]).astype(np.float32)
    torn = np.flatnonzero(_torn(here, source, corner_uv, on_vertex.triangle)[triangle] & known)
    if len(torn):
        points = np.einsum("nk,nkc->nc", weights[torn], here.points_mm[target.triangles[triangle[torn]]])
        again = surface.nearest(points)
        uv[torn] = _places(source, surface_ids[again.triangle], again.weights)
    return TexelMap(atlas, uv, known)


@dataclass(frozen=True, eq=False)
class _OnVertices:
    """Where the N vertices of the target lie on the source."""

    triangle: np.ndarray
    weights: np.ndarray
    near: np.ndarray
    """(N,) bool."""

    @staticmethod
    def of(n: int, rows: np.ndarray, triangle: np.ndarray, weights: np.ndarray, distance: np.ndarray) -> _OnVertices:
        triangles, all_weights, near = np.zeros(n, np.int64), np.zeros((n, 3)), np.zeros(n, bool)
        triangles[rows], all_weights[rows], near[rows] = triangle, weights, distance < _REACH_MM
        return _OnVertices(triangles, all_weights, near)


def _laid(topology: Topology) -> _Laid:
    head = load_head()
    if np.array_equal(topology.triangles, head.topology.triangles):
        vertices = _open_mouth_mm(head)
        inner = np.unique(np.concatenate([head.topology.regions[name] for name in _INNER]))
        return _Laid(topology, vertices, ~np.all(np.isin(topology.triangles, inner), axis=1))
    if is_hifi3d(topology.triangles, VERTEX_COUNT):
        known = load_correspondence()
        points = known.positions(_open_mouth_mm(head), head.topology.triangles)
        return _Laid(topology, points, np.all(known.valid[topology.triangles], axis=1))
    raise FaceviewerError(
        f"textures go between the built-in head and HiFi3D++ heads; {topology.name} is neither of them"
    )


def _open_mouth_mm(head: HeadModel) -> np.ndarray:
    expression = np.zeros(len(head.expression_names), np.float32)
    expression[head.expression_names.index("jawOpen")] = _JAW_OPEN
    return head.vertices_mm(np.zeros(len(head.identity_control), np.float32), expression).astype(np.float64)


def _places(topology: Topology, triangle: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(n, 2) texture coordinates of points on triangles."""
    return np.einsum("nk,nkc->nc", weights, topology.uv[topology.uv_triangles[triangle]])


def _torn(here: _Laid, source: Topology, corner_uv: np.ndarray, triangle: np.ndarray) -> np.ndarray:
    """(F,) bool: triangles of the target whose corners do not lie together in the source layout."""
    corners = here.topology.triangles
    chart = _charts(source)[triangle][corners]
    reach = np.ptp(corner_uv, axis=1).max(1)
    size_mm = np.ptp(here.points_mm[corners], axis=1).max(1)
    usual = np.median(reach[here.usable] / np.maximum(size_mm[here.usable], 1e-6))
    return (chart != chart[:, :1]).any(1) | (reach > _APART * usual * size_mm + 2e-3)


def _charts(topology: Topology) -> np.ndarray:
    """(F,) number of the chart of each triangle."""
    corners = topology.uv_triangles
    edges = corners.ravel(), np.roll(corners, 1, 1).ravel()
    graph = sp.csr_matrix((np.ones(corners.size), edges), shape=(len(topology.uv),) * 2)
    return connected_components(graph, directed=False)[1][corners[:, 0]]


def _nearest_known(places: TexelMap) -> np.ndarray:
    """(n,) for each covered texel itself, or the nearest one in the layout that has a counterpart."""
    from faceviewer.io.cv import cv2

    side, texels = places.atlas.size, np.asarray(places.atlas.texels, np.int64)
    holes = np.ones(side * side, np.uint8)
    holes[texels[places.known]] = 0
    if holes.all():
        return np.arange(len(texels))
    _, labels = cv2.distanceTransformWithLabels(
        holes.reshape(side, side), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    flat = np.asarray(labels, np.int64).ravel()
    of_label = np.zeros(int(flat.max()) + 1, np.int64)
    of_label[flat[texels[places.known]]] = np.flatnonzero(places.known)
    return of_label[flat[texels]]


def _spread(atlas: UvAtlas, rgb: np.ndarray, origin: np.ndarray, colors_of: np.ndarray) -> Texture:
    """Colours and provenance of the covered texels over the whole picture, gutters included."""
    side, around = atlas.size, np.asarray(atlas.source, np.int64)
    whole = np.full(side * side, Origin.EMPTY, np.uint8)
    whole[np.asarray(atlas.texels, np.int64)] = origin
    return Texture(rgb[colors_of][around].reshape(side, side, 3), whole.reshape(side, side))
