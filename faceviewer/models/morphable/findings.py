"""Sentences on what is wrong with the arrays of a face model's file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def not_finite(key: str, array: np.ndarray) -> Iterator[str]:
    """``array`` must hold finite numbers."""
    if array.dtype.kind not in "fiu":
        yield f'"{key}" holds {array.dtype} instead of numbers'
    elif not np.isfinite(array).all():
        yield f'"{key}" holds values that are not finite'


def wrong_indices(key: str, array: np.ndarray, end: int) -> Iterator[str]:
    """``array`` must hold whole numbers from 0 to below ``end``; files of MATLAB origin may store them as floats."""
    if not array.size:
        return
    if array.dtype.kind not in "fiu" or not np.isfinite(array).all() or (array != np.floor(array)).any():
        yield f'"{key}" holds {array.dtype} values that are not whole numbers'
    elif array.min() < 0 or array.max() >= end:
        yield f'"{key}" holds {int(array.min())} to {int(array.max())}, outside of 0 to {end - 1}'
