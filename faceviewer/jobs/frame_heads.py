"""Heads in the frames of a film, for runs that go on where the engine fails on one of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from faceviewer.engines.devices import is_out_of_memory
from faceviewer.engines.engine import Engine
from faceviewer.engines.options import ReconstructOptions
from faceviewer.geometry.rotations import is_rotation
from faceviewer.jobs.photo_job import no_progress
from faceviewer.types import Cancelled, CancelToken, Face, FaceviewerError, Photo, Reconstruction

logger = logging.getLogger(__name__)


class FrameEngine:
    """An engine whose failure on a frame, whatever it is, is one sentence."""

    def __init__(self, engine: Engine, cancel: CancelToken) -> None:
        self._engine = engine
        self._cancel = cancel
        self._has_logged = False

    def reconstruct(self, photo: Photo, faces: Sequence[Face], options: ReconstructOptions) -> list[Reconstruction]:
        """A head for each face, with a usable pose. Raises FaceviewerError for what is wrong with this frame.

        What is wrong with all of them is raised as it is: Cancelled, and MemoryError, also of a graphics card.
        """
        shots = [(photo, face) for face in faces]
        try:
            heads = self._engine.reconstruct(shots, options=options, progress=no_progress, cancel=self._cancel)
        except (FaceviewerError, Cancelled, MemoryError):
            raise
        except Exception as error:
            if is_out_of_memory(error):
                raise MemoryError("the graphics card's memory is full") from None
            self._log_first(error)
            raise FaceviewerError(f"an unexpected error ({type(error).__name__}: {error})") from error
        for head in heads:
            if not (np.isfinite(head.pose.R).all() and np.isfinite(head.pose.t_mm).all()):
                raise FaceviewerError("the engine gives no finite pose")
            if not is_rotation(head.pose.R):
                raise FaceviewerError("the engine gives a pose that is no rotation")
        return heads

    def _log_first(self, error: Exception) -> None:
        """For developers: where it failed. A bug that every frame of a long film meets fills the log once."""
        if not self._has_logged:
            logger.error("the engine failed unexpectedly", exc_info=error)
        self._has_logged = True


class FailedFrames:
    """Counts the frames in which the engine could make nothing of a face, for one sentence on all of them."""

    def __init__(self) -> None:
        self.count = 0
        self._last = -1
        self._first = ""

    def add(self, index: int, reason: str) -> None:
        """One face in the frame of that number; several of one frame, one after the other, are one failure."""
        if not self.count:
            self._first = f"first in frame {index}: {reason.removesuffix('.')}"
        if index != self._last:
            self.count += 1
        self._last = index

    @property
    def sentence(self) -> str:
        """How many, and what the first one was; empty when there is none."""
        frames = "1 frame" if self.count == 1 else f"{self.count} frames"
        return f"The engine failed in {frames}, {self._first}." if self.count else ""
