"""Which stretch of time is seen, and curves reduced to what a screen can show of it. No widgets here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

_SHORTEST_S = 0.05
_CROWD = 4
"""So many points in a column, on average, are more than can be told apart."""


@dataclass(frozen=True)
class TimeWindow:
    """Seconds; never beyond what there is."""

    first_s: float
    last_s: float
    """What there is."""
    begin_s: float
    end_s: float
    """What is seen of it."""

    @classmethod
    def whole(cls, first_s: float, last_s: float) -> TimeWindow:
        """All there is; at least a moment of it."""
        if last_s - first_s < _SHORTEST_S:
            first_s, last_s = first_s - _SHORTEST_S, last_s + _SHORTEST_S
        return cls(first_s, last_s, first_s, last_s)

    @property
    def length_s(self) -> float:
        return self.end_s - self.begin_s

    def zoomed(self, factor: float, at_s: float) -> TimeWindow:
        """``factor`` times as close; the moment ``at_s`` stays where it is."""
        length = min(max(self.length_s / factor, _SHORTEST_S), self.last_s - self.first_s)
        begin = at_s - (at_s - self.begin_s) * length / self.length_s
        return self._at(begin, length)

    def panned(self, seconds: float) -> TimeWindow:
        """Later by some seconds."""
        return self._at(self.begin_s + seconds, self.length_s)

    def with_moment(self, time_s: float) -> TimeWindow:
        """Moved just as far as needed to see ``time_s``."""
        if time_s < self.begin_s:
            return self.panned(time_s - self.begin_s)
        return self.panned(time_s - self.end_s) if time_s > self.end_s else self

    def _at(self, begin_s: float, length_s: float) -> TimeWindow:
        begin_s = min(max(begin_s, self.first_s), self.last_s - length_s)
        return replace(self, begin_s=begin_s, end_s=begin_s + length_s)


def ticks(low: float, high: float, count: int) -> list[float]:
    """At most about ``count`` round numbers from ``low`` to ``high``."""
    raw = (high - low) / max(count, 1)
    if not raw > 0 or not math.isfinite(raw):
        return []
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def scale_ticks(low: float, high: float, apart: float) -> list[float]:
    """Round numbers from ``low`` to ``high`` for a scale, none closer than ``apart``; two at least where there is room.

    A single number tells no scale: where the roundest are too far from each other, every second or third of finer ones.
    """
    count = max(int((high - low) / apart), 1)
    for finer in (1, 2, 4, 8):
        found = ticks(low, high, finer * count)
        if len(found) > 1:
            every = max(math.ceil(apart / (found[1] - found[0]) - 1e-6), 1)
            if len(found) > every:
                return found[::every]
    return ticks(low, high, count)


def seen_points(
    time_s: np.ndarray, values: np.ndarray, begins: np.ndarray, window: TimeWindow, columns: int
) -> tuple[np.ndarray, np.ndarray]:
    """(k, 2) time and value of what is seen, and (k,) bool, where a line begins; of many in a column, the extremes.

    begins: (n,) bool, where a stretch without a gap begins; times never fall within one. Any number of people can stand
    one after the other: one by one, two thousand take a second. One point on either side of what is seen comes along,
    so that lines lead out of it.
    """
    seen = (time_s >= window.begin_s) & (time_s <= window.end_s)
    leads = ~begins[1:] & (time_s[:-1] <= window.end_s) & (time_s[1:] >= window.begin_s)
    seen[:-1] |= leads
    seen[1:] |= leads
    begins = (begins | ~np.concatenate([[False], seen[:-1]]))[seen]
    time_s, values = time_s[seen], values[seen]
    column = np.clip((time_s - window.begin_s) / window.length_s * columns, -1, columns).astype(int)
    starts = np.flatnonzero(begins | (np.diff(column, prepend=-2) > 0))
    if len(time_s) > _CROWD * len(starts):
        return _reduced(time_s, values, begins, starts)
    return np.stack([time_s, values], axis=1), begins


def polylines(points: np.ndarray, begins: np.ndarray) -> list[np.ndarray]:
    """Each line of ``seen_points`` by itself."""
    return np.split(points, np.flatnonzero(begins[1:]) + 1) if len(points) else []


def _reduced(
    time_s: np.ndarray, values: np.ndarray, begins: np.ndarray, starts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The least and greatest value from each of ``starts`` on, in the order in which they come; where lines begin."""
    least, greatest = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    pairs = np.stack([least, greatest], axis=1)
    falls = values[starts] - least > greatest - values[starts]
    pairs[falls] = pairs[falls, ::-1]
    points = np.stack([np.repeat(time_s[starts], 2), pairs.ravel()], axis=1)
    return points, np.stack([begins[starts], np.zeros(len(starts), bool)], axis=1).ravel()


def value_range(values: Sequence[np.ndarray], least_span: float) -> tuple[float, float]:
    """The range that shows all values, a little wider, and no narrower than ``least_span``."""
    there = [one for one in values if len(one)]
    if not there:
        return -least_span / 2, least_span / 2
    low, high = min(float(one.min()) for one in there), max(float(one.max()) for one in there)
    air = max(0.08 * (high - low), (least_span - (high - low)) / 2)
    return low - air, high + air
