"""Arrays of an ``.npz``, a zip of ``.npy`` members.

Every member's header is compared with the member's real size before memory is taken for it, so that neither a zip bomb
nor a lying header can exhaust it.
"""

from __future__ import annotations

import math
import struct
import tokenize
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import IO

import numpy as np

from faceviewer.io.safe_load.files import DEFAULT_MAX_BYTES
from faceviewer.types import FaceviewerError

MAX_MEMBERS = 4096
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    tokenize.TokenError,
    EOFError,
    ValueError,
    TypeError,  # this one and the next: heads of .npy that describe no kind of number
    IndexError,
    KeyError,
    OverflowError,
    SyntaxError,
    RecursionError,
    NotImplementedError,  # a compression this Python cannot undo
    RuntimeError,  # an encrypted member
    OSError,
    MemoryError,
)


def load_npz(path: str | PathLike[str], *, max_bytes: int = DEFAULT_MAX_BYTES) -> dict[str, np.ndarray]:
    """Read all arrays of an ``.npz`` file, without pickles.

    ``max_bytes`` bounds the memory of all arrays together. Returns name -> array, in the file's order.
    Raises FaceviewerError when the file is missing, damaged, too large, or holds Python objects.
    """
    return _load_npz(Path(path), str(path), max_bytes)


def parse_npz(data: bytes, where: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> dict[str, np.ndarray]:
    """As ``load_npz``, from bytes; ``where`` names them in errors."""
    return _load_npz(BytesIO(data), where, max_bytes)


def _load_npz(source: Path | IO[bytes], where: str, max_bytes: int) -> dict[str, np.ndarray]:
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError:
        raise FaceviewerError(f"{where}: no such file") from None
    except OSError as error:
        raise FaceviewerError(f"{where}: cannot be read ({error.strerror or error})") from None
    except BROKEN:
        raise FaceviewerError(f"{where}: not an .npz file") from None
    with archive:
        members = _checked_members(where, archive, max_bytes)
        return {name: _read_member(where, archive, info) for name, info in members.items()}


def _checked_members(where: str, archive: zipfile.ZipFile, max_bytes: int) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise FaceviewerError(f"{where}: holds {len(infos)} members, more than {MAX_MEMBERS}")
    total = sum(info.file_size for info in infos)
    if total > max_bytes:
        raise FaceviewerError(f"{where}: would unpack to {total} bytes, more than the limit of {max_bytes}")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename.removesuffix(".npy")
        if name == info.filename or name in members:
            raise FaceviewerError(f"{where}: member {info.filename!r} is not an array or occurs twice")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FaceviewerError(f"{where}: array {info.filename!r} is packed in a way that is not read here")
        members[name] = info
    return members


def _read_member(where: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    try:
        with archive.open(info) as stream:
            header = read_header(stream)
            expected = stream.tell() + math.prod(header.shape) * header.dtype.itemsize
        if header.dtype.hasobject:
            raise FaceviewerError(f"{where}: array {info.filename!r} holds Python objects, which could run code")
        if header.dtype.itemsize == 0:
            raise FaceviewerError(f"{where}: array {info.filename!r} holds nothing, any number of times")
        if expected != info.file_size:
            raise FaceviewerError(f"{where}: array {info.filename!r} does not have the size that its header says")
        with archive.open(info) as stream:
            return np.lib.format.read_array(stream, allow_pickle=False)
    except BROKEN as error:
        raise FaceviewerError(f"{where}: array {info.filename!r} is damaged ({error})") from None


@dataclass(frozen=True)
class NpyHeader:
    """What the head of a ``.npy`` says of the array that follows."""

    shape: tuple[int, ...]
    fortran_order: bool
    dtype: np.dtype


def read_header(stream: IO[bytes]) -> NpyHeader:
    """The head of a ``.npy``; the stream stands behind it afterwards. Raises one of ``BROKEN``."""
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        header = NpyHeader(*np.lib.format.read_array_header_1_0(stream))
    elif version == (2, 0):
        header = NpyHeader(*np.lib.format.read_array_header_2_0(stream))
    else:
        raise ValueError(f"npy format {version[0]}.{version[1]} is not supported")
    if any(length < 0 for length in header.shape):
        raise ValueError("negative length")
    return header
