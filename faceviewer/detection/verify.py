"""Is it a face? The landmark network alone cannot tell: on textures it is often sure, on profiles often not.

What separates faces from the rest is whether the detector, shown the place again at several scales and mirrored,
keeps saying so. Measured on 250 views (photos, renders turned up to 90 degrees, 25-pixel faces) against 2500 things
that it once took for a face in face-free pictures: the mean logit of four looks is above 1.4 for every profile up to 80
degrees, above 1 for all but the smallest faces, below 1.2 for all else; a face seen at a wrong angle stays below
that of the right angle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, hypot, log, pi

import numpy as np

from faceviewer.detection.blazeface import ROI_MARGIN, detect_in_crop
from faceviewer.detection.landmarker import Landmarks, find_landmarks
from faceviewer.detection.networks import DETECTOR_SIZE, Networks
from faceviewer.detection.roi import Pyramid, Roi, crop, roi_from_landmarks
from faceviewer.io.cv import cv2

MIN_CONFIRMATION = 1.0
"""For a face that the landmark network sees too."""
MIN_CONFIRMATION_ALONE = 1.4
"""For one that it does not see: a profile."""
_MIN_PRESENCE_ALONE = -13.0
_LOOKS = ((1.5, False), (2.2, False), (1.8, True), (3.0, False))  # (side over the face box's, mirrored)
_EARLY_LOOKS, _EARLY_CONFIRMATION = 2, 0.5
_FLOOR = 0.02  # score of "nothing there"
_MAX_REFINEMENTS = 3


@dataclass(frozen=True, eq=False)
class Verified:
    """A place that was looked at closely."""

    landmarks: Landmarks
    confirmation: float
    """Mean logit of the detector's scores over several looks."""

    @property
    def score(self) -> float:
        """0 to 1, the certainty of the surer network: in a profile the landmark network is no judge."""
        return 1 / (1 + exp(-min(max(self.landmarks.presence, self.confirmation), 100.0)))

    @property
    def is_face(self) -> bool:
        presence = self.landmarks.presence
        if presence > 0:
            return self.confirmation >= MIN_CONFIRMATION
        return presence > _MIN_PRESENCE_ALONE and self.confirmation >= MIN_CONFIRMATION_ALONE


def confirm(networks: Networks, photo: Pyramid, roi: Roi) -> float:
    """Mean logit of the detector's scores for a face that fills ``roi`` (the landmark network's region)."""
    logits: list[float] = []
    for side, mirrored in _LOOKS:
        picture = crop(photo, roi.scaled(side / ROI_MARGIN), DETECTOR_SIZE, border=cv2.BORDER_CONSTANT)
        score = _central_score(networks, picture[:, ::-1] if mirrored else picture, side)
        logits.append(log(score / (1 - score)))
        if len(logits) == _EARLY_LOOKS and np.mean(logits) < _EARLY_CONFIRMATION:
            break
    return float(np.mean(logits))


def _central_score(networks: Networks, picture: np.ndarray, side: float) -> float:
    """Best score of a face in the middle of a crop, of about 1 / ``side`` of its size."""
    scores = [
        found.score
        for found in detect_in_crop(networks, np.ascontiguousarray(picture), Roi(0.5, 0.5, 1.0, 1.0), 0.05)
        if np.abs(found.centre_px - 0.5).max() < 0.35 / side and 0.5 < found.size_px[0] * side < 2
    ]
    return min(max(scores, default=_FLOOR), 1 - _FLOOR)


def settle(networks: Networks, photo: Pyramid, found: Landmarks) -> Landmarks:
    """Look again where the landmarks say the face is, until the region stays."""
    for _ in range(_MAX_REFINEMENTS):
        region = roi_from_landmarks(found.xy_px)
        if fits(found.roi, region):
            break
        found = find_landmarks(networks, photo, region)
    return found


def fits(looked: Roi, wanted: Roi) -> bool:
    """Whether the landmarks of one region would be no better from the other: the photos' own spread, doubled."""
    turn = abs((wanted.angle - looked.angle + pi) % (2 * pi) - pi)
    shift = hypot(wanted.x - looked.x, wanted.y - looked.y) / looked.width
    return turn < 0.2 and shift < 0.09 and 0.9 < wanted.width / looked.width < 1.2


def verify(networks: Networks, photo: Pyramid, roi: Roi) -> Verified | None:
    """Look closely at a region that the detector proposed; None when the detector itself takes it back."""
    first = confirm(networks, photo, roi)
    if first < _EARLY_CONFIRMATION:
        return None
    landmarks = settle(networks, photo, find_landmarks(networks, photo, roi))
    if landmarks.roi == roi:
        return Verified(landmarks, first)
    return verify_as_detected(networks, photo, landmarks)


def verify_as_detected(networks: Networks, photo: Pyramid, landmarks: Landmarks) -> Verified:
    """Ask the detector about a region made from landmarks, at the size that one made from a detection has."""
    region = replace(landmarks.roi, width=landmarks.roi.width / 1.08, height=landmarks.roi.height / 1.08)
    return Verified(landmarks, confirm(networks, photo, region))
