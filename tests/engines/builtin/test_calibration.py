"""The calibration: random people and pictures that can be drawn again, and learning that finds what is there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.detection.canonical import canonical_face
from faceviewer.engines.builtin.calibration.dataset import PER_PICTURE, Dataset, concatenate, make_dataset
from faceviewer.engines.builtin.calibration.learn import (
    Lesson,
    learn_correction,
    mirrored,
    subset,
    with_best_coefficients,
)
from faceviewer.engines.builtin.calibration.people import NEVER, Carried, Crowd, draw_expression
from faceviewer.engines.builtin.calibration.positions import residuals_mm, skin_triangles
from faceviewer.engines.builtin.calibration.scenes import SIZE_PX, draw_camera, photograph
from faceviewer.geometry.rotations import pose_from_rotation
from faceviewer.io.cv import cv2
from faceviewer.models.head_model import HeadModel, load_head
from faceviewer.types import EXPRESSION_NAMES, FaceMesh, Texture

FLIP = np.array([-1, 1, 1])


@pytest.fixture(scope="module")
def head() -> HeadModel:
    return load_head()


@pytest.fixture(scope="module")
def skin(head) -> Texture:
    """Plain skin with dark eyes, brows and lips: enough of a face to be detected."""
    size, topology = 256, head.topology
    rgb = np.full((size, size, 3), (205, 160, 135), np.uint8)
    colours = {
        "right_eyebrow": (70, 50, 40),
        "left_eyebrow": (70, 50, 40),
        "up_lip": (160, 80, 80),
        "down_lip": (170, 90, 90),
    }
    for part, colour in colours.items():
        _paint(
            rgb, topology.uv[topology.uv_triangles[np.isin(topology.triangles, topology.parts[part]).all(1)]], colour
        )
    for region, colour in {"eyeball": (230, 225, 220), "iris": (70, 50, 40), "pupil": (10, 10, 10)}.items():
        for side in ("right", "left"):
            members = np.isin(topology.triangles, topology.regions[f"{region}_{side}"]).all(1)
            _paint(rgb, topology.uv[topology.uv_triangles[members]], colour)
    return Texture(rgb, np.full(rgb.shape[:2], 3, np.uint8), "model")


def _paint(rgb: np.ndarray, corners_uv: np.ndarray, colour: tuple[int, int, int]) -> None:
    corners = (corners_uv * [1, -1] + [0, 1]) * len(rgb)
    for triangle in corners.round().astype(np.int32):
        cv2.fillConvexPoly(rgb, triangle, colour)


@pytest.fixture(scope="module")
def crowd(head) -> Crowd:
    """People who differ from the model by a swelling of the forehead, and smile in a manner of their own."""
    mean = head.mean_vertices_mm()
    valid = np.zeros(len(mean), bool)
    valid[head.topology.regions["face"]] = True
    bump = (
        np.exp(-np.square((mean - [0, 40, 60]) / 25).sum(1))[:, None] * np.array([0, 0, 3], np.float32) * valid[:, None]
    )
    return Crowd(head, Carried(valid, bump[None].astype(np.float32), {"mouthSmileLeft": bump.astype(np.float32)}))


@pytest.fixture(scope="module")
def data(head, crowd, skin) -> Dataset:
    return make_dataset(head, crowd, lambda mesh, rng: photograph(mesh, skin, rng), 3, 1, lambda scene: None)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_expressions_are_within_bounds_and_drawn_again_from_their_seed(seed):
    drawn = draw_expression(EXPRESSION_NAMES, np.random.default_rng(seed))
    assert drawn.shape == (52,) and drawn.min() >= 0 and drawn.max() < 1
    assert not drawn[[EXPRESSION_NAMES.index(name) for name in NEVER]].any()
    np.testing.assert_array_equal(drawn, draw_expression(EXPRESSION_NAMES, np.random.default_rng(seed)))


def test_expressions_reach_every_shape_that_may_be_drawn():
    rng = np.random.default_rng(0)
    drawn = np.stack([draw_expression(EXPRESSION_NAMES, rng) for _ in range(1500)])
    never = np.isin(EXPRESSION_NAMES, NEVER)
    assert ((drawn > 0.2).any(0) == ~never).all()
    assert 0.15 < (drawn == 0).all(1).mean() < 0.35


def test_people_are_drawn_again_from_their_seed_and_follow_the_model(head, crowd):
    one, again, other = (crowd.draw(np.random.default_rng(seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one.vertices_mm, again.vertices_mm)
    assert np.abs(one.vertices_mm - other.vertices_mm).max() > 1
    assert one.vertices_mm.dtype == np.float32 and np.isfinite(one.vertices_mm).all()
    difference = np.linalg.norm(one.vertices_mm - head.vertices_mm(one.identity, one.expression), axis=1)
    assert difference.max() < 15
    assert np.median(difference) < 1e-3  # only the forehead and the smile are foreign


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_cameras_see_the_face_from_the_front_half(seed):
    camera = draw_camera(np.random.default_rng(seed))
    assert camera.size == (SIZE_PX, SIZE_PX)
    assert 1 <= camera.K[0, 0] / SIZE_PX <= 5
    assert abs(pose_from_rotation(camera.R_camera_head)[0]) <= 75
    np.testing.assert_allclose(camera.R_camera_head @ camera.R_camera_head.T, np.eye(3), atol=1e-9)
    px_per_mm = camera.K[0, 0] / camera.to_camera(np.array([0.0, -25.0, 0.0]))[2]
    assert 0.4 < px_per_mm * 200 / SIZE_PX < 0.77  # the share of the picture that a face of 200 mm takes


def test_pictures_are_drawn_again_from_their_seed(head, skin):
    mesh = FaceMesh(head.mean_vertices_mm(), head.topology)
    one, again, other = (photograph(mesh, skin, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert one.rgb.shape == (SIZE_PX, SIZE_PX, 3) and one.rgb.dtype == np.uint8
    np.testing.assert_array_equal(one.rgb, again.rgb)
    np.testing.assert_array_equal(one.camera.K, again.camera.K)
    assert np.abs(one.rgb.astype(int) - other.rgb).mean() > 5
    assert one.rgb.std() > 10


def test_the_heads_landmarks_are_symmetric(head):
    corners, weights = head.topology.landmarks["478"]
    xyz_mm = np.einsum("lk,lkc->lc", weights, head.mean_vertices_mm()[corners])
    twin = canonical_face().mirrored
    np.testing.assert_array_equal(head.landmark_symmetry["478"], twin)
    assert np.linalg.norm(xyz_mm[twin] * FLIP - xyz_mm, axis=1).max() < 1.5


def test_skin_holds_all_landmarks(head):
    skin = {tuple(sorted(triangle)) for triangle in skin_triangles(head).tolist()}
    corners, weights = head.topology.landmarks["478"]
    assert all(tuple(sorted(triangle)) in skin for triangle in corners[weights.min(1) > 1e-6].tolist())


def test_datasets_hold_the_truth_of_what_was_detected(head, data):
    assert len(data) == 3
    landmarks = head.topology.landmarks["478"]
    residual, facing, _ = residuals_mm(head, landmarks, data)
    seen = np.median(np.linalg.norm(residual, axis=2)[facing > 0.25])
    assert seen < 6  # mm, of a painted head: the detections are of the heads that were drawn
    assert data.xyz_px.shape == (3, 478, 3) and data.blendshapes.shape == (3, 52)
    np.testing.assert_array_equal(data.face_mm.shape, (3, len(data.face_vertices), 3))


def test_the_same_seed_gives_the_same_dataset(head, crowd, skin, data):
    kept = []
    again = make_dataset(head, crowd, lambda mesh, rng: photograph(mesh, skin, rng), 1, 1, kept.append)
    for name in PER_PICTURE:
        np.testing.assert_array_equal(getattr(again, name)[0], getattr(data, name)[0])
    np.testing.assert_array_equal(kept[0].camera.t_camera_head.astype(np.float32), data.t_mm[0])


def test_datasets_are_cut_and_joined(data):
    parts = [subset(data, np.arange(1)), subset(data, np.arange(1, 3))]
    joined = concatenate(parts)
    for name in PER_PICTURE:
        np.testing.assert_array_equal(getattr(joined, name), getattr(data, name))


def test_mirroring_twice_gives_the_truth_and_the_landmarks_back(head, data):
    twin = canonical_face().mirrored
    twice = mirrored(mirrored(data, head, twin), head, twin)
    for name in set(PER_PICTURE) - {"identity"}:
        np.testing.assert_allclose(getattr(twice, name), getattr(data, name), atol=1e-3, err_msg=name)
    assert not mirrored(data, head, twin).identity.any()


def test_best_coefficients_of_heads_that_the_model_can_say_are_those_drawn(head, data):
    rng = np.random.default_rng(0)
    identity = rng.normal(size=data.identity.shape).astype(np.float32)
    faces = [head.vertices_mm(i, e)[data.face_vertices] for i, e in zip(identity, data.expression, strict=True)]
    known = replace(data, identity=identity, face_mm=np.stack(faces))
    forgotten = replace(known, identity=np.zeros_like(identity))
    found = with_best_coefficients(head, forgotten)
    for k, face_mm in enumerate(faces):
        again_mm = head.vertices_mm(found.identity[k], found.expression[k])[data.face_vertices]
        assert np.linalg.norm(again_mm - face_mm, axis=1).mean() < 0.3
    assert np.abs(found.identity - identity).mean() < 0.5 * np.abs(identity).mean()
    assert np.abs(found.expression - data.expression).max() < 0.2
    assert len(found) == 3 and found.xyz_px is data.xyz_px


def synthetic_lessons(noise: float) -> tuple[list[Lesson], torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    matrix, offset = torch.randn(4, 30), torch.randn(4)
    features = torch.randn(6000, 30) * torch.linspace(0.1, 5, 30) + torch.linspace(-3, 3, 30)
    change = features @ matrix.T + offset + noise * torch.randn(6000, 4)
    parts = [Lesson(features[rows], change[rows]) for rows in torch.arange(6000).split(2500)]
    return parts, matrix, offset


def test_a_linear_habit_is_learnt_exactly():
    lessons, matrix, offset = synthetic_lessons(noise=0)
    correction = learn_correction(lessons, ridge=1e-6)
    unseen = torch.randn(100, 30) * 3
    learnt = correction.offset + (unseen - correction.mean) / correction.sd @ correction.matrix.T
    torch.testing.assert_close(learnt, unseen @ matrix.T + offset, rtol=1e-3, atol=1e-2)


def test_the_ridge_shrinks_what_is_learnt():
    lessons, _, _ = synthetic_lessons(noise=1)
    sizes = [learn_correction(lessons, ridge=ridge).matrix.norm().item() for ridge in (1e-3, 1e3, 1e6)]
    assert sizes[0] > sizes[1] > sizes[2]
    assert sizes[2] < 0.02 * sizes[0]
