"""Zips of many small files, read where they are: nothing is unpacked to disk.

The central directory is read once; a member is then found by its name and read by its place. What a zip says of itself
is not believed: names that lead elsewhere, links, two members of one name and members over one another end the opening,
and a member never takes more memory than it was allowed, whatever size it claims or unpacks to.
"""

from __future__ import annotations

import stat
import struct
import threading
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from faceviewer.types import FaceviewerError

MAX_MEMBERS = 2_000_000
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, NotImplementedError, OverflowError)


class ZipMembers:
    """The members of a zip by file name, without their folders. Threads may share it: they read one after another."""

    def __init__(self, path: Path, suffix: str, max_member_bytes: int) -> None:
        """Only members that end in ``suffix`` (lower case) are kept.

        Raises FaceviewerError when the file is missing, no zip, or tries to deceive.
        """
        self.path = path
        self._max = max_member_bytes
        self._lock = threading.Lock()
        try:
            with zipfile.ZipFile(path) as archive:
                infos = archive.infolist()
            _check_sum(path, infos)
            kept = [info for info in infos if _is_kept(path, info, suffix)]
        except OSError as error:
            raise FaceviewerError(f"{path}: cannot be read ({error.strerror or error})") from None
        except _BROKEN:
            raise FaceviewerError(f"{path}: not a zip, or a damaged one") from None
        self._row = {_base(info.filename): row for row, info in enumerate(kept)}
        if len(self._row) < len(kept):
            raise FaceviewerError(f"{path}: refused, {_twice(kept)!r} is in it more than once")
        # a row of numbers takes a tenth of the memory of zipfile's own records
        facts = [(i.header_offset, i.compress_size, i.file_size, i.CRC, i.compress_type, i.flag_bits) for i in kept]
        self._facts = np.array(facts, np.int64).reshape(-1, 6)
        try:
            self._stream = path.open("rb")
        except OSError as error:
            raise FaceviewerError(f"{path}: cannot be read ({error.strerror or error})") from None
        weakref.finalize(self, self._stream.close)

    def __len__(self) -> int:
        return len(self._row)

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of the zip."""
        return iter(self._row)

    def __contains__(self, name: str) -> bool:
        return name in self._row

    def close(self) -> None:
        with self._lock:
            self._stream.close()

    def read(self, name: str) -> bytes:
        """The bytes of a member. Raises KeyError for a name that is not there, FaceviewerError for damage and size."""
        offset, packed, size, checksum, method, flags = map(int, self._facts[self._row[name]])
        where = f"{self.path}: {name[:80]!r} in it"
        if max(packed, size) > self._max:
            raise FaceviewerError(f"{where} has {size} bytes, more than the limit of {self._max}")
        if flags & _ENCRYPTED or method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FaceviewerError(f"{where} is encrypted or packed in a way that is not read here")
        try:
            with self._lock:
                data = self._packed(offset, packed)
            if method == zipfile.ZIP_DEFLATED:
                data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size + 1)
        except OSError as error:
            raise FaceviewerError(f"{where} cannot be read ({error.strerror or error})") from None
        except _BROKEN as error:
            raise FaceviewerError(f"{where} is damaged ({error})") from None
        if len(data) != size:
            raise FaceviewerError(f"{where} does not have the {size} bytes that the zip says")
        if zlib.crc32(data) != checksum:
            raise FaceviewerError(f"{where} is damaged (its checksum differs)")
        return data

    def _packed(self, offset: int, nbytes: int) -> bytes:
        self._stream.seek(offset)
        magic, name_length, extra_length = _LOCAL_HEADER.unpack(self._stream.read(_LOCAL_HEADER.size))
        if magic != b"PK\3\4":
            raise ValueError("it is not where the zip says")
        self._stream.seek(offset + _LOCAL_HEADER.size + name_length + extra_length)
        return self._stream.read(nbytes)


def _check_sum(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_MEMBERS:
        raise FaceviewerError(f"{path}: has {len(infos)} members, more than {MAX_MEMBERS}")
    if sum(info.compress_size for info in infos) > path.stat().st_size:
        raise FaceviewerError(f"{path}: refused, its members lie over one another")


def _is_kept(path: Path, info: zipfile.ZipInfo, suffix: str) -> bool:
    name = info.orig_filename
    if name.startswith("/") or "\\" in name or ":" in name or "\0" in name or ".." in name.split("/"):
        raise FaceviewerError(f"{path}: refused, its member {name[:80]!r} leads out of the folder")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise FaceviewerError(f"{path}: refused, its member {name[:80]!r} is a link")
    # other systems' hidden copies ("__MACOSX/._name") are no members of ours
    return name.lower().endswith(suffix) and not name.startswith("__MACOSX/") and not _base(name).startswith(".")


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def _twice(infos: list[zipfile.ZipInfo]) -> str:
    seen: set[str] = set()
    for info in infos:
        name = _base(info.filename)
        if name in seen:
            return name[:80]
        seen.add(name)
    raise AssertionError("no name occurs twice")
