"""The tools of the engine thread: detector, tracker and engines, each built when first needed and then kept.

Imports are made when a tool is built: the window that starts the thread must not wait for torch or OpenCV.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import numpy as np

from faceviewer.engines.devices import choose_device
from faceviewer.engines.registry import Engine, build_engine
from faceviewer.types import CancelToken, Face


class PhotoDetector(Protocol):
    """What the thread asks of ``detection.FaceDetector``."""

    def detect(
        self, rgb: np.ndarray, *, search: Literal["thorough", "small"] = "thorough", cancel: CancelToken | None = None
    ) -> list[Face]:
        """Faces in (H, W, 3) uint8 sRGB, largest first. Raises Cancelled."""
        ...

    def detect_in_box(self, rgb: np.ndarray, box_xyxy: np.ndarray) -> Face | None:
        """The face in a (4,) box, photo pixels."""
        ...


class VideoTracker(Protocol):
    """What the thread asks of ``detection.FaceTracker``."""

    def reset(self) -> None: ...

    def update(self, rgb: np.ndarray) -> list[Face]:
        """The faces of the next frame."""
        ...


def _build_detector() -> PhotoDetector:
    from faceviewer.detection import FaceDetector

    return FaceDetector()


def _build_tracker() -> VideoTracker:
    from faceviewer.detection import FaceTracker

    return FaceTracker(max_faces=1)


class Workshop:
    """Belongs to one thread."""

    def __init__(
        self,
        *,
        build_detector: Callable[[], PhotoDetector] = _build_detector,
        build_tracker: Callable[[], VideoTracker] = _build_tracker,
    ) -> None:
        self._build_detector = build_detector
        self._build_tracker = build_tracker
        self._detector: PhotoDetector | None = None
        self._tracker: VideoTracker | None = None
        self._engines: dict[tuple[str, str], Engine] = {}

    def detector(self) -> PhotoDetector:
        if self._detector is None:
            self._detector = self._build_detector()
        return self._detector

    def tracker(self) -> VideoTracker:
        """Follows one face; it has forgotten all earlier ones."""
        if self._tracker is None:
            self._tracker = self._build_tracker()
        self._tracker.reset()
        return self._tracker

    def engine(self, engine_id: str, device: str) -> Engine:
        """The engine on ``device``, one of ``DEVICE_NAMES``. Raises as ``registry.build_engine``."""
        place = (engine_id, choose_device(device))
        if place not in self._engines:
            self._engines[place] = build_engine(*place)
        return self._engines[place]
