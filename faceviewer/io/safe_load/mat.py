"""Arrays of MATLAB 5 ``.mat`` files.

SciPy reads the file after we have unpacked it within bounds and left out everything but arrays of numbers: cells,
structs and objects, which nest and could exhaust the stack, never reach it.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np

from faceviewer.io.safe_load.files import DEFAULT_MAX_BYTES, read_bounded
from faceviewer.types import FaceviewerError

_HEADER_BYTES = 128
_MATRIX, _COMPRESSED, _UINT32 = 14, 15, 6
_NUMERIC_CLASSES = range(6, 16)  # double, single, and the integers of 8 to 64 bits
_ORDERS = {b"IM": "<", b"MI": ">"}


def load_mat(path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> dict[str, np.ndarray]:
    """Name -> array of the numeric variables, (rows, columns, ...) as MATLAB has them; others are passed over.

    Raises FaceviewerError when the file is missing, damaged, no MATLAB 5 file, or would unpack to too much.
    """
    return parse_mat(read_bounded(path, max_bytes), str(path), max_bytes=max_bytes)


def parse_mat(data: bytes, where: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> dict[str, np.ndarray]:
    """As ``load_mat``, from bytes; ``where`` names them in errors."""
    from scipy.io import loadmat

    order = _ORDERS.get(data[126:128])
    if order is None or len(data) < _HEADER_BYTES:
        raise FaceviewerError(f"{where}: not a MATLAB 5 file (later ones are HDF5, which is not read here)")
    try:
        bounded = b"".join([data[:_HEADER_BYTES], *_numeric_elements(data, order, max_bytes)])
        with warnings.catch_warnings(action="ignore"):
            variables = loadmat(BytesIO(bounded))
    except FaceviewerError as error:
        raise FaceviewerError(f"{where}: {error}") from None
    except Exception as error:  # noqa: BLE001
        # a parser of foreign bytes: whatever it stumbles over, the file is at fault
        raise FaceviewerError(f"{where}: damaged ({type(error).__name__}: {str(error)[:100]})") from None
    return {
        name: np.array(value, value.dtype.newbyteorder("="), order="C")
        for name, value in variables.items()
        if isinstance(value, np.ndarray) and value.dtype.kind in "biufc"
    }


def _numeric_elements(data: bytes, order: str, max_bytes: int) -> Iterator[bytes]:
    """The top elements that are numeric matrices, unpacked."""
    position, left = _HEADER_BYTES, max_bytes
    while position + 8 <= len(data):
        kind, size = struct.unpack_from(f"{order}II", data, position)
        end = position + 8 + size
        if end > len(data):
            raise FaceviewerError("truncated")
        element = data[position:end]
        if kind == _COMPRESSED:
            element = _unpacked(element[8:], left)
        left -= len(element)
        if _is_numeric(element, order):
            yield element
        position = end


def _unpacked(data: bytes, max_bytes: int) -> bytes:
    machine = zlib.decompressobj()
    element = machine.decompress(data, max(max_bytes, 1))
    if not machine.eof:
        raise FaceviewerError(f"damaged, or would unpack to more than the limit of {max_bytes} bytes")
    return element


def _is_numeric(element: bytes, order: str) -> bool:
    if len(element) < 32:
        return False
    kind, size, flags_kind, flags_size, flags = struct.unpack_from(f"{order}5I", element)
    if size > len(element) - 8 or (flags_kind, flags_size) != (_UINT32, 8):
        return False
    return kind == _MATRIX and flags & 0xFF in _NUMERIC_CLASSES
