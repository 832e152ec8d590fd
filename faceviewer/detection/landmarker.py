"""The 478-point network: landmarks, depth and face presence in a region; blendshapes from the landmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.detection.networks import LANDMARKER_SIZE, Networks
from faceviewer.detection.roi import Pyramid, Roi, crop
from faceviewer.detection.topology import BLENDSHAPE_POINTS
from faceviewer.io.cv import cv2


@dataclass(frozen=True, eq=False)
class Landmarks:
    """What the landmark network sees in one region."""

    roi: Roi
    """The region that was sampled."""
    xy_px: np.ndarray
    """(478, 2) float64, photo pixels."""
    z_px: np.ndarray
    """(478,) float64, relative depth in photo pixels, smaller is nearer."""
    presence: float
    """Logit of "this is a face"; 0 is the official library's threshold."""


def find_landmarks(networks: Networks, photo: Pyramid, roi: Roi) -> Landmarks:
    """Run the landmark network on one region of a photo (H, W, 3) uint8."""
    picture = crop(photo, roi, LANDMARKER_SIZE, border=cv2.BORDER_REPLICATE)
    points, presence = networks.landmarks(picture)
    unit = points.astype(np.float64) / LANDMARKER_SIZE
    return Landmarks(roi, roi.to_photo(unit[:, :2]), unit[:, 2] * roi.width, presence)


def find_blendshapes(networks: Networks, xy_px: np.ndarray) -> np.ndarray:
    """(478, 2) points to (52,) float32 blendshapes in the order of ``BLENDSHAPE_NAMES``, 0 to 1."""
    return networks.blendshapes(xy_px[BLENDSHAPE_POINTS])
