"""Numbers out of annotation files: of the expected shape, finite, and rotations where rotations are meant."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from faceviewer.geometry.rotations import is_rotation
from faceviewer.io.safe_load.files import read_bounded
from faceviewer.types import FaceviewerError

LARGEST = 1e12
"""No length, angle or pixel is larger; numbers up to here can be multiplied without further thought."""
_MAX_TEXT_BYTES = 1 << 16


def array_in(arrays: Mapping[str, Any], name: str, shape: tuple[int | None, ...], where: Path) -> np.ndarray:
    """float64 of this shape, None standing for any length; raises FaceviewerError."""
    if name not in arrays:
        raise FaceviewerError(f"{where}: has no array {name!r}")
    return as_floats(arrays[name], name, shape, where)


def as_floats(value: Any, name: str, shape: tuple[int | None, ...], where: Path) -> np.ndarray:
    """As ``array_in``, of a value already taken out of the file."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
        raise FaceviewerError(f"{where}: {name!r} is not an array of numbers")
    expected = tuple(length if want is None else want for want, length in zip(shape, value.shape, strict=False))
    if value.ndim != len(shape) or value.shape != expected:
        want = " x ".join("any" if length is None else str(length) for length in shape)
        raise FaceviewerError(f"{where}: {name!r} is {' x '.join(map(str, value.shape))}, not {want}")
    numbers = value.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise FaceviewerError(f"{where}: {name!r} has numbers that are not finite")
    if numbers.size and np.abs(numbers).max() > LARGEST:
        raise FaceviewerError(f"{where}: {name!r} has numbers beyond all measure")
    return numbers


def as_ids(value: Any, name: str, shape: tuple[int | None, ...], below: int, where: Path) -> np.ndarray:
    """int32 from 0 and less than ``below``; raises FaceviewerError."""
    numbers = as_floats(value, name, shape, where)
    if numbers.size and (numbers.min() < 0 or numbers.max() >= below or (numbers % 1).any()):
        raise FaceviewerError(f"{where}: {name!r} has other numbers than those from 0 to {below - 1}")
    return numbers.astype(np.int32)


def check_rotation(R: np.ndarray, name: str, where: Path) -> None:
    """Raises FaceviewerError unless (3, 3) is a rotation."""
    if not is_rotation(R):
        raise FaceviewerError(f"{where}: {name!r} is not a rotation")


def numbers_in_text(path: Path, count: int) -> np.ndarray:
    """(count,) float64 of a small text file with as many numbers between blanks; raises FaceviewerError."""
    words = read_bounded(path, _MAX_TEXT_BYTES).split()
    if len(words) != count:
        raise FaceviewerError(f"{path}: has {len(words)} numbers, not {count}")
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        raise FaceviewerError(f"{path}: has words that are not numbers") from None
    if not all(map(math.isfinite, numbers)):
        raise FaceviewerError(f"{path}: has numbers that are not finite")
    if max(map(abs, numbers)) > LARGEST:
        raise FaceviewerError(f"{path}: has numbers beyond all measure")
    return np.array(numbers)
