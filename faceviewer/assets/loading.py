"""Opening one file of a pack: read safely, from the cache where it was read before, and checked before it is used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from faceviewer.assets.checks import (
    Damaged,
    UnknownVersion,
    check_arrays,
    check_index_map,
    check_state_dict,
    state_dict_of,
)
from faceviewer.assets.packs import ArrayDict, AssetFile, AssetPack, IndexMap, ObjFile, StateDict
from faceviewer.assets.places import Located
from faceviewer.io.obj import ObjMesh, read_obj
from faceviewer.io.safe_load import load_cached, load_mat, load_npy
from faceviewer.io.safe_load.plain import Plain
from faceviewer.types import FaceviewerError

_PEEK_BYTES = 256


@dataclass(frozen=True)
class Opened:
    """A whole file."""

    value: Plain | ObjMesh
    """Of a ``StateDict`` key -> array with the network's own keys; of an ``ArrayDict`` name -> array or list of arrays;
    of an ``IndexMap`` the array; of an ``ObjFile`` the mesh."""
    note: str
    """What it is, in a few words."""


def load_asset(located: Located, name: str) -> Plain:
    """The content of the file called ``name``, checked: see ``Opened.value``.

    Raises FaceviewerError, naming the file and the reason, when it is missing, damaged or not the one that is known.
    """
    path = located.path(name)
    try:
        return open_asset(located.pack, located.pack.by_name[name], path).value
    except (Damaged, UnknownVersion) as error:
        raise FaceviewerError(f"{path}: it {error}") from None


def open_asset(pack: AssetPack, file: AssetFile, path: Path) -> Opened:
    """Read ``path`` as ``file`` of ``pack``. Raises ``Damaged``, ``UnknownVersion`` or FaceviewerError."""
    _refuse_placeholders(path)
    high = file.size_range[1]
    match file.content:
        case StateDict() as content:
            value = load_cached(path, "checkpoint", max_bytes=high)
            note = check_state_dict(content, value, pack.files)
            return Opened(state_dict_of(content, value), note)
        case ArrayDict() as content:
            is_mat = content.kind == "mat"
            value = load_mat(path, max_bytes=high) if is_mat else load_cached(path, "npy", max_bytes=high)
            return Opened(value, check_arrays(content, value))
        case IndexMap() as content:
            value = load_npy(path, max_bytes=high)
            return Opened(value, check_index_map(content, value))
        case ObjFile() as content:
            mesh = read_obj(path)
            count = len(mesh.vertices)
            note = "" if count == content.vertices else f", not the {content.vertices} of the face model"
            return Opened(mesh, f"a mesh of {count} vertices{note}")


def _refuse_placeholders(path: Path) -> None:
    """What browsers and version control leave in place of a large file has a sentence of its own."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_PEEK_BYTES).lstrip().lower()
    except OSError:
        return  # whoever reads it says why it cannot be
    if head.startswith(b"version https://git-lfs"):
        raise Damaged("is a pointer of Git LFS, not the file itself: download it from its page")
    if head.startswith((b"<!doctype html", b"<html")):
        raise Damaged("is a web page, not the file itself: download it again")
