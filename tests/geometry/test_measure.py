"""Distances, angles and named measures."""

import math
from dataclasses import replace

import numpy as np
import pytest
from factories import make_mesh
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.geometry.measure import angle_deg, distance_mm, face_measures
from faceviewer.geometry.rotations import rotation_from_pose
from faceviewer.models.head_model import load_head
from faceviewer.types import FaceMesh

MESH = make_mesh()


def mean_head() -> FaceMesh:
    head = load_head()
    return FaceMesh(head.mean_vertices_mm(), head.topology)


@given(st.floats(0.01, math.pi - 0.01), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(-90, 90))
def test_an_angle_is_that_between_two_directions_whatever_their_lengths(angle, near, far, yaw):
    R = rotation_from_pose(yaw, 20, 10)
    corner = np.array([3.0, -4, 5])
    a, b = R @ [near, 0, 0], R @ [far * math.cos(angle), far * math.sin(angle), 0]
    assert angle_deg(corner + a, corner, corner + b) == pytest.approx(math.degrees(angle), abs=1e-4)


def test_right_straight_and_undefined_angles():
    x, o, y = np.eye(3)[0], np.zeros(3), np.eye(3)[1]
    assert angle_deg(x, o, y) == pytest.approx(90) and angle_deg(x, o, -x) == 180 and angle_deg(x, o, 5 * x) == 0
    assert math.isnan(angle_deg(x, x, y))


def test_distance():
    assert distance_mm(np.array([1, 2, 3]), np.array([1, 6, 6])) == 5


def test_the_mean_head_has_the_measures_of_people():
    ranges = {  # mm: a little wider than what surveys of adults report as usual
        "interpupillary_distance": (56, 70), "face_height": (98, 132), "lower_face_height": (54, 82),
        "face_width": (118, 152), "jaw_width": (90, 125), "inner_canthal_distance": (26, 42),
        "outer_canthal_distance": (80, 105), "right_eye_width": (24, 36), "left_eye_width": (24, 36),
        "nose_width": (28, 46), "nose_height": (40, 60), "nose_length": (35, 56), "nose_protrusion": (13, 25),
        "philtrum": (10, 22), "mouth_width": (40, 60), "lip_height": (12, 26),
    }  # fmt: skip
    found = {measure.name: measure for measure in face_measures(mean_head())}
    assert found.keys() == ranges.keys()
    for name, (low, high) in ranges.items():
        assert low < found[name].value_mm < high, name


def test_right_and_left_are_the_subjects():
    found = {measure.name: measure for measure in face_measures(mean_head())}
    for name in ("mouth_width", "nose_width", "face_width", "interpupillary_distance", "outer_canthal_distance"):
        assert found[name].from_mm[0] < 0 < found[name].to_mm[0], name
    assert found["right_eye_width"].to_mm[0] < 0 < found["left_eye_width"].to_mm[0]


@given(st.floats(0.5, 2), st.floats(-180, 180))
def test_measures_scale_with_the_head_and_do_not_care_where_it_is(scale, yaw):
    moved = replace(MESH, vertices=(scale * MESH.vertices @ rotation_from_pose(yaw, 5, 5).T + 40).astype(np.float32))
    for before, after in zip(face_measures(MESH), face_measures(moved), strict=True):
        assert after.value_mm == pytest.approx(scale * before.value_mm, abs=1e-3)
        assert after.value_mm == pytest.approx(distance_mm(after.from_mm, after.to_mm))


def test_what_a_mesh_does_not_have_is_left_out():
    few = {"68": tuple(a[:40] for a in MESH.topology.landmarks["68"])}
    names = [m.name for m in face_measures(replace(MESH, topology=replace(MESH.topology, landmarks=few)))]
    assert "nose_length" in names and "mouth_width" not in names and "nose_width" not in names
    assert "interpupillary_distance" not in names
    assert face_measures(replace(MESH, topology=replace(MESH.topology, landmarks={}))) == ()


def test_pupils_are_preferred_to_eyeballs():
    eyes = {"eyeball_right": np.array([0]), "eyeball_left": np.array([1])}
    pupils = {"pupil_right": np.array([2]), "pupil_left": np.array([3])}
    by_eyes, by_pupils = (
        face_measures(replace(MESH, topology=replace(MESH.topology, regions=regions)))[0]
        for regions in (eyes, {**eyes, **pupils})
    )
    assert "eyeballs" in by_eyes.explanation and np.allclose(by_eyes.from_mm, MESH.vertices[0])
    assert "pupils" in by_pupils.explanation and np.allclose(by_pupils.to_mm, MESH.vertices[3])


def test_names_and_titles_are_unique():
    found = face_measures(mean_head())
    assert len({m.name for m in found}) == len({m.title for m in found}) == len(found)
