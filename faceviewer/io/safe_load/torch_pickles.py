"""Stand-ins for what checkpoints of torch name: enough to know every tensor's size before torch makes any.

torch's own restricted loading runs no code, but believes a file's sizes: a few bytes can ask it for terabytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from faceviewer.io.safe_load.numpy_pickles import NUMPY_SYMBOLS
from faceviewer.io.safe_load.pickle_machine import Inert, PickleRefused

_ITEM_SIZES = {
    "Double": 8, "Float": 4, "Half": 2, "BFloat16": 2, "Long": 8, "Int": 4, "Short": 2, "Char": 1, "Byte": 1, "Bool": 1,
}  # fmt: skip


@dataclass(frozen=True)
class StorageType:
    """A class of storages; pickles name it in their references to data."""

    item_size: int

    def __call__(self, *unused: object) -> Any:
        raise PickleRefused("makes a storage in place of referring to one")


@dataclass(frozen=True)
class StorageReference:
    """What a checkpoint says of a block of data that lies beside its pickle."""

    key: str
    count: int
    """Elements."""
    item_size: int

    @property
    def nbytes(self) -> int:
        return self.count * self.item_size


class Tensor(Inert):
    """A tensor over a block of data."""


class Attributed(dict, Inert):
    """A dict that may have attributes, which nobody reads."""

    def __setstate__(self, state: object) -> None:
        pass


def storage_reference(reference: object) -> StorageReference:
    """A persistent reference of a checkpoint, checked."""
    match reference:
        case ("storage", StorageType() as kind, str() as key, str(), int() as count, *rest) if count >= 0:
            if rest in ([], [None]):
                return StorageReference(key, count, kind.item_size)
    raise PickleRefused("refers to data in a way that torch does not")


def _rebuild_tensor(storage: object, offset: object, size: object, stride: object, *unused: object) -> Tensor:
    if not isinstance(storage, StorageReference) or type(offset) is not int or offset < 0:
        raise PickleRefused("has a tensor without data")
    lengths, steps = _naturals(size), _naturals(stride)
    count = math.prod(lengths)
    last = offset + sum((length - 1) * step for length, step in zip(lengths, steps, strict=True))
    if count > storage.count or (count and last >= storage.count):
        raise PickleRefused(f"has a tensor of {count} numbers over data of {storage.count}")
    return Tensor()


def _rebuild_parameter(tensor: object, *unused: object) -> Tensor:
    if not isinstance(tensor, Tensor):
        raise PickleRefused("has a parameter that is no tensor")
    return tensor


def _dict(items: object = None) -> Attributed:
    if items and not isinstance(items, dict):
        raise PickleRefused("makes a dict of something else")
    return Attributed(items if isinstance(items, dict) else {})


def _size(lengths: object = ()) -> tuple[int, ...]:
    return _naturals(lengths)


def _naturals(values: object) -> tuple[int, ...]:
    if not isinstance(values, tuple) or not all(type(value) is int and 0 <= value < 1 << 62 for value in values):
        raise PickleRefused("has a tensor without a proper shape")
    return values


TORCH_SYMBOLS: dict[str, Callable[..., Any]] = {
    **NUMPY_SYMBOLS,
    **{f"torch.{name}Storage": StorageType(size) for name, size in _ITEM_SIZES.items()},
    "torch._utils._rebuild_tensor": _rebuild_tensor,
    "torch._utils._rebuild_tensor_v2": _rebuild_tensor,
    "torch._utils._rebuild_parameter": _rebuild_parameter,
    "torch.Size": _size,
    "collections.OrderedDict": _dict,
    "collections.Counter": _dict,
}
"""Full name -> stand-in, for ``PickleMachine``."""
