"""What an engine is: something that turns faces in photos into heads, and perhaps finds the faces, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np

from faceviewer.engines.options import ReconstructOptions
from faceviewer.types import CancelToken, Face, Photo, ProgressCallback, Reconstruction

Shot = tuple[Photo, Face]
"""One face and the photo that shows it."""


class FaceSearch(Protocol):
    """Finds faces in photos: ``detection.FaceDetector``, or an engine's own search. Used by one thread at a time."""

    def detect(
        self, rgb: np.ndarray, *, search: Literal["thorough", "small"] = "thorough", cancel: CancelToken | None = None
    ) -> list[Face]:
        """Faces in (H, W, 3) uint8 sRGB, largest first. Raises Cancelled."""
        ...

    def detect_many(self, photos: Sequence[np.ndarray], *, cancel: CancelToken | None = None) -> list[list[Face]]:
        """The same for some photos of any sizes, in one go where that is faster."""
        ...

    def detect_in_box(self, rgb: np.ndarray, box_xyxy: np.ndarray) -> Face | None:
        """The face in a (4,) box, photo pixels, drawn by hand."""
        ...


class Engine(Protocol):
    """Turns faces that were found in photos into heads. One instance is used by one thread at a time."""

    def reconstruct(
        self,
        shots: Sequence[Shot],
        *,
        options: ReconstructOptions,
        progress: ProgressCallback,
        cancel: CancelToken,
    ) -> list[Reconstruction]:
        """One result per shot, in order: several faces of one photo, faces of several photos, or both.

        Raises FaceviewerError when a face cannot be reconstructed and Cancelled when ``cancel`` was set.
        """
        ...

    def reconstruct_person(
        self,
        shots: Sequence[Shot],
        *,
        options: ReconstructOptions,
        progress: ProgressCallback,
        cancel: CancelToken,
    ) -> list[Reconstruction]:
        """One result per shot of one person, in order: the same identity, each with its own pose and expression.

        Raises as ``reconstruct`` does.
        """
        ...


class SearchingEngine(Engine, Protocol):
    """An engine whose system has a face search of its own (``EngineSpec.finds_faces``)."""

    def face_search(self, options: ReconstructOptions) -> FaceSearch:
        """The search that belongs to these options. Its faces can be used by every other engine, too."""
        ...
