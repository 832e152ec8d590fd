"""Plain data: what files are allowed to give. Nested dicts, lists and tuples of arrays, numbers, text and bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from faceviewer.io.safe_load.numpy_pickles import ArrayShell
from faceviewer.io.safe_load.pickle_machine import PickleRefused

Plain: TypeAlias = Any
"""A dict (of str or int keys), list, tuple, numpy array without objects, int, float, bool, str, bytes or None."""

MAX_DEPTH = 24
MAX_VALUES = 1_000_000
_SCALARS = (str, bytes, int, float, bool, type(None))

ToArray = Callable[[Any], np.ndarray | None]


def plain(value: Any, source_bytes: int, max_bytes: int, to_array: ToArray = lambda value: None) -> Plain:
    """``value`` as plain data with arrays of its own, or ``PickleRefused`` naming what is in it that is not plain.

    ``max_bytes`` bounds all arrays together; ``source_bytes`` is the size of what ``value`` was read from. ``to_array``
    turns the leaves of another library into arrays, None for what it does not know. Values that contain themselves, or
    one another so often that there are more of them than the source had bytes, are refused.
    """
    return _Plainer(max_bytes, min(source_bytes, MAX_VALUES), to_array).convert(value, 0)


class _Plainer:
    def __init__(self, max_bytes: int, max_values: int, to_array: ToArray) -> None:
        self._bytes_left = max_bytes
        self._values_left = max_values
        self._to_array = to_array
        self._arrays: dict[int, np.ndarray] = {}

    def convert(self, value: Any, depth: int) -> Plain:
        self._values_left -= 1
        if depth > MAX_DEPTH or self._values_left < 0:
            raise PickleRefused("is nested too deeply, or into itself")
        if isinstance(value, Mapping):
            return {_key(key): self.convert(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple):
            items = [self.convert(item, depth + 1) for item in value]
            return items if isinstance(value, list) else tuple(items)
        if isinstance(value, bytearray):
            return bytes(value)
        if type(value) in _SCALARS:
            return value
        if isinstance(value, ArrayShell) and isinstance(value.content, list):
            return self.convert(_nested(value.content, value.shape), depth + 1)
        return self._array(value)

    def _array(self, value: Any) -> np.ndarray:
        if id(value) not in self._arrays:
            array = value.content if isinstance(value, ArrayShell) else self._to_array(value)
            if not isinstance(array, np.ndarray):
                raise PickleRefused(f"holds a {type(value).__name__}, which is not plain data")
            self._bytes_left -= array.nbytes
            if self._bytes_left < 0:
                raise PickleRefused("has arrays that take more memory than is allowed")
            native = array.dtype.newbyteorder("=")
            self._arrays[id(value)] = np.array(array, native, order="C") if isinstance(value, ArrayShell) else array
        return self._arrays[id(value)]


def _key(key: Any) -> str | int:
    if type(key) not in (str, int):
        raise PickleRefused("has a dict whose keys are neither text nor whole numbers")
    return key


def _nested(items: list[Any], shape: tuple[int, ...]) -> Any:
    """The objects of an array as nested lists, of a 0-d array the object itself."""
    if not shape:
        return items[0]
    if len(shape) == 1:
        return items
    step = len(items) // shape[0] if shape[0] else 0
    return [_nested(items[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])] if step else []
