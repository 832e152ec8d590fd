"""From what the networks saw to the ``Face`` that the rest of the program knows."""

from __future__ import annotations

import numpy as np

from faceviewer.detection.landmarker import find_blendshapes
from faceviewer.detection.networks import Networks
from faceviewer.detection.overlap import box_of_points
from faceviewer.detection.verify import Verified
from faceviewer.detection.visibility import visible_points
from faceviewer.types import Face, LandmarkSet


def build_face(networks: Networks, seen: Verified) -> Face:
    """A ``Face`` with landmark set "478", visibility and blendshapes."""
    xy_px, z_px = seen.landmarks.xy_px, seen.landmarks.z_px
    points = LandmarkSet("478", xy_px.astype(np.float32), visible_points(xy_px, z_px), z_px=z_px.astype(np.float32))
    box = box_of_points(xy_px).astype(np.float32)
    return Face(box, seen.score, {"478": points}, find_blendshapes(networks, xy_px))


def check_picture(rgb: np.ndarray) -> None:
    """Raise ``ValueError`` unless ``rgb`` is an (H, W, 3) uint8 picture of at least one pixel."""
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
        raise ValueError(f"expected a picture of shape (H, W, 3) and type uint8, got {rgb.shape} {rgb.dtype}")
