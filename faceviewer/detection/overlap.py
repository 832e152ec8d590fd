"""One face, one result: overlapping finds are merged, and the order of faces is stable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from faceviewer.types import Face

T = TypeVar("T")

_MAX_UNION_SHARE = 0.3
_MAX_CONTAINED_SHARE = 0.6


def box_of_points(xy_px: np.ndarray) -> np.ndarray:
    """(N, 2) points to (4,) left, top, right, bottom."""
    return np.concatenate([xy_px.min(0), xy_px.max(0)])


def same_face(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two (4,) boxes overlap so much, or one lies so far in the other, that they show one face."""
    shared, areas = _shared_area(one, other), (_area(one), _area(other))
    return shared > _MAX_UNION_SHARE * (sum(areas) - shared) or shared > _MAX_CONTAINED_SHARE * min(areas)


def most_alike(box: np.ndarray, others: Sequence[np.ndarray]) -> int:
    """The place of that box among ``others`` that shares most of the union with a (4,) box."""
    return int(np.argmax([union_share(box, other) for other in others]))


def union_share(one: np.ndarray, other: np.ndarray) -> float:
    """The part of the union of two (4,) boxes, 0 to 1, that they share."""
    shared = _shared_area(one, other)
    return shared / max(_area(one) + _area(other) - shared, 1e-12)


def covered_share(box: np.ndarray, cover: np.ndarray) -> float:
    """The part of a (4,) box, 0 to 1, that another covers."""
    return _shared_area(box, cover) / max(_area(box), 1e-12)


def _shared_area(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.clip(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0, None).prod())


def _area(box: np.ndarray) -> float:
    return float((box[2:] - box[:2]).prod())


def without_duplicates(finds: Sequence[T], box_of: Callable[[T], np.ndarray]) -> list[T]:
    """Keep each find that shows no face of an earlier one; give the best first."""
    kept: list[T] = []
    for find in finds:
        if not any(same_face(box_of(find), box_of(other)) for other in kept):
            kept.append(find)
    return kept


def largest_first(faces: Sequence[Face]) -> list[Face]:
    """By box area, then from top to bottom and left to right: the same photo always gives the same order."""

    def key(face: Face) -> tuple[float, float, float]:
        return -_area(face.box_xyxy), float(face.box_xyxy[1]), float(face.box_xyxy[0])

    return sorted(faces, key=key)
