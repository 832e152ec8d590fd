"""Photo to faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from faceviewer.detection.by_hand import look_in_box
from faceviewer.detection.faces import build_face, check_picture
from faceviewer.detection.networks import Networks
from faceviewer.detection.overlap import largest_first
from faceviewer.detection.roi import Pyramid
from faceviewer.detection.search import SMALL_FACES, THOROUGH, search_as_library, search_thoroughly
from faceviewer.types import CancelToken, Face

Search = Literal["quick", "thorough", "small"]
_EFFORTS = {"thorough": THOROUGH, "small": SMALL_FACES}


class FaceDetector:
    """Finds faces in photos.

    The networks are loaded at the first ``detect``. Not thread-safe, they keep state while they run: give each thread
    a detector of its own.
    """

    def __init__(self) -> None:
        self._networks = Networks()

    def detect(self, rgb: np.ndarray, *, search: Search = "thorough", cancel: CancelToken | None = None) -> list[Face]:
        """The faces in a photo, largest first; with landmark set "478", visibility and blendshapes.

        rgb: (H, W, 3) uint8, sRGB, upright. "quick" finds what the official MediaPipe library finds, with its
        landmarks; "thorough" finds small and turned faces and profiles too, and drops what only looks like a
        face; "small" goes on to faces of 16 pixels and to those behind a larger one, for some seconds. Landmarks are
        photo pixels, (0, 0) the top-left corner of the top-left pixel; the library's own lie 0.5 - 0.5 s pixels off
        in x and y (s: photo pixels per pixel of the network's crop), which mirrored pictures show to be its error.
        Raises ``ValueError`` for anything but such an array, and Cancelled when ``cancel`` was set meanwhile.
        """
        check_picture(rgb)
        photo = Pyramid(rgb)
        if search == "quick":
            found = search_as_library(self._networks, photo)
        else:
            found = search_thoroughly(self._networks, photo, _EFFORTS[search], cancel)
        return largest_first([build_face(self._networks, one) for one in found])

    def detect_many(self, photos: Sequence[np.ndarray], *, cancel: CancelToken | None = None) -> list[list[Face]]:
        """The faces of some photos; see ``detect``."""
        return [self.detect(rgb, cancel=cancel) for rgb in photos]

    def detect_in_box(self, rgb: np.ndarray, box_xyxy: np.ndarray) -> Face | None:
        """The face that a person sees in a box, though ``detect`` may not; None when nothing in it resembles one.

        rgb: as for ``detect``; box_xyxy: (4,) left, top, right, bottom around the face in photo pixels, roughly drawn.
        What of it lies outside the photo does not count. Raises ``ValueError`` for another array.
        """
        check_picture(rgb)
        height, width = rgb.shape[:2]
        box = np.asarray(box_xyxy, np.float64).clip(0, [width, height, width, height])
        if not (box[2:] - box[:2] >= 1).all():
            return None
        found = look_in_box(self._networks, Pyramid(rgb), box)
        return None if found is None else build_face(self._networks, found)
