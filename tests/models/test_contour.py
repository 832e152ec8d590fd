from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.geometry.rotations import rotation_from_pose
from faceviewer.models.contour import march_contour, marched_landmarks
from faceviewer.models.head_model import load_head
from faceviewer.types import Camera


def camera(yaw: float = 0, pitch: float = 0, distance_mm: float = 5000) -> Camera:
    focal = distance_mm * 2
    K = np.array([[focal, 0, 300], [0, focal, 300], [0, 0, 1.0]])
    return Camera(K, rotation_from_pose(yaw, pitch, 0), np.array([0.0, 0, distance_mm]), (600, 600))


def test_profile_lines_start_at_the_contour(head):
    corners, weights = head.topology.landmarks["106"]
    vertices = head.mean_vertices_mm()
    at = np.einsum("lk,lkc->lc", weights, vertices[corners])[:33]
    assert len(head.topology.contours) == 33
    for point, line in zip(at, head.topology.contours, strict=True):
        assert np.linalg.norm(vertices[line[0]] - point) < 6
        assert len(np.unique(line)) == len(line)
        assert (np.sign(vertices[line, 0]) == np.sign(point[0])).all() or abs(point[0]) < 1e-3
    assert len(head.topology.contours[16]) == 1
    assert min(len(line) for line in head.topology.contours[:14]) >= 5


def test_profile_lines_are_mirrored(head):
    for right, left in zip(head.topology.contours, head.topology.contours[::-1], strict=True):
        assert set(head.topology.symmetry[right].tolist()) == set(left.tolist())


def test_seen_from_the_front_nothing_moves_far(head):
    vertices, front = head.mean_vertices_mm(), camera()
    # the jaw of the 68 runs where AFLW2000-3D annotates it, a little beside the profile lines of the 106
    for name, limit_mm in (("68", 7), ("106", 4)):
        still = np.einsum("lk,lkc->lc", head.topology.landmarks[name][1], vertices[head.topology.landmarks[name][0]])
        corners, weights = marched_landmarks(head.topology, name, vertices, front)
        marched = np.einsum("lk,lkc->lc", weights, vertices[corners])
        shift = np.linalg.norm(front.project(marched) - front.project(still), axis=1) / 2  # mm at the head
        assert shift.max() < limit_mm


@pytest.mark.parametrize("side", [1, -1])
def test_the_hidden_cheek_slides_outwards_with_yaw(head, side):
    """Positive yaw turns the nose to the picture's left, so the outline there wanders from the jaw over the cheek."""
    vertices = head.mean_vertices_mm()
    far = slice(0, 12) if side > 0 else slice(21, 33)
    rest = np.array([line[0] for line in head.topology.contours])
    depth = []
    for yaw in (0, 15, 30, 45, 60, 75):
        view = camera(side * yaw)
        marched = march_contour(head.topology, vertices, view)
        out = -side * (view.project(vertices[marched])[:, 0] - view.project(vertices[rest])[:, 0])
        assert (out[far] >= 0).all()
        depth.append(vertices[marched][far, 2].mean())
    assert (np.diff(depth) >= 0).all() and depth[-1] - depth[0] > 25


def test_the_near_side_and_the_chin_stay(head):
    vertices = head.mean_vertices_mm()
    rest = np.array([line[0] for line in head.topology.contours])
    marched = march_contour(head.topology, vertices, camera(50))
    moved = np.linalg.norm(vertices[marched] - vertices[rest], axis=1)
    assert marched[16] == rest[16] and np.median(moved[22:]) < 4


@settings(max_examples=25, deadline=None)
@given(yaw=st.floats(-70, 70), pitch=st.floats(-25, 25), roll=st.floats(-90, 90))
def test_a_turned_picture_gives_the_same(yaw, pitch, roll):
    head = load_head()
    vertices = head.mean_vertices_mm()
    level = camera(yaw, pitch)
    turn = np.radians(roll)
    about_axis = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    rolled = Camera(level.K, about_axis @ level.R_camera_head, about_axis @ level.t_camera_head, level.size)
    a, b = (march_contour(head.topology, vertices, view) for view in (level, rolled))
    assert np.array_equal(a, b)


def test_other_sets_have_no_marching(head):
    with pytest.raises(KeyError):
        marched_landmarks(head.topology, "134", head.mean_vertices_mm(), camera())
