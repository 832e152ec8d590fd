"""Names of people, brought from one analysis of a film to the next, which numbers everybody anew.

Whoever is at the same place in the frames that both have looked at is taken for the same person: nobody is recognised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from faceviewer.jobs.pose_series import PersonPoses, PoseSeries
    from faceviewer.types import CancelToken

_SAME_PLACE = 0.5
"""Two boxes that share so much of what both cover are of one face; people beside each other share next to nothing."""
_USUALLY = 0.5
"""In so many of the frames with both: people who only pass each other are at the same place in a few of them."""
_NAMES_TOLD = 5


def same_people(before: PoseSeries | None, after: PoseSeries, cancel: CancelToken) -> dict[int, int]:
    """Number in ``before`` -> number in ``after``, of the same source: nobody twice, the longest together first.

    For a background thread; long films take seconds. Raises Cancelled.
    """
    if before is None or before.source != after.source:
        return {}
    frames, boxes, numbers = _everybody(after)
    pairs = []
    for person in before.people:
        cancel.check()
        pairs += [(together, person.number, other) for other, together in _met(person, before, frames, boxes, numbers)]
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, one, other in sorted(pairs, key=lambda pair: (-pair[0], *pair[1:])):
        if one not in found and other not in taken:
            found[one] = other
            taken.add(other)
    return found


def carried(names: Mapping[int, str], same: Mapping[int, int]) -> dict[int, str]:
    """The names of those who are found again."""
    return {same[number]: name for number, name in names.items() if name and number in same}


def lost_sentence(names: Mapping[int, str], kept: Iterable[str]) -> str:
    """Which names nobody has any more; empty when none is lost."""
    lost = sorted({name for name in names.values() if name} - set(kept))
    if not lost:
        return ""
    told, more = lost[:_NAMES_TOLD], len(lost) - _NAMES_TOLD
    last = told.pop() if more <= 0 else f"{more} more"
    who = f"{', '.join(told)} and {last}" if told else last
    gone = "this name is gone" if len(lost) == 1 else "these names are gone"
    return f"Nobody was found again at the place of {who}: {gone}."


def _everybody(series: PoseSeries) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(k,) frames, never falling, with the (k, 4) boxes and (k,) numbers of all who are seen in them."""
    people = series.people
    frames = np.concatenate([np.zeros(0, np.int32), *(series.frames[person.rows] for person in people)])
    boxes = np.concatenate([np.zeros((0, 4)), *(person.box_xyxy for person in people)])
    numbers = np.repeat([person.number for person in people], [len(person.rows) for person in people]).astype(int)
    order = np.argsort(frames, kind="stable")
    return frames[order], boxes[order], numbers[order]


def _met(
    person: PersonPoses, before: PoseSeries, frames: np.ndarray, boxes: np.ndarray, numbers: np.ndarray
) -> list[tuple[int, float]]:
    """Who is at the place of ``person``, each with the sum of what their boxes share."""
    own = before.frames[person.rows]
    first, stop = np.searchsorted(frames, own, "left"), np.searchsorted(frames, own, "right")
    counts = stop - first
    mine = np.repeat(np.arange(len(own)), counts)
    theirs = np.arange(len(mine)) + np.repeat(first - np.cumsum(counts) + counts, counts)
    shared = _shared(person.box_xyxy[mine], boxes[theirs])
    who, index = np.unique(numbers[theirs], return_inverse=True)
    both = np.bincount(index, minlength=len(who))
    at_place = np.bincount(index, shared >= _SAME_PLACE, minlength=len(who))
    together = np.bincount(index, np.where(shared >= _SAME_PLACE, shared, 0), minlength=len(who))
    usual = at_place >= _USUALLY * both
    return list(zip(who[usual].tolist(), together[usual].tolist(), strict=True))


def _shared(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(n,) what two (n, 4) boxes share, of what both cover."""
    sides = np.clip(np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2]), 0, None)
    common = sides.prod(axis=1)
    return common / np.maximum(_area(a) + _area(b) - common, 1e-9)


def _area(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
