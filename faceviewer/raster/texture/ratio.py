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
_CAST_FADE = 0.006
"""The like of ``_FADE`` for cast shade, whose end is not seen: it is over within two centimetres."""

Colors = TypeVar("Colors", np.ndarray, Tensor)


def gain(
    surface: Surface, wanted: np.ndarray, given: np.ndarray, weights: np.ndarray, cast: np.ndarray | None = None
) -> np.ndarray:
    """(V, 3) float32 factors from ``given`` to ``wanted`` (V, 3) sRGB where weights (V,) are high, 1 far off.

    cast: (V,), 0 to 1, which vertices lie in cast shade; what it adds is carried on a short way only.
    """
    ratio = np.log((wanted + _FLOOR) / (given + _FLOOR)).clip(-_MOST, _MOST)
    if cast is None:
        return np.exp(_spread(surface, ratio, weights, _FADE))
    lit = _spread(surface, ratio, weights * (1 - cast), _FADE)
    return np.exp(lit + _spread(surface, (ratio - lit) * cast[:, None], weights, _CAST_FADE))


def _spread(surface: Surface, values: np.ndarray, weights: np.ndarray, fade: float) -> np.ndarray:
    """(V, C) float32: ``values`` where weights are above ``fade``, running out to 0 elsewhere."""
    known = weights > fade
    return surface.spread(values * known[:, None], np.where(known, weights, fade)).astype(np.float32)


def scaled(colors: Colors, factors: Colors) -> Colors:
    """sRGB colours (n, 3) times factors (n, 3) of ``gain``; not clipped."""
    return (colors + _FLOOR) * factors - _FLOOR
