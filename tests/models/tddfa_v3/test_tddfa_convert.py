"""The program's own types from decoded faces: the camera lays the mesh on the photo, poses have the right signs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from faceviewer.geometry.crop224 import Crop224
from faceviewer.geometry.rotations import rotation_from_pose
from faceviewer.io.obj import ObjMesh
from faceviewer.models.morphable.sliders import sliders_of
from faceviewer.models.tddfa_v3.blend import median_blend, poisson_blend
from faceviewer.models.tddfa_v3.convert import (
    WHOLE_PICTURE,
    face_mesh,
    head_origin,
    head_pose,
    landmark_sets,
    photo_camera,
    plain_mesh,
    topology_of,
)
from faceviewer.models.tddfa_v3.decode import decode
from faceviewer.models.tddfa_v3.drawing import draw, visible_vertices
from faceviewer.models.tddfa_v3.landmarks import landmark_vertices
from faceviewer.models.tddfa_v3.photo_texture import covered_by, model_texture, photo_texture, texel_layers
from faceviewer.raster.unlit import render_unlit
from faceviewer.types import PART_NAMES, Origin, Photo

CROPS = [WHOLE_PICTURE, Crop224((300, 260), 1.20254078, 144.66, 130.70), Crop224((4000, 3001), 0.111, 1900.3, 1420.9)]


@pytest.mark.parametrize("crop", CROPS)
@pytest.mark.parametrize("case", "abc")
def test_the_camera_lays_the_mesh_on_the_photo(face_model, decoded_case, case, crop):
    one = decoded_case(case)
    camera = photo_camera(face_model, one.coefficients, crop)
    projected = camera.project(face_mesh(face_model, one.decoded).vertices)
    expected = crop.points_to_photo(one.decoded.crop_xy_px[0].numpy())
    assert np.abs(projected - expected).max() < 0.05
    np.testing.assert_allclose(camera.R_camera_head @ camera.R_camera_head.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(camera.R_camera_head) == pytest.approx(1)


def test_the_head_frame(face_model, decoded_case):
    vertices = face_mesh(face_model, decoded_case("a").decoded).vertices
    parts = topology_of(face_model).parts
    right, left, nose = (vertices[parts[name]].mean(0) for name in ("right_eye", "left_eye", "nose"))
    assert left[0] > right[0]  # x to the subject's left, which a frontal photo shows on its right
    assert nose[1] < left[1] and nose[2] > 0
    assert 100 < np.ptp(vertices[:, 0]) < 250
    assert head_origin(face_model).shape == (3,)


def test_poses_are_those_of_the_angles(face_model, decoded_case):
    one = decoded_case("b")
    angles = torch.tensor([[0.2, 0.5, -0.3]])
    camera = photo_camera(face_model, replace(one.coefficients, angles=angles), WHOLE_PICTURE)
    pose = head_pose(camera)
    np.testing.assert_allclose(
        rotation_from_pose(pose.yaw_deg, pose.pitch_deg, pose.roll_deg), camera.R_camera_head, atol=1e-9
    )
    for angle, name in (((0.2, 0, 0), "pitch_deg"), ((0, 0.2, 0), "yaw_deg"), ((0, 0, 0.2), "roll_deg")):
        camera = photo_camera(face_model, replace(one.coefficients, angles=torch.tensor([angle])), WHOLE_PICTURE)
        assert getattr(head_pose(camera), name) == pytest.approx(-np.degrees(0.2), abs=1e-4)


def test_topology_and_landmarks(face_model, decoded_case):
    topology = topology_of(face_model)
    assert tuple(topology.parts) == PART_NAMES and sum(map(len, topology.parts.values())) == 35709
    one = decoded_case("b")
    mesh = face_mesh(face_model, one.decoded)
    camera = photo_camera(face_model, one.coefficients, CROPS[1])
    drawing = draw(face_model, one.decoded)
    vertices = landmark_vertices(face_model, one.decoded, one.coefficients)
    sets = landmark_sets(mesh, camera, vertices, visible_vertices(drawing, one.decoded))
    assert {name: len(points.xy_px) for name, points in sets.items()} == {
        "68": 68,
        "106": 106,
        "134": 134,
        "106_2d": 106,
    }
    points = sets["106_2d"]
    np.testing.assert_allclose(camera.project(mesh.vertices[points.vertices[:, 0]]), points.xy_px, atol=1e-3)
    assert points.visible.any()


def test_textures_lie_on_the_photo(face_model, decoded_case):
    one, crop = decoded_case("a"), Crop224((300, 260), 1.0, 150.0, 130.0)
    y, x = np.mgrid[:260, :300]
    photo = Photo(np.stack([x * 200 // 300 + 20, y * 200 // 260 + 20, 100 + 0 * x], -1).astype(np.uint8))
    camera = photo_camera(face_model, one.coefficients, crop)
    drawing = draw(face_model, one.decoded)
    visible = visible_vertices(drawing, one.decoded)
    layers = texel_layers(face_model, one.decoded, photo, camera, visible, size=256)
    covered = covered_by(face_model, 256, torch.device("cpu"))
    assert 0.5 < covered.mean() < 0.9
    median = photo_texture(median_blend(layers), layers, covered)
    shown, mask = render_unlit(face_mesh(face_model, one.decoded), median, camera)
    difference = np.abs(shown.astype(int) - photo.rgb)[mask]
    assert np.median(difference) <= 2  # the photo's own colours, back in their places
    assert {Origin.EMPTY, Origin.PHOTO} <= set(np.unique(median.origin).tolist())
    assert (median.origin[~covered] == Origin.EMPTY).all()
    poisson = photo_texture(poisson_blend(layers), layers, covered)
    assert poisson.rgb.shape == (256, 256, 3) and poisson.kind == "photo"
    painted = model_texture(layers, covered)
    assert set(np.unique(painted.origin).tolist()) == {Origin.EMPTY, Origin.MODEL} and painted.kind == "model"


def test_outside_of_the_photo_the_model_answers(face_model, decoded_case):
    one, crop = decoded_case("a"), Crop224((120, 260), 1.0, 110.0, 130.0)
    photo = Photo(np.full((260, 120, 3), 255, np.uint8))
    visible = torch.ones(1, 35709, dtype=torch.bool)
    camera = photo_camera(face_model, one.coefficients, crop)
    layers = texel_layers(face_model, one.decoded, photo, camera, visible, size=128)
    covered = covered_by(face_model, 128, torch.device("cpu"))
    outside = covered & (layers.weight == 1)
    assert 0.2 < outside.sum() / covered.sum() < 0.8


def test_hopeless_coefficients_still_give_types(face_model, decoded_case, alphas):
    from faceviewer.models.tddfa_v3.coefficients import split_coefficients

    coefficients = split_coefficients(alphas["a"] * 1e4)
    decoded = decode(face_model, coefficients)
    camera = photo_camera(face_model, coefficients, WHOLE_PICTURE)
    photo = Photo(np.zeros((224, 224, 3), np.uint8))
    visible = torch.ones(1, 35709, dtype=torch.bool)
    layers = texel_layers(face_model, decoded, photo, camera, visible, size=64)
    assert np.isfinite(layers.weight).all() and np.isfinite(layers.photo).all()


def test_mean_shapes_are_plain_meshes():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0]], np.float32)
    triangles = np.array([[0, 1, 2]], np.int32)
    none = np.zeros((0, 3), np.float32)
    mesh = plain_mesh("mean", ObjMesh(vertices, triangles, none[:, :2], none.astype(np.int32), vertices / 2))
    np.testing.assert_allclose(mesh.vertices.max(0), [50, 100, 0])
    assert mesh.colors is not None and mesh.colors[2].tolist() == [0, 255, 0]
    assert mesh.topology.uv_triangles.shape == (1, 3)


def test_sliders_move_the_head_as_the_model_does(face_model, decoded_case):
    """Changed coefficients, decoded by torch, and the same change as offsets on the mesh."""
    one = decoded_case("a")
    mesh = face_mesh(face_model, one.decoded)
    sliders = sliders_of(mesh.topology)
    assert sliders is not None
    assert sliders_of(replace(mesh.topology)) is None  # nothing is known of a head from elsewhere
    change = {"identity": torch.zeros(1, 80), "expression": torch.zeros(1, 64)}
    change["identity"][0, 4], change["expression"][0, 7] = 1.5, -2.0
    moved = replace(one.coefficients, **{name: getattr(one.coefficients, name) + x for name, x in change.items()})
    expected = face_mesh(face_model, decode(face_model, moved)).vertices
    named = np.zeros(80)
    named[4] = 1.5  # the named shapes are the identity's own
    offsets = sliders.offsets_mm(np.zeros(80), change["expression"][0].numpy(), named)
    np.testing.assert_allclose(mesh.vertices + offsets, expected, atol=2e-3)
    assert len(sliders.expression_offsets_mm()) == len(sliders.expression_names) == 64
