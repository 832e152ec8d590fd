"""A face where a person says there is one, whether or not the detector sees it.

The landmark network looks at the box itself and at what the detector sees in it at the faintest, each at quarter turns;
the best of these is a face unless the network is as unsure as it is of plain textures.

Measured on the box of a portrait: at the right one of the four angles the network's logit is above 2 when the photo is
nearly black, full of noise, inverted, half covered or a line drawing; at all four it is below -5 on walls, noise and
spots.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from faceviewer.detection.blazeface import ROI_MARGIN, detect_in_region
from faceviewer.detection.landmarker import find_landmarks
from faceviewer.detection.networks import Networks
from faceviewer.detection.overlap import box_of_points, same_face
from faceviewer.detection.regions import turned
from faceviewer.detection.roi import Pyramid, Roi
from faceviewer.detection.verify import Verified, settle, verify_as_detected

_LEAST_PRESENCE = -4.0
_FAINTEST_SCORE = 0.15
_SURE_PRESENCE = 6.0
"""More than this says nothing: in profiles the network is surer of its points at wrong angles, at 16, than at the right
one, at 10, and the detector knows better (photo image04331 of AFLW2000-3D was turned by 20 degrees)."""
_LOGITS_PER_CONFIRMATION = 2.0  # how the two networks' certainties compare when the angles are
_SURROUNDINGS = 2.0  # side of what the detector is shown, over that of the box


def look_in_box(networks: Networks, photo: Pyramid, box_xyxy: np.ndarray) -> Verified | None:
    """The face in a (4,) box, photo pixels; None when nothing in it resembles one."""
    seen = [_look(networks, photo, region) for region in _regions(networks, photo, box_xyxy)]
    inside = [one for one in seen if same_face(box_of_points(one.landmarks.xy_px), box_xyxy)]
    best = max(inside, key=_certainty, default=None)
    return best if best is not None and (best.is_face or best.landmarks.presence > _LEAST_PRESENCE) else None


def _regions(networks: Networks, photo: Pyramid, box_xyxy: np.ndarray) -> Iterator[Roi]:
    """Where the landmark network should look."""
    x, y = (float(value) for value in (box_xyxy[:2] + box_xyxy[2:]) / 2)
    side = float((box_xyxy[2:] - box_xyxy[:2]).max())
    box = Roi(x, y, side, side)
    for quarter_turns in range(4):
        yield turned(box.scaled(ROI_MARGIN), quarter_turns)
        shown = turned(box.scaled(_SURROUNDINGS), quarter_turns)
        yield from (one.roi() for one in detect_in_region(networks, photo, shown, _FAINTEST_SCORE)[:1])


def _look(networks: Networks, photo: Pyramid, region: Roi) -> Verified:
    return verify_as_detected(networks, photo, settle(networks, photo, find_landmarks(networks, photo, region)))


def _certainty(one: Verified) -> float:
    return min(one.landmarks.presence, _SURE_PRESENCE) + _LOGITS_PER_CONFIRMATION * one.confirmation
