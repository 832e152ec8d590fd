"""``.pkl`` files of numpy arrays in builtin containers, as annotations and index lists are passed on."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from faceviewer.io.safe_load.files import DEFAULT_MAX_BYTES, read_bounded
from faceviewer.io.safe_load.npz import BROKEN
from faceviewer.io.safe_load.numpy_pickles import NUMPY_SYMBOLS
from faceviewer.io.safe_load.pickle_machine import PickleMachine, PickleRefused
from faceviewer.io.safe_load.plain import Plain, plain
from faceviewer.types import FaceviewerError


def load_pickle(path: Path, *, limit_bytes: int = DEFAULT_MAX_BYTES) -> Plain:
    """The plain data of a pickle: arrays, numbers and text in dicts, lists and tuples.

    ``limit_bytes`` bounds the file, and with it the arrays. Raises FaceviewerError when the file is missing, too large,
    damaged, or asks for anything else; the sentence names what it asked for, and nothing of it has run.
    """
    return parse_pickle(read_bounded(path, limit_bytes), str(path))


def parse_pickle(data: bytes, where: str) -> Plain:
    """As ``load_pickle``, from bytes; ``where`` names them in errors."""
    stream = BytesIO(data)
    try:
        # what a file can honestly hold is no larger than the file: repeating an array in it is of no use
        content = plain(PickleMachine(NUMPY_SYMBOLS).read(stream), len(data), len(data))
        if stream.read(1):
            raise PickleRefused("goes on behind its end")
        return content
    except PickleRefused as error:
        raise FaceviewerError(f"{where}: refused, it {error}") from None
    except BROKEN as error:
        raise FaceviewerError(f"{where}: not a pickle, or a damaged one ({error})") from None
