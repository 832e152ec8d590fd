"""From the landmark network's view of a face to the ``Face`` that the rest of the program knows."""

from __future__ import annotations

import numpy as np

from faceviewer.detection.landmarker import Landmarks, find_blendshapes
from faceviewer.detection.networks import Networks
from faceviewer.detection.visibility import visible_points
from faceviewer.types import Face, LandmarkSet


def build_face(networks: Networks, found: Landmarks) -> Face:
    """A ``Face`` with landmark set "478", visibility and blendshapes."""
    xy_px, z_px = found.xy_px.astype(np.float32), found.z_px.astype(np.float32)
    points = LandmarkSet("478", xy_px, visible_points(found.xy_px, found.z_px), z_px=z_px)
    box = np.concatenate([xy_px.min(0), xy_px.max(0)])
    return Face(box, found.score, {"478": points}, find_blendshapes(networks, found.xy_px))
