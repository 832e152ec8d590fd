"""Photo to faces."""

from __future__ import annotations

from typing import Literal

import numpy as np

from faceviewer.detection.blazeface import detect_in_region
from faceviewer.detection.faces import build_face
from faceviewer.detection.landmarker import find_landmarks
from faceviewer.detection.networks import LANDMARKER_SIZE, Networks
from faceviewer.detection.roi import letterbox
from faceviewer.types import Face

Search = Literal["quick", "thorough"]


class FaceDetector:
    """Finds faces in photos. Not thread-safe: one instance per thread (the networks keep state while they run)."""

    def __init__(self) -> None:
        self._networks = Networks()

    def detect(self, rgb: np.ndarray, *, search: Search = "thorough") -> list[Face]:
        """Faces in (H, W, 3) uint8 sRGB, largest first."""
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
            raise ValueError(f"expected a picture of shape (H, W, 3) and type uint8, got {rgb.shape} {rgb.dtype}")
        height, width = rgb.shape[:2]
        regions = [d.roi() for d in detect_in_region(self._networks, rgb, letterbox(width, height), as_library=True)]
        found = [find_landmarks(self._networks, rgb, roi.library_aligned(LANDMARKER_SIZE)) for roi in regions]
        faces = [build_face(self._networks, one) for one in found if one.presence > 0]
        return sorted(faces, key=lambda face: -float(np.prod(face.box_xyxy[2:] - face.box_xyxy[:2])))
