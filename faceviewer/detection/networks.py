"""The bundle's three networks on OpenCV's TFLite importer, each built when it is first run.

OpenCV's networks keep their activations inside: an instance belongs to one thread at a time.
"""

from __future__ import annotations

import tempfile
from functools import cached_property
from pathlib import Path

import numpy as np

from faceviewer.detection.bundle import Bundle, default_bundle
from faceviewer.io.cv import cv2
from faceviewer.types import FaceviewerError

DETECTOR_SIZE = 128
LANDMARKER_SIZE = 256


class Networks:
    """Raw inference: pictures in, tensors out; no geometry."""

    def __init__(self, bundle: Bundle | None = None) -> None:
        self._bundle = bundle or default_bundle()

    @cached_property
    def _detector(self) -> cv2.dnn.Net:
        return _load(self._bundle.detector)

    @cached_property
    def _landmarker(self) -> cv2.dnn.Net:
        return _load(self._bundle.landmarks)

    @cached_property
    def _blendshaper(self) -> cv2.dnn.Net:
        return _load(self._bundle.blendshapes)

    def detect(self, rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(128, 128, 3) uint8 to per-anchor ((896, 16) regressions in network pixels, (896,) score logits)."""
        self._detector.setInput(cv2.dnn.blobFromImage(rgb, 1 / 127.5, mean=(127.5, 127.5, 127.5)))
        regressions, logits = self._detector.forward(["regressors", "classificators"])
        return regressions.reshape(-1, 16), logits.ravel()

    def landmarks(self, rgb: np.ndarray) -> tuple[np.ndarray, float]:
        """(256, 256, 3) uint8 to ((478, 3) x, y, z in crop pixels, logit of "this is a face")."""
        self._landmarker.setInput(cv2.dnn.blobFromImage(rgb, 1 / 255))
        points, presence = self._landmarker.forward(["Identity", "Identity_1"])
        return points.reshape(-1, 3), float(presence.ravel()[0])

    def blendshapes(self, xy: np.ndarray) -> np.ndarray:
        """(146, 2) points in pixels of any scale to (52,) blendshapes, 0 to 1."""
        self._blendshaper.setInput(np.ascontiguousarray(xy[None], np.float32))
        return self._blendshaper.forward().ravel().copy()


def _load(model: bytes) -> cv2.dnn.Net:
    """Build a network on OpenCV's classic engine: the new one of OpenCV 5.0 gives one output of a TFLite model only.

    The importer takes an engine for a file but ignores it for a buffer, hence the file, which lives for the call.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="faceviewer-") as folder:
            path = Path(folder, "network.tflite")
            path.write_bytes(model)
            return cv2.dnn.readNetFromTFLite(str(path), cv2.dnn.ENGINE_CLASSIC)
    except (OSError, cv2.error) as error:
        raise FaceviewerError(f"face network: cannot be loaded through {tempfile.gettempdir()}: {error}") from error
