"""The focal length that TRG is told: its translation is in millimetres only as far as this is right."""

from __future__ import annotations

from faceviewer.engines.focal import Focal, told_focal
from faceviewer.engines.options import ReconstructOptions
from faceviewer.types import FocalSource, Photo

PUBLISHED_FOCAL = Focal(5000.0, "fixed")
"""What the published demonstration assumes for every picture."""
_SENTENCES: dict[FocalSource, str] = {
    "setting": "The distance follows from the focal length that was given, {} px.",
    "exif": "The distance follows from the focal length that the photo names, {} px.",
    "fixed": "The focal length is not known; with the published {} px the distance is not metric, while angles and "
    "overlay hold.",
}


def focal_of(photo: Photo, options: ReconstructOptions) -> Focal:
    """What was asked for, else what the photo says, else what the published program assumes."""
    return told_focal(photo, options) or PUBLISHED_FOCAL


def focal_sentence(focal: Focal) -> str:
    """For the user: where it comes from and what follows for the distance."""
    return _SENTENCES.get(focal.source, _SENTENCES["setting"]).format(f"{focal.px:.0f}")
