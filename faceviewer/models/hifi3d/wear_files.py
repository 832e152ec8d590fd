"""A head in a file wears a texture: a map of FFHQ-UV's layout, or what another head shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from faceviewer.datasets.ffhq_uv.maps import open_uv_map
from faceviewer.io.images import encode_png
from faceviewer.io.mesh_file import texture_of, vertex_colors
from faceviewer.io.obj import MILLIMETRES, encode_mtl, encode_obj
from faceviewer.io.obj_polygons import ObjPolygons, read_polygons
from faceviewer.models.head_model import load_head
from faceviewer.models.hifi3d.flame import TRIANGLE_COUNT, VERTEX_COUNT, load_flame_layout, with_ffhq_uv
from faceviewer.models.hifi3d.topology import is_hifi3d, topology_of_mesh
from faceviewer.models.hifi3d.transfer import transfer_texture
from faceviewer.types import FaceMesh, FaceviewerError, Texture, Topology

HeadKind = Literal["built-in", "hifi3d", "flame"]
_WORDS = {"built-in": "the built-in head", "hifi3d": "a HiFi3D++ head", "flame": "a FLAME head"}


@dataclass(frozen=True, eq=False)
class HeadFile:
    """A head as its file has it, in its own unit."""

    path: Path
    kind: HeadKind
    obj: ObjPolygons
    topology: Topology

    @property
    def has_uv(self) -> bool:
        """Whether it has texture coordinates."""
        return len(self.obj.uv) > 0

    def texture(self) -> Texture | None:
        """What it shows; None for nothing, or for a picture that cannot be used."""
        return texture_of(self.path, self.obj)[0]


@dataclass(frozen=True, eq=False)
class Worn:
    """A texture and the layout that it is made for."""

    texture: Texture
    kind: HeadKind
    """"hifi3d" for FFHQ-UV's maps."""
    topology: Topology | None
    """None for a map, whose layout another file has to tell."""
    notes: tuple[str, ...] = ()


def read_head(path: Path) -> HeadFile:
    """The head in an OBJ. Raises FaceviewerError when it cannot be read, or is a head of another kind."""
    obj = read_polygons(path)
    mesh = Topology(path.stem, obj.triangles, obj.uv, obj.uv_triangles)
    if is_hifi3d(obj.triangles, len(obj.vertices)):
        return HeadFile(path, "hifi3d", obj, topology_of_mesh(mesh) if len(obj.uv) else mesh)
    built_in = load_head().topology
    if np.array_equal(obj.triangles, built_in.triangles):
        return HeadFile(path, "built-in", obj, built_in)
    if (len(obj.vertices), len(obj.triangles)) == (VERTEX_COUNT, TRIANGLE_COUNT):
        return HeadFile(path, "flame", obj, mesh)
    raise FaceviewerError(f"{path}: neither the built-in head, nor one of HiFi3D++ or FLAME")


def read_worn(path: Path) -> Worn:
    """A map, or the texture of a head's OBJ. Raises FaceviewerError where there is none."""
    if path.suffix.lower() != ".obj":
        read = open_uv_map(path)
        return Worn(read.texture, "hifi3d", None, tuple(f"{path}: {note}" for note in read.notes))
    head = read_head(path)
    texture = head.texture()
    if texture is None or head.kind == "flame":
        raise FaceviewerError(f"{path}: it has no texture that another head could wear")
    return Worn(texture, head.kind, head.topology)


def wear(head: HeadFile, worn: Worn, layout: Path | None, stem: str) -> dict[str, bytes]:
    """File name -> content of ``stem.obj`` with material and picture; of FLAME heads also of ``stem_eyes.obj``.

    layout: for the built-in head and a map, an OBJ of a HiFi3D++ head with texture coordinates; for FLAME heads
    FFHQ-UV's OBJ for FLAME. The built-in head keeps its own colours where the texture has nothing: eyeballs, mouth.
    Raises FaceviewerError, naming the file, for what does not fit.
    """
    if head.kind == "flame":
        return _on_flame(head, worn, layout, stem)
    texture = worn.texture
    if head.kind == "hifi3d" and not head.has_uv:
        raise FaceviewerError(f"{head.path}: it has no texture coordinates, so it cannot wear a map")
    if head.kind != worn.kind:
        source = worn.topology if worn.topology is not None else _layout_of_maps(head, layout)
        below = head.texture() if head.kind == "built-in" else None
        size = len(below.rgb) if below is not None else None
        texture = transfer_texture(texture, source, head.topology, size, below)
    return _files(stem, head, FaceMesh(head.obj.vertices, head.topology, vertex_colors(head.obj)), texture)


def _layout_of_maps(head: HeadFile, layout: Path | None) -> Topology:
    if layout is None:
        raise FaceviewerError(
            f"{head.path}: to put a map on {_WORDS[head.kind]}, the layout of maps is needed; --layout names an OBJ "
            "of a HiFi3D++ head"
        )
    found = read_head(layout)
    if found.kind != "hifi3d" or not found.has_uv:
        raise FaceviewerError(f"{layout}: not a HiFi3D++ head with texture coordinates, whose layout maps have")
    return found.topology


def _on_flame(head: HeadFile, worn: Worn, layout: Path | None, stem: str) -> dict[str, bytes]:
    if worn.kind != "hifi3d":
        raise FaceviewerError(
            f"{head.path}: a FLAME head wears maps of FFHQ-UV; put the texture on a HiFi3D++ head first, and take that"
        )
    if layout is None:
        raise FaceviewerError(f"{head.path}: a FLAME head; --layout names FFHQ-UV's OBJ with the layout for such heads")
    try:
        parts = with_ffhq_uv(head.obj.vertices, head.obj.triangles, load_flame_layout(layout))
    except FaceviewerError as error:
        known = str(error).startswith(str(layout))
        raise error if known else FaceviewerError(f"{head.path}: {error}") from None
    return _files(stem, head, parts.skin, worn.texture) | _files(f"{stem}_eyes", head, parts.eyes, None)


def _files(stem: str, head: HeadFile, mesh: FaceMesh, texture: Texture | None) -> dict[str, bytes]:
    """Vertices of the file are written as they were, with what it says of its unit."""
    comments: Sequence[str] = (MILLIMETRES,) if head.obj.says_millimetres else (f"units: those of {head.path.name}",)
    mesh = replace(mesh, vertices=np.asarray(mesh.vertices, np.float32))
    if texture is None:
        return {f"{stem}.obj": encode_obj(stem, mesh, comments=comments)}
    return {
        f"{stem}.png": encode_png(texture.rgb),
        f"{stem}.mtl": encode_mtl(stem, f"{stem}.png"),
        f"{stem}.obj": encode_obj(stem, mesh, mtl_name=f"{stem}.mtl", comments=comments),
    }
