"""How far the camera was from the head, and what that number takes for granted.

A photo tells neither its scale nor, often, its focal length; a distance without saying what was assumed is a guess.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.types import FocalSource, Reconstruction

SCALE_SENTENCE = "A photo has no scale: the distance takes the head to be of average size."
_METRIC: dict[FocalSource, str] = {
    "setting": "The focal length of {focal} was set by hand.",
    "exif": "The focal length of {focal} is from the photo's EXIF data.",
    "guess": "No focal length is known; the engine estimated {focal}, and the distance goes with it.",
    "unknown": "It is not known where the focal length of {focal} is from; the distance goes with it.",
}
_NOT_METRIC: dict[FocalSource, str] = {
    "fixed": "No focal length is known, so the published {focal} were taken: this is no real distance, "
    "a face at 60 cm may come out at several metres.",
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
    focal_from: FocalSource

    @property
    def text(self) -> str:
        """The distance with its unit."""
        return length_text(self.mm)

    @property
    def assumption(self) -> str:
        """In words, what the number takes for granted."""
        focal = f"{self.focal_px:.0f} px"
        if self.focal_from in _NOT_METRIC:
            return _NOT_METRIC[self.focal_from].format(focal=focal)
        return f"{_METRIC[self.focal_from].format(focal=focal)} {SCALE_SENTENCE}"


def distance_of(result: Reconstruction) -> Distance:
    """The distance that ``result`` says."""
    t = np.asarray(result.camera.t_camera_head, np.float64)
    return Distance(float(np.linalg.norm(t)), float(t[2]), float(result.camera.K[0, 0]), result.focal_from)


def length_text(mm: float) -> str:
    """Centimetres below a metre, else metres."""
    if not np.isfinite(mm):
        return "unknown"
    if abs(mm) < 995:
        return f"{mm / 10:.0f} cm"
    return f"{mm / 1000:.2f} m" if abs(mm) < 9995 else f"{mm / 1000:.1f} m"
