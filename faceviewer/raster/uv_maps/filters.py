"""Means over squares, erosion and the brightness of colours."""

from __future__ import annotations

import numpy as np

from faceviewer.io.cv import cv2

RGB_TO_YUV = np.array(
    [[0.299, 0.587, 0.114], [-0.14714119, -0.28886916, 0.43601035], [0.61497538, -0.51496512, -0.10001026]]
)
"""(3, 3) for columns of RGB: brightness and two differences of colour, as FFHQ-UV has them."""


def box_mean(values: np.ndarray, side: int) -> np.ndarray:
    """The mean over squares of ``side`` pixels, mirrored at the border without repeating it; (H, W) or (H, W, C)."""
    return cv2.boxFilter(values, -1, (side, side), borderType=cv2.BORDER_REFLECT_101)


def eroded(mask: np.ndarray, side: int) -> np.ndarray:
    """(H, W) bool: where a whole square of ``side`` pixels is set in ``mask``; what lies outside does not count.

    The same as asking for a ``box_mean`` of 1, without its rounding.
    """
    return cv2.erode(mask.astype(np.uint8), np.ones((side, side), np.uint8)).astype(bool)


def dilated(mask: np.ndarray, side: int) -> np.ndarray:
    """(H, W) bool: where a square of ``side`` pixels meets ``mask``."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)).astype(bool)


def brightness(rgb: np.ndarray) -> np.ndarray:
    """(..., 3) to (...,): the Y of ``RGB_TO_YUV``, in the unit of the colours."""
    return rgb @ RGB_TO_YUV[0].astype(rgb.dtype)
