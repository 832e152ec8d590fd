"""The focal length that an engine is told of a photo, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

from faceviewer.engines.options import ReconstructOptions
from faceviewer.types import FocalSource, Photo


@dataclass(frozen=True)
class Focal:
    """A focal length."""

    px: float
    """Pixels of the photo."""
    source: FocalSource


def told_focal(photo: Photo, options: ReconstructOptions) -> Focal | None:
    """What the options name, else what the photo's EXIF data says; None where nobody says anything."""
    asked = options.focal_for(photo.size)
    if asked is not None:
        return Focal(asked, options.focal_from)
    return None if photo.focal_px is None else Focal(float(photo.focal_px), "exif")
