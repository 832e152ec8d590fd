"""The focal length that TRG is told: its translation is in millimetres only as far as this is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.engines.options import ReconstructOptions
from faceviewer.types import Photo

PUBLISHED_FOCAL_PX = 5000.0
"""What the published demonstration assumes for every picture."""


@dataclass(frozen=True)
class Focal:
    """A focal length and what is to be known of it."""

    px: float
    sentence: str
    """For the user: where it comes from and what follows for the distance."""


def focal_of(photo: Photo, options: ReconstructOptions) -> Focal:
    """What was asked for, else what the photo says, else what the published program assumes."""
    asked = options.focal_for(photo.size)
    if asked is not None:
        return Focal(asked, f"The distance follows from the focal length that was given, {asked:.0f} px.")
    if photo.focal_px is not None:
        px = float(photo.focal_px)
        return Focal(px, f"The distance follows from the focal length that the photo names, {px:.0f} px.")
    return Focal(
        PUBLISHED_FOCAL_PX,
        f"The focal length is not known; with the published {PUBLISHED_FOCAL_PX:.0f} px the distance is not metric, "
        "while angles and overlay hold.",
    )


def camera_matrix(focal_px: float, size: tuple[int, int]) -> np.ndarray:
    """(3, 3) float64: square pixels, looking at the middle of a picture of ``size`` (width, height)."""
    return np.array([[focal_px, 0.0, size[0] / 2], [0.0, focal_px, size[1] / 2], [0.0, 0.0, 1.0]])
