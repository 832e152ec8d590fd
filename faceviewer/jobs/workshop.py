"""The tools of the engine thread: detector, tracker and engines, each built when first needed and then kept.

Imports are made when a tool is built: the window that starts the thread must not wait for torch or OpenCV.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, cast

import numpy as np

from faceviewer.engines.devices import choose_device
from faceviewer.engines.engine import Engine, FaceSearch, SearchingEngine
from faceviewer.engines.options import ReconstructOptions
from faceviewer.engines.registry import EngineChoice, build_engine, engine_spec
from faceviewer.types import Face


class VideoTracker(Protocol):
    """What the thread asks of ``detection.FaceTracker``."""

    def reset(self) -> None: ...

    def update(self, rgb: np.ndarray) -> list[Face]:
        """The faces of the next frame."""
        ...


def _build_detector() -> FaceSearch:
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
        build_detector: Callable[[], FaceSearch] = _build_detector,
        build_tracker: Callable[[], VideoTracker] = _build_tracker,
    ) -> None:
        self._build_detector = build_detector
        self._build_tracker = build_tracker
        self._detector: FaceSearch | None = None
        self._tracker: VideoTracker | None = None
        self._engines: dict[EngineChoice, Engine] = {}

    def search(self, choice: EngineChoice, options: ReconstructOptions) -> FaceSearch:
        """The face search of the engine, or the built-in one where that has none. Raises as ``engine``."""
        if engine_spec(choice.id).finds_faces:
            return cast(SearchingEngine, self.engine(choice)).face_search(options)
        return self.detector()

    def detector(self) -> FaceSearch:
        """The built-in search."""
        if self._detector is None:
            self._detector = self._build_detector()
        return self._detector

    def tracker(self) -> VideoTracker:
        """Follows one face; it has forgotten all earlier ones."""
        if self._tracker is None:
            self._tracker = self._build_tracker()
        self._tracker.reset()
        return self._tracker

    def engine(self, choice: EngineChoice) -> Engine:
        """The engine that was chosen. Raises as ``registry.build_engine``."""
        settled = replace(choice, device=choose_device(choice.device))
        if settled not in self._engines:
            self._engines[settled] = build_engine(settled.id, settled.device, settled.assets)
        return self._engines[settled]
