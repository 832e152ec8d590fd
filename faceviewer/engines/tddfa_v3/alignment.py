"""From a found face to the crop that the network sees: which five points it is aligned by."""

from __future__ import annotations

import numpy as np

from faceviewer.detection.landmarks106 import FIVE_POINTS
from faceviewer.geometry.crop224 import CROP_SIZE, Crop224, crop_around
from faceviewer.models.tddfa_v3.convert import WHOLE_PICTURE
from faceviewer.types import Face, FaceviewerError, LandmarkSet, Photo

POINTS_106 = "106"
"""The detected set by which the published program aligns."""
_FIVE_OF_478 = ((33, 133), (362, 263), (4,), (61,), (291,))
"""The same five in the built-in search's set: the corners of either eye, the tip of the nose, the mouth's corners."""
_TO_INDICES = 0.5
"""From our pixels, whose centres lie at .5, to the published program's, whose centres are whole."""


def as_landmark_set(points_xy: np.ndarray) -> LandmarkSet:
    """The 106 points (106, 2) of the published network, pixel indices, as a detected set in photo pixels."""
    return LandmarkSet(POINTS_106, (points_xy + _TO_INDICES).astype(np.float32), np.ones(len(points_xy), bool))


def five_points(photo: Photo, face: Face) -> np.ndarray:
    """(5, 2) float64 eyes, nose and mouth corners, left first, pixel indices; of the 106 points, else of the 478.

    Raises FaceviewerError when the face has neither.
    """
    if POINTS_106 in face.landmarks:
        five = face.landmarks[POINTS_106].xy_px[list(FIVE_POINTS)]
    elif "478" in face.landmarks:
        points = face.landmarks["478"].xy_px
        five = np.stack([points[list(ids)].mean(0) for ids in _FIVE_OF_478])
    else:
        raise FaceviewerError(f"{photo.path or photo.name}: the face has no landmarks by which it could be aligned")
    return five.astype(np.float64) - _TO_INDICES


def crop_of_face(photo: Photo, face: Face, mean_five: np.ndarray) -> Crop224:
    """Where the face's crop lies in the photo; mean_five: (5, 3). Raises FaceviewerError where no face fits."""
    x, y = five_points(photo, face).T
    try:
        return crop_around(np.column_stack([x, photo.size[1] - 1 - y]), photo.size, mean_five)
    except FaceviewerError as error:
        raise FaceviewerError(f"{photo.path or photo.name}: {error}") from None


def whole_picture(photo: Photo) -> Crop224:
    """The way back from a photo that is a crop already. Raises FaceviewerError when it cannot be one."""
    if photo.size != (CROP_SIZE, CROP_SIZE):
        width, height = photo.size
        raise FaceviewerError(
            f"{photo.path or photo.name}: has {width} x {height} pixels; crops have {CROP_SIZE} x {CROP_SIZE}"
        )
    return WHOLE_PICTURE


def whole_face(photo_size: tuple[int, int]) -> Face:
    """The face that a crop shows, all of it."""
    return Face(np.array([0, 0, *photo_size], np.float32), 1.0, {})
