"""Stand-ins for what numpy's pickles name: arrays, dtypes and numbers, rebuilt from their bytes by our own rules."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from faceviewer.io.safe_load.pickle_machine import Inert, PickleRefused

MAX_DIMENSIONS = 32
READABLE_KINDS = "biufSU"
"""Kinds of dtypes: truth values, whole and other numbers, bytes, text."""
_PLAIN_DTYPE = re.compile(r"[?bBhHiIlLqQefd]|b1|[iu][1248]|f[248]|[SU][1-9]\d{0,5}")
_MODULES = ("numpy.core.multiarray", "numpy._core.multiarray")
_NUMERIC_MODULES = ("numpy.core.numeric", "numpy._core.numeric")


class DtypeShell(Inert):
    """A dtype of numbers, text or bytes; of objects only where an array of them is being rebuilt."""

    def __init__(self, code: object = "", align: object = False, copy: object = True) -> None:
        if not isinstance(code, str) or not (code in ("O", "O8") or _PLAIN_DTYPE.fullmatch(code)):
            raise PickleRefused(f"has an array of a kind that is not read here ({str(code)[:20]!r})")
        self.is_object = code.startswith("O")
        self._code = code
        self._order: Literal["<", ">", "=", "|"] = "="

    def __setstate__(self, state: object) -> None:
        match state:
            case (_, "<" | ">" | "=" | "|" as order, None, None, None, *_) if len(state) in (8, 9):
                self._order = order
            case _:
                raise PickleRefused("has a structured array, which is not read here")

    def dtype(self) -> np.dtype:
        return np.dtype(self._code) if self._order in "|=" else np.dtype(self._code).newbyteorder(self._order)


class ArrayShell(Inert):
    """An array between the instruction that begins it and the one that gives it its content."""

    def __init__(self, *unused: object) -> None:
        self.shape: tuple[int, ...] = (0,)
        self.content: np.ndarray | list[Any] = np.zeros(0)
        """The array, read-only; of objects, the flat list of them."""

    def __setstate__(self, state: object) -> None:
        match state:
            case (int(), tuple() as shape, DtypeShell() as dtype, bool() | int() as fortran, content):
                self._fill(shape, dtype, bool(fortran), content)
            case _:
                raise PickleRefused("has an array without a proper description")

    def _fill(self, shape: tuple[Any, ...], dtype: DtypeShell, fortran: bool, content: object) -> None:
        count = _count(shape)
        self.shape = shape
        if not dtype.is_object:
            self.content = array_over(as_bytes(content), dtype.dtype(), shape, fortran)
        elif type(content) is list and len(content) == count and not (fortran and len(shape) > 1):
            self.content = content
        else:
            raise PickleRefused("has an array whose content does not fit its shape")


def array_over(data: bytes, dtype: np.dtype, shape: tuple[int, ...], fortran: bool = False) -> np.ndarray:
    """A read-only array over ``data``, which must have exactly the size that dtype and shape ask for."""
    if dtype.kind not in READABLE_KINDS or dtype.itemsize == 0:  # of nothing, any number would fit into no bytes
        raise PickleRefused(f"has an array of a kind that is not read here ({str(dtype)[:40]})")
    if _count(shape) * dtype.itemsize != len(data):
        raise PickleRefused("has an array whose content does not have the size that its shape says")
    return np.ndarray(shape, dtype, buffer=data, order="F" if fortran else "C")


def as_bytes(value: object) -> bytes:
    """Bytes as pickles hold them; those of Python 2 come as text."""
    if isinstance(value, str):
        return value.encode("latin-1")
    if not isinstance(value, bytes | bytearray):
        raise PickleRefused("has an array without content")
    return bytes(value)


def _reconstruct(cls: object, shape: object, code: object) -> ArrayShell:
    if cls is not ArrayShell:
        raise PickleRefused("has an array of a class of its own")
    return ArrayShell()


def _scalar(dtype: object, data: object = b"") -> Any:
    if not isinstance(dtype, DtypeShell) or dtype.is_object:
        raise PickleRefused("has a number that is none")
    return array_over(as_bytes(data), dtype.dtype(), ()).item()


def _from_buffer(data: object, dtype: object, shape: object, order: object) -> ArrayShell:
    array = ArrayShell()
    array.__setstate__((1, shape, dtype, order == "F", data))
    return array


def _encode(text: object, encoding: object) -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise PickleRefused("asks for _codecs.encode with another encoding than latin1")
    return text.encode("latin-1")


def _no_bytes() -> bytes:
    """How old protocols write bytes of length 0: as a call without arguments."""
    return b""


def _count(shape: object) -> int:
    if not isinstance(shape, tuple) or len(shape) > MAX_DIMENSIONS:
        raise PickleRefused("has an array without a proper shape")
    if not all(type(length) is int and 0 <= length < 1 << 62 for length in shape):
        raise PickleRefused("has an array without a proper shape")
    return math.prod(shape)


NUMPY_SYMBOLS: dict[str, Callable[..., Any]] = {
    **{f"{module}._reconstruct": _reconstruct for module in _MODULES},
    **{f"{module}.scalar": _scalar for module in _MODULES},
    **{f"{module}._frombuffer": _from_buffer for module in _NUMERIC_MODULES},
    "numpy.ndarray": ArrayShell,
    "numpy.dtype": DtypeShell,
    "_codecs.encode": _encode,
    "__builtin__.bytes": _no_bytes,
}
"""Full name -> stand-in, for ``PickleMachine``; both of numpy's spellings."""
