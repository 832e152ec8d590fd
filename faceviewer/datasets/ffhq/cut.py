"""Cutting the square out of a picture: made smaller, cropped, padded, transformed.

The steps and constants are those of the published alignment; with Pillow's and scipy's own operators the pixels come
out the same. Points and corners count from the centre of the top-left pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from faceviewer.datasets.ffhq.options import AlignOptions
from faceviewer.types import FaceviewerError

BORDER, MIN_BORDER_PX = 0.1, 3
PAD, BLUR, FADE = 0.3, 0.02, 3.0
_PAD_SLACK_PX = 4
MAX_PADDED_PIXELS = 120_000_000


@dataclass(frozen=True, eq=False)
class CutPlan:
    """What is done to a picture before the transform; boxes and pads are left, top, right, bottom in pixels."""

    shrink: int
    """Factor by which the picture is made smaller first; 0 and 1 leave it."""
    size: tuple[int, int]
    """(width, height) after that."""
    border: int
    crop: tuple[int, int, int, int]
    pad: tuple[int, int, int, int] | None
    pad_needed: tuple[int, int, int, int]
    side: float
    """Of the square after shrinking, pixels."""
    quad: np.ndarray
    """(4, 2) float64: its corners in the picture that is transformed."""


def plan_cut(quad: np.ndarray, picture_size: tuple[int, int], options: AlignOptions) -> CutPlan:
    """How to cut ``quad`` (4, 2) out of a picture of (width, height).

    Raises FaceviewerError when it lies outside the picture, or would need far more padding than any face does.
    """
    quad = np.array(quad, np.float64)
    side = math.hypot(*(quad[3] - quad[0]))
    shrink = math.floor(side / options.size * 0.5)
    size = picture_size
    if shrink > 1:
        size = max(round(size[0] / shrink), 1), max(round(size[1] / shrink), 1)
        quad, side = quad / shrink, side / shrink
    border = max(round(BORDER * side), MIN_BORDER_PX)
    crop = _crop(quad, size, border)
    if crop[0] >= crop[2] or crop[1] >= crop[3]:
        raise FaceviewerError("its square lies outside the picture")
    quad -= crop[:2]
    width, height = crop[2] - crop[0], crop[3] - crop[1]
    needed = _needed(quad, (width, height), border)
    pad = None
    if options.padding and max(needed) > border - _PAD_SLACK_PX:
        left, top, right, bottom = (max(need, round(PAD * side)) for need in needed)
        pad = left, top, right, bottom
        quad += pad[:2]
        if (width + left + right) * (height + top + bottom) > MAX_PADDED_PIXELS:
            raise FaceviewerError("its square leaves the picture too far to be padded")
    return CutPlan(shrink, size, border, crop, pad, needed, side, quad)


def cut_square(rgb: np.ndarray, plan: CutPlan, options: AlignOptions) -> np.ndarray:
    """(size, size, 3) uint8: what ``plan`` cuts out of ``rgb`` (H, W, 3) uint8."""
    picture = Image.fromarray(rgb)
    if plan.size != picture.size:
        picture = picture.resize(plan.size, Image.Resampling.LANCZOS)
    if plan.crop != (0, 0, *picture.size):
        picture = picture.crop(plan.crop)
    if plan.pad is not None:
        picture = Image.fromarray(pad_blurred(np.asarray(picture), plan.pad, plan.side * BLUR))
    corners = tuple((plan.quad + 0.5).ravel().tolist())
    whole = options.transform_size, options.transform_size
    square = picture.transform(whole, Image.Transform.QUAD, corners, Image.Resampling.BILINEAR)
    if options.size < options.transform_size:
        square = square.resize((options.size, options.size), Image.Resampling.LANCZOS)
    return np.asarray(square)


def pad_blurred(rgb: np.ndarray, pad: tuple[int, int, int, int], sigma_px: float) -> np.ndarray:
    """``rgb`` (H, W, 3) uint8 continued on all sides: mirrored, then blurred, then fading into the median colour."""
    left, top, right, bottom = pad
    wide = np.pad(rgb.astype(np.float32), ((top, bottom), (left, right), (0, 0)), "reflect")
    outside = _outside(wide.shape[1], wide.shape[0], pad)
    blurred = gaussian_filter(wide, (sigma_px, sigma_px, 0))
    soft = _blended(wide, blurred, FADE * outside + 1)
    faded = _blended(soft, np.median(soft, axis=(0, 1)), outside)
    return faded.round().clip(0, 255).astype(np.uint8)


def _blended(picture: np.ndarray, other: np.ndarray, share: np.ndarray) -> np.ndarray:
    """``share`` of the other, from 0 to 1."""
    return picture + share.clip(0, 1) * (other - picture)


def _outside(width: int, height: int, pad: tuple[int, int, int, int]) -> np.ndarray:
    """(height, width, 1) float32: 1 at the outer edge, 0 at the edge of the original, negative inside."""
    left, top, right, bottom = pad
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    across = 1 - np.minimum(x / left, x[::-1] / right)
    down = 1 - np.minimum(y / top, y[::-1] / bottom)
    return np.maximum.outer(down, across)[..., None]


def _crop(quad: np.ndarray, size: tuple[int, int], border: int) -> tuple[int, int, int, int]:
    """The square with a border, as far as the picture goes."""
    left, top = (max(math.floor(low) - border, 0) for low in quad.min(0))
    right, bottom = (min(math.ceil(high) + border, side) for high, side in zip(quad.max(0), size, strict=True))
    return left, top, right, bottom


def _needed(quad: np.ndarray, size: tuple[int, int], border: int) -> tuple[int, int, int, int]:
    """How far the square with its border leaves the picture on each side."""
    left, top = (max(-math.floor(low) + border, 0) for low in quad.min(0))
    right, bottom = (max(math.ceil(high) - side + border, 0) for high, side in zip(quad.max(0), size, strict=True))
    return left, top, right, bottom
