"""Masks of the face from the 19 classes of BiSeNet's face parsing, as FFHQ-UV takes them together.

Classes: 0 background, 1 skin, 2 and 3 brows, 4 and 5 eyes, 6 glasses, 7 to 9 ears and ear-rings, 10 nose, 11 mouth,
12 and 13 lips, 14 and 15 neck and necklace, 16 cloth, 17 hair, 18 hat.
"""

from __future__ import annotations

import numpy as np

from faceviewer.raster.uv_maps.filters import dilated

_FACE, _EYES, _MOUTH = (1, 2, 3, 4, 5, 10, 11, 12, 13), (4, 5), 11
_AROUND_EYES = 11


def face_mask(classes: np.ndarray) -> np.ndarray:
    """(H, W) bool of (H, W) classes: the face with brows, eyes, nose, mouth and lips; no ears, no neck."""
    return np.isin(classes, _FACE)


def skin_for_unwrapping(classes: np.ndarray) -> np.ndarray:
    """(H, W) bool: the face without the open mouth and without the eyes and 5 pixels around them."""
    return face_mask(classes) & (classes != _MOUTH) & ~dilated(np.isin(classes, _EYES), _AROUND_EYES)


def skin_for_fitting(classes: np.ndarray) -> np.ndarray:
    """(H, W) bool: the face without the open mouth and without the eyes."""
    return face_mask(classes) & (classes != _MOUTH) & ~np.isin(classes, _EYES)
