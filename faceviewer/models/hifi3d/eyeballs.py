"""Eyeballs for a HiFi3D++ head, which has none: scaled into the sockets, then moved until they touch the lids.

The method and its numbers are those of FFHQ-UV's published program; lengths are model units of 100 mm, so heads must be
in the unit and frame of its meshes. The templates come with that program and are read from the user's copy of it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from faceviewer.geometry.normals import vertex_normals
from faceviewer.io.obj_polygons import ObjPolygons, read_polygons
from faceviewer.models.hifi3d.schema import VERTEX_COUNT
from faceviewer.types import FaceviewerError

BALL_VERTICES = 770
TEMPLATE_FILES = {"left": "eyeLeft_mesh_move.obj", "right": "eyeRight_mesh_move.obj"}
TEXTURE_FILE = "eye_ball_tex.png"
ASSETS_FOLDER = "eye_ball_assets"

_STEP, _SIDE_STEP = 0.0005, 0.0002
"""How far the ball comes forward, and up, with each round."""
_ROUNDS = 100
_SETTLED, _TOO_DEEP, _TOO_HIGH = 0.001, -0.0025, 0.0001
_UPPER_LID = 6
"""The first points of a lid's contour lie on the upper lid, where the ball must not show through."""
_LIFT = 1.5
_FIRST_SUM = 10.0
_NEIGHBOURS = 3
_FRONT = np.r_[0:129, 243:531]
"""Vertices of the front half of a ball."""


@dataclass(frozen=True)
class _Eye:
    socket: tuple[int, ...]
    """Vertices of the head that the points ``ball`` of the template are laid on."""
    ball: tuple[int, ...]
    lids: tuple[int, ...]
    """Vertices of the head along the lids' edge."""


_EYES = {
    "left": _Eye(
        (8536, 8560, 1883, 8517, 8523),
        (755, 152, 442, 160, 176),
        (7196, 7635, 7223, 1250, 7199, 1352, 1883, 8472, 8483, 8466, 8502, 8567, 8477, 16946, 16950, 8492, 8489, 8495,
         8491),
    ),
    "right": _Eye(
        (13640, 13663, 4428, 13618, 13625),
        (755, 136, 458, 160, 208),
        (3790, 12773, 12357, 3897, 12382, 3795, 4428, 13576, 13586, 13570, 13602, 13659, 13579, 13584, 13573, 13593,
         13590, 13597, 13594),
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Eyeball:
    """A ball in its socket."""

    vertices: np.ndarray
    """(770, 3) float64, model units, the head's frame."""
    normals: np.ndarray
    """(770, 3) float64 unit, out of the ball."""
    template: ObjPolygons
    """Its triangles and texture coordinates."""


def load_templates(folder: Path) -> dict[str, ObjPolygons]:
    """ "left" and "right" ball of FFHQ-UV's ``eye_ball_assets``, in ``folder`` or in a folder of that name inside.

    Raises FaceviewerError when one is missing, damaged or another mesh.
    """
    home = folder / ASSETS_FOLDER if os.path.isdir(folder / ASSETS_FOLDER) else folder
    templates = {}
    for side, name in TEMPLATE_FILES.items():
        template = templates[side] = read_polygons(home / name)
        if len(template.vertices) != BALL_VERTICES:
            raise FaceviewerError(
                f"{home / name}: {len(template.vertices)} vertices, but an eyeball of FFHQ-UV has {BALL_VERTICES}"
            )
    return templates


def add_eyeballs(head: np.ndarray, templates: dict[str, ObjPolygons]) -> dict[str, Eyeball]:
    """ "left" and "right" ball in their sockets. head: (20481, 3) model units, y up, z out of the face.

    Raises FaceviewerError for another mesh, or where the sockets have no extent.
    """
    head = np.asarray(head, np.float64)
    if head.shape != (VERTEX_COUNT, 3) or not np.isfinite(head).all():
        raise FaceviewerError(f"eyeballs fit to the {VERTEX_COUNT} vertices of a HiFi3D++ head, not to {head.shape}")
    balls = {}
    for side, eye in _EYES.items():
        template = templates[side]
        transform = similarity_by_lengths(template.vertices[list(eye.ball)], head[list(eye.socket)])
        placed = template.vertices @ transform[:, :3].T + transform[:, 3]
        vertices = placed + _shift(placed[_FRONT], head[list(eye.lids)])
        normals = vertex_normals(vertices, template.triangles)
        balls[side] = Eyeball(vertices, normals, template)
    return balls


def similarity_by_lengths(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(3, 4) scale times rotation, and shift, that lay ``source`` (N, 3) on ``target`` (N, 3).

    As published: the scale is the ratio of the summed absolute coordinates, and a reflection is not ruled out.
    Raises FaceviewerError where the points have no extent.
    """
    middle_source, middle_target = source.mean(0), target.mean(0)
    a, b = source - middle_source, target - middle_target
    U, _, Vt = np.linalg.svd(b.T @ a)
    R = U @ Vt
    extent = np.abs(a @ R.T).sum()
    if not extent > 0:
        raise FaceviewerError("the eyeball's points lie all in one place")
    linear = np.abs(b).sum() / extent * R
    return np.column_stack([linear, middle_target - linear @ middle_source])


def _shift(front: np.ndarray, lids: np.ndarray) -> np.ndarray:
    """(3,) by which the ball moves so that its front half (M, 3) touches the lids (19, 3) without showing through."""
    tree, contour = KDTree(front), lids.copy()
    last, raised, deepest, forward = _FIRST_SUM, 0, 0.0, 0.0
    for number in range(_ROUNDS):
        forward = _STEP * (number + 2)
        distance, nearest = tree.query(contour, k=_NEIGHBOURS)
        total = float(np.sum(distance))
        away = (contour - front[np.asarray(nearest)[:, 0]])[:_UPPER_LID]
        deepest = float(away[:, 2].min())
        if last - total < _SETTLED or deepest < _TOO_DEEP:
            break
        contour[:, 2] -= _STEP
        last = total
        if away[:, 1].sum() > _TOO_HIGH:
            contour[:, 1] -= _SIDE_STEP
            raised += 1
    return np.array([0.0, _SIDE_STEP * raised - _LIFT * deepest, forward])
