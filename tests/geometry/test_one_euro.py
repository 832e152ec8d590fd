"""Smoothing of live signals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.geometry.one_euro import OneEuroFilter, RotationFilter
from faceviewer.geometry.rotations import geodesic_deg, rotation_from_pose, rotation_from_vector

STRENGTHS = st.floats(0, 1)


def run(smoother: OneEuroFilter, signal: np.ndarray, dt_s: float = 1 / 30) -> np.ndarray:
    return np.stack([smoother.filter(value, k * dt_s) for k, value in enumerate(signal)])


@given(STRENGTHS, st.floats(-1e3, 1e3), st.lists(st.floats(1e-3, 0.5), min_size=1, max_size=20))
def test_a_constant_stays_whatever_the_pace(strength, value, steps):
    smoother = OneEuroFilter(strength)
    for time_s in np.cumsum(steps):
        assert np.allclose(smoother.filter(np.full((2, 3), value), time_s), value)


def test_strength_0_changes_nothing():
    signal = np.random.default_rng(0).normal(size=(50, 4))
    assert np.array_equal(run(OneEuroFilter(0.0), signal), signal)


def test_noise_shrinks_and_more_so_with_strength():
    noise = np.random.default_rng(1).normal(0, 0.02, (600, 8))
    left = [run(OneEuroFilter(strength), noise)[60:].std() / noise.std() for strength in (0.2, 0.5, 0.8, 1.0)]
    assert left == sorted(left, reverse=True) and left[1] < 0.6 and left[-1] < 0.3


@pytest.mark.parametrize(("strength", "frames"), [(0.2, 2), (0.5, 4), (1.0, 12)])
def test_a_step_is_followed(strength, frames):
    signal = np.concatenate([np.zeros((30, 1)), np.ones((30, 1))])
    smooth = run(OneEuroFilter(strength), signal)[:, 0]
    assert smooth[29 + frames] > 0.9 and smooth.max() <= 1 and (np.diff(smooth) >= 0).all()


def test_fast_movements_lag_less_than_slow_ones():
    behind = [
        speed * t[-1] - run(OneEuroFilter(0.8), (speed * t)[:, None])[-1, 0]
        for t in [np.arange(60) / 30]
        for speed in (0.1, 5.0)
    ]
    assert behind[1] / 5.0 < behind[0] / 0.1 / 3


@given(st.floats(0.05, 1), st.floats(0.1, 100))
def test_the_unit_is_that_of_the_values(strength, unit):
    signal = np.cumsum(np.random.default_rng(2).normal(size=(20, 3)), axis=0)
    scaled = run(OneEuroFilter(strength, unit), unit * signal)
    assert np.allclose(scaled, unit * run(OneEuroFilter(strength), signal))


def test_smoothing_depends_on_time_not_on_the_number_of_frames():
    coarse, fine = [
        run(OneEuroFilter(1.0, 1e6), np.concatenate([[0.0], np.ones(count)]), 1 / count)[-1] for count in (200, 800)
    ]
    assert coarse == pytest.approx(fine, abs=0.01)


def test_it_starts_anew_when_time_jumps_back_or_the_shape_changes():
    smoother = OneEuroFilter(1.0)
    smoother.filter(np.zeros(3), 5.0)
    assert np.array_equal(smoother.filter(np.ones(3), 1.0), np.ones(3))
    assert np.array_equal(smoother.filter(np.full(4, 7.0), 2.0), np.full(4, 7.0))
    smoother.reset()
    assert np.array_equal(smoother.filter(np.zeros(4), 3.0), np.zeros(4))


def test_the_past_cannot_be_changed_from_outside():
    smoother = OneEuroFilter(1.0)
    smoother.filter(np.zeros(2), 0.0)[:] = 100
    assert smoother.filter(np.zeros(2), 0.1).max() == 0


@given(STRENGTHS, st.floats(-80, 80), st.floats(-80, 80), st.floats(-170, 170))
def test_a_resting_head_rests_and_results_are_rotations(strength, yaw, pitch, roll):
    smoother, R = RotationFilter(strength), rotation_from_pose(yaw, pitch, roll)
    for k in range(5):
        assert np.allclose(smoother.filter(R, k / 30), R)


def test_shaking_of_a_head_shrinks_even_beside_half_a_turn():
    rng = np.random.default_rng(3)
    base = rotation_from_pose(0, 0, 180)
    shaken = [rotation_from_vector(rng.normal(0, 0.01, 3)) @ base for _ in range(300)]
    smoother = RotationFilter(0.7)
    smooth = [smoother.filter(R, k / 30) for k, R in enumerate(shaken)]
    before, after = ([geodesic_deg(R, base) for R in Rs[30:]] for Rs in (shaken, smooth))
    assert np.mean(after) < 0.5 * np.mean(before)
    assert all(np.allclose(R @ R.T, np.eye(3)) and np.linalg.det(R) > 0 for R in smooth)


def test_a_turn_is_followed_along_the_shortest_way():
    smoother = RotationFilter(0.5)
    away = []
    for k in range(20):
        R = smoother.filter(rotation_from_pose(0, 0, 170 if k < 10 else -170), k / 30)
        away.append(geodesic_deg(R, rotation_from_pose(0, 0, 180)))
    assert max(away) <= 10 + 1e-6 and geodesic_deg(R, rotation_from_pose(0, 0, -170)) < 1.5


def test_rotations_pass_unchanged_at_strength_0_and_after_a_jump_in_time():
    smoother = RotationFilter(0.0)
    turned = rotation_from_pose(30, 0, 0)
    smoother.filter(np.eye(3), 0.0)
    assert np.allclose(smoother.filter(turned, 0.1), turned)
    smoother.strength = 1.0
    assert geodesic_deg(smoother.filter(np.eye(3), 0.2), np.eye(3)) > 1
    assert np.allclose(smoother.filter(np.eye(3), 0.05), np.eye(3))
