"""Matching colours by smooth factors: what two pictures of one place differ by, spread over the surface."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from torch import Tensor

from faceviewer.raster.texture.surface import Surface

_FLOOR = 6.0
"""Added to sRGB colours before factors act, so that black makes no wild ones."""
_FADE = 5e-4
"""Weight of the belief in 1 where nothing is known: it takes over within some centimetres."""
_MOST = 1.6
"""Greatest natural logarithm of a factor."""

Colors = TypeVar("Colors", np.ndarray, Tensor)


def gain(surface: Surface, wanted: np.ndarray, given: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(V, 3) float32 factors from ``given`` to ``wanted`` (V, 3) sRGB where weights (V,) are high, 1 far off."""
    ratio = np.log((wanted + _FLOOR) / (given + _FLOOR)).clip(-_MOST, _MOST)
    known = weights > _FADE
    return np.exp(surface.spread(ratio * known[:, None], np.where(known, weights, _FADE))).astype(np.float32)


def scaled(colors: Colors, factors: Colors) -> Colors:
    """sRGB colours (n, 3) times factors (n, 3) of ``gain``; not clipped."""
    return (colors + _FLOOR) * factors - _FLOOR
