"""Which vertices are what: regions of the whole head, and the 8 parts of a face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from faceviewer.geometry.normals import vertex_normals
from faceviewer.models.build_head.anny_source import AnnySource
from faceviewer.models.build_head.control_mesh import (
    IRIS_DEG,
    PUPIL_DEG,
    SKIN,
    ControlMesh,
    eyeball_centre_mm,
    look_up,
    neck_ring,
)
from faceviewer.models.build_head.render_mesh import RenderMesh
from faceviewer.models.build_head.rims import mouth_lines
from faceviewer.models.build_head.similarity import LOWEST_MM, face_mask
from faceviewer.models.build_head.uv_layout import EYEBALL_FRONT_DEG
from faceviewer.types import PART_NAMES

NECK_HEIGHT_MM = 45.0
"""The neck reaches this far above the neck ring."""
LID_MARGIN_MM = 1.5
"""The part "eye" holds the skin this close to the rim of the lids."""
NOSTRIL_BASE_IDS = (7155, 7156)
"""Vertices of the base mesh deepest inside the left nostril."""
NOSTRIL_RINGS = 3
BROW_MM = np.array([(10, 11), (26, 14.5), (42, 13.5), (55, 6.5), (57.5, 10.5), (46, 19.5), (27, 21.5), (10, 19)], float)
"""Outline of the left eyebrow from the front (x, y): its lower edge from the nose outwards, its upper edge back."""
NOSE_MM = np.array([(0, 6), (7, 6), (8.5, -11), (15, -30), (20, -38), (20.5, -46), (14, -50.5), (0, -52)], float)
"""Outline of the left half of the nose from the front (x, y), head frame."""


@dataclass(frozen=True)
class _Eye:
    vertices: np.ndarray
    angle_deg: np.ndarray
    """Of each vertex, from the optical axis."""


def build_regions(source: AnnySource, control: ControlMesh, mesh: RenderMesh) -> dict[str, np.ndarray]:
    """Region name -> sorted vertex ids of the render mesh; regions may overlap."""
    vertices = mesh.vertices_mm
    skin = mesh.labelled(SKIN)
    above = _height_above_ring(control, vertices)
    ears = _painted(source, control, mesh, "ears")
    neck = np.intersect1d(skin, np.flatnonzero(above < NECK_HEIGHT_MM))
    hair = vertices[:, 1] > np.maximum(82 + 0.9 * (vertices[:, 2] - 10), -63)
    scalp = np.setdiff1d(np.intersect1d(skin, np.flatnonzero(hair)), ears)
    regions = {
        "face": np.intersect1d(skin, np.flatnonzero(face_mask(vertices, vertex_normals(vertices, mesh.triangles)))),
        "ears": ears,
        "scalp": scalp,
        "neck": np.setdiff1d(neck, scalp),
        "eye_socket": mesh.labelled("eye_socket_left", "eye_socket_right"),
        "nostrils": _nostrils(control, mesh),
        "lips": _painted(source, control, mesh, "lips"),
        "eyelids": _painted(source, control, mesh, "eyelids"),
    }
    for name in ("mouth_interior", "teeth_upper", "teeth_lower", "tongue"):
        regions[name] = mesh.labelled(name)
    for side in ("right", "left"):
        eye = _eye(control, mesh, side)
        regions[f"eyeball_{side}"] = eye.vertices
        regions[f"iris_{side}"] = eye.vertices[eye.angle_deg < IRIS_DEG + 3]
        regions[f"pupil_{side}"] = eye.vertices[eye.angle_deg < PUPIL_DEG]
    return regions


def build_parts(control: ControlMesh, mesh: RenderMesh, regions: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The 8 parts: disjoint sorted vertex ids that cover the skin and the fronts of the eyeballs."""
    skin = mesh.labelled(SKIN)
    part_of = np.full(len(mesh.vertices_mm), -1)
    part_of[skin] = PART_NAMES.index("skin")
    frontal = np.intersect1d(skin, np.flatnonzero(mesh.vertices_mm[:, 2] > -20))
    xy = mesh.vertices_mm[frontal, :2]
    part_of[frontal[inside_polygon(xy, np.concatenate([NOSE_MM, NOSE_MM[::-1] * (-1, 1)]))]] = PART_NAMES.index("nose")
    for side, sign in (("right", -1), ("left", 1)):
        part_of[frontal[inside_polygon(xy * (sign, 1), BROW_MM)]] = PART_NAMES.index(f"{side}_eyebrow")
        eye = _eye(control, mesh, side)
        rim = mesh.vertices_mm[np.intersect1d(skin, mesh.labelled(f"eye_socket_{side}"))]
        near = np.linalg.norm(mesh.vertices_mm[skin][:, None] - rim[None], axis=2).min(1) < LID_MARGIN_MM
        part_of[skin[near]] = PART_NAMES.index(f"{side}_eye")
        part_of[eye.vertices[eye.angle_deg < EYEBALL_FRONT_DEG]] = PART_NAMES.index(f"{side}_eye")
    upper = _is_upper_lip(mesh, regions["lips"])
    part_of[regions["lips"]] = np.where(upper, PART_NAMES.index("up_lip"), PART_NAMES.index("down_lip"))
    return {name: np.flatnonzero(part_of == number) for number, name in enumerate(PART_NAMES)}


def fittable_skin(mesh: RenderMesh, regions: Mapping[str, np.ndarray]) -> np.ndarray:
    """Skin vertices of the head that other heads have too: neither neck nor inside of the nose."""
    skin = np.setdiff1d(mesh.labelled(SKIN), np.concatenate([regions["neck"], regions["nostrils"]]))
    return skin[mesh.vertices_mm[skin, 1] > LOWEST_MM]


def inside_polygon(points: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """(n,) bool: which (n, 2) points lie inside a closed polygon (m, 2)."""
    x, y = points[:, :1], points[:, 1:]
    ax, ay = polygon.T
    bx, by = np.roll(polygon, -1, 0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        crosses = ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return crosses.sum(1) % 2 == 1


def _is_upper_lip(mesh: RenderMesh, lips: np.ndarray) -> np.ndarray:
    """(len(lips),) bool: nearer, along the lips, to the rim of the upper lip than to that of the lower."""
    edges = mesh.triangles[np.isin(mesh.triangles, lips).all(1)][:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    length = np.linalg.norm(np.diff(mesh.vertices_mm[edges], axis=1)[:, 0], axis=1)
    n = len(mesh.vertices_mm)
    graph = sp.coo_matrix((length, edges.T), shape=(n, n)).tocsr()
    upper, lower = (
        dijkstra(graph, directed=False, indices=rim[1:-1], min_only=True)[lips] for rim in mouth_lines(mesh)
    )
    return upper < lower


def _painted(source: AnnySource, control: ControlMesh, mesh: RenderMesh, mask: str) -> np.ndarray:
    """Skin vertices where the source's mask is painted, the same on both sides."""
    quads = control.labels == SKIN
    corners = control.quads[quads]
    value = np.bincount(corners.ravel(), look_up(source.mask(mask), control.uv[quads]).ravel(), len(control.symmetry))
    value /= np.maximum(np.bincount(corners.ravel(), minlength=len(value)), 1)
    value = (value + value[control.symmetry]) / 2
    return np.intersect1d(np.flatnonzero(mesh.subdivision @ value > 0.5), mesh.labelled(SKIN))


def _nostrils(control: ControlMesh, mesh: RenderMesh) -> np.ndarray:
    inside = np.isin(control.base_ids, NOSTRIL_BASE_IDS)
    for _ in range(NOSTRIL_RINGS):
        inside[np.unique(control.quads[inside[control.quads].any(1)])] = True
    inside |= inside[control.symmetry]
    return np.flatnonzero(mesh.subdivision @ inside.astype(float) > 0.5)


def _eye(control: ControlMesh, mesh: RenderMesh, side: str) -> _Eye:
    ids = mesh.labelled(f"eyeball_{side}")
    arm = mesh.vertices_mm[ids] - eyeball_centre_mm(control, side)
    return _Eye(ids, np.degrees(np.arctan2(np.linalg.norm(arm[:, :2], axis=1), arm[:, 2])))


def _height_above_ring(control: ControlMesh, points: np.ndarray) -> np.ndarray:
    ring = control.vertices_mm[neck_ring(control)]
    slope, height = np.linalg.lstsq(np.c_[ring[:, 2], np.ones(len(ring))], ring[:, 1], rcond=None)[0]
    return points[:, 1] - slope * points[:, 2] - height
