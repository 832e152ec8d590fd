"""From a found face to the box that TRG's crop shows: that of its 68 points, from whatever points there are."""

from __future__ import annotations

import numpy as np

from faceviewer.geometry.crop192 import Crop192, face_box
from faceviewer.types import Face, FaceviewerError, Photo

POINTS_68_OF_478 = (
    234, 93, 132, 58, 172, 136, 150, 176, 152, 400, 379, 365, 397, 288, 361, 323, 454,
    70, 63, 52, 66, 107, 336, 296, 282, 293, 300,
    6, 197, 5, 4, 240, 97, 2, 326, 460,
    33, 160, 158, 173, 153, 163, 398, 385, 387, 263, 390, 380,
    62, 40, 37, 0, 267, 270, 292, 405, 314, 17, 84, 181, 62, 86, 13, 316, 292, 317, 14, 87,
)  # fmt: skip
"""For each of the 68 points that of the built-in search's 478 which lies nearest to it on the built-in head."""
_BY_BOX = "box"


def points_for_box(face: Face) -> tuple[str, np.ndarray]:
    """(the set that they come from, (N, 2) points whose box is that of the 68, as well as the face tells).

    The 106 reach as far as the 68 do on all sides. A face without points has the corners of its box, named "box".
    """
    landmarks = face.landmarks
    if "68" in landmarks:
        return "68", landmarks["68"].xy_px
    if "478" in landmarks:
        return "478", landmarks["478"].xy_px[list(POINTS_68_OF_478)]
    if "106" in landmarks:
        return "106", landmarks["106"].xy_px
    return _BY_BOX, face.box_xyxy.reshape(2, 2)


def detected_68(face: Face) -> np.ndarray | None:
    """(68, 2) photo pixels: the 68 points that the search sees, or those nearest to them; None without either."""
    name, points = points_for_box(face)
    return points if name in ("68", "478") else None


def crop_of_face(photo: Photo, face: Face) -> Crop192:
    """Where the face's crop lies in the photo, which it may leave. Raises FaceviewerError where no crop fits."""
    try:
        return Crop192.of(face_box(points_for_box(face)[1]))
    except FaceviewerError as error:
        raise FaceviewerError(f"{photo.path or photo.name}: {error}") from None
