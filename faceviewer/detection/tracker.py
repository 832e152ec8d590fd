"""Video: each face is looked for where its landmarks were in the frame before, so the detector seldom runs."""

from __future__ import annotations

from itertools import chain, cycle, islice

import numpy as np

from faceviewer.detection.blazeface import Detection, detect_in_region
from faceviewer.detection.faces import build_face, check_picture
from faceviewer.detection.landmarker import Landmarks, find_landmarks
from faceviewer.detection.networks import Networks
from faceviewer.detection.overlap import box_of_points, same_face, without_duplicates
from faceviewer.detection.regions import tile_levels
from faceviewer.detection.roi import Pyramid, Roi, letterbox, roi_from_landmarks
from faceviewer.detection.verify import MIN_CONFIRMATION_ALONE, Verified, confirm, verify
from faceviewer.types import Face

_PROPOSAL_SCORE = 0.5
_TILE_LEVELS = 2
_TILES_A_LOOK = 4  # of all tiles in turn: a small face is found after some looks, and no frame takes long
_MIN_FACE_PX = 24.0


class FaceTracker:
    """Follows faces through a video. Not thread-safe: one instance per thread."""

    def __init__(self, *, max_faces: int = 4, detect_every: int = 30) -> None:
        """``max_faces`` are followed; new ones are looked for every ``detect_every`` frames and when one is lost or
        there is none.
        """
        self._networks = Networks()
        self._max_faces = max_faces
        self._detect_every = detect_every
        self.reset()

    def reset(self) -> None:
        """Forget all faces: the next frame has nothing to do with those before."""
        self._tracks: list[Verified] = []
        self._size = (0, 0)
        self._frames_since_detection = 0

    def update(self, rgb: np.ndarray, *, look: bool = False) -> list[Face]:
        """The faces in the next frame, (H, W, 3) uint8 sRGB, in the order in which they were first found.

        Faces that appear in the same frame are ordered as they were found, clearest first. A frame of another size
        starts anew. ``look``: look for new faces now, whether it is time for that or not. Raises ``ValueError`` for
        anything but such an array.
        """
        check_picture(rgb)
        photo = Pyramid(rgb)
        if photo.size != self._size:
            self.reset()
            self._start(photo)
        followed = [self._follow(photo, track) for track in self._tracks]
        kept = without_duplicates([track for track in followed if track is not None], _box)
        lost = len(kept) < len(self._tracks)
        self._frames_since_detection += 1
        self._tracks = kept
        if look or lost or not kept or self._frames_since_detection >= self._detect_every:
            self._tracks = kept + self._new_faces(photo, kept)
            self._frames_since_detection = 0
        return [build_face(self._networks, track) for track in self._tracks]

    def _start(self, photo: Pyramid) -> None:
        self._size = photo.size
        self._tiles = cycle(chain(*tile_levels(*photo.size, _MIN_FACE_PX)[:_TILE_LEVELS]))

    def _follow(self, photo: Pyramid, track: Verified) -> Verified | None:
        """The face in this frame, or None when it is not where it was."""
        region = roi_from_landmarks(track.landmarks.xy_px)
        landmarks = find_landmarks(self._networks, photo, region)
        if not _within(photo, landmarks) or not _plausible(region, landmarks):
            return None
        if landmarks.presence > 0:
            return Verified(landmarks, track.confirmation)
        confirmation = confirm(self._networks, photo, region)
        return Verified(landmarks, confirmation) if confirmation >= MIN_CONFIRMATION_ALONE else None

    def _new_faces(self, photo: Pyramid, known: list[Verified]) -> list[Verified]:
        room = self._max_faces - len(known)
        if room <= 0:
            return []
        regions = [letterbox(*photo.size), *islice(self._tiles, _TILES_A_LOOK)]
        fresh = [one for one in self._propose(photo, regions) if not any(same_face(one.box, _box(k)) for k in known)]
        seen = [verify(self._networks, photo, one.roi()) for one in fresh]
        faces = [one for one in seen if one is not None and one.is_face]
        return without_duplicates([*known, *faces], _box)[len(known) : len(known) + room]

    def _propose(self, photo: Pyramid, regions: list[Roi]) -> list[Detection]:
        seen = [one for region in regions for one in detect_in_region(self._networks, photo, region, _PROPOSAL_SCORE)]
        seen.sort(key=lambda one: -one.score)
        return without_duplicates(seen, lambda one: one.box)


def _box(track: Verified) -> np.ndarray:
    return box_of_points(track.landmarks.xy_px)


def _within(photo: Pyramid, landmarks: Landmarks) -> bool:
    """Whether the middle of the face is still in the picture."""
    middle = landmarks.xy_px.mean(0)
    return bool((middle >= 0).all() and (middle <= photo.size).all())


def _plausible(region: Roi, landmarks: Landmarks) -> bool:
    """Whether the face has kept about its size: points that collapse or explode have lost it."""
    return 0.6 < roi_from_landmarks(landmarks.xy_px).width / region.width < 1.6
