"""Opening files that users name: sizes are looked at before anything is read."""

from __future__ import annotations

import stat
from pathlib import Path

from faceviewer.types import FaceviewerError

DEFAULT_MAX_BYTES = 1 << 30


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """The bytes of a regular file. Raises FaceviewerError when it is missing, unreadable, empty or too large."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FaceviewerError(f"{path}: not a regular file")
        if status.st_size == 0:
            raise FaceviewerError(f"{path}: the file is empty")
        if status.st_size > max_bytes:
            raise FaceviewerError(f"{path}: has {status.st_size} bytes, more than the limit of {max_bytes}")
        with path.open("rb") as stream:
            return stream.read(status.st_size)  # takes memory for what it is asked for
    except FileNotFoundError:
        raise FaceviewerError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise FaceviewerError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
