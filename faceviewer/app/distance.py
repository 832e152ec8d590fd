"""How far the camera was from the head, and what that number takes for granted.

A photo tells neither its scale nor, often, its focal length; a distance without saying what was assumed is a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from faceviewer.engines.options import UsageError
from faceviewer.engines.registry import engine_spec
from faceviewer.types import Reconstruction

FocalSource = Literal["exif", "setting", "published", "estimate", "engine"]
"""Where a focal length came from: the photo's EXIF data; a field of view or focal length that was set; the fixed value
of published programs; the engine's own estimate; a camera of the engine that follows no focal length."""
PUBLISHED_FOCAL_PX = 5000.0
"""What published programs on head pose take where nothing is known."""
SCALE_SENTENCE = "A photo has no scale: the distance takes the head to be of average size."
_SAME_SHARE = 0.1
"""A focal length this near to the one in EXIF is that one: EXIF is rounded, and an engine may adjust it a little."""
_SENTENCES: dict[FocalSource, str] = {
    "exif": "The focal length of {focal} is from the photo's EXIF data.",
    "setting": "The focal length of {focal} was set by hand.",
    "published": "No focal length is known, so the published {focal} were taken: this is no real distance, "
    "a face at 60 cm may come out at several metres.",
    "estimate": "No focal length is known; the engine estimated {focal}, and the distance goes with it.",
    "engine": "The engine has a camera of its own, of {focal} here, whatever took the photo: this is no real distance.",
}


@dataclass(frozen=True, eq=False)
class Distance:
    """From the photo's camera to the head's origin, midway between the eyes."""

    mm: float
    """In a straight line."""
    depth_mm: float
    """Along the optical axis: z in the camera's frame."""
    focal_px: float
    source: FocalSource

    @property
    def text(self) -> str:
        """The distance with its unit."""
        return length_text(self.mm)

    @property
    def assumption(self) -> str:
        """In words, what the number takes for granted."""
        focal = _SENTENCES[self.source].format(focal=f"{self.focal_px:.0f} px")
        return f"{focal} {SCALE_SENTENCE}" if self.source not in ("published", "engine") else focal


def distance_of(result: Reconstruction, exif_px: float | None) -> Distance:
    """The distance that ``result`` says. exif_px: ``Photo.focal_px`` of its photo, None when EXIF tells nothing."""
    t = np.asarray(result.camera.t_camera_head, np.float64)
    focal_px = float(result.camera.K[0, 0])
    return Distance(float(np.linalg.norm(t)), float(t[2]), focal_px, _source(result, focal_px, exif_px))


def length_text(mm: float) -> str:
    """Centimetres below a metre, else metres."""
    if not np.isfinite(mm):
        return "unknown"
    if abs(mm) < 995:
        return f"{mm / 10:.0f} cm"
    return f"{mm / 1000:.2f} m" if abs(mm) < 9995 else f"{mm / 1000:.1f} m"


def _source(result: Reconstruction, focal_px: float, exif_px: float | None) -> FocalSource:
    if not _follows_focal(result.engine):
        return "engine"
    told = " ".join(warning for warning in result.warnings if "focal length" in warning)
    if "was given" in told:
        return "setting"
    if exif_px is not None and abs(focal_px / exif_px - 1) < _SAME_SHARE:
        return "exif"
    if abs(focal_px - PUBLISHED_FOCAL_PX) < 0.5:
        return "published"
    return "estimate" if "estimated" in told else "setting"


def _follows_focal(engine: str) -> bool:
    try:
        return "focal" in engine_spec(engine).outputs
    except UsageError:  # a result of an engine that this version does not know
        return True
