"""Photo to faces."""

from __future__ import annotations

from typing import Literal

import numpy as np

from faceviewer.detection.faces import build_face, check_picture
from faceviewer.detection.networks import Networks
from faceviewer.detection.overlap import largest_first
from faceviewer.detection.roi import Pyramid
from faceviewer.detection.search import search_as_library, search_thoroughly
from faceviewer.types import Face

Search = Literal["quick", "thorough"]


class FaceDetector:
    """Finds faces in photos.

    The networks are loaded at the first ``detect``. Not thread-safe, they keep state while they run: give each thread
    a detector of its own.
    """

    def __init__(self) -> None:
        self._networks = Networks()

    def detect(self, rgb: np.ndarray, *, search: Search = "thorough") -> list[Face]:
        """The faces in a photo, largest first; with landmark set "478", visibility and blendshapes.

        rgb: (H, W, 3) uint8, sRGB, upright. "quick" finds what the official MediaPipe library finds, with its
        landmarks; "thorough" finds small and turned faces and profiles too, and drops what only looks like a
        face. Landmarks are photo pixels, (0, 0) the top-left corner of the top-left pixel; the library's own lie
        0.5 - 0.5 s pixels off in x and y (s: photo pixels per pixel of the network's crop), which mirrored pictures
        show to be its error. Raises ``ValueError`` for anything but such an array.
        """
        check_picture(rgb)
        find = search_as_library if search == "quick" else search_thoroughly
        return largest_first([build_face(self._networks, one) for one in find(self._networks, Pyramid(rgb))])
