"""How good a UV map is: evenness of its light, and how much of the face photos have shown.

The brightness symmetry error is read from the paper's description: Bai et al., FFHQ-UV, CVPR 2023, section on
illumination. Its authors publish 7.293 as the mean over FFHQ-UV, which this reading fits; their code is not public.
"""

from __future__ import annotations

import numpy as np

from faceviewer.io.cv import cv2
from faceviewer.raster.uv_maps.filters import brightness

_BLUR = 55
"""Side of the Gaussian filter, texels of a map of 1024."""
_PUBLISHED_SIDE = 1024


def brightness_symmetry_error(rgb: np.ndarray) -> float:
    """Mean difference of a map's blurred brightness, 0 to 255, from its mirror image; 0 is perfectly even light.

    rgb: (S, S, 3) uint8 or float 0 to 255. Maps of another side than 1024 are blurred over the same part of the face.
    """
    side = max(1, round(_BLUR * len(rgb) / _PUBLISHED_SIDE) // 2 * 2 + 1)
    blurred = cv2.GaussianBlur(brightness(rgb.astype(np.float32)), (side, side), 0)
    return float(np.abs(blurred - blurred[:, ::-1]).mean(dtype=np.float64))


def valid_area(shown: np.ndarray, face: np.ndarray) -> float:
    """Share, 0 to 1, of the facial area (S, S) bool that photos have shown; shown: (S, S) or (S, S, views) bool."""
    union = shown.any(-1) if shown.ndim == 3 else shown
    return float((union & face).sum() / max(int(face.sum()), 1))
