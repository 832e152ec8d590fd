"""The built-in head fitted to a HiFi3D++ head, and the point of the one that lies at each vertex of the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from faceviewer.geometry.closest import Surface
from faceviewer.geometry.normals import triangle_normals, vertex_normals
from faceviewer.io.obj_polygons import ObjPolygons
from faceviewer.models.build_head.points import MeshPoints
from faceviewer.models.build_head.registration import Registration, Target, Template, register_template
from faceviewer.models.head_model import HeadModel
from faceviewer.models.hifi3d.correspondence import Correspondence
from faceviewer.models.hifi3d.points import EYES_68, LANDMARKS_68
from faceviewer.models.morphable.units import MM_PER_UNIT
from faceviewer.types import PART_NAMES

INNER = ("eyeball_left", "eyeball_right", "eye_socket", "mouth_interior", "teeth_lower", "teeth_upper", "tongue")
"""Regions of the built-in head that have no counterpart."""
_LANDMARKS = np.arange(17, 68)
"""All but the jaw, which is an outline rather than places on the skin."""
_HELD = 60.0
_FARTHEST_MM = 8.0
_TURNED_AWAY = -0.2
"""Cosine of the normals below which two points cannot belong together."""


@dataclass(frozen=True)
class Match:
    """What was found, and how well it fits."""

    found: Correspondence
    registration: Registration
    landmark_error_mm: float
    """Mean distance of the landmarks after fitting."""


def match(head: HeadModel, anatomical68: MeshPoints, obj: ObjPolygons) -> Match:
    """The correspondence of a HiFi3D++ head (model units) with the built-in one.

    anatomical68: the 68 points on the built-in head, by anatomy rather than as annotated in photos.
    """
    topology = head.topology
    inner = np.unique(np.concatenate([topology.regions[name] for name in INNER]))
    outer = np.setdiff1d(np.arange(head.vertex_count), inner)
    fitted_skin = np.setdiff1d(outer, np.concatenate([topology.regions[name] for name in ("nostrils", "neck")]))
    chart = _charts(obj)
    target_mm, skin_triangles = obj.vertices * MM_PER_UNIT, obj.triangles[chart == np.bincount(chart).argmax()]
    points = anatomical68[_LANDMARKS]
    template = Template(
        control_mm=head.mean_control_mm.astype(np.float64),
        quads=head.control_quads,
        subdivision=head.subdivision,
        triangles=topology.triangles,
        directions_mm=np.concatenate([head.identity_control, head.expression_control]).astype(np.float64),
    )
    landmarks_mm = target_mm[LANDMARKS_68[_LANDMARKS]]
    target = Target(target_mm, skin_triangles, landmarks_mm)
    registration = register_template(template, fitted_skin, points.matrix(head.vertex_count), target, held=_HELD)
    fitted = head.subdivision @ registration.control_mm
    error = np.linalg.norm(points.at(fitted) - registration.place.apply(landmarks_mm), axis=1).mean()

    outer_triangles = np.flatnonzero(np.isin(topology.triangles, outer).all(1))
    nearest = Surface(fitted, topology.triangles[outer_triangles]).nearest(registration.target_mm)
    triangle = outer_triangles[nearest.triangle]
    normals = vertex_normals(registration.target_mm, obj.triangles)
    there = triangle_normals(fitted, topology.triangles)[triangle]
    facing = (normals * there).sum(1) > _TURNED_AWAY * np.linalg.norm(there, axis=1)
    on_skin = np.isin(np.arange(len(target_mm)), skin_triangles)
    valid = on_skin & facing & (nearest.distance < _FARTHEST_MM)
    found = Correspondence(
        triangle=np.where(valid, triangle, 0).astype(np.int32),
        weights=np.where(valid[:, None], nearest.weights, 0).astype(np.float32),
        valid=valid,
        symmetry=mirrored_vertices(obj),
        parts=_with_sockets(_parts(head, triangle, nearest.weights, valid), obj, chart),
    )
    return Match(found, registration, float(error))


def mirrored_vertices(obj: ObjPolygons) -> np.ndarray:
    """(N,) int32: the vertex on the other side, by the texture layout, which is mirrored up to rounding.

    Vertices at the layout's seams may be met by two, and then are paired by the shortest way.
    """
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial import KDTree

    uv = np.zeros((len(obj.vertices), 2))
    uv[obj.triangles] = obj.uv[obj.uv_triangles]
    mirror = np.column_stack([1 - uv[:, 0], uv[:, 1]])
    partner = np.asarray(KDTree(mirror).query(uv)[1])
    lone = np.flatnonzero(partner[partner] != np.arange(len(uv)))
    middle = obj.vertices.mean(0) * (1, 0, 0)
    xyz = obj.vertices - middle
    cost = np.linalg.norm(xyz[lone, None] - xyz[lone] * (-1, 1, 1), axis=2)
    cost = cost + cost.T  # mirrored both ways
    partner[lone] = lone[linear_sum_assignment(cost)[1]]
    return np.where(partner[partner] == np.arange(len(uv)), partner, np.arange(len(uv))).astype(np.int32)


def _charts(obj: ObjPolygons) -> np.ndarray:
    """(F,) number of each triangle's chart of the layout: the skin, two sockets, two halves of the mouth's inside."""
    corners = obj.uv_triangles
    edges = corners.ravel(), np.roll(corners, 1, 1).ravel()
    graph = sp.csr_matrix((np.ones(corners.size), edges), shape=(len(obj.uv),) * 2)
    return connected_components(graph, directed=False)[1][corners[:, 0]]


def _parts(head: HeadModel, triangle: np.ndarray, weights: np.ndarray, valid: np.ndarray) -> dict[str, np.ndarray]:
    """Vertices whose counterpart belongs, by most of its weight, to a part of the built-in head."""
    corners = head.topology.triangles[triangle]
    parts = {}
    for name in PART_NAMES:
        member = np.isin(corners, head.topology.parts[name])
        parts[name] = np.flatnonzero(valid & ((member * weights).sum(1) > 0.5)).astype(np.int32)
    return parts


def _with_sockets(parts: dict[str, np.ndarray], obj: ObjPolygons, chart: np.ndarray) -> dict[str, np.ndarray]:
    """The parts with the sockets, through which one sees where there are no eyeballs, among the eyes."""
    skin, eyes = np.bincount(chart).argmax(), obj.vertices[LANDMARKS_68[EYES_68]]
    for number in np.unique(chart[chart != skin]):
        ids = np.unique(obj.triangles[chart == number])
        middle = obj.vertices[ids].mean(0)
        if middle[1] > eyes[:, 1].min() - np.ptp(eyes[:, 1]):  # the mouth's inside lies far below
            name = "left_eye" if middle[0] > eyes[:, 0].mean() else "right_eye"
            parts[name] = np.union1d(parts[name], ids).astype(np.int32)
    return parts
