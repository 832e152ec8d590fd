"""Laplacian pyramids, and two pictures blended by them: fine detail over short, colours over long distances.

Source: P. Burt, E. Adelson, A multiresolution spline with application to image mosaics, 1983; kernels and the order of
filtering and halving are FFHQ-UV's.
"""

from __future__ import annotations

import numpy as np

from faceviewer.io.cv import cv2

LEVELS = 5
_KERNEL = np.array([1, 4, 6, 4, 1], np.float32) / 16
_BORDER = cv2.BORDER_REFLECT_101


def laplacian_pyramid(picture: np.ndarray, levels: int = LEVELS) -> list[np.ndarray]:
    """What each halving loses, finest first, and last what is left; (H, W) or (H, W, C) float."""
    if levels < 1:
        raise ValueError(f"a pyramid has at least one level, not {levels}")
    pyramid = []
    for _ in range(levels - 1):
        smaller = _filtered(picture)[::2, ::2]
        pyramid.append(picture - _enlarged(smaller, picture.shape))
        picture = smaller
    return [*pyramid, picture]


def collapsed(pyramid: list[np.ndarray]) -> np.ndarray:
    """The picture of a ``laplacian_pyramid``; its inverse."""
    picture = pyramid[-1]
    for level in pyramid[-2::-1]:
        picture = _enlarged(picture, level.shape) + level
    return picture


def mask_pyramid(mask: np.ndarray, levels: int = LEVELS) -> list[np.ndarray]:
    """A mask (H, W), 0 to 1, at the sizes of a ``laplacian_pyramid``: halved first, then blurred."""
    pyramid = [mask]
    for _ in range(levels - 1):
        half = np.ascontiguousarray(pyramid[-1][::2, ::2])
        pyramid.append(np.clip(cv2.GaussianBlur(half, (5, 5), 1.0, borderType=_BORDER), 0, 1))
    return pyramid


def blend(inside: np.ndarray, outside: np.ndarray, mask: np.ndarray, levels: int = LEVELS) -> np.ndarray:
    """(H, W, 3) 0 to 255: ``inside`` where ``mask`` (H, W) is 1, ``outside`` where it is 0; both (H, W, 3) float."""
    pairs = zip(
        laplacian_pyramid(inside, levels),
        laplacian_pyramid(outside, levels),
        mask_pyramid(mask, levels),
        strict=True,
    )
    mixed = [b + (a - b) * share[..., None] for a, b, share in pairs]
    return np.clip(collapsed(mixed), 0, 255)


def _filtered(picture: np.ndarray) -> np.ndarray:
    return cv2.sepFilter2D(picture, -1, _KERNEL, _KERNEL, borderType=_BORDER)


def _enlarged(picture: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Each pixel four times, filtered, cut to the height and width of ``shape``."""
    repeated = picture.repeat(2, 0).repeat(2, 1)[: shape[0], : shape[1]]
    return _filtered(np.ascontiguousarray(repeated))
