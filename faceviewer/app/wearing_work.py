"""Maps as textures of a head: read, carried over where the head has another layout. For a background thread."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from faceviewer.io.file_stamp import file_stamp
from faceviewer.types import CancelToken, FaceMesh, FaceviewerError, Texture, Topology

if TYPE_CHECKING:
    from faceviewer.assets.places import Place

_MAX_OBJ_BYTES = 20 << 20
_MAX_OBJS = 4
_NO_HEAD = (
    "open an OBJ of FFHQ-UV's head (HiFi3D++), or reconstruct a photo with the built-in engine, and the map can be worn"
)
_NO_LAYOUT = (
    "to carry a map over to the built-in head, the layout of such maps is needed: open an OBJ of FFHQ-UV's head once, "
    "or bring FFHQ-UV's files with Tools > Models"
)


@dataclass(frozen=True, eq=False)
class Wish:
    """A map and the head that shall wear it."""

    path: Path
    mesh: FaceMesh
    below: Texture | None
    """What the head shows where the map has nothing; None for nothing."""
    layouts: Sequence[Topology]
    """Topologies of heads of FFHQ-UV that are open."""
    place: Place
    """Where files of published systems lie."""


@dataclass(frozen=True, eq=False)
class Ready:
    """A map that can be put on."""

    texture: Texture
    notes: tuple[str, ...]
    """What is unusual about its file."""
    layout: Topology
    """The layout that the map has."""


def make_ready(wish: Wish, cancel: CancelToken) -> Ready:
    """The map as a texture of the head.

    Raises FaceviewerError in one sentence: the file is no map, the head cannot wear it, the layout is not known.
    Cancelled.
    """
    from faceviewer.datasets.ffhq_uv.maps import open_uv_map
    from faceviewer.models.hifi3d.topology import is_hifi3d
    from faceviewer.models.hifi3d.transfer import transfer_texture

    topology = wish.mesh.topology
    own = is_hifi3d(topology.triangles, len(wish.mesh.vertices))
    if own and len(topology.uv) <= 1:
        raise FaceviewerError("this head has no texture coordinates, so it cannot wear a map")
    if not own and not _is_built_in(topology):
        raise FaceviewerError(f"this head has other triangles than the heads that wear such maps; {_NO_HEAD}")
    read = open_uv_map(wish.path)
    cancel.check()
    if own:
        return Ready(read.texture, read.notes, topology)
    layout = _layout(wish, cancel)
    side = len(wish.below.rgb) if wish.below is not None else len(read.texture.rgb)
    return Ready(transfer_texture(read.texture, layout, topology, side, wish.below), read.notes, layout)


def _is_built_in(topology: Topology) -> bool:
    from faceviewer.models.head_model import load_head

    return np.array_equal(topology.triangles, load_head().topology.triangles)


def _layout(wish: Wish, cancel: CancelToken) -> Topology:
    """That of a head that is open, of an OBJ beside the map, or of the user's files; the first there is."""
    if wish.layouts:
        return wish.layouts[0]
    for path in (*_objs_beside(wish.path), *_objs_of_pack(wish.place)):
        found = _layout_of_obj(path, file_stamp(path))
        cancel.check()
        if found is not None:
            return found
    model = _model_of_pack(wish.place)
    if model is None:
        raise FaceviewerError(_NO_LAYOUT)
    from faceviewer.models.hifi3d.face_model import load_hifi3d
    from faceviewer.models.hifi3d.topology import topology_of

    return topology_of(load_hifi3d(model))


@lru_cache(maxsize=8)
def _layout_of_obj(path: Path, _stamp: tuple[int, int]) -> Topology | None:
    """The layout in an OBJ; None when it is not of such a head, or damaged."""
    from faceviewer.io.mesh_file import read_mesh_file
    from faceviewer.models.hifi3d.topology import is_hifi3d, topology_of_mesh

    try:
        mesh = read_mesh_file(path, CancelToken()).mesh
    except FaceviewerError:
        return None
    known = is_hifi3d(mesh.topology.triangles, len(mesh.vertices)) and len(mesh.topology.uv) > 1
    return topology_of_mesh(mesh.topology) if known else None


def _objs_beside(path: Path) -> Iterator[Path]:
    """The first OBJs in the map's folder that could be a head."""
    try:
        with os.scandir(path.parent) as entries:
            names = sorted(e.name for e in entries if e.name.lower().endswith(".obj") and e.is_file())
            found = [path.parent / name for name in names]
        yield from [one for one in found if one.stat().st_size <= _MAX_OBJ_BYTES][:_MAX_OBJS]
    except OSError:
        return


def _objs_of_pack(place: Place) -> Iterator[Path]:
    from faceviewer.assets.ffhq_uv_names import MEAN_FACE

    path = _located(place, MEAN_FACE)
    if path is not None:
        yield path


def _model_of_pack(place: Place) -> Path | None:
    from faceviewer.assets.ffhq_uv_names import MODEL

    return _located(place, MODEL)


def _located(place: Place, name: str) -> Path | None:
    from faceviewer.assets.places import locate, pack_of

    return locate(pack_of("ffhq-uv"), place).files.get(name)
