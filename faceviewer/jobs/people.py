"""Who is who from frame to frame, by place alone: nobody is recognised.

1. A face of this frame goes on being the person whose box was near it and about as large: of all ways to give faces to
   persons the one with the least movement, counted from where each person was heading. Two people who pass each other
   therefore keep their numbers as long as both are seen. That somebody has left counts as a movement, too: who sits
   still stays who they are when the neighbour on one side goes and another comes on the other side.
2. Somebody unseen for longer than ``UNSEEN_S`` has left, and so has somebody whose place another face has taken
   meanwhile: whoever comes back then is a new person, because a place cannot tell.
3. A cut, a leap in time, or a frame in which everybody is elsewhere begins anew.
4. Numbers count from 1 and are never used again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

UNSEEN_S = 1.0
"""For how long somebody may be out of sight and keep the number."""
_REACH = 1.0
"""How far a face may be from where it was, or was heading, in its own sizes."""
_LARGEST_GROWTH = 2.0
"""By which factor a face may have become larger or smaller."""
_TAKEN = 0.3
"""Intersection over union from which another face stands in somebody's place."""
_HEADING_S = 0.5
"""For how long somebody is expected to go on as before."""
_LEAVING = 1.0
"""What it costs that somebody is not there any more, while others can be meant by the same faces."""
_IMPOSSIBLE = 1e6


@dataclass(eq=False)
class _Person:
    """Somebody who was seen a short while ago."""

    number: int
    box: np.ndarray
    """(4,) left, top, right, bottom, pixels."""
    seen_s: float
    velocity: np.ndarray | None = None
    """(2,) pixels per second; None until it was seen twice."""

    def heading(self, time_s: float) -> np.ndarray:
        """(2,) where the middle should be at ``time_s``."""
        middle = _middles(self.box[None])[0]
        return middle if self.velocity is None else middle + self.velocity * min(time_s - self.seen_s, _HEADING_S)

    def see(self, box: np.ndarray, time_s: float) -> None:
        """Here it is now."""
        passed = time_s - self.seen_s
        if passed > 0:
            observed = (_middles(box[None])[0] - _middles(self.box[None])[0]) / passed
            self.velocity = observed if self.velocity is None else (self.velocity + observed) / 2
        self.box, self.seen_s = box, time_s


class PeopleFollower:
    """Numbers the faces of one source, frame by frame."""

    def __init__(self, *, unseen_s: float = UNSEEN_S) -> None:
        self.unseen_s = unseen_s
        self._people: list[_Person] = []
        self._count = 0
        self._time_s = -np.inf

    @property
    def present(self) -> tuple[int, ...]:
        """The numbers of those who were seen in the last frame."""
        return tuple(person.number for person in self._people if person.seen_s == self._time_s)

    @property
    def somebody_is_missing(self) -> bool:
        """Whether anybody who was seen a short while ago was not seen in the last frame."""
        return any(person.seen_s != self._time_s for person in self._people)

    def update(self, boxes_xyxy: np.ndarray, time_s: float, *, cut: bool = False) -> tuple[int, ...]:
        """The persons' numbers beside the (n, 4) boxes of the frame at ``time_s``, in whatever order they come.

        ``cut``: this frame has nothing to do with the one before.
        """
        boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
        order = np.lexsort(boxes.T[::-1])  # from the left, so that the order in which faces come does not matter
        boxes = boxes[order]
        if cut or not 0 <= time_s - self._time_s <= self.unseen_s:
            self._people.clear()
        self._people = [person for person in self._people if time_s - person.seen_s <= self.unseen_s]
        found = self._assign(boxes, time_s)
        everybody_moved = len(boxes) > 0 and not found and any(self.present)
        if everybody_moved:
            self._people.clear()
        self._people = [p for p in self._people if p in found.values() or not _is_taken(p.box, boxes)]
        for index, person in found.items():
            person.see(boxes[index], time_s)
        for index in range(len(boxes)):
            if index not in found:
                self._count += 1
                found[index] = _Person(self._count, boxes[index], time_s)
                self._people.append(found[index])
        self._time_s = time_s
        numbers = np.zeros(len(boxes), int)
        numbers[order] = [found[index].number for index in range(len(boxes))]
        return tuple(int(number) for number in numbers)

    def _assign(self, boxes: np.ndarray, time_s: float) -> dict[int, _Person]:
        """Index of a box -> the person who is there now."""
        if not len(boxes) or not self._people:
            return {}
        cost = np.stack([_cost(person, boxes, time_s) for person in self._people])
        found: dict[int, _Person] = {}
        for leaving in (_LEAVING, _IMPOSSIBLE):  # faces and persons that are left over then go together all the same
            for row, column in _cheapest(cost, leaving):
                found[column] = self._people[row]
                cost[row], cost[:, column] = _IMPOSSIBLE, _IMPOSSIBLE
        return found


def _cheapest(cost: np.ndarray, leaving: float) -> list[tuple[int, int]]:
    """Pairs of row and column that cost least together, where a row without a column costs ``leaving``."""
    from scipy.optimize import linear_sum_assignment  # at once costs the start-up of the window

    rows, columns = cost.shape
    chosen = linear_sum_assignment(np.hstack([cost, np.full((rows, rows), leaving)]))
    pairs = zip(*(one.tolist() for one in chosen), strict=True)
    return [(row, column) for row, column in pairs if column < columns and cost[row, column] < _IMPOSSIBLE]


def _cost(person: _Person, boxes: np.ndarray, time_s: float) -> np.ndarray:
    """(n,) how unlikely each box is the person's, ``_IMPOSSIBLE`` for what cannot be."""
    own = _sizes(person.box[None])[0]
    sizes, middles = _sizes(boxes), _middles(boxes)
    unit = np.sqrt(own * sizes)
    from_heading = np.linalg.norm(middles - person.heading(time_s), axis=1) / unit
    from_last = np.linalg.norm(middles - _middles(person.box[None])[0], axis=1) / unit
    growth = np.abs(np.log(sizes / own))
    can_be = (np.minimum(from_heading, from_last) <= _REACH) & (growth <= np.log(_LARGEST_GROWTH))
    return np.where(can_be, from_heading + growth, _IMPOSSIBLE)


def _is_taken(box: np.ndarray, boxes: np.ndarray) -> bool:
    """Whether one of (n, 4) boxes stands where ``box`` was."""
    low, high = np.maximum(boxes[:, :2], box[:2]), np.minimum(boxes[:, 2:], box[2:])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = _sizes(boxes) ** 2 + _sizes(box[None])[0] ** 2 - common
    return bool((common > _TAKEN * areas).any())


def _middles(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, :2] + boxes[:, 2:]) / 2


def _sizes(boxes: np.ndarray) -> np.ndarray:
    """(n,) sides of the squares of the same area; at least one pixel."""
    return np.sqrt(np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0), axis=1))
