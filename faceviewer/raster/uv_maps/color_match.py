"""Colours of one map carried to those of another: means and spreads of brightness and colour differences.

Source: E. Reinhard et al., Color transfer between images, 2001, in the colour space and with the flattening of FFHQ-UV.
"""

from __future__ import annotations

import numpy as np

from faceviewer.raster.uv_maps.filters import RGB_TO_YUV

FLATTENING = 1.5
"""By this much less contrast than the target has is given to the source."""
_FROM_YUV = np.linalg.inv(RGB_TO_YUV)
_LEAST_SPREAD = 1e-3
"""Levels; less is rounding, as in the colours of a grey picture, and would become noise if it were stretched."""


def match_colors(
    source: np.ndarray, target: np.ndarray, mask: np.ndarray, *, flattening: float = FLATTENING
) -> np.ndarray:
    """(H, W, 3) float32, 0 to 255: ``source`` with the colours that ``target`` has where ``mask`` is above 0.5.

    source, target: (H, W, 3) RGB 0 to 255. mask: (H, W). Where the mask selects nothing, the source stays as it is.
    """
    chosen = mask > 0.5
    if not chosen.any():
        return np.array(source, np.float32)
    own, wanted = (picture[chosen].astype(np.float64) @ RGB_TO_YUV.T for picture in (source, target))
    spread = own.std(0)
    gain = np.where(spread < _LEAST_SPREAD, 1, wanted.std(0) / (np.maximum(spread, _LEAST_SPREAD) * flattening))
    # one matrix and one shift do what going to YUV, scaling and coming back would do
    matrix = _FROM_YUV @ np.diag(gain) @ RGB_TO_YUV
    shift = _FROM_YUV @ (wanted.mean(0) - own.mean(0) * gain)
    matched = source.astype(np.float32) @ matrix.T.astype(np.float32) + shift.astype(np.float32)
    return np.clip(matched, 0, 255, out=matched)
