"""Seamless cloning: a source's gradients inside a mask, a target's outside, and the picture that has them.

The Poisson equation is solved on the whole picture with the target's border held, exactly: sine transforms along the
rows leave one tridiagonal system per frequency. Source: P. Perez, M. Gangnet, A. Blake, Poisson image editing, 2003,
in the variant of OpenCV's ``seamlessClone`` (NORMAL_CLONE): the mask is eroded, and the target's gradients, too, are
part of the equation, so that its colours drift towards the source's. OpenCV transforms along both axes and holds the
colours one pixel further inside, which gives lengths that transform slowly.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft

from faceviewer.io.cv import cv2

_EROSIONS = 3
"""Pixels by which the mask shrinks."""
_BENT = 8
"""Frequencies along each axis at which single precision is felt."""


def seamless_clone(source: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(H, W, C) uint8: ``target`` with ``source`` inside ``mask``, as one continuous picture.

    source, target: (H, W, C) uint8. mask: (H, W) uint8, 0 to 255, the share of the source's gradients. Values are
    truncated, not rounded. Nothing is moved, wherever the mask lies.
    """
    result = target.copy()
    if min(mask.shape) < 3:
        return result
    inside = cloned_part(mask)
    below = _planes(target)
    joined = _solve(_divergence(_planes(source) - below, inside))
    joined += below[:, 1:-1, 1:-1]
    joined += _single_precision_bend(joined)
    result[1:-1, 1:-1] = np.clip(joined, 0, 255, out=joined).astype(np.uint8).transpose(1, 2, 0)
    return result


def cloned_part(mask: np.ndarray) -> np.ndarray:
    """(H, W) uint8: what ``seamless_clone`` leaves of a mask (H, W) uint8."""
    inside = np.zeros(mask.shape, np.uint8)  # the outermost pixels belong to the target, whatever the mask says
    inside[1:-1, 1:-1] = mask[1:-1, 1:-1]
    return cv2.erode(inside, np.ones((3, 3), np.uint8), iterations=_EROSIONS)


def _planes(picture: np.ndarray) -> np.ndarray:
    """(C, H, W) float32 of (H, W, C) uint8."""
    return np.stack([channel.astype(np.float32) for channel in cv2.split(picture)])


def _divergence(difference: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """(C, H - 2, W - 2) of the gradients of (C, H, W) times ``inside`` (H, W) uint8: forward, then backward steps."""
    kept = inside / np.float32(255)
    across = np.diff(difference[:, 1:-1])
    across *= kept[1:-1, :-1]
    down = np.diff(difference[:, :, 1:-1], axis=1)
    down *= kept[:-1, 1:-1]
    total = np.diff(across)
    total += down[:, 1:]
    total -= down[:, :-1]
    return total


def _solve(right_side: np.ndarray) -> np.ndarray:
    """(C, h, w) float32 whose five-point Laplacian is ``right_side`` (C, h, w), with zeros all around."""
    rows = np.asarray(scipy.fft.dst(right_side, type=1, axis=-1, overwrite_x=True)).astype(np.float64)
    count = rows.shape[1]
    pivots = _pivots(count, rows.shape[2])
    rows[:, 0] *= pivots[0]
    for row in range(1, count):
        here = rows[:, row]
        here -= rows[:, row - 1]
        here *= pivots[row]
    scratch = np.empty_like(rows[:, 0])
    for row in range(count - 2, -1, -1):
        np.multiply(rows[:, row + 1], pivots[row], out=scratch)
        here = rows[:, row]
        here -= scratch
    return np.asarray(scipy.fft.idst(rows.astype(np.float32), type=1, axis=-1, overwrite_x=True))


@lru_cache(maxsize=2)
def _pivots(height: int, width: int) -> np.ndarray:
    """(height, width) float64 reciprocal pivots of elimination down the rows, for each frequency along them."""
    diagonal = 2 * np.cos(np.pi * np.arange(1, width + 1) / (width + 1)) - 4
    pivots = np.empty((height, width))
    pivots[0] = 1 / diagonal
    for row in range(1, height):
        pivots[row] = 1 / (diagonal - pivots[row - 1])
    return pivots


def _single_precision_bend(exact: np.ndarray) -> np.ndarray:
    """(C, h, w) float32 by which OpenCV's solution differs from the ``exact`` one, about a level on 1024 pixels.

    It divides the longest waves of the whole picture by differences of cosines near 2, of which single precision keeps
    three digits. Published textures have this bend, so it is part of the agreed result.
    """
    along_y, along_x = _waves(exact.shape[1]), _waves(exact.shape[2])
    share = along_y @ (exact @ along_x.T) * _excess(exact.shape[1], exact.shape[2])
    return (along_y.T @ share) @ along_x


@lru_cache(maxsize=4)
def _waves(length: int) -> np.ndarray:
    """(K, length) float32: the longest sine waves, which vanish at the first and the last pixel."""
    steps = np.arange(1, min(_BENT, length - 2) + 1)[:, None] * np.arange(length) / (length - 1)
    return np.sin(np.pi * steps).astype(np.float32)


@lru_cache(maxsize=2)
def _excess(height: int, width: int) -> np.ndarray:
    """(K, L) float32: how much of each wave single precision adds, times the waves' norm."""
    y, x = (2 * np.cos(np.pi * np.arange(1, len(_waves(n)) + 1) / (n - 1)) for n in (height, width))
    exact = y[:, None] + x - 4
    single = y.astype(np.float32)[:, None] + x.astype(np.float32) - np.float32(4)
    return ((exact / single.astype(np.float64) - 1) * 4 / ((height - 1) * (width - 1))).astype(np.float32)
