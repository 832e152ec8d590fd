"""Properties of decoded faces: batches, places outside of the crop, marching profiles."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from faceviewer.models.morphable.camera import rotation_from_angles
from faceviewer.models.tddfa_v3.coefficients import split_coefficients
from faceviewer.models.tddfa_v3.decode import decode, decode_shape
from faceviewer.models.tddfa_v3.drawing import LIKE_CPU, LIKE_GPU, draw, visible_vertices
from faceviewer.models.tddfa_v3.landmarks import landmark_vertices
from faceviewer.models.tddfa_v3.segments import part_labels, part_masks, seen_part_masks


@pytest.fixture(scope="module")
def batch(face_model, alphas):
    coefficients = split_coefficients(torch.cat([alphas[case] for case in "abc"]))
    with torch.inference_mode():
        return coefficients, decode(face_model, coefficients)


def test_a_batch_gives_what_its_faces_give(face_model, batch, decoded_case):
    coefficients, decoded = batch
    vertices = landmark_vertices(face_model, decoded, coefficients)
    drawing = draw(face_model, decoded)
    parts = part_masks(face_model, decoded)
    for row, case in enumerate("abc"):
        one = decoded_case(case)
        for field in fields(decoded):
            np.testing.assert_allclose(
                getattr(decoded, field.name)[row], getattr(one.decoded, field.name)[0], atol=2e-4, err_msg=field.name
            )
        alone = landmark_vertices(face_model, one.decoded, one.coefficients)
        assert all((ids[row] == alone[name][0]).all() for name, ids in vertices.items())
        single = draw(face_model, one.decoded)
        assert (drawing.mask[row] != single.mask[0]).float().mean() < 1e-4
        assert (drawing.owners()[row] != single.owners()[0]).float().mean() < 1e-3
        assert (parts[row] != part_masks(face_model, one.decoded)[0]).float().mean() < 1e-4


def test_shape_alone_is_the_same(face_model, batch):
    coefficients, decoded = batch
    assert (decode_shape(face_model, coefficients) == decoded.shape).all()


def test_rotations_are_rotations():
    rotation = rotation_from_angles(torch.tensor([[0.3, -0.7, 1.1]], dtype=torch.float64))[0]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-15)
    nodding = rotation_from_angles(torch.tensor([[0.3, 0.0, 0.0]], dtype=torch.float64))[0]
    forward = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64) @ nodding
    np.testing.assert_allclose(forward, [0, -np.sin(0.3), np.cos(0.3)], atol=1e-15)


def test_pixel_rules_are_half_a_pixel_apart(face_model, decoded_case):
    decoded = decoded_case("a").decoded
    moved = replace(decoded, v2d=decoded.v2d + torch.tensor([0.5, -0.5]))
    by_rule = draw(face_model, decoded, LIKE_CPU).fragments.triangle
    assert (draw(face_model, moved, LIKE_GPU).fragments.triangle != by_rule).float().mean() < 1e-3


def test_parts_keep_to_themselves_wherever_the_face_lies(face_model, decoded_case):
    one = decoded_case("a")
    for shift in ((0.0, 150.0), (-130.0, 0.0), (500.0, 500.0)):
        moved = replace(one.decoded, v2d=one.decoded.v2d + torch.tensor(shift))
        masks = part_masks(face_model, moved)[0].numpy()
        for number, name in enumerate(face_model.part_triangles):
            alone = draw_alone(face_model.part_triangles[name], moved)
            assert (masks[..., number] == alone).all(), (shift, name)


def draw_alone(triangles, decoded):
    from faceviewer.raster.rasterize import rasterize

    corners = torch.tensor(triangles, dtype=torch.int64)
    return rasterize(decoded.crop_xy_px, decoded.v3d[..., 2], corners, (224, 224)).mask[0].numpy()


def test_what_is_seen_of_a_part_is_part_of_it(face_model, decoded_case):
    decoded = decoded_case("b").decoded
    drawing = draw(face_model, decoded)
    masks = part_masks(face_model, decoded)
    seen = seen_part_masks(face_model, drawing, visible_vertices(drawing, decoded))
    assert seen.any() and (seen & ~masks).float().mean() < 2e-3  # triangles across borders belong to no part
    labels = part_labels(seen)[0]
    assert set(labels.unique().tolist()) <= set(range(9)) and (labels > 0).sum() > 5000


def test_hopeless_coefficients_draw_nothing_and_do_not_fail(face_model, alphas):
    coefficients = split_coefficients(alphas["a"] * 1e6)
    decoded = decode(face_model, coefficients)
    assert draw(face_model, decoded).mask.shape == (1, 224, 224)
    assert part_masks(face_model, decoded).shape == (1, 224, 224, 8)
    nothing = decode(face_model, split_coefficients(torch.full((1, 257), torch.nan)))
    assert not draw(face_model, nothing).mask.any() and not part_masks(face_model, nothing).any()


def test_the_profile_marches_to_the_turned_away_side(face_model, alphas):
    coefficients = split_coefficients(alphas["a"])
    turned = replace(coefficients, angles=torch.tensor([[0.0, -1.0, 0.4]]))
    decoded = decode(face_model, turned)
    marched = landmark_vertices(face_model, decoded, turned)["106_2d"][0]
    at_rest = torch.tensor(face_model.landmarks["106"]).long()
    assert (marched[33:] == at_rest[33:]).all() and marched[16] == at_rest[16]
    assert (marched[:33] != at_rest[:33]).any()
    upright = decode(face_model, replace(turned, angles=torch.tensor([[0.0, -1.0, 0.0]])))
    x = upright.v2d[0, :, 0].numpy()
    for number, (line, vertex) in enumerate(zip(face_model.profile_lines, marched[:33].tolist(), strict=True)):
        own = np.setdiff1d(line, np.concatenate([[-1], *face_model.profile_lines[number + 1 :]]))
        assert vertex in own
        assert number == 16 or x[vertex] == (x[own].min() if number < 16 else x[own].max())
