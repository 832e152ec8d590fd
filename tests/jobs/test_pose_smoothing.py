"""Smoothing keeps gaps, rotations and still people as they are, and calms what trembles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pose_factory import make_person, make_series

from faceviewer.geometry.rotations import pose_from_rotation, rotation_from_pose
from faceviewer.jobs.pose_series import PoseSeries
from faceviewer.jobs.pose_smoothing import smoothed
from faceviewer.types import Cancelled, CancelToken


def test_none_is_wished_for():
    series = make_series()
    assert smoothed(series, 0.0) is series


def test_results_are_rotations_that_agree_with_their_angles():
    calm = smoothed(make_series(), 0.2)
    assert calm.smoothing_s == 0.2
    for person in calm.people:
        np.testing.assert_allclose(
            person.R_camera_head @ person.R_camera_head.transpose(0, 2, 1), np.tile(np.eye(3), (34, 1, 1)), atol=1e-12
        )
        assert (np.linalg.det(person.R_camera_head) > 0).all()
        np.testing.assert_allclose([pose_from_rotation(R) for R in person.R_camera_head], person.angles_deg)


def test_gaps_stay_and_nothing_comes_across():
    series = make_series()
    person = series.people[0]
    moved = person.t_mm.copy()
    moved[10:] += 1000
    calm = smoothed(replace(series, people=(replace(person, t_mm=moved),)), 0.5).people[0]
    np.testing.assert_array_equal(calm.rows, person.rows)
    assert calm.t_mm[:10, 2].max() < 700 and calm.t_mm[10:, 2].min() > 1500


def test_steady_movement_stays_and_trembling_is_calmed():
    count = 200
    rows, random = np.arange(count), np.random.default_rng(0)
    steady = np.stack([2.0 * rows, -1.0 * rows, np.full(count, 600.0)], 1)
    yaw = 20 + random.normal(0, 3, count)
    R = np.array([rotation_from_pose(one, 0, 0) for one in yaw])
    person = replace(make_person(1, rows), t_mm=steady, R_camera_head=R)
    series = PoseSeries("a", rows, rows / 25, (person,), "builtin")
    calm = smoothed(series, 0.2).people[0]
    np.testing.assert_allclose(calm.t_mm[30:-30], steady[30:-30], atol=1e-9)
    assert calm.angles_deg[:, 0].std() < 0.35 * yaw.std()
    assert calm.angles_deg[:, 0].mean() == pytest.approx(20, abs=0.6)


def test_it_can_be_cancelled():
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        smoothed(make_series(), 0.1, cancel)
