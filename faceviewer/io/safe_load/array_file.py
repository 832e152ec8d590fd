"""Our own file of arrays for the cache: read in one go, checked as a whole, without unpacking anything.

A preamble (magic, CRC-32 of all that follows it, length of the description), the description as JSON, then the arrays,
each from a multiple of 64 bytes on.
"""

from __future__ import annotations

import json
import math
import re
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from faceviewer.types import FaceviewerError

_PREAMBLE = struct.Struct("<8sII")
_MAGIC = b"fvarray1"
_ALIGNMENT = 64
_DTYPE = re.compile(r"\|b1|\|[iuS]\d{1,7}|<[iufU]\d{1,7}")


def write_array_file(path: Path, about: Any, arrays: list[np.ndarray]) -> None:
    """Write ``arrays`` (of numbers, text or bytes) with ``about``, which JSON can hold."""
    arrays = [np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(array.shape) for array in arrays]
    offsets, end = [], 0
    for array in arrays:
        offsets.append(end)
        end += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
    places = [[array.dtype.str, list(array.shape), offset] for array, offset in zip(arrays, offsets, strict=True)]
    text = json.dumps({"about": about, "arrays": places, "bytes": end}).encode("ascii")
    text += b" " * (-(len(text) + _PREAMBLE.size) % _ALIGNMENT)
    checksum = zlib.crc32(text)
    with path.open("wb") as stream:
        stream.seek(_PREAMBLE.size)
        stream.write(text)
        for array in arrays:
            checksum = _write(stream, array, checksum)
        stream.seek(0)
        stream.write(_PREAMBLE.pack(_MAGIC, checksum, len(text)))


def read_array_file(path: Path, max_bytes: int) -> tuple[Any, list[np.ndarray]]:
    """What ``write_array_file`` was given. The arrays share one block of memory.

    Raises FaceviewerError when the file is missing, larger than ``max_bytes``, or not exactly what was written.
    """
    try:
        if path.stat().st_size > max_bytes:
            raise FaceviewerError(f"{path}: larger than {max_bytes} bytes")
        block = np.fromfile(path, np.uint8)
        magic, checksum, length = _PREAMBLE.unpack(block[: _PREAMBLE.size].tobytes())
        start = _PREAMBLE.size + length
        if magic != _MAGIC or zlib.crc32(block[_PREAMBLE.size :].data) != checksum:
            raise ValueError("it was changed")
        description = json.loads(block[_PREAMBLE.size : start].tobytes())
        content = block[start:]
        if description["bytes"] != len(content):
            raise ValueError("it was cut short")
        return description["about"], [_array(content, *place) for place in description["arrays"]]
    except (OSError, ValueError, KeyError, TypeError, struct.error, RecursionError) as error:
        raise FaceviewerError(f"{path}: not a whole file of arrays ({error})") from None


def _write(stream: BinaryIO, array: np.ndarray, checksum: int) -> int:
    data = array.reshape(-1).view(np.uint8) if array.size else np.zeros(0, np.uint8)
    padding = bytes(-array.nbytes % _ALIGNMENT)
    stream.write(data.data)
    stream.write(padding)
    return zlib.crc32(padding, zlib.crc32(data.data, checksum))


def _array(content: np.ndarray, dtype: str, shape: list[int], offset: int) -> np.ndarray:
    if not _DTYPE.fullmatch(dtype) or not all(type(n) is int and n >= 0 for n in [*shape, offset]):
        raise ValueError("an array is not described as we describe them")
    kind = np.dtype(dtype)
    size = math.prod(shape) * kind.itemsize
    if offset + size > len(content):
        raise ValueError("an array lies outside")
    return content[offset : offset + size].view(kind).reshape(shape) if size else np.zeros(shape, kind)
