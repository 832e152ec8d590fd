"""Lists of vertex ids in files: ``.npy``, and text with ids between blanks, commas or line ends."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import numpy as np

from faceviewer.io.safe_load import load_npy
from faceviewer.types import FaceviewerError

SUFFIXES = (".npy", ".txt")
MAX_BYTES = 1 << 26


def read_ids(path: Path) -> np.ndarray:
    """The ids in a file, int64, of any shape; text whose lines hold equally many gives a row for each line.

    Raises FaceviewerError, naming the file, when it is missing, too large, or holds anything but whole numbers.
    """
    ids = _from_npy(path) if path.suffix.lower() == ".npy" else _from_text(path)
    if not ids.size:
        raise FaceviewerError(f"{path}: it holds no vertex ids")
    return ids


def encode_ids(ids: np.ndarray, suffix: str) -> bytes:
    """``ids`` as the bytes of a ``.npy`` or, one row a line, of a ``.txt``."""
    if suffix == ".npy":
        stream = BytesIO()
        np.save(stream, ids)
        return stream.getvalue()
    rows = ids.reshape(-1, 1) if ids.ndim < 2 else ids.reshape(-1, ids.shape[-1])
    return "".join(" ".join(map(str, row)) + "\n" for row in rows.tolist()).encode()


def _from_npy(path: Path) -> np.ndarray:
    array = load_npy(path, max_bytes=MAX_BYTES)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iuf":
        raise FaceviewerError(f"{path}: not an array of vertex ids")
    with np.errstate(invalid="ignore"):
        ids = array.astype(np.int64)
    if not (ids == array).all():
        raise FaceviewerError(f"{path}: not every number is a whole one")
    return ids


def _from_text(path: Path) -> np.ndarray:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise FaceviewerError(f"{path}: cannot be read ({reason or error})") from None
    if len(data) > MAX_BYTES:
        raise FaceviewerError(f"{path}: larger than {MAX_BYTES >> 20} MB")
    lines = [re.split(rb"[\s,;]+", line.partition(b"#")[0].strip(b" \t\r,;[]")) for line in data.splitlines()]
    rows = [row for row in lines if row != [b""]]
    try:
        ids = np.array([int(word) for row in rows for word in row], np.int64)
    except (ValueError, OverflowError):
        raise FaceviewerError(f"{path}: not a text of whole numbers") from None
    widths = {len(row) for row in rows}
    return ids.reshape(len(rows), -1) if len(widths) == 1 and widths != {1} else ids
