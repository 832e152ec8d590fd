"""What every landmark is: the group that gives its colour, and its name in plain English.

The numbers are those of each set, from 0. Right and left are the subject's. The orders of the sets 68, 106 and 134 are
described in ``models.build_head.landmark_sets``; set 478 is sorted by where its points lie on the built-in head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from faceviewer.types import Topology

Side = Literal["right", "left"]
_SIDES: tuple[Side, Side] = ("right", "left")
_NEAR_MM = 4.0
"""Points of set 478 this close to a part's vertices belong to it: the network puts them around its edge."""
_MEETING_MM = 1.5
"""Of points this much nearer to one lip than to the other the lip is known; on a closed mouth the rest coincide."""


_OWN_TOPOLOGY = "head"
_SHARED_SETS = ("68", "106")
_PART_GROUPS = {"up_lip": "lips", "down_lip": "lips", "skin": "face", "": "face"}
_PART_TITLES = {"up_lip": "upper lip", "down_lip": "lower lip", "": "face"}


@dataclass(frozen=True)
class _Point:
    group: str
    name: str


@cache
def landmark_groups(set_name: str, topology: Topology | None = None) -> tuple[str, ...]:
    """The group of every landmark of a set, a key of ``palette.LANDMARK_GROUP_COLORS``.

    topology: that of the head which has the set; None: the built-in one. Raises KeyError for an unknown set.
    """
    return tuple(point.group for point in _points_on(set_name, topology))


def landmark_name(set_name: str, index: int, topology: Topology | None = None) -> str:
    """For people: "68 #30: nose tip"; arguments and errors as above, IndexError for a missing number."""
    return f"{set_name} #{index}: {_points_on(set_name, topology)[index].name}"


@cache
def _points_on(set_name: str, topology: Topology | None) -> tuple[_Point, ...]:
    """The orders of 68 and 106 are everybody's; in other sets of other heads a point is called by where it lies."""
    order = set_name.removesuffix("_2d")
    if topology is None or topology.name == _OWN_TOPOLOGY or order in _SHARED_SETS:
        return _points(order)
    return tuple(_by_part(topology, order))


def _by_part(topology: Topology, set_name: str) -> Iterator[_Point]:
    corners, weights = topology.landmarks[set_name]
    vertices = np.take_along_axis(corners, weights.argmax(1)[:, None], 1)[:, 0]
    holding = [(part, set(ids.tolist())) for part, ids in topology.parts.items()]
    for vertex in vertices.tolist():
        part = next((name for name, ids in holding if vertex in ids), "")
        yield _Point(_PART_GROUPS.get(part, part.replace("_", " ")), _PART_TITLES.get(part, part.replace("_", " ")))


@cache
def _points(set_name: str) -> tuple[_Point, ...]:
    return tuple(_ORDERS[set_name]())


def _set68() -> Iterator[_Point]:
    yield from _contour(17)
    yield from _brow_line("right", 5)
    yield from _brow_line("left", 5)
    yield from _bridge(4)
    yield from _nose_rim(5)
    yield from _eye("right", 2)
    yield from _eye("left", 2)
    yield from _lip_edge("outer", 5, 5)
    yield from _lip_edge("inner", 3, 3)


def _set106() -> Iterator[_Point]:
    yield from _contour(33)
    yield from _brow_edges("right", 5, 4)
    yield from _brow_edges("left", 5, 4)
    yield from _bridge(4)
    yield from _nose_rim(11)
    for side in _SIDES:
        yield from _eye(side, 3)
        yield _Point("iris", f"centre of the {side} eye")
    yield from _lip_edge("outer", 5, 5)
    yield from _lip_edge("inner", 3, 3)
    yield from _pupils()


def _set134() -> Iterator[_Point]:
    yield from _contour(33)
    yield from _brow_edges("right", 5, 5)
    yield from _brow_edges("left", 5, 5)
    yield from _bridge(6)
    yield from _nose_rim(13)
    yield from _eye("right", 7)
    yield from _eye("left", 7)
    yield from _lip_edge("outer", 7, 7)
    yield from _lip_edge("inner", 5, 5)
    yield from _pupils()


def _contour(count: int) -> Iterator[_Point]:
    for index in range(count):
        place = _across(index, count)
        yield _Point("jaw", "chin" if place == "middle" else f"jaw, {place} from the chin")


def _brow_line(side: Side, count: int) -> Iterator[_Point]:
    for number in _from_nose(side, count):
        end = {1: ", inner end", count: ", outer end"}.get(number, f", {number} of {count} from the nose")
        yield _Point(f"{side} eyebrow", f"{side} eyebrow{end}")


def _brow_edges(side: Side, upper: int, lower: int) -> Iterator[_Point]:
    lines = ("upper", upper, _from_nose(side, upper)), ("lower", lower, _from_nose(side, lower)[::-1])
    for edge, count, numbers in lines:
        for number in numbers:
            yield _Point(f"{side} eyebrow", f"{side} eyebrow, {edge} edge, {number} of {count} from the nose")


def _bridge(count: int) -> Iterator[_Point]:
    yield _Point("nose", "bridge of the nose, between the eyes")
    for number in range(2, count):
        yield _Point("nose", f"bridge of the nose, {number} of {count} from above")
    yield _Point("nose", "nose tip")


def _nose_rim(count: int) -> Iterator[_Point]:
    for index in range(count):
        place = _across(index, count)
        yield _Point("nose", "below the nose, middle" if place == "middle" else f"edge of the nose, {place} from below")


def _eye(side: Side, per_lid: int) -> Iterator[_Point]:
    """From the picture's left corner over the upper lid and back along the lower one."""
    first, last = ("outer", "inner") if side == "right" else ("inner", "outer")
    there = _from_nose(side, per_lid)
    for corner, lid, numbers in ((first, "upper", there), (last, "lower", there[::-1])):
        yield _Point(f"{side} eye", f"{side} eye, {corner} corner")
        for number in numbers:
            yield _Point(f"{side} eye", f"{side} eye, {lid} lid, {number} of {per_lid} from the nose")


def _lip_edge(edge: str, upper: int, lower: int) -> Iterator[_Point]:
    """From the right corner over the upper lip to the left one, and back along the lower lip."""
    yield _Point("lips", f"mouth, {edge} edge, right corner")
    for index in range(upper):
        yield _Point("lips", f"upper lip, {edge} edge, {_across(index, upper)}")
    yield _Point("lips", f"mouth, {edge} edge, left corner")
    for index in reversed(range(lower)):
        yield _Point("lips", f"lower lip, {edge} edge, {_across(index, lower)}")


def _pupils() -> Iterator[_Point]:
    for side in _SIDES:
        yield _Point("iris", f"{side} pupil")


def _across(index: int, count: int) -> str:
    """Where the ``index``-th of ``count`` points from the subject's right to the left is, counted from the middle."""
    offset = index - count // 2
    return "middle" if offset == 0 else f"{'left' if offset > 0 else 'right'} {abs(offset)}"


def _from_nose(side: Side, count: int) -> range:
    """Numbers counted from the nose of a line drawn from the picture's left: on the right side it ends at the nose."""
    return range(count, 0, -1) if side == "right" else range(1, count + 1)


def _set478() -> list[_Point]:
    # the head and the canonical face are only read once somebody looks at this set
    from faceviewer.detection.canonical import canonical_face
    from faceviewer.models.head_model import load_head

    head = load_head()
    vertices = head.mean_vertices_mm()
    corners, weights = head.topology.landmarks["478"]
    xyz_mm = np.einsum("lk,lkc->lc", weights, vertices[corners])
    to_part_mm = {part: _distances(xyz_mm, vertices[ids]) for part, ids in head.topology.parts.items()}
    mirrored = head.landmark_symmetry["478"]
    points = [
        _Point("face", "face, middle" if mirrored[index] == index else f"face, {_side_of(x)} side")
        for index, x in enumerate(xyz_mm[:, 0])
    ]
    # what comes later takes points from what came before
    _name(points, np.flatnonzero(to_part_mm["nose"] < _NEAR_MM), "nose", "nose")
    nose = np.array([index for index, point in enumerate(points) if point.group == "nose"])
    _name(points, nose[[xyz_mm[nose, 2].argmax()]], "nose", "nose tip")
    outline = _border(canonical_face().triangles)
    _name(points, outline, "jaw", "outline of the face")
    middle = outline[mirrored[outline] == outline]
    _name(points, middle[[xyz_mm[middle, 1].argmin()]], "jaw", "chin")
    _name(points, middle[[xyz_mm[middle, 1].argmax()]], "jaw", "top of the forehead")
    upper, lower = to_part_mm["up_lip"], to_part_mm["down_lip"]
    _name(points, np.flatnonzero(np.minimum(upper, lower) < _NEAR_MM), "lips", "lips, where they meet")
    _name(points, np.flatnonzero((upper < _NEAR_MM) & (lower - upper > _MEETING_MM)), "lips", "upper lip")
    _name(points, np.flatnonzero((lower < _NEAR_MM) & (upper - lower > _MEETING_MM)), "lips", "lower lip")
    for side in _SIDES:
        brow = f"{side} eyebrow"
        _name(points, np.flatnonzero(to_part_mm[f"{side}_eyebrow"] < _NEAR_MM), brow, brow)
        _name_eye(points, side, xyz_mm[:, 0])
    return points


def _name_eye(points: list[_Point], side: Side, x_mm: np.ndarray) -> None:
    """Lids and iris of one eye in set 478, whose points have these (478,) ``x_mm`` in the head frame."""
    from faceviewer.detection.topology import LEFT_EYELIDS, LEFT_IRIS, RIGHT_EYELIDS, RIGHT_IRIS

    lids, iris = (RIGHT_EYELIDS, RIGHT_IRIS) if side == "right" else (LEFT_EYELIDS, LEFT_IRIS)
    from_nose = np.abs(x_mm[lids])
    eye = f"{side} eye"
    _name(points, lids, eye, f"{eye}, rim of the lids")
    _name(points, lids[[from_nose.argmin()]], eye, f"{eye}, inner corner")
    _name(points, lids[[from_nose.argmax()]], eye, f"{eye}, outer corner")
    _name(points, iris, "iris", f"{side} iris, rim")
    _name(points, iris[:1], "iris", f"{side} iris, centre")


def _name(points: list[_Point], indices: np.ndarray, group: str, name: str) -> None:
    for index in indices:
        points[index] = _Point(group, name)


def _side_of(x_mm: float) -> Side:
    return "left" if x_mm > 0 else "right"


def _distances(xyz: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n,) from each of ``xyz`` (n, 3) to the nearest of ``others`` (m, 3)."""
    squared = (xyz**2).sum(1)[:, None] + (others**2).sum(1) - 2 * xyz @ others.T
    return np.sqrt(np.maximum(squared.min(1), 0))


def _border(triangles: np.ndarray) -> np.ndarray:
    """Sorted vertex ids on edges that only one of the triangles (F, 3) has."""
    edges = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    unique, uses = np.unique(edges, axis=0, return_counts=True)
    return np.unique(unique[uses == 1])


_ORDERS: dict[str, Callable[[], Iterable[_Point]]] = {
    "68": _set68,
    "106": _set106,
    "134": _set134,
    "478": _set478,
}
