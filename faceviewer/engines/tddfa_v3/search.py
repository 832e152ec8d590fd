"""3DDFA-V3's face search, joined with the built-in one, so that its faces can be used by every engine.

RetinaFace and the 106-point network say where faces are. Each face also gets the built-in search's 478 landmarks, and
each face that only the built-in search finds gets the 106 points: a face is one face, whichever engine uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from faceviewer.detection import FaceDetector
from faceviewer.detection.overlap import largest_first, same_face, union_share
from faceviewer.engines.tddfa_v3.alignment import as_landmark_set, whole_face
from faceviewer.engines.tddfa_v3.faces import FaceFinder, FoundFace
from faceviewer.types import CancelToken, Face


class JoinedSearch:
    """See ``engines.engine.FaceSearch``."""

    def __init__(self, builtin: FaceDetector, finder: Callable[[], FaceFinder]) -> None:
        """``finder`` gives the published networks; asked at every search, it raises FaceviewerError without files."""
        self._builtin = builtin
        self._finder = finder

    def detect(
        self, rgb: np.ndarray, *, search: Literal["thorough", "small"] = "thorough", cancel: CancelToken | None = None
    ) -> list[Face]:
        """All faces of a photo that either search finds, largest first."""
        finder = self._finder()
        return self._all(finder, rgb, finder.find([rgb], cancel=cancel)[0], search, cancel)

    def detect_many(self, photos: Sequence[np.ndarray], *, cancel: CancelToken | None = None) -> list[list[Face]]:
        """The same for some photos; the published networks see several at once."""
        finder = self._finder()
        found = finder.find(photos, cancel=cancel)
        return [self._all(finder, rgb, faces, "thorough", cancel) for rgb, faces in zip(photos, found, strict=True)]

    def _all(
        self,
        finder: FaceFinder,
        rgb: np.ndarray,
        published: Sequence[FoundFace],
        search: Literal["thorough", "small"],
        cancel: CancelToken | None,
    ) -> list[Face]:
        known = self._builtin.detect(rgb, search=search, cancel=cancel)
        same = _pairs([found.box_xyxy.astype(float) for found in published], [face.box_xyxy for face in known])
        joined = [
            self._joined(rgb, found, known[same[place]] if place in same else None)
            for place, found in enumerate(published)
        ]
        rest = [face for place, face in enumerate(known) if place not in same.values()]
        return largest_first([*joined, *_with_106(finder, rgb, rest, cancel)])

    def detect_in_box(self, rgb: np.ndarray, box_xyxy: np.ndarray) -> Face | None:
        """The face in a box drawn by hand, as the built-in search sees it, with the 106 points."""
        face = self._builtin.detect_in_box(rgb, box_xyxy)
        return None if face is None else _with_106(self._finder(), rgb, [face])[0]

    def _joined(self, rgb: np.ndarray, found: FoundFace, same: Face | None) -> Face:
        """The published face with what the built-in search knows of it; its box and score are the published ones."""
        height, width = rgb.shape[:2]
        box = found.box_xyxy.astype(np.float32).clip(0, [width, height, width, height])
        same = same or self._builtin.detect_in_box(rgb, box)
        landmarks = {"106": as_landmark_set(found.points106_xy)}
        if same is None:
            return Face(box, found.score, landmarks)
        return replace(same, box_xyxy=box, score=found.score, landmarks={**same.landmarks, **landmarks})


class WholePictures:
    """A search for pictures that are crops already: the one face fills them."""

    def detect(
        self, rgb: np.ndarray, *, search: Literal["thorough", "small"] = "thorough", cancel: CancelToken | None = None
    ) -> list[Face]:
        """The one face. Whether the picture has the right size, the engine says."""
        return [whole_face((rgb.shape[1], rgb.shape[0]))]

    def detect_many(self, photos: Sequence[np.ndarray], *, cancel: CancelToken | None = None) -> list[list[Face]]:
        """The one face of each."""
        return [self.detect(rgb) for rgb in photos]

    def detect_in_box(self, rgb: np.ndarray, box_xyxy: np.ndarray) -> Face | None:
        """The one face, wherever the box is."""
        return whole_face((rgb.shape[1], rgb.shape[0]))


def _pairs(boxes: Sequence[np.ndarray], others: Sequence[np.ndarray]) -> dict[int, int]:
    """Places in ``boxes`` -> in ``others`` of (4,) boxes that show one face, each in one pair; the most alike first.

    A child's box lies largely in that of the parent behind: the first that fits gave each the other's landmarks.
    """
    alike = [
        (union_share(box, other), place, other_place)
        for place, box in enumerate(boxes)
        for other_place, other in enumerate(others)
        if same_face(box, other)
    ]
    pairs: dict[int, int] = {}
    for _, place, other_place in sorted(alike, reverse=True):
        if place not in pairs and other_place not in pairs.values():
            pairs[place] = other_place
    return pairs


def _with_106(
    finder: FaceFinder, rgb: np.ndarray, faces: Sequence[Face], cancel: CancelToken | None = None
) -> list[Face]:
    """The faces with the 106 points where the network sees something of them."""
    points = finder.landmarks([(rgb, face.box_xyxy) for face in faces], cancel=cancel)
    return [
        face if xy is None else replace(face, landmarks={**face.landmarks, "106": as_landmark_set(xy)})
        for face, xy in zip(faces, points, strict=True)
    ]
