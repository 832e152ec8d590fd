"""Whether the content of a file is what its pack declares: keys, shapes, dtypes, indices, finite numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from faceviewer.assets.packs import (
    ArrayDict,
    ArraySpec,
    AssetFile,
    IndexMap,
    Length,
    OneArray,
    OneTensor,
    SquarePng,
    StateDict,
    TensorSpec,
)

_COLOR_MODES, _GREY_MODES = ("RGB", "RGBA", "P"), ("L", "LA", "1")
"""Pillow's names."""


class Damaged(Exception):
    """The right kind of file, but not whole; the text goes behind its name."""


class UnknownVersion(Exception):
    """A readable file, but not the one that is expected; the text goes behind its name."""


def state_dict_of(content: StateDict, value: Any) -> dict[str, np.ndarray]:
    """The weights in a checkpoint, unwrapped and with the keys of the network.

    Raises ``UnknownVersion`` when the checkpoint has another structure.
    """
    if content.wrapped_in is not None:
        value = value.get(content.wrapped_in) if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping):
            raise UnknownVersion(f"has no entry {content.wrapped_in!r} with the weights of the {content.network}")
    elif isinstance(value, Mapping) and isinstance(value.get(content.may_be_wrapped_in), Mapping):
        value = value[content.may_be_wrapped_in]
    weights = _weights_in(value)
    if weights is None:
        raise UnknownVersion(f"does not hold the weights of the {content.network}")
    return {key.replace(content.strip, "") if content.strip else key: array for key, array in weights.items()}


def check_state_dict(content: StateDict, value: Any, siblings: tuple[AssetFile, ...]) -> str:
    """Check a checkpoint; says what was found. ``siblings`` are files that it may have been mistaken for.

    Raises ``UnknownVersion`` or ``Damaged``.
    """
    try:
        weights = state_dict_of(content, value)
        _compare(content, weights)
    except UnknownVersion:
        _recognise(value, content, siblings)
        raise
    for key, array in weights.items():
        _require_finite(f"tensor {key}", array)
    return f"{_counted(len(weights), 'tensor')} of the {content.network}"


def check_arrays(content: ArrayDict, value: Any) -> str:
    """Check a dict of arrays; says what was found. Raises ``UnknownVersion`` or ``Damaged``."""
    if not isinstance(value, Mapping):
        raise UnknownVersion("does not hold arrays by name")
    lengths: dict[str, int] = {}
    for spec in content.arrays:
        if spec.key not in value:
            raise UnknownVersion(f"lacks {_named(spec)}")
        for array in _arrays_of(spec, value[spec.key]):
            _check_array(spec, array, lengths)
    return _counted(len(content.arrays), "array")


def check_one_array(content: OneArray, value: Any) -> str:
    """Check a lone array; says what was found. Raises ``UnknownVersion`` or ``Damaged``."""
    for array in _arrays_of(content.array, value):
        _check_array(content.array, array, {})
    return f"an array of {_shape(np.shape(value))}"


def check_index_map(content: IndexMap, value: Any) -> str:
    """Check correspondences; says their direction. Raises ``UnknownVersion`` or ``Damaged``."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf" or value.size != max(value.shape, default=0):
        raise UnknownVersion("is not a list of vertex numbers")
    _require_finite("list", value)
    top, low = int(value.max(initial=0)), int(value.min(initial=0))
    for of, into in ((content.smaller, content.larger), (content.larger, content.smaller)):
        if value.size == of and low >= 0 and top < into:
            return f"for each of {of} vertices, one of {into}"
    raise UnknownVersion(
        f"has {value.size} numbers from {low} to {top}; {content.smaller} from 0 to {content.larger - 1} are expected"
    )


def check_one_tensor(content: OneTensor, value: Any) -> str:
    """Check a lone tensor; says what was found. Raises ``UnknownVersion`` or ``Damaged``."""
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f" or value.size != math.prod(content.shape):
        raise UnknownVersion(f"is not a tensor of {_shape(content.shape)}")
    _require_finite("tensor", value)
    return f"a tensor of {_shape(value.shape)}"


def check_png(content: SquarePng, picture: np.ndarray, mode: str) -> str:
    """Check a picture of a PNG's own ``mode``; says its size. Raises ``UnknownVersion``."""
    height, width = picture.shape[:2]
    if height != width:
        raise UnknownVersion(f"is a picture of {width} x {height} pixels; a square one is expected")
    if mode not in _COLOR_MODES and not (content.grey and mode in _GREY_MODES):
        raise UnknownVersion(f"is a picture of mode {mode}; {'grey or ' * content.grey}colours are expected")
    resized = "" if width == content.side else f", which is resized to {content.side} x {content.side} for use"
    return f"a picture of {width} x {height} pixels{resized}"


def _compare(content: StateDict, weights: Mapping[str, np.ndarray]) -> None:
    expected = {tensor.key: tensor for tensor in content.tensors}
    missing = [key for key in expected if key not in weights]
    if missing:
        raise UnknownVersion(
            f"lacks {len(missing)} of {len(expected)} tensors of the {content.network}: {_few(missing)}"
        )
    for key, tensor in expected.items():
        found = weights[key]
        if found.shape != tensor.shape:
            raise UnknownVersion(f"has a tensor {key} of {_shape(found.shape)}, {_shape(tensor.shape)} expected")
        if found.dtype != tensor.dtype and not (content.any_float and found.dtype.kind == "f" == tensor.dtype[0]):
            raise UnknownVersion(f"has a tensor {key} of {found.dtype}, {tensor.dtype} expected")
    extra = [key for key in weights if key not in expected]
    if extra:
        raise UnknownVersion(f"has {_counted(len(extra), 'tensor')} that the {content.network} does not: {_few(extra)}")


def _recognise(value: Any, content: StateDict, siblings: tuple[AssetFile, ...]) -> None:
    """Raise ``UnknownVersion`` with the name of the network whose weights these are, if it is a known one."""
    for weights in _candidates(value):
        for file in siblings:
            other = file.content
            if isinstance(other, StateDict) and other is not content and _are_of(weights, other.tensors, other.strip):
                raise UnknownVersion(
                    f"holds the weights of the {other.network}, which belong into {file.name}"
                ) from None


def _are_of(weights: Mapping[str, np.ndarray], tensors: tuple[TensorSpec, ...], strip: str) -> bool:
    shapes = {key.replace(strip, "") if strip else key: array.shape for key, array in weights.items()}
    return all(shapes.get(tensor.key) == tensor.shape for tensor in tensors)


def _candidates(value: Any) -> Iterator[dict[str, np.ndarray]]:
    values = [value, *value.values()] if isinstance(value, Mapping) else []
    yield from (weights for weights in map(_weights_in, values) if weights)


def _weights_in(value: Any) -> dict[str, np.ndarray] | None:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        return None
    return dict(value) if all(isinstance(array, np.ndarray) for array in value.values()) else None


def _arrays_of(spec: ArraySpec, value: Any) -> list[np.ndarray]:
    if spec.count is None:
        values = [value]
    elif isinstance(value, list | tuple | np.ndarray) and len(value) == spec.count:
        values = list(value)
    else:
        raise UnknownVersion(f"has no list of {spec.count} for {_named(spec)}")
    try:
        arrays = [np.asarray(array) for array in values]
    except ValueError:
        raise UnknownVersion(f"has something else than arrays for {_named(spec)}") from None
    if any(array.dtype.kind not in "iuf" for array in arrays):
        raise UnknownVersion(f"has something else than numbers for {_named(spec)}")
    return arrays


def _check_array(spec: ArraySpec, array: np.ndarray, lengths: dict[str, int]) -> None:
    expected = tuple(lengths.get(length, length) if isinstance(length, str) else length for length in spec.shape)
    if array.ndim != len(expected) or any(e != n for e, n in zip(expected, array.shape, strict=True) if type(e) is int):
        raise UnknownVersion(f"has {_named(spec)} as {_shape(array.shape)}, {_shape(expected)} expected")
    lengths |= {e: n for e, n in zip(expected, array.shape, strict=True) if isinstance(e, str) and e != "*"}
    _require_finite(_named(spec), array)
    if spec.top is None or not array.size:
        return
    top = lengths[spec.top] if isinstance(spec.top, str) else spec.top
    if array.dtype.kind == "f" and not (array == np.floor(array)).all():
        raise Damaged(f"has {_named(spec)} that are not whole numbers")
    if array.min() < 0 or array.max() > top:
        wrong = int(array.min()) if array.min() < 0 else int(array.max())
        raise Damaged(f"has {wrong} among {_named(spec)}, which go from 0 to {top}")


def _require_finite(what: str, array: np.ndarray) -> None:
    # one pass: a sum of finite numbers is finite, unless it overflows, which the slow look settles
    with np.errstate(all="ignore"):
        if array.dtype.kind != "f" or np.isfinite(array.sum(dtype=np.float64)):
            return
    count = int(array.size - np.isfinite(array).sum())
    if count:
        raise Damaged(f"has {_counted(count, 'value')} in its {what} that cannot be used, not being finite")


def _named(spec: ArraySpec) -> str:
    return f"{spec.key!r} ({spec.meaning})"


def _shape(shape: tuple[Length, ...]) -> str:
    return " x ".join("any" if isinstance(length, str) else str(length) for length in shape) or "one number"


def _few(keys: list[str]) -> str:
    shown = ", ".join(key[:60] for key in keys[:2])
    return shown if len(keys) <= 2 else f"{shown} and others"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
