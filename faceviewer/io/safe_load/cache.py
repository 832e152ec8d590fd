"""Converted files: large assets are taken apart safely once, and from then on read as plain arrays.

An entry is named by the SHA-256 of its source and holds its arrays with a description of what they were part of. It is
checked as a whole when it is read, and made again when it does not stand the check. Entries that were not used for
longest go when the cache outgrows its limit. Where it cannot be written, everything works without it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np

from faceviewer.io.atomic import remove_stale, write_atomically
from faceviewer.io.folders import cache_folder
from faceviewer.io.safe_load.array_file import read_array_file, write_array_file
from faceviewer.io.safe_load.checkpoint import parse_checkpoint
from faceviewer.io.safe_load.files import DEFAULT_MAX_BYTES, read_bounded
from faceviewer.io.safe_load.known_files import KnownFiles
from faceviewer.io.safe_load.mat import parse_mat
from faceviewer.io.safe_load.npy import parse_npy
from faceviewer.io.safe_load.plain import Plain
from faceviewer.types import FaceviewerError

Kind = Literal["npy", "checkpoint", "mat"]

MAX_CACHE_BYTES = 3 << 30
MIN_SOURCE_BYTES = 1 << 20
"""Smaller files are read as they are: converting them would save nothing."""
_FORMAT = 1
_PARSERS: dict[Kind, Callable[..., Plain]] = {"npy": parse_npy, "checkpoint": parse_checkpoint, "mat": parse_mat}
_SUFFIX = ".arrays"


def converted_folder() -> Path:
    """Where converted assets lie; it may be deleted at any time."""
    return cache_folder() / "converted"


def load_cached(path: Path, kind: Kind, *, folder: Path | None = None, max_bytes: int = DEFAULT_MAX_BYTES) -> Plain:
    """The plain data of a ``.npy``, checkpoint or ``.mat``, from the cache where its content was read before.

    ``folder`` is the cache's, by default ``converted_folder()``. Checkpoints give numpy arrays in place of tensors.
    Raises FaceviewerError as ``load_npy``, ``load_checkpoint`` and ``load_mat`` do.
    """
    if _size(path) < MIN_SOURCE_BYTES:
        return _PARSERS[kind](read_bounded(path, max_bytes), str(path), max_bytes=max_bytes)
    folder = folder or converted_folder()
    try:
        value = _read_entry(_entry(folder, KnownFiles(folder / "known.json").sha256(path), kind), max_bytes)
    except (FaceviewerError, OSError):  # not there, or not whole
        data = read_bounded(path, max_bytes)
        value = _PARSERS[kind](data, str(path), max_bytes=max_bytes)
        _store(_entry(folder, hashlib.sha256(data).hexdigest(), kind), value)
    return value


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0  # whoever reads it says why it cannot be


def _entry(folder: Path, digest: str, kind: Kind) -> Path:
    return folder / f"{digest}-{kind}-{_FORMAT}{_SUFFIX}"


def _store(entry: Path, value: Plain) -> None:
    try:
        arrays: list[np.ndarray] = []
        about = [entry.name, _described(value, arrays)]
        write_atomically(entry, lambda target: write_array_file(target, about, arrays))
        _trim(entry.parent)
    except (FaceviewerError, OSError):
        pass  # a full disk or a read-only home costs time, nothing else


def _read_entry(entry: Path, max_bytes: int) -> Plain:
    about, arrays = read_array_file(entry, 2 * max_bytes)
    try:
        name, tree = about
        if name != entry.name:
            raise ValueError("of another file")
        value = _restored(tree, arrays)
    except (IndexError, ValueError, TypeError, RecursionError) as error:
        raise FaceviewerError(f"{entry}: not a converted asset ({error})") from None
    os.utime(entry)
    return value


def _described(value: Plain, arrays: list[np.ndarray]) -> Any:
    """``value`` as JSON, [kind, content]; its arrays go into ``arrays``, their numbers stand in their places."""
    match value:
        case np.ndarray():
            arrays.append(value)
            return ["array", len(arrays) - 1]
        case dict():
            return ["dict", [[key, _described(item, arrays)] for key, item in value.items()]]
        case list() | tuple():
            return ["list" if isinstance(value, list) else "tuple", [_described(item, arrays) for item in value]]
        case bytes():
            return ["bytes", value.hex()]
    return ["value", value]


def _restored(node: Any, arrays: list[np.ndarray]) -> Plain:
    match node:
        case ["array", int() as number]:
            return arrays[number]
        case ["dict", list() as items]:
            return {key: _restored(item, arrays) for key, item in items}
        case ["list", list() as items]:
            return [_restored(item, arrays) for item in items]
        case ["tuple", list() as items]:
            return tuple(_restored(item, arrays) for item in items)
        case ["bytes", str() as text]:
            return bytes.fromhex(text)
        case ["value", str() | int() | float() | bool() | None as value]:
            return value
    raise ValueError("unknown description")


def _trim(folder: Path) -> None:
    """Remove the entries used longest ago until the others fit."""
    remove_stale(folder)
    entries = sorted(((path.stat(), path) for path in folder.glob(f"*{_SUFFIX}")), key=lambda entry: -entry[0].st_mtime)
    total = 0
    for status, path in entries:
        total += status.st_size
        if total > MAX_CACHE_BYTES:
            path.unlink(missing_ok=True)
