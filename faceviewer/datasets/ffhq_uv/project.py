"""The project's files of a face: attributes, the Face API's answer, light and latent codes; in zips or in folders.

They are named by the number of the photograph that was inverted, which is not the number of a published map.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from faceviewer.datasets.ffhq_uv.facts import SOURCES, Source
from faceviewer.io.safe_load import parse_checkpoint, parse_face_api, parse_npy
from faceviewer.io.safe_load.files import read_bounded
from faceviewer.io.zip_members import ZipMembers
from faceviewer.types import FaceviewerError

MAX_FILE_BYTES = 8 << 20
LIGHT_NUMBERS, LATENT_SHAPE = 9, (1, 18, 512)


class Members(Protocol):
    """Files by name."""

    def __iter__(self) -> Iterator[str]: ...
    def __contains__(self, name: str, /) -> bool: ...
    def read(self, name: str) -> bytes: ...


class FolderMembers:
    """The files of a folder, read as they are asked for. Threads may share it."""

    def __init__(self, path: Path, suffix: str) -> None:
        """Raises FaceviewerError when the folder cannot be read."""
        self.path = path
        try:
            names = os.listdir(path)
        except OSError as error:
            raise FaceviewerError(f"{path}: cannot be read ({error.strerror or error})") from error
        self._names = {name: None for name in names if name.lower().endswith(suffix) and not name.startswith(".")}

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __contains__(self, name: str, /) -> bool:
        return name in self._names

    def read(self, name: str) -> bytes:
        return read_bounded(self.path / name, MAX_FILE_BYTES)


class Project:
    """A folder of zips or folders. Each is opened when it is first asked for. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._opened: dict[Source, Members | FaceviewerError | None] = {}

    def name(self, source: Source) -> str:
        """What the user calls it: "lights.zip", "lights", or "" when there is none."""
        if os.path.isdir(self.folder / source):
            return source
        return f"{source}.zip" if os.path.isfile(self.folder / f"{source}.zip") else ""

    def ids(self, source: Source) -> set[str]:
        """The numbers that it has. Raises FaceviewerError when it is a zip that cannot be read or deceives."""
        if source == "edit":
            return self._edited()
        members = self._members(source)
        return set() if members is None else {_stem(name) for name in members}

    def attributes(self, id_: str) -> dict[str, Any] | None:
        """The object of attributes/ID.json, None when there is none. Raises FaceviewerError for a damaged one."""
        found = self._read("attributes", id_)
        if found is None:
            return None
        try:
            value = json.loads(found[0])
        except (ValueError, RecursionError) as error:
            raise FaceviewerError(f"{found[1]}: not JSON ({error})") from None
        if not isinstance(value, dict):
            raise FaceviewerError(f"{found[1]}: an object expected")
        return value

    def face_api(self, id_: str) -> dict[str, Any] | None:
        """The Face API's answer as nested dicts. Raises FaceviewerError for a damaged or hostile one."""
        found = self._read("attributes_ms_api", id_)
        return None if found is None else parse_face_api(*found)

    def light(self, id_: str) -> np.ndarray | None:
        """(9,) float32, spherical harmonics. Raises FaceviewerError for anything else than nine finite numbers."""
        found = self._read("lights", id_)
        if found is None:
            return None
        values = parse_npy(*found)
        if not isinstance(values, np.ndarray) or values.size != LIGHT_NUMBERS or values.dtype.kind not in "fiu":
            raise FaceviewerError(f"{found[1]}: a light has {LIGHT_NUMBERS} numbers")
        light = values.reshape(LIGHT_NUMBERS).astype(np.float32)
        if not np.isfinite(light).all():
            raise FaceviewerError(f"{found[1]}: a number of the light is not finite")
        return light

    def latent(self, id_: str) -> np.ndarray | None:
        """(1, 18, 512) float32, the inverted face's code. Raises FaceviewerError for anything else."""
        found = self._read("latents", id_)
        return None if found is None else latent_in(parse_checkpoint(*found), found[1])[0]

    def _read(self, source: Source, id_: str) -> tuple[bytes, str] | None:
        """(bytes, what they are called), None when there are none."""
        members, name = self._members(source), f"{id_}{SOURCES[source]}"
        if members is None or name not in members:
            return None
        return members.read(name), str(self.folder / self.name(source) / name)

    def _members(self, source: Source) -> Members | None:
        with self._lock:
            if source not in self._opened:
                self._opened[source] = self._open(source)
            found = self._opened[source]
        if isinstance(found, FaceviewerError):
            raise found
        return found

    def _open(self, source: Source) -> Members | FaceviewerError | None:
        name = self.name(source)
        try:
            if name == source:
                return FolderMembers(self.folder / name, SOURCES[source])
            return ZipMembers(self.folder / name, SOURCES[source], MAX_FILE_BYTES) if name else None
        except FaceviewerError as error:
            return error

    def _edited(self) -> set[str]:
        try:
            return {entry.name for entry in os.scandir(self.folder / "edit") if entry.is_dir()}
        except OSError:
            return set()


def latent_in(value: Any, where: str) -> tuple[np.ndarray, np.ndarray | None]:
    """((1, 18, 512) code, (17,) attributes or None) of a latent file: a bare tensor, or a dict of both.

    Raises FaceviewerError for anything else.
    """
    code, attribute = (value.get("latent"), value.get("attribute")) if isinstance(value, dict) else (value, None)
    if not isinstance(code, np.ndarray) or code.shape != LATENT_SHAPE or code.dtype.kind != "f":
        raise FaceviewerError(f"{where}: a latent code of the shape (1, 18, 512) expected")
    if not np.isfinite(code).all():
        raise FaceviewerError(f"{where}: a number of the latent code is not finite")
    if isinstance(attribute, np.ndarray) and attribute.size == 17 and attribute.dtype.kind == "f":
        return code.astype(np.float32), attribute.reshape(17).astype(np.float32)
    return code.astype(np.float32), None


def _stem(name: str) -> str:
    return name.rpartition(".")[0]
