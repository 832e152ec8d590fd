"""Wavefront OBJ with its MTL and PNG, in which vertex i of the file is vertex i of the model.

``v``, ``vt`` and ``vn`` stand in the model's order, and faces name a texture index of their own, so that seams in the
UV layout split nothing. Millimetres, head frame. The material multiplies the texture by white, hence programs that
follow the file show the texture's true colours. Colours of vertices, where the mesh has them, stand behind each
position, from 0 to 1: a wide-spread extension that others pass over. Numbers never follow the locale.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceviewer.io.atomic import AtomicFileSet
from faceviewer.io.images import encode_png
from faceviewer.io.names import slug
from faceviewer.types import FaceMesh, FaceviewerError, Texture

MAX_OBJ_BYTES = 1 << 29
MAX_COORDINATE = 1e30
MILLIMETRES = "units: millimetres; x to the subject's left, y up, z out of the face"
"""The comment by which ``obj_polygons`` knows our own files again."""


@dataclass(frozen=True)
class ObjMesh:
    """What an OBJ of triangles holds, indices from 0."""

    vertices: np.ndarray
    """(V, 3) float32, in the file's unit."""
    triangles: np.ndarray
    """(F, 3) int32."""
    uv: np.ndarray
    """(T, 2) float32, origin bottom-left; empty when the file has none."""
    uv_triangles: np.ndarray
    """(F, 3) int32 into ``uv``; (0, 3) when the file has none."""
    colors: np.ndarray
    """(V, 3) float32 as the file has them, mostly 0 to 1; (0, 3) when the vertices have none."""


def write_obj(path: Path, mesh: FaceMesh, texture: Texture | None = None, *, normals: np.ndarray | None = None) -> None:
    """Write ``path`` with, when there is a texture, the ``.mtl`` and ``.png`` of the same stem; all or nothing.

    The stem must be a ``slug``: programs disagree on how to read spaces in the names inside. ``normals`` is (V, 3),
    unit length. Raises FaceviewerError when the name is unsafe, a vertex is not finite, or the place not writable.
    """
    if path.stem != slug(path.stem) or path.suffix.lower() != ".obj":
        raise FaceviewerError(f"{path}: not a safe name for an OBJ, take {slug(path.stem)}.obj")
    with AtomicFileSet(path.parent) as files:
        for name, data in encode_obj_files(path.stem, mesh, texture, normals=normals).items():
            files.path(name).write_bytes(data)


def encode_obj_files(
    stem: str, mesh: FaceMesh, texture: Texture | None = None, *, normals: np.ndarray | None = None
) -> dict[str, bytes]:
    """File name -> content of ``stem.png``, ``stem.mtl`` and ``stem.obj``, in writing order; see ``write_obj``."""
    if texture is None or len(mesh.topology.uv) == 0:
        return {f"{stem}.obj": encode_obj(stem, mesh, normals=normals)}
    return {
        f"{stem}.png": encode_png(texture.rgb),
        f"{stem}.mtl": encode_mtl(stem, f"{stem}.png"),
        f"{stem}.obj": encode_obj(stem, mesh, mtl_name=f"{stem}.mtl", normals=normals),
    }


def encode_mtl(material: str, texture_name: str) -> bytes:
    """A material that shows the texture's own colours: white diffuse, nothing that shines."""
    return f"newmtl {material}\nKd 1 1 1\nKs 0 0 0\nillum 1\nmap_Kd {texture_name}\n".encode()


def encode_obj(
    name: str,
    mesh: FaceMesh,
    *,
    mtl_name: str | None = None,
    normals: np.ndarray | None = None,
    comments: Sequence[str] = (MILLIMETRES,),
) -> bytes:
    """The OBJ text of one object called ``name``, with a material of the same name when ``mtl_name`` is given.

    The mesh's colours, if any, stand behind its positions. The ``s 1`` line asks for smooth shading where there are no
    normals. ``comments`` are the first lines. Raises FaceviewerError for vertices, texture coordinates or normals that
    are not finite.
    """
    topology = mesh.topology
    for what, array in (("vertex", mesh.vertices), ("texture coordinate", topology.uv), ("normal", normals)):
        if array is not None and not np.isfinite(array).all():
            raise FaceviewerError(f"{name}.obj: a {what} is not a finite number")
    corners = [topology.triangles]
    corner_format = "%d"
    has_uv = len(topology.uv) > (0 if mtl_name else 1)  # a single one stands for none, see ``mesh_file``
    if has_uv:
        corners.append(topology.uv_triangles)
        corner_format = "%d/%d"
    if normals is not None:
        corners.append(topology.triangles)
        corner_format += "/%d" if has_uv else "//%d"
    parts = [
        *(f"# {comment}\n" for comment in comments),
        f"# {len(mesh.vertices)} vertices, {len(topology.triangles)} triangles\n",
        f"mtllib {mtl_name}\n" if mtl_name else "",
        f"o {name}\n",
        _vertex_rows(mesh.vertices, mesh.colors),
        _rows("vt %.8f %.8f\n", topology.uv) if has_uv else "",
        "" if normals is None else _rows("vn %.6f %.6f %.6f\n", normals),
        f"usemtl {name}\n" if mtl_name else "",
        "s 1\n",
        _rows(f"f {corner_format} {corner_format} {corner_format}\n", np.stack(corners, -1) + 1),
    ]
    return "".join(parts).encode()


def _vertex_rows(vertices: np.ndarray, colors: np.ndarray | None) -> str:
    if colors is None:
        return _rows("v %.6f %.6f %.6f\n", vertices)
    return _rows("v %.6f %.6f %.6f %.4f %.4f %.4f\n", np.hstack([vertices.astype(np.float64), colors / 255]))


def _rows(row_format: str, array: np.ndarray) -> str:
    """All rows in one formatting operation: Python's ``%`` ignores the locale and loops in C."""
    return (row_format * len(array)) % tuple(array.ravel().tolist())


def read_obj(path: Path) -> ObjMesh:
    """Read the triangles of an OBJ in the file's own order; materials, groups and normals are passed over.

    Raises FaceviewerError when the file is missing, too large, damaged, or has polygons other than triangles.
    """
    try:
        if path.stat().st_size > MAX_OBJ_BYTES:
            raise FaceviewerError(f"{path}: larger than {MAX_OBJ_BYTES} bytes")
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise FaceviewerError(f"{path}: cannot be read ({error.strerror or error})") from None
    try:
        vertices, colors = _vertices([line[2:] for line in lines if line.startswith(b"v ")])
        uv = _numbers([line[3:] for line in lines if line.startswith(b"vt ")], 2)
        faces = [line[2:] for line in lines if line.startswith(b"f ")]
        triangles, uv_triangles = _corners(faces, len(vertices), len(uv))
    except (ValueError, OverflowError) as error:
        raise FaceviewerError(f"{path}: not an OBJ of triangles ({error})") from None
    return ObjMesh(vertices, triangles, uv, uv_triangles, colors)


def _vertices(lines: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """Positions and, in the wide-spread extension of six numbers a line, colours."""
    has_colors = bool(lines) and len(lines[0].split()) == 6
    values = _numbers(lines, 6 if has_colors else 3)
    return np.ascontiguousarray(values[:, :3]), np.ascontiguousarray(values[:, 3:] if has_colors else values[:0, :3])


def _numbers(lines: list[bytes], columns: int) -> np.ndarray:
    values = np.array(list(map(float, b" ".join(lines).split())))
    if values.size != columns * len(lines):
        raise ValueError(f"{len(lines)} rows of {columns} numbers expected")
    if not (np.abs(values) < MAX_COORDINATE).all():
        raise ValueError("a number is not finite")
    return values.reshape(-1, columns).astype(np.float32)


def _corners(lines: list[bytes], vertex_count: int, uv_count: int) -> tuple[np.ndarray, np.ndarray]:
    if vertex_count == 0 or not lines:
        raise ValueError("it has no vertices or no faces")
    text = b" ".join(lines)
    per_corner = next(iter(lines[0].split()), b"").count(b"/") + 1
    if text.count(b"/") != 3 * len(lines) * (per_corner - 1):
        raise ValueError("not every face is a triangle")
    has_uv = per_corner > 1 and b"//" not in text
    values = np.array(list(map(int, text.replace(b"/", b" ").split())), np.int64) - 1
    columns = per_corner if has_uv else min(per_corner, 2)
    if values.size != 3 * columns * len(lines):
        raise ValueError("not every face is a triangle")
    corners = values.reshape(-1, 3, columns)
    for ids, count in ((corners[..., 0], vertex_count), (corners[..., 1:2], uv_count if has_uv else math.inf)):
        if ids.size and (ids.min() < 0 or ids.max() >= count):
            raise ValueError("a face names a vertex that is not there")
    uv_triangles = corners[..., 1] if has_uv else np.zeros((0, 3))
    return corners[..., 0].astype(np.int32), uv_triangles.astype(np.int32)
