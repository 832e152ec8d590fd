"""Eyeballs of a head as files beside it, with their texture and in the head's own unit."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from faceviewer.io.atomic import AtomicFileSet
from faceviewer.io.images import encode_png, read_png
from faceviewer.io.obj import MILLIMETRES, encode_mtl, encode_obj
from faceviewer.io.obj_polygons import ObjPolygons
from faceviewer.models.hifi3d.eyeballs import ASSETS_FOLDER, TEXTURE_FILE, add_eyeballs
from faceviewer.models.hifi3d.topology import is_hifi3d
from faceviewer.models.morphable.units import MM_PER_UNIT
from faceviewer.types import FaceMesh, FaceviewerError, Topology

NAMES = {"left": "L_ball", "right": "R_ball"}
_HEAD_HEIGHT = (2.0, 5.0)
"""Model units that a head and its shoulders measure."""


def write_eyeballs(
    head: ObjPolygons, where: Path, templates: dict[str, ObjPolygons], assets: Path, folder: Path
) -> list[Path]:
    """Write ``L_ball.obj`` and ``R_ball.obj``, with material and texture where ``assets`` has one; returns the paths.

    head: a HiFi3D++ head, in model units or, when it says so, in millimetres; ``where`` names it in errors. Raises
    FaceviewerError for other meshes and units, and where nothing can be written.
    """
    if not is_hifi3d(head.triangles, len(head.vertices)):
        raise FaceviewerError(f"{where}: not a HiFi3D++ head, whose sockets the eyeballs are made for")
    scale = MM_PER_UNIT if head.says_millimetres else 1.0
    vertices = head.vertices / scale
    height = float(np.ptp(vertices[:, 1]))
    if not _HEAD_HEIGHT[0] < height < _HEAD_HEIGHT[1]:
        raise FaceviewerError(
            f"{where}: {height:.4g} high; heads of FFHQ-UV count in units of 100 mm and have about 3.3"
        )
    balls = add_eyeballs(vertices, templates)
    files = _texture_files(assets)
    comment = MILLIMETRES if head.says_millimetres else "units: those of the head"
    mtl_name = next((name for name in files if name.endswith(".mtl")), None)
    for side, name in NAMES.items():
        ball = balls[side]
        topology = Topology(name, ball.template.triangles, ball.template.uv, ball.template.uv_triangles)
        mesh = FaceMesh((ball.vertices * scale).astype(np.float32), topology)
        normals = ball.normals.astype(np.float32)
        files[f"{name}.obj"] = encode_obj(name, mesh, mtl_name=mtl_name, normals=normals, comments=(comment,))
    with AtomicFileSet(folder) as target:
        for name, data in files.items():
            target.path(name).write_bytes(data)
    return [folder / name for name in files]


def _texture_files(assets: Path) -> dict[str, bytes]:
    for home in (assets / ASSETS_FOLDER, assets):
        if os.path.isfile(home / TEXTURE_FILE):
            stem = Path(TEXTURE_FILE).stem
            materials = b"".join(encode_mtl(name, TEXTURE_FILE) for name in NAMES.values())
            return {TEXTURE_FILE: encode_png(read_png(home / TEXTURE_FILE)), f"{stem}.mtl": materials}
    return {}
