"""``.npy`` files, also those that hold a pickled dict or list of arrays."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np

from faceviewer.io.safe_load.files import DEFAULT_MAX_BYTES, read_bounded
from faceviewer.io.safe_load.npz import BROKEN, read_header
from faceviewer.io.safe_load.numpy_pickles import NUMPY_SYMBOLS, array_over
from faceviewer.io.safe_load.pickle_machine import PickleMachine, PickleRefused
from faceviewer.io.safe_load.plain import Plain, plain
from faceviewer.types import FaceviewerError


def load_npy(path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Plain:
    """The array of a ``.npy``; of a pickled one, its plain data: a 0-d array of one dict gives that dict.

    Raises FaceviewerError when the file is missing, too large, damaged, or asks for anything but arrays and plain
    containers; the sentence names what it asked for, and nothing of it has run.
    """
    return parse_npy(read_bounded(path, max_bytes), str(path), max_bytes=max_bytes)


def parse_npy(data: bytes, where: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Plain:
    """As ``load_npy``, from bytes; ``where`` names them in errors."""
    try:
        return _parse(BytesIO(data), len(data), max_bytes)
    except PickleRefused as error:
        raise FaceviewerError(f"{where}: refused, it {error}") from None
    except BROKEN as error:
        raise FaceviewerError(f"{where}: not an .npy file, or a damaged one ({error})") from None


def _parse(stream: BytesIO, size: int, max_bytes: int) -> Plain:
    header = read_header(stream)
    if not header.dtype.hasobject:
        array = array_over(stream.read(), header.dtype, header.shape, header.fortran_order)
        return np.array(array, header.dtype.newbyteorder("="), order="C")
    if header.dtype != np.dtype(object):
        raise PickleRefused("has a structured array of objects")
    # what a file can honestly hold is no larger than the file: repeating an array in it is of no use
    return plain(PickleMachine(NUMPY_SYMBOLS).read(stream), size, min(size, max_bytes))
