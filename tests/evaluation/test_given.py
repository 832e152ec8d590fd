"""Where the truth says that a face is."""

from __future__ import annotations

import numpy as np
import oracle_engine
import pytest
from head_pose_factory import write_biwi
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.datasets.head_pose.opening import open_dataset
from faceviewer.datasets.head_pose.sample import HeadTruth
from faceviewer.evaluation.given import given_face, points_box, true_box
from faceviewer.geometry.crop192 import face_box, slide_inside
from faceviewer.io.photo import load_photo

COORDINATE = st.floats(-300, 900)


@given(COORDINATE, COORDINATE, st.floats(2, 500), st.floats(2, 500))
def test_the_published_box_comes_out_again(x, y, width, height):
    """Wherever the points lie, and whichever side is cut by the zero."""
    box = face_box(np.array([[x, y], [x + width, y + height]]))
    around = points_box(box).astype(np.float32)
    np.testing.assert_array_equal(face_box(around.reshape(2, 2)), box)
    slid = slide_inside(box, (640, 480))
    np.testing.assert_allclose(face_box(points_box(slid).reshape(2, 2)), slid, atol=1)


@pytest.fixture
def biwi(tmp_path):
    return open_dataset(write_biwi(tmp_path).root, kind="biwi")


def test_an_engine_that_goes_by_the_box_gets_the_published_one(biwi):
    sample = biwi.sample(biwi.keys[0])
    photo = load_photo(sample.photo)
    box = true_box(sample.truth, photo.size)
    assert box is not None and sample.truth.face_box_ltrb is not None
    face = given_face("trg", sample.truth, photo, box, oracle_engine.Oracle())
    assert face is not None and not face.landmarks
    np.testing.assert_array_equal(face_box(face.box_xyxy.reshape(2, 2)), sample.truth.face_box_ltrb)
    other = given_face("builtin", sample.truth, photo, box, oracle_engine.Oracle())
    assert other is not None
    np.testing.assert_allclose(other.box_xyxy, box, rtol=1e-6)


def test_which_box_is_true():
    """The points' own, else that within the published one, else that of the head seen by the camera."""
    points = np.array([[10.0, 20], [110, 70]] * 34)
    K, R = np.array([[1000.0, 0, 320], [0, 1000, 240], [0, 0, 1]]), np.diag([1.0, -1, -1])
    corners = np.array([[-60.0, -90, 0], [60, 90, 0]])
    head = HeadTruth(R_camera_head=R, t_camera_head_mm=np.array([0, 0, 1000.0]), K=K, vertices_mm=corners)
    box = np.array([0.0, 0, 150, 150])
    for truth, want in (
        (HeadTruth(landmarks68_px=points, face_box_ltrb=box), (10, 20, 110, 70)),
        (HeadTruth(face_box_ltrb=box), (25, 25, 125, 125)),
        (head, (260, 150, 380, 330)),
    ):
        got = true_box(truth, (640, 480))
        assert got is not None
        np.testing.assert_allclose(got, want)
    assert true_box(HeadTruth(), (640, 480)) is None
    behind = HeadTruth(R_camera_head=R, t_camera_head_mm=np.array([0, 0, -9.0]), K=K, vertices_mm=corners)
    assert true_box(behind, (640, 480)) is None
