"""Pose angles, their signs (fixed by real AFLW2000-3D samples) and rotations."""

from pathlib import Path

import numpy as np
import pytest
import scipy.io
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.geometry.alignment import align_similarity
from faceviewer.geometry.rotations import (
    CAMERA_FROM_UPRIGHT,
    geodesic_deg,
    is_rotation,
    pose_from_rotation,
    rotation_from_pose,
    rotation_from_vector,
)

angle = st.floats(-89, 89)
turn = st.floats(-179, 179)


@given(angle, turn, turn)
def test_angles_and_rotation_are_inverse(yaw, pitch, roll):
    R = rotation_from_pose(yaw, pitch, roll)
    assert np.allclose(R @ R.T, np.eye(3), atol=1e-12) and np.linalg.det(R) > 0.99
    assert np.allclose(pose_from_rotation(R), (yaw, pitch, roll), atol=1e-6)


@given(st.sampled_from([-90.0, 90.0]), turn, turn)
def test_gimbal_lock_still_gives_the_same_rotation(yaw, pitch, roll):
    R = rotation_from_pose(yaw, pitch, roll)
    assert geodesic_deg(R, rotation_from_pose(*pose_from_rotation(R))) < 1e-4


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=3))
def test_rotation_vector_has_its_length_as_angle(vector):
    length = np.degrees(np.linalg.norm(vector))
    expected = length if length <= 180 else 360 - length
    assert geodesic_deg(np.eye(3), rotation_from_vector(np.array(vector))) == pytest.approx(expected, abs=1e-4)


def test_words_of_the_convention():
    nose = np.array([0.0, 0.0, 1.0])
    top = np.array([0.0, 1.0, 0.0])
    assert (rotation_from_pose(30, 0, 0) @ nose)[0] < -0.4, "positive yaw: nose to the left of the picture"
    assert (rotation_from_pose(0, 30, 0) @ nose)[1] < -0.4, "positive pitch: nose up (camera y points down)"
    assert (rotation_from_pose(0, 0, 30) @ top)[0] > 0.4, "positive roll: top of the head to the right"


def test_mirroring_a_photo_flips_yaw_and_roll():
    mirror = np.diag([-1.0, 1.0, 1.0])
    R = rotation_from_pose(20, 10, 5)
    assert np.allclose(pose_from_rotation(mirror @ R @ mirror), (-20, 10, -5))


def test_signs_and_order_of_aflw2000(shared: Path):
    template = np.load(shared / "data/heads/headict00_0.npz", allow_pickle=False)["lm68"].astype(float)
    for path in sorted((shared / "data/aflw2000").glob("*.mat")):
        sample = scipy.io.loadmat(path)
        upright = sample["pt3d_68"].T.astype(float) * [1, -1, 1]
        R = CAMERA_FROM_UPRIGHT @ align_similarity(template, upright).R
        pitch, yaw, roll = np.degrees(sample["Pose_Para"].ravel()[:3])
        assert geodesic_deg(R, rotation_from_pose(yaw, pitch, roll)) < 3, path.name


@pytest.mark.parametrize(
    ("R", "expected"),
    [
        (rotation_from_pose(20, -10, 170), True),
        (rotation_from_pose(20, -10, 170).astype(np.float32).round(4), True),
        (np.zeros((3, 3)), False),
        (np.diag([-1.0, 1, 1]), False),
        (1.1 * np.eye(3), False),
        (np.full((3, 3), np.nan), False),
        (np.full((3, 3), 1e300), False),
    ],
)
def test_what_is_a_rotation(R, expected):
    assert is_rotation(R) is expected
