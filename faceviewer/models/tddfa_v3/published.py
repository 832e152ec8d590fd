"""The reference's results in the photo: its landmarks' numbers, its label pictures, and what it paints over photos."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from faceviewer.geometry.crop224 import Crop224
from faceviewer.models.tddfa_v3.blend import truncated
from faceviewer.models.tddfa_v3.landmarks import reference_pixels

LABEL_RGB = np.array(
    [
        (0, 0, 0),
        (0, 205, 0),
        (0, 138, 0),
        (139, 76, 57),
        (139, 54, 38),
        (154, 50, 205),
        (72, 118, 255),
        (22, 22, 139),
        (255, 255, 0),
    ],
    np.float64,
)
"""(9, 3): what labels 0 (none) to 8 (skin) are painted with."""
_LABEL_STRENGTH = 0.75


def landmarks_in_photo(v2d: Tensor, crop: Crop224) -> np.ndarray:
    """(L, 2) float32 photo px, y down, the middle of the first pixel is (0, 0), from (L, 2) crop px, y up.

    The published numbers; ``convert.landmark_sets`` has the places where our camera sees the points.
    """
    return crop.points_to_photo(reference_pixels(v2d).cpu().numpy()).astype(np.float32)


def in_photo(picture: np.ndarray, crop: Crop224) -> np.ndarray:
    """Labels or masks of the crop, (224, 224, ...), at the photo's size, 0 outside of the crop."""
    return crop.picture_to_photo(picture, nearest=True).on_black(crop.photo_size)


def overlay(photo_rgb: np.ndarray, render: np.ndarray, mask: np.ndarray, crop: Crop224) -> np.ndarray:
    """(H, W, 3) uint8: a render of the crop, (224, 224, 3) from 0 to 1, over the photo where ``mask`` (224, 224) is."""
    painted = crop.picture_to_photo(truncated(np.clip(render, 0, 1))).on_black(crop.photo_size)
    return np.where(in_photo(mask, crop)[..., None], painted, photo_rgb)


def paint_labels(photo_rgb: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8: half the photo and half the colours of the labels (H, W); unlabelled parts are darkened."""
    return (0.5 * photo_rgb + 0.5 * _LABEL_STRENGTH * LABEL_RGB[labels]).astype(np.uint8)
