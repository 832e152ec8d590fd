"""Pulling a way over triangles taut.

A way is a list of edges that it crosses, with the place on each. Sliding the places makes it as short as it gets over
these edges; where it then hangs on a vertex, the edges on the other side of the vertex are tried.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solveh_banded

_ROUNDS = 30
"""How many times ways hanging on vertices are led around their other side."""
_TOUCH = 0.05
"""A crossing within this share of its edge's length hangs on the vertex."""
_STRAIGHT = np.pi - 1e-3
"""A way around a vertex is shorter on the side where it turns by less than this."""
_ROUNDINGS = (0.1, 0.003)
"""Of the mean edge: lengths shorter than this are taken as curved, as Newton's method needs; first more, then less."""
_AT_END = 1e-3
"""Shares this near the end of an edge stay there when pulled beyond it."""
_NEWTON_STEPS = 12
_STEP_SIZES = 0.5 ** np.arange(12)
_SETTLED = 1e-5
"""Ends when a step gains less than this share of the length."""


def shorten(
    vertices: np.ndarray, triangles: np.ndarray, ends: np.ndarray, edges: np.ndarray, shares: np.ndarray
) -> np.ndarray:
    """(N, 3) the corners of a shortest way between ``ends`` (2, 3).

    vertices: (V, 3), triangles: (F, 3). edges: (k, 2) vertex ids, crossed in this order, each next one in the same
    triangle. shares: (k,) where, from first to second vertex.
    """
    fans = _Fans(triangles)
    shares = _slide(ends, vertices[edges], shares)
    points = _corners(ends, vertices[edges], shares)
    for _ in range(_ROUNDS):
        turned = _other_side(fans, vertices, edges, shares, points)
        if turned is None:
            break
        edges, shares = turned
        shares = _slide(ends, vertices[edges], shares)
        tried = _corners(ends, vertices[edges], shares)
        gain = _length(points) - _length(tried)
        if gain > 0:
            points = tried
        if gain < _SETTLED * _length(points):
            break
    return points


class _Fans:
    """The neighbours around vertices, in order."""

    def __init__(self, triangles: np.ndarray) -> None:
        self._triangles = triangles
        self._flat = triangles.ravel()
        self._known: dict[int, tuple[dict[int, int], dict[int, int]]] = {}

    def between(self, vertex: int, first: int, inward: int, last: int) -> list[int] | None:
        """The neighbours of ``vertex`` from ``inward``, which is next to ``first``, on to the one before ``last``.

        None when the surface ends on that side.
        """
        for order in self._orders(vertex):
            if order.get(first) == inward:
                found, neighbour = [], inward
                while neighbour != last:
                    found.append(neighbour)
                    if neighbour not in order or len(found) > len(order):
                        return None
                    neighbour = order[neighbour]
                return found
        return None

    def _orders(self, vertex: int) -> tuple[dict[int, int], dict[int, int]]:
        """Neighbour to next neighbour, counter-clockwise and clockwise."""
        if vertex not in self._known:
            at = np.flatnonzero(self._flat == vertex)
            rows = self._triangles[at // 3]
            after, before = rows[np.arange(len(at)), (at + 1) % 3], rows[np.arange(len(at)), (at + 2) % 3]
            pairs = list(zip(after.tolist(), before.tolist(), strict=True))
            self._known[vertex] = dict(pairs), {b: a for a, b in pairs}
        return self._known[vertex]


def _other_side(
    fans: _Fans, vertices: np.ndarray, edges: np.ndarray, shares: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """The same way, led around the other side of every vertex where that is shorter; None when it is so nowhere.

    points: (k + 2, 3) the corners of the way as it is.
    """
    hanging = np.where(shares < _TOUCH, edges[:, 0], np.where(shares > 1 - _TOUCH, edges[:, 1], -1))
    runs = np.split(np.arange(len(edges)), np.flatnonzero(np.diff(hanging)) + 1)
    way: list[tuple[int, int, float]] = []
    turned = False
    for run in runs:
        vertex, begin, end = int(hanging[run[0]]), run[0], run[-1]
        found = _around(fans, vertex, edges, begin, end) if vertex >= 0 else None
        if found is not None and _angle(points[begin], vertices[found], points[end + 2], vertices[vertex]) < _STRAIGHT:
            crossings = [(vertex, neighbour, 2 * _TOUCH) for neighbour in found]
            turned = True
        else:
            crossings = [(*edges[i].tolist(), float(shares[i])) for i in run]
        for crossing in crossings:
            if way and {*way[-1][:2]} == {*crossing[:2]}:
                way.pop()  # to and fro over the same edge
            else:
                way.append(crossing)
    if not turned or not way:
        return None
    return np.array([w[:2] for w in way], np.int64), np.array([w[2] for w in way])


def _around(fans: _Fans, vertex: int, edges: np.ndarray, begin: int, end: int) -> list[int] | None:
    """The neighbours on the other side of ``vertex``, which edges ``begin`` to ``end`` of the way share."""
    if begin == 0:
        return None
    first, last = (int(edges[i].sum()) - vertex for i in (begin, end))
    inward = {*edges[begin - 1].tolist()} - {vertex, first}
    return fans.between(vertex, first, inward.pop(), last) if inward else None


def _angle(before: np.ndarray, around: np.ndarray, after: np.ndarray, vertex: np.ndarray) -> float:
    """The angle at ``vertex`` from ``before`` (3,) over neighbours ``around`` (n, 3) to ``after`` (3,), unfolded."""
    spokes = np.concatenate([before[None], around, after[None]]) - vertex
    sines = np.linalg.norm(np.cross(spokes[:-1], spokes[1:]), axis=1)
    return float(np.arctan2(sines, (spokes[:-1] * spokes[1:]).sum(1)).sum())


def _corners(ends: np.ndarray, edges: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """(k + 2, 3) the polyline from end to end (2, 3) over ``edges`` (k, 2, 3)."""
    return np.concatenate([ends[:1], edges[:, 0] + shares[:, None] * (edges[:, 1] - edges[:, 0]), ends[1:]])


def _length(points: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def _slide(ends: np.ndarray, edges: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """(k,) the shares of the shortest polyline from end to end (2, 3) over ``edges`` (k, 2, 3), from ``shares`` on.

    Length is a convex function of the shares, and each depends on its neighbours only: projected Newton steps.
    """
    edge_length = float(np.linalg.norm(edges[:, 1] - edges[:, 0], axis=1).mean())
    for rounding in _ROUNDINGS:
        shares = _newton(ends, edges, shares, (rounding * edge_length) ** 2)
    return shares


def _newton(ends: np.ndarray, edges: np.ndarray, shares: np.ndarray, rounding2: float) -> np.ndarray:
    """As ``_slide``, for the sum of sqrt(length**2 + ``rounding2``), which is smooth where two corners coincide."""
    along = edges[:, 1] - edges[:, 0]

    def steps_of(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        steps = np.diff(_corners(ends, edges, t), axis=0)
        return steps, np.sqrt((steps**2).sum(1) + rounding2)

    t = shares
    for _ in range(_NEWTON_STEPS):
        steps, lengths = steps_of(t)
        gradient, bands = _derivatives(steps / lengths[:, None], lengths, along)
        held = ((t <= _AT_END) & (gradient > 0)) | ((t >= 1 - _AT_END) & (gradient < 0))
        bands[1, held] = 1
        bands[0, 1:][held[1:] | held[:-1]] = 0
        gradient[held] = (t - np.round(t))[held]  # on to the end of the edge
        towards = -solveh_banded(bands[-len(t) :], gradient)  # one share alone has no neighbour to couple with
        for size in _STEP_SIZES:
            tried = np.clip(t + size * towards, 0, 1)
            gain = lengths.sum() - steps_of(tried)[1].sum()
            if gain > 0:
                break
        else:
            break
        t = tried
        if gain < _SETTLED * lengths.sum():
            break
    return t


def _derivatives(units: np.ndarray, lengths: np.ndarray, along: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((k,) gradient, (2, k) upper bands of the Hessian) of the length, for steps (k + 1, 3) over edges (k, 3)."""
    gradient = ((units[:-1] - units[1:]) * along).sum(1)
    length2 = (along**2).sum(1)
    before, after = (along * units[:-1]).sum(1), (along * units[1:]).sum(1)
    diagonal = (length2 - before**2) / lengths[:-1] + (length2 - after**2) / lengths[1:]
    beside = ((along[:-1] * along[1:]).sum(1) - after[:-1] * before[1:]) / lengths[1:-1]
    bands = np.zeros((2, len(along)))
    bands[0, 1:], bands[1] = -beside, diagonal * (1 + 1e-9) + 1e-12
    return gradient, bands
