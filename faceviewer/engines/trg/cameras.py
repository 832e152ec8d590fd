"""The focal length that TRG is told: its translation is in millimetres only as far as this is right."""

from __future__ import annotations

from faceviewer.engines.focal import Focal, told_focal
from faceviewer.engines.options import ReconstructOptions
from faceviewer.types import FocalSource, Photo

PUBLISHED_FOCAL = Focal(5000.0, "fixed")
"""What the published demonstration assumes for every picture."""
_NAMES: dict[FocalSource, str] = {
    "setting": "the focal length that was given, {} px",
    "exif": "the focal length that the photo names, {} px",
    "fixed": "the published focal length, {} px",
}
_SENTENCES: dict[FocalSource, str] = {
    "setting": f"The distance follows from {_NAMES['setting']}.",
    "exif": f"The distance follows from {_NAMES['exif']}.",
    "fixed": "The focal length is not known; with the published {} px the distance is not metric, while angles and "
    "overlay hold.",
}


def focal_of(photo: Photo, options: ReconstructOptions) -> Focal:
    """What was asked for, else what the photo says, else what the published program assumes."""
    return told_focal(photo, options) or PUBLISHED_FOCAL


def focal_named(focal: Focal) -> str:
    """How many pixels it has and where it comes from, for the middle of a sentence."""
    return _NAMES.get(focal.source, _NAMES["setting"]).format(f"{focal.px:.0f}")


def focal_sentence(focal: Focal) -> str:
    """For the user: where it comes from and what follows for the distance."""
    return _SENTENCES.get(focal.source, _SENTENCES["setting"]).format(f"{focal.px:.0f}")
