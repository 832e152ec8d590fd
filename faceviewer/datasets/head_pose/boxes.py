"""The box that the published protocol takes for a detector's: made of a sample's 68 landmarks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from faceviewer.geometry.crop192 import face_box, slide_inside
from faceviewer.types import FaceviewerError

MOVED = "the box was moved into the photo"


def box_of(landmarks_px: np.ndarray, where: Path | str) -> np.ndarray:
    """(4,) float64 left, top, right, bottom, whole pixels; it may leave the photo. Raises FaceviewerError, which names
    ``where`` the landmarks come from, when they lie on one place or out of reach.
    """
    try:
        return face_box(landmarks_px).astype(np.float64)
    except FaceviewerError as error:
        raise FaceviewerError(f"{where}: {error}") from None


def box_inside(landmarks_px: np.ndarray, size: tuple[int, int], where: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """As ``box_of``, moved into a photo of (width, height), with a note when that moved it."""
    box = box_of(landmarks_px, where)
    inside = slide_inside(box, size).astype(np.float64)
    return inside, () if np.array_equal(inside, box) else (MOVED,)
