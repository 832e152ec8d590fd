"""Named arrays on their way into and out of an ``.npz``, with checks of what came back."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Literal, NoReturn

import numpy as np

from faceviewer.types import FaceviewerError

Kind = Literal["float", "int", "flag", "byte"]
_DTYPE_KINDS: dict[Kind, str] = {"float": "f", "int": "i", "flag": "b", "byte": "u"}


def encode_arrays(arrays: Mapping[str, np.ndarray]) -> bytes:
    """The bytes of a compressed ``.npz``; every array keeps its exact type and values.

    The same arrays give the same bytes: numpy's own writer would put the time into them. Raises ValueError for arrays
    of Python objects, which only a pickle could hold.
    """
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy")  # dated 1980
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
    return stream.getvalue()


class ArrayGroup:
    """Arrays from a file that anyone may have written; ``where`` names the file in errors."""

    def __init__(self, arrays: Mapping[str, np.ndarray], where: str) -> None:
        self._arrays = arrays
        self._where = where

    def take(self, name: str, kind: Kind, *shape: int | None, finite: bool = True) -> np.ndarray:
        """The array ``name`` of that kind and shape; None in the shape is any length.

        Raises FaceviewerError when it is missing, or other than expected, or, unless ``finite`` is False, holds
        numbers that are not finite.
        """
        if name not in self._arrays:
            self.fail(f"the array {name} is missing")
        array = self._arrays[name]
        fits = array.ndim == len(shape) and all(
            wanted in (None, length) for wanted, length in zip(shape, array.shape, strict=True)
        )
        if array.dtype.kind != _DTYPE_KINDS[kind] or not fits:
            self.fail(f"the array {name} is {array.shape} {array.dtype}, not what a session holds there")
        if kind == "float" and finite and not np.isfinite(array).all():
            self.fail(f"the array {name} holds a number that is not finite")
        return array

    def ids(self, name: str, below: int, *shape: int | None) -> np.ndarray:
        """As ``take`` for whole numbers, each from 0 and less than ``below``."""
        array = self.take(name, "int", *shape)
        if array.size and (array.min() < 0 or array.max() >= below):
            self.fail(f"the array {name} points outside of what there is")
        return array

    def optional(self, name: str, kind: Kind, *shape: int | None) -> np.ndarray | None:
        """As ``take``; None when there is no such array."""
        return self.take(name, kind, *shape) if name in self._arrays else None

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def fail(self, reason: str) -> NoReturn:
        """Raise FaceviewerError with the place."""
        raise FaceviewerError(f"{self._where}: {reason}")
