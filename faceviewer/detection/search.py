"""The thorough search: every face of use in a photo, at a bounded cost.

1. The whole picture, exactly as the official library looks at it. What it finds beyond doubt is final.
2. Tiles of a half, a third ... of the picture's short side, for small faces.
3. When nothing is beyond doubt by then: whole picture and tiles at quarter turns.

What 2 and 3 propose, and what 1 doubts (profiles, turned pictures), is looked at closely (``verify``); of finds that
show one face, the one that the detector confirms best stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from faceviewer.detection.blazeface import MIN_SCORE, Detection, detect_in_region
from faceviewer.detection.landmarker import find_landmarks
from faceviewer.detection.networks import LANDMARKER_SIZE, Networks
from faceviewer.detection.overlap import box_of_points, covered_share, same_face, without_duplicates
from faceviewer.detection.regions import MAX_TILES, tile_levels, turned
from faceviewer.detection.roi import Pyramid, Roi, letterbox, roi_from_landmarks
from faceviewer.detection.verify import Verified, confirm, fits, verify
from faceviewer.types import CancelToken

_CLEAR_SCORE = 0.83
_CLEAR_CONFIRMATION = 1.5
_UPRIGHT_CONFIRMATION = 1.9  # below it a face may be a turned one, seen at the wrong angle
_LEAST_SCORE = 0.4  # of what is looked at closely while nothing is beyond doubt
_TURNED_TILE_LEVELS = 2
_MAX_COVERED = 0.6  # of a tile, by a face that is already found


@dataclass(frozen=True)
class Effort:
    """How far a search goes."""

    min_face_px: float
    """Width of the smallest face that is looked for."""
    min_face_of_largest: float
    """... beside a face that many times as wide."""
    max_tiles: int
    max_proposals: int
    """Of one pass over the picture, how many places are looked at closely."""


THOROUGH = Effort(24.0, 1 / 5, MAX_TILES, 24)
"""All faces that hold anything to reconstruct, but nobody in the background of a portrait."""
SMALL_FACES = Effort(12.0, 0.0, 1400, 60)
"""Whatever the networks can still see; up to some seconds for a large photo."""


@dataclass(frozen=True, eq=False)
class FirstLook:
    """What the whole picture shows."""

    clear: list[Verified]
    doubtful: list[Detection]


def search_as_library(networks: Networks, photo: Pyramid) -> list[Verified]:
    """The faces that the official library reports."""
    seen = [_with_landmarks(networks, photo, one) for one in _detect_whole(networks, photo)]
    return [one for one in seen if one.landmarks.presence > 0]


def search_thoroughly(
    networks: Networks, photo: Pyramid, effort: Effort = THOROUGH, cancel: CancelToken | None = None
) -> list[Verified]:
    """All faces, each once, best confirmed first. Raises Cancelled when ``cancel`` was set meanwhile."""
    cancel = cancel or CancelToken()
    width, height = photo.size
    look = _first_look(networks, photo)
    levels = tile_levels(width, height, _min_face_px(look.clear, effort), effort.max_tiles)
    whole = [] if look.clear else [letterbox(width, height)]  # again, for what scores too low for the library
    regions = whole + _worth_searching([tile for level in levels for tile in level], look.clear)
    least_score = MIN_SCORE if look.clear else _LEAST_SCORE
    proposals = look.doubtful + _propose(networks, photo, regions, least_score, cancel)[: effort.max_proposals]
    found = look.clear + _verify_all(networks, photo, proposals, look.clear, cancel)
    if any(one.confirmation >= _UPRIGHT_CONFIRMATION for one in found) or look.clear:
        return _each_once(found)
    regions = [letterbox(width, height), *(tile for level in levels[:_TURNED_TILE_LEVELS] for tile in level)]
    for quarter_turns in (1, 2, 3):
        turned_regions = [turned(region, quarter_turns) for region in regions]
        proposals = _propose(networks, photo, turned_regions, _LEAST_SCORE, cancel)
        found += _verify_all(networks, photo, proposals[: effort.max_proposals], [], cancel)
    return _each_once(found)


def _detect_whole(networks: Networks, photo: Pyramid) -> list[Detection]:
    return detect_in_region(networks, photo, letterbox(*photo.size), MIN_SCORE, as_library=True)


def _with_landmarks(networks: Networks, photo: Pyramid, detection: Detection) -> Verified:
    region = detection.roi().library_aligned(LANDMARKER_SIZE)
    return Verified(find_landmarks(networks, photo, region), log(detection.score / (1 - detection.score + 1e-9)))


def _first_look(networks: Networks, photo: Pyramid) -> FirstLook:
    look = FirstLook([], [])
    for detection in _detect_whole(networks, photo):
        seen = _with_landmarks(networks, photo, detection)
        if _beyond_doubt(networks, photo, detection, seen):
            look.clear.append(seen)
        else:
            look.doubtful.append(detection)
    return look


def _beyond_doubt(networks: Networks, photo: Pyramid, detection: Detection, seen: Verified) -> bool:
    landmarks = seen.landmarks
    if landmarks.presence <= 0 or not fits(landmarks.roi, roi_from_landmarks(landmarks.xy_px)):
        return False
    return detection.score >= _CLEAR_SCORE or confirm(networks, photo, detection.roi()) >= _CLEAR_CONFIRMATION


def _min_face_px(clear: Sequence[Verified], effort: Effort) -> float:
    widths = [float(np.ptp(one.landmarks.xy_px[:, 0])) for one in clear]
    return max([effort.min_face_px, *(width * effort.min_face_of_largest for width in widths)])


def _worth_searching(regions: Iterable[Roi], known: Sequence[Verified]) -> list[Roi]:
    """The regions that no known face fills."""
    boxes = [_box(one) for one in known]
    return [region for region in regions if not any(covered_share(region.box, box) > _MAX_COVERED for box in boxes)]


def _propose(
    networks: Networks, photo: Pyramid, regions: Iterable[Roi], min_score: float, cancel: CancelToken
) -> list[Detection]:
    """What the detector sees in the regions, each place once, best first."""
    seen: list[Detection] = []
    for region in regions:
        cancel.check()
        seen += detect_in_region(networks, photo, region, min_score)
    seen.sort(key=lambda one: -one.score)
    return without_duplicates(seen, lambda one: one.box)


def _verify_all(
    networks: Networks, photo: Pyramid, proposals: Iterable[Detection], known: Sequence[Verified], cancel: CancelToken
) -> list[Verified]:
    boxes = [_box(one) for one in known]
    faces = []
    for proposal in proposals:
        cancel.check()
        if any(same_face(proposal.box, box) for box in boxes):
            continue
        seen = verify(networks, photo, proposal.roi())
        if seen is not None and seen.is_face:
            faces.append(seen)
    return faces


def _each_once(found: list[Verified]) -> list[Verified]:
    return without_duplicates(sorted(found, key=lambda one: -one.confirmation), _box)


def _box(one: Verified) -> np.ndarray:
    return box_of_points(one.landmarks.xy_px)
