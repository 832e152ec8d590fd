"""The file of a session: a zip with ``session.json`` and the members it names.

Whoever made the file, reading it runs no code, writes nowhere, and takes no more memory than the limits say.
"""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any

import numpy as np

from faceviewer.io.atomic import remove_stale, write_atomically
from faceviewer.io.json_node import MAX_FILE_BYTES, JsonNode, parse_json
from faceviewer.io.safe_load import parse_npz
from faceviewer.types import FaceviewerError

SCHEMA = "faceviewer.session/1"
SESSION_SUFFIX = ".faceviewer"
MAX_MEMBERS = 200_000
MAX_MEMBER_BYTES = 1 << 29
MAX_TOTAL_BYTES = 1 << 34
_TREE = "session.json"
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, IndexError, OverflowError, NotImplementedError,
    RuntimeError,
)  # fmt: skip


def write_session_file(path: Path, tree: Mapping[str, Any], members: Mapping[str, bytes]) -> None:
    """Write a session whole or not at all; ``members`` are stored as they are, being compressed already.

    ``tree`` becomes ``session.json``; its schema is added. Raises FaceviewerError naming the path and the reason.
    """
    text = json.dumps(_readable({"schema": SCHEMA, **tree}), allow_nan=False, indent=1, default=_as_number).encode(
        "ascii"
    )

    def write(target: Path) -> None:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(_TREE, text, zipfile.ZIP_DEFLATED)
            for name, data in members.items():
                archive.writestr(name, data)

    write_atomically(path, write)
    remove_stale(path.parent)


class SessionArchive:
    """An open session file. Every error is a FaceviewerError that names the file and what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise FaceviewerError(f"{path}: there is no such file") from None
        except OSError as error:
            raise FaceviewerError(f"{path}: cannot be read ({error.strerror or error})") from None
        except _BROKEN:
            raise FaceviewerError(f"{path}: not a faceviewer session") from None
        try:
            self._members = self._checked_members()
            self.tree = self._read_tree()
        except FaceviewerError:
            self._zip.close()
            raise

    def __enter__(self) -> SessionArchive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def read(self, name: str) -> bytes:
        """The content of one member."""
        if name not in self._members:
            raise FaceviewerError(f"{self.path}: the session lacks its part {name[:80]!r}")
        try:
            return self._zip.read(self._members[name])
        except (*_BROKEN, OSError) as error:
            raise FaceviewerError(f"{self.path}: its part {name!r} is damaged ({error})") from None

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of a member that is an ``.npz``."""
        return parse_npz(self.read(name), self.where(name), max_bytes=MAX_MEMBER_BYTES)

    def where(self, name: str) -> str:
        """How errors call a member."""
        return f"{self.path} ({name})"

    def _checked_members(self) -> dict[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        if len(infos) > MAX_MEMBERS:
            raise FaceviewerError(f"{self.path}: not a faceviewer session, it has {len(infos)} parts")
        if sum(info.file_size for info in infos) > MAX_TOTAL_BYTES:
            raise FaceviewerError(f"{self.path}: would unpack to more than {MAX_TOTAL_BYTES} bytes")
        members: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename
            parts = PurePosixPath(name).parts
            if name in members or name.startswith("/") or "\\" in name or ":" in name or ".." in parts:
                raise FaceviewerError(f"{self.path}: a part is called {name[:80]!r}, which no session does")
            if info.file_size > MAX_MEMBER_BYTES:
                raise FaceviewerError(f"{self.path}: its part {name[:80]!r} is larger than {MAX_MEMBER_BYTES} bytes")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise FaceviewerError(f"{self.path}: its part {name[:80]!r} is packed in a way that is not read here")
            members[name] = info
        return members

    def _read_tree(self) -> JsonNode:
        if _TREE not in self._members or self._members[_TREE].file_size > MAX_FILE_BYTES:
            raise FaceviewerError(f"{self.path}: not a faceviewer session")
        try:
            tree = parse_json(self.read(_TREE))
            schema = tree["schema"].text()
        except FaceviewerError as error:
            raise FaceviewerError(f"{self.path}: not a faceviewer session ({error})") from None
        if schema != SCHEMA:
            raise FaceviewerError(f"{self.path}: its schema is {schema[:80]!r}, this version reads {SCHEMA}")
        return tree


def _as_number(value: Any) -> Any:
    """numpy's numbers as Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no place in a session")


def _readable(value: Any) -> Any:
    """The same with text that UTF-8 cannot hold (names of undecodable files) made readable."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_readable(name): _readable(item) for name, item in value.items()}
    return [_readable(item) for item in value] if isinstance(value, list | tuple) else value
