"""Who is who from frame to frame: properties that hold whatever people do, and what ends a person."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.jobs.people import PeopleFollower

STEP_S = 0.04


def box(x: float, y: float, size: float = 100.0) -> np.ndarray:
    """A box around a middle."""
    return np.array([x - size / 2, y - size / 2, x + size / 2, y + size / 2])


def follow(frames: list[list[np.ndarray]], *, step_s: float = STEP_S) -> list[tuple[int, ...]]:
    people = PeopleFollower()
    return [people.update(np.array(boxes).reshape(-1, 4), k * step_s) for k, boxes in enumerate(frames)]


boxes = st.lists(
    st.builds(box, st.integers(0, 40).map(lambda k: 97.0 * k), st.integers(0, 900), st.integers(40, 160)),
    max_size=6,
    unique_by=lambda one: tuple(one),
)


@given(st.lists(boxes, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_faces_does_not_matter(frames, random):
    shuffled, orders = [], []
    for one in frames:
        order = list(range(len(one)))
        random.shuffle(order)
        orders.append(order)
        shuffled.append([one[k] for k in order])
    for given_order, other, order in zip(follow(frames), follow(shuffled), orders, strict=True):
        assert [given_order[k] for k in order] == list(other)


@given(st.lists(boxes, min_size=1, max_size=12), st.floats(0.01, 3.0))
def test_numbers_are_never_used_again_and_nobody_is_twice_in_a_frame(frames, step_s):
    last_seen: dict[int, int] = {}
    highest = 0
    for k, numbers in enumerate(follow(frames, step_s=step_s)):
        assert len(set(numbers)) == len(numbers)
        for number in sorted(numbers):
            if number not in last_seen:
                assert number == highest + 1, "new people get the next number"
                highest = number
            elif step_s > 1:
                pytest.fail("whoever was last seen before a leap in time is somebody new")
            else:
                assert (k - last_seen[number]) * step_s <= 1 + 1e-9
            last_seen[number] = k


@given(
    speed=st.floats(-40, 40),
    other_speed=st.floats(-40, 40),
    distance=st.floats(250, 600),
    height=st.floats(-30, 30),
)
def test_people_who_pass_each_other_keep_their_numbers(speed, other_speed, distance, height):
    frames = [[box(1000 + speed * k, 500), box(1000 + distance + other_speed * k, 500 + height)] for k in range(40)]
    numbers = follow(frames)
    assert set(numbers) == {(1, 2)}


@given(gap=st.integers(1, 24), drift=st.floats(-2, 2))
def test_a_gap_that_is_short_enough_keeps_the_number(gap, drift):
    seen = [[box(500 + drift * k, 400)] for k in range(10)]
    back = [[box(500 + drift * (10 + gap), 400)]]
    assert follow([*seen, *[[]] * gap, *back])[-1] == (1,)


def test_after_a_longer_gap_it_is_somebody_new():
    assert follow([[box(500, 400)], *[[]] * 25, [box(500, 400)]])[-1] == (2,)
    assert follow([[box(500, 400)], *[[]] * 23, [box(500, 400)]])[-1] == (1,)


def test_whose_place_is_taken_has_left():
    there, taken = [box(300, 400), box(700, 400)], [box(680, 400, 45)]
    assert follow([there, [box(300, 400)], there])[-1] == (1, 2)
    assert follow([[box(300, 400)], [box(330, 400, 260)], [box(300, 400)]]) == [(1,), (2,), (3,)], "another face"
    assert follow([[box(500, 400), box(545, 400)], [box(505, 400)], [box(500, 400), box(545, 400)]])[-1] == (1, 3)
    assert follow([there, [box(300, 400), *taken]])[-1] == (1, 3), "too small to be the same"


@pytest.mark.parametrize("gap", [60, 95, 98, 110])
def test_who_sits_still_keeps_the_number_when_a_neighbour_goes_and_another_comes(gap):
    before, after = [box(500, 500), box(500 + gap, 500)], [box(500 + gap, 500), box(500 + 2 * gap, 500)]
    assert follow([*[before] * 20, after])[-1] == (2, 3)
    assert follow([*[after] * 20, before])[-1] == (3, 1), "from the other side, too"


@pytest.mark.parametrize("speed", [5.2, 8, 16])
def test_who_walks_behind_somebody_comes_out_with_the_same_number(speed):
    walk = [200 + speed * k for k in range(90)]
    numbers = follow([[box(500, 500), *(box(x, 500) for x in [x] if abs(x - 500) > 58)] for x in walk])
    assert set(numbers) == {(2, 1), (2,)} and numbers[-1] == (2, 1)


def test_somebody_who_is_alone_is_not_given_up_for_a_long_step():
    assert follow([[box(500, 400)], [box(590, 400, 150)]]) == [(1,), (1,)], "far away and larger, but who else"


def test_a_leap_a_cut_and_going_back_in_time_begin_anew():
    people = PeopleFollower()
    assert people.update(box(500, 400)[None], 0.0) == (1,)
    assert people.update(box(500, 400)[None], 0.04, cut=True) == (2,)
    assert people.update(box(500, 400)[None], 5.0) == (3,)
    assert people.update(box(500, 400)[None], 4.0) == (4,)
    assert people.update(np.array([box(900, 100), box(1200, 100)]), 4.04) == (5, 6), "everybody is elsewhere"
    assert people.update(box(500, 400)[None], 4.08) == (7,), "and nobody who was here before is remembered"
    assert people.present == (7,) and not people.somebody_is_missing
    people.update(np.zeros((0, 4)), 4.12)
    assert people.somebody_is_missing


def test_a_longer_time_out_of_sight_can_be_allowed():
    people = PeopleFollower(unseen_s=3.0)
    assert [people.update(box(500, 400)[None], 2.0 * k) for k in range(3)] == [(1,), (1,), (1,)]


def test_nobody_and_boxes_without_size():
    people = PeopleFollower()
    assert people.update(np.zeros((0, 4)), 0.0) == ()
    assert people.update(np.array([[5.0, 5, 5, 5], [90, 5, 90, 5]]), 0.1) == (1, 2)
