"""Cameras of which nothing but the focal length is known."""

from __future__ import annotations

import numpy as np


def pinhole(focal_px: float, size: tuple[int, int]) -> np.ndarray:
    """(3, 3) float64 K: square pixels, looking through the middle of a photo of ``size`` (width, height) pixels."""
    return np.array([[focal_px, 0.0, size[0] / 2], [0.0, focal_px, size[1] / 2], [0.0, 0.0, 1.0]])
