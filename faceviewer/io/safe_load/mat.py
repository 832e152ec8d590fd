"""Arrays of MATLAB 5 ``.mat`` files, read within bounds.

SciPy's reader is not used: files with a few bytes changed, which our fuzz test makes, ended the whole process in it
with a bus error. Only arrays of numbers are read; cells, structs and objects, which nest, are passed over. The layout
is that of MathWorks' "MAT-File Format", version 5.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from faceviewer.io.safe_load.files import DEFAULT_MAX_BYTES, read_bounded
from faceviewer.types import FaceviewerError

_HEADER_BYTES = 128
_MATRIX, _COMPRESSED = 14, 15
_ORDERS = {b"IM": "<", b"MI": ">"}
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
"""Data type of an element -> how its values are stored."""
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
"""Class of a matrix -> what its values are."""
_COMPLEX_FLAG = 0x0800
_MAX_DIMENSIONS = 32


def load_mat(path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> dict[str, np.ndarray]:
    """Name -> array of the numeric variables, (rows, columns, ...) as MATLAB has them; others are passed over.

    Raises FaceviewerError when the file is missing, damaged, no MATLAB 5 file, or would unpack to too much.
    """
    return parse_mat(read_bounded(path, max_bytes), str(path), max_bytes=max_bytes)


def parse_mat(data: bytes, where: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> dict[str, np.ndarray]:
    """As ``load_mat``, from bytes; ``where`` names them in errors."""
    order = _ORDERS.get(data[126:128])
    if order is None or len(data) < _HEADER_BYTES:
        raise FaceviewerError(f"{where}: not a MATLAB 5 file (later ones are HDF5, which is not read here)")
    try:
        return dict(_variables(data, order, max_bytes))
    except FaceviewerError as error:
        raise FaceviewerError(f"{where}: {error}") from None
    except (struct.error, zlib.error, ValueError, MemoryError) as error:
        raise FaceviewerError(f"{where}: damaged ({str(error)[:100]})") from None


def _variables(data: bytes, order: str, max_bytes: int) -> Iterator[tuple[str, np.ndarray]]:
    """Name and array of each numeric variable."""
    left = max_bytes
    position = _HEADER_BYTES
    while position + 8 <= len(data):
        kind, size = struct.unpack_from(f"{order}II", data, position)
        end = position + 8 + size
        if end > len(data):
            raise FaceviewerError("truncated")
        body = data[position + 8 : end]
        if kind == _COMPRESSED:
            kind, body = _unpacked(body, order, left)
        left -= len(body)
        if kind == _MATRIX:
            found = _matrix(body, order)
            if found is not None:
                yield found
        position = end


def _unpacked(data: bytes, order: str, max_bytes: int) -> tuple[int, bytes]:
    """(kind, body) of the element inside a compressed one."""
    machine = zlib.decompressobj()
    element = machine.decompress(data, max(max_bytes, 1))
    if not machine.eof:
        raise FaceviewerError(f"damaged, or would unpack to more than the limit of {max_bytes} bytes")
    kind, size = struct.unpack_from(f"{order}II", element)
    return kind, element[8 : 8 + size]


def _matrix(body: bytes, order: str) -> tuple[str, np.ndarray] | None:
    """(name, array) of a matrix of numbers; None for one of anything else."""
    parts = _parts(body, order)
    _, flags = next(parts, (0, b""))
    if len(flags) < 8:
        raise ValueError("a matrix without flags")
    (word,) = struct.unpack_from(f"{order}I", flags)
    kind = _CLASSES.get(word & 0xFF)
    if kind is None:
        return None
    dimensions = np.frombuffer(next(parts, (0, b""))[1], f"{order}i4").tolist()
    name = next(parts, (0, b""))[1].decode("latin-1")
    values = _values(next(parts, (0, b"")), order, kind, dimensions)
    if word & _COMPLEX_FLAG:
        values = values + 1j * _values(next(parts, (0, b"")), order, kind, dimensions)
    return name, values


def _values(part: tuple[int, bytes], order: str, kind: str, dimensions: list[int]) -> np.ndarray:
    """The array of these dimensions, in C order and this machine's bytes; as the class says, however it is stored."""
    stored, data = part
    if stored not in _STORED or not 2 <= len(dimensions) <= _MAX_DIMENSIONS or min(dimensions) < 0:
        raise ValueError("a matrix whose header makes no sense")
    values = np.frombuffer(data, f"{order}{_STORED[stored]}")
    count = 1
    for dimension in dimensions:
        count *= dimension
    if count != len(values):
        raise ValueError(f"{len(values)} values for {' x '.join(map(str, dimensions))}")
    with np.errstate(all="ignore"):  # what does not fit its class is damaged in a way that nobody can tell here
        return np.ascontiguousarray(values.reshape(dimensions, order="F"), kind)


def _parts(body: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """(data type, bytes) of the elements inside a matrix; up to 4 bytes may stand in the header itself."""
    position = 0
    while position + 8 <= len(body):
        kind, size = struct.unpack_from(f"{order}II", body, position)
        if kind >> 16:
            kind, size, start, step = kind & 0xFFFF, kind >> 16, position + 4, 8
            if size > 4:
                raise ValueError("a short element of more than 4 bytes")
        else:
            start, step = position + 8, 8 + size + -size % 8
        if start + size > len(body):
            raise ValueError("an element reaches beyond its matrix")
        yield kind, body[start : start + size]
        position += step
