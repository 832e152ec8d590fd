"""What a picture's EXIF says about its geometry: which way is up, and the focal length in pixels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PIL import ExifTags, Image

FULL_FRAME_DIAGONAL_MM = math.hypot(36.0, 24.0)
FOCAL_TO_LONG_SIDE = (0.3, 20.0)
"""Believable focal lengths as multiples of the picture's longer side: from 118 down to 3 degrees of view."""

_MM_PER_UNIT = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
_ASPECT_TOLERANCE = 0.02


def read_orientation(exif: Image.Exif) -> int:
    """The orientation tag, 1 to 8; anything else counts as 1, upright."""
    value = exif.get(ExifTags.Base.Orientation)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright(rgb: np.ndarray, orientation: int) -> np.ndarray:
    """The (H, W, 3) picture as its photographer saw it, from its stored rows and the orientation tag; contiguous."""
    if orientation in (5, 6, 7, 8):
        rgb = rgb.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        rgb = rgb[:, ::-1]
    if orientation in (3, 4, 7, 8):
        rgb = rgb[::-1]
    return np.ascontiguousarray(rgb)


def focal_px(exif: Image.Exif, size: tuple[int, int]) -> float | None:
    """Focal length in pixels of a picture of ``size`` (width, height; before or after turning upright), or None.

    The 35 mm equivalent is related to the diagonals, as camera makers do; without it the lens's own focal length and
    the sensor's resolution are used. None when the tags are missing, absurd, or when the picture was cropped after it
    was taken, because then neither the scale nor the centre can be known.
    """
    tags = exif.get_ifd(ExifTags.IFD.Exif)
    taken = _size_when_taken(tags)
    if taken is not None and not _same_aspect(taken, size):
        return None
    focal = _from_35mm_equivalent(tags, size)
    if focal is None:
        focal = _from_sensor(tags, size, taken)
    if focal is None:
        return None
    low, high = FOCAL_TO_LONG_SIDE
    return focal if low <= focal / max(size) <= high else None


def _from_35mm_equivalent(tags: dict[int, Any], size: tuple[int, int]) -> float | None:
    equivalent_mm = _positive(tags.get(ExifTags.Base.FocalLengthIn35mmFilm))
    return None if equivalent_mm is None else equivalent_mm * math.hypot(*size) / FULL_FRAME_DIAGONAL_MM


def _from_sensor(tags: dict[int, Any], size: tuple[int, int], taken: tuple[float, float] | None) -> float | None:
    focal_mm = _positive(tags.get(ExifTags.Base.FocalLength))
    per_unit = _positive(tags.get(ExifTags.Base.FocalPlaneXResolution))
    unit_mm = _MM_PER_UNIT.get(tags.get(ExifTags.Base.FocalPlaneResolutionUnit, 2))
    if focal_mm is None or per_unit is None or unit_mm is None:
        return None
    scale = 1.0 if taken is None else max(size) / max(taken)  # the resolution is that of the picture when taken
    zoom = _positive(tags.get(ExifTags.Base.DigitalZoomRatio)) or 1.0
    return focal_mm / unit_mm * per_unit * scale * max(zoom, 1.0)


def _size_when_taken(tags: dict[int, Any]) -> tuple[float, float] | None:
    width = _positive(tags.get(ExifTags.Base.ExifImageWidth))
    height = _positive(tags.get(ExifTags.Base.ExifImageHeight))
    return None if width is None or height is None else (width, height)


def _same_aspect(a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Whether two sizes have one shape, lying or standing."""
    return math.isclose(max(a) / min(a), max(b) / min(b), rel_tol=_ASPECT_TOLERANCE)


def _positive(value: Any) -> float | None:
    """A tag's value as a finite number above zero; damaged EXIF may hold bytes, tuples or 0/0."""
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) and number > 0 else None
