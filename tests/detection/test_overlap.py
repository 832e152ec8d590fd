from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.detection.overlap import covered_share, largest_first, same_face, without_duplicates
from faceviewer.types import Face

box = st.tuples(*[st.integers(0, 50)] * 2, *[st.integers(1, 50)] * 2).map(
    lambda b: np.array([b[0], b[1], b[0] + b[2], b[1] + b[3]], float)
)


def _face(left: float, top: float, width: float, height: float) -> Face:
    return Face(np.array([left, top, left + width, top + height], np.float32), 1.0, {})


@given(box, box)
def test_same_face_is_symmetric(one: np.ndarray, other: np.ndarray) -> None:
    assert same_face(one, other) == same_face(other, one)
    assert same_face(one, one)


def test_what_is_one_face() -> None:
    face = np.array([0, 0, 100, 100.0])
    assert same_face(face, face + 20)
    assert not same_face(face, face + np.array([90, 0, 90, 0]))
    assert same_face(face, np.array([40, 40, 60, 60.0]))  # a part of it
    assert not same_face(face, np.array([200, 0, 300, 100.0]))


def test_covered_share() -> None:
    assert covered_share(np.array([0, 0, 10, 10.0]), np.array([5, 0, 50, 50.0])) == 0.5
    assert covered_share(np.array([0, 0, 10, 10.0]), np.array([20, 20, 50, 50.0])) == 0


@given(st.lists(box))
def test_kept_finds_are_apart_and_cover_the_dropped(boxes: list[np.ndarray]) -> None:
    kept = without_duplicates(boxes, lambda b: b)
    assert all(not same_face(a, b) for i, a in enumerate(kept) for b in kept[:i])
    assert all(any(same_face(b, k) for k in kept) for b in boxes)


@given(st.permutations([(0, 0, 9, 9), (50, 0, 5, 5), (70, 0, 5, 5), (0, 50, 5, 5), (0, 90, 8, 8)]))
def test_order_is_by_size_then_place_whatever_came_first(places: list[tuple[int, ...]]) -> None:
    faces = largest_first([_face(*place) for place in places])
    assert [tuple(face.box_xyxy[:2]) for face in faces] == [(0, 0), (0, 90), (50, 0), (70, 0), (0, 50)]
