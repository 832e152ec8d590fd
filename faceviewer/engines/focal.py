"""The focal length that an engine is told of a photo, and by whom."""

from __future__ import annotations

import math
from dataclasses import dataclass

from faceviewer.engines.options import ReconstructOptions, focal_limits
from faceviewer.types import FaceviewerError, FocalSource, Photo

_NAMES: dict[FocalSource, str] = {
    "setting": "the focal length that was given, {} px",
    "exif": "the focal length that the photo names, {} px",
    "guess": "the focal length that was estimated, {} px",
    "fixed": "the published focal length, {} px",
}


@dataclass(frozen=True)
class Focal:
    """A focal length."""

    px: float
    """Pixels of the photo."""
    source: FocalSource


def told_focal(photo: Photo, options: ReconstructOptions) -> Focal | None:
    """What the options name, else what the photo's EXIF data says; None where nobody says anything believable.

    Raises FaceviewerError for a setting beyond the limits of the field of view: 50, meant as millimetres, gave heads
    that lay behind the camera.
    """
    least, most = focal_limits(photo.size)
    asked = options.focal_for(photo.size)
    if asked is not None and options.fov_deg is None and options.focal_from == "setting" and not least <= asked <= most:
        raise FaceviewerError(
            f"{photo.path or photo.name}: the focal length must be between {math.ceil(least)} and {math.floor(most)} "
            f"pixels of this photo, not {asked:g}; pixels are wanted, not millimetres"
        )
    if asked is not None:
        return Focal(asked, options.focal_from)
    said = photo.focal_px
    return Focal(float(said), "exif") if said is not None and least <= said <= most else None


def focal_named(focal: Focal) -> str:
    """How many pixels it has and where it comes from, for the middle of a sentence."""
    return _NAMES.get(focal.source, _NAMES["setting"]).format(f"{focal.px:.0f}")
