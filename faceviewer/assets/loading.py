"""Opening one file of a pack: read safely, from the cache where it was read before, and checked before it is used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image

from faceviewer.assets.checks import (
    Damaged,
    UnknownVersion,
    check_arrays,
    check_index_map,
    check_one_array,
    check_one_tensor,
    check_png,
    check_state_dict,
    state_dict_of,
)
from faceviewer.assets.packs import (
    ArrayDict,
    AssetFile,
    AssetPack,
    Foreign,
    IndexMap,
    ObjFile,
    OneArray,
    OneTensor,
    SquarePng,
    StateDict,
)
from faceviewer.assets.places import Located
from faceviewer.io.images import read_png
from faceviewer.io.obj import ObjMesh, read_obj
from faceviewer.io.obj_polygons import ObjPolygons, read_polygons
from faceviewer.io.safe_load import load_cached, load_npy, load_npz, load_pickle
from faceviewer.io.safe_load.plain import Plain
from faceviewer.types import FaceviewerError

_PEEK_BYTES = 256


@dataclass(frozen=True)
class Opened:
    """A whole file."""

    value: Plain | ObjMesh | ObjPolygons
    """Of a ``StateDict`` key -> array with the network's own keys; of an ``ArrayDict`` name -> array or list of arrays;
    of an ``IndexMap``, ``OneArray`` or ``OneTensor`` the array; of a ``SquarePng`` its RGB; of an ``ObjFile`` the mesh;
    of what is ``Foreign`` None."""
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
            value = _load_arrays(path, content.kind, high)
            return Opened(value, check_arrays(content, value))
        case OneArray() as content:
            value = load_npy(path, max_bytes=high)
            return Opened(value, check_one_array(content, value))
        case IndexMap() as content:
            value = load_npy(path, max_bytes=high)
            return Opened(value, check_index_map(content, value))
        case OneTensor() as content:
            value = load_cached(path, "checkpoint", max_bytes=high)
            return Opened(value, check_one_tensor(content, value))
        case SquarePng() as content:
            picture, mode = read_png(path), _png_mode(path)
            return Opened(picture, check_png(content, picture, mode))
        case Foreign() as content:
            return Opened(None, _check_foreign(content, path, file.size_range))
        case ObjFile() as content:
            mesh = read_polygons(path) if content.polygons else read_obj(path)
            count = len(mesh.vertices)
            note = "" if count == content.vertices else f", not the {content.vertices} of the face model"
            return Opened(mesh, f"a mesh of {count} vertices{note}")


def _load_arrays(path: Path, kind: Literal["npy", "pickle", "mat", "npz"], max_bytes: int) -> Plain:
    match kind:
        case "pickle":
            return load_pickle(path, limit_bytes=max_bytes)
        case "npz":
            return load_npz(path, max_bytes=max_bytes)
        case "npy" | "mat":
            return load_cached(path, kind, max_bytes=max_bytes)


def _png_mode(path: Path) -> str:
    with Image.open(path, formats=["PNG"]) as image:
        return image.mode


def _check_foreign(content: Foreign, path: Path, size_range: tuple[int, int]) -> str:
    """Look at the size and the first bytes; says what was found. Raises as ``open_asset``."""
    try:
        with path.open("rb") as stream:
            start = stream.read(len(content.starts))
        size = path.stat().st_size
    except OSError as error:
        raise FaceviewerError(f"{path}: cannot be read ({error.strerror or error})") from None
    if start != content.starts:
        raise UnknownVersion(f"does not begin as a {content.kind} does")
    low, high = size_range
    if not low <= size <= high:
        raise Damaged(f"has {size} bytes; a {content.kind} has {low} to {high}")
    return f"begins as a {content.kind} does; what it holds was not looked at"


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
