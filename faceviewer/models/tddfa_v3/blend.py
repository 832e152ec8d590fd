"""Colours of the photo and of the model as one UV picture: by Poisson's equation, or mixed by a blurred weight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.io.cv import cv2
from faceviewer.raster.poisson import seamless_clone

_MEDIAN_SHARE = 31 / 1024
"""Side of the median filter over the side of the picture."""


@dataclass(frozen=True, eq=False)
class UvLayers:
    """Pictures over the UV layout, sides S, row 0 is v = 1; all values are 0 to 1."""

    model: np.ndarray
    """(S, S, 3) float32 RGB 0 to 1: the model's colours under the photo's light."""
    photo: np.ndarray
    """(S, S, 3) float32 RGB 0 to 1: what the photo shows there, hidden or not."""
    weight: np.ndarray
    """(S, S) float32: 0 where the face is seen (and where the layout is empty), 1 where the model must answer."""


def poisson_blend(layers: UvLayers) -> np.ndarray:
    """(S, S, 3) uint8: the reference's blend. The photo's detail, with colours that drift towards the model's."""
    seen = truncated(1 - layers.weight)
    return seamless_clone(truncated(layers.photo), truncated(layers.model), seen)


def median_blend(layers: UvLayers) -> np.ndarray:
    """(S, S, 3) float32 RGB 0 to 1: the blend of the reference's documentation. Local, and the photo's own colours."""
    side = max(3, round(len(layers.weight) * _MEDIAN_SHARE) // 2 * 2 + 1)
    blurred = cv2.medianBlur(truncated(layers.weight), side).astype(np.float32) / 255
    share = cv2.merge([blurred] * 3)
    return layers.photo + share * (layers.model - layers.photo)


def truncated(values: np.ndarray) -> np.ndarray:
    """uint8 of 0 to 1, cut off and not rounded, as the reference does it."""
    return (values * np.float32(255)).astype(np.uint8)
