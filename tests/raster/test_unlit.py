"""A textured head through a camera keeps its colours and its place."""

from __future__ import annotations

import numpy as np
import pytest
from factories import make_camera, make_mesh, make_texture

from faceviewer.raster.unlit import draw, render_unlit, texture_colors
from faceviewer.types import Camera, FaceMesh, Texture, Topology


def flat_card(side: int) -> tuple[FaceMesh, Camera]:
    """A square card 100 mm wide, 500 mm away, that just fills a picture of ``side`` pixels."""
    triangles = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    card = FaceMesh(
        np.array([[-50, -50, 0], [50, -50, 0], [50, 50, 0], [-50, 50, 0]], np.float32),
        Topology("card", triangles, uv, triangles),
    )
    K = np.array([[5.0 * side, 0, side / 2], [0, 5.0 * side, side / 2], [0, 0, 1]])
    return card, Camera(K, np.diag([1.0, -1, -1]), np.array([0, 0, 500.0]), (side, side))


@pytest.mark.parametrize("side", [16, 100, 256])
def test_texel_centres_give_the_texels_exactly(side):
    card, camera = flat_card(side)
    rgb = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    picture, mask = render_unlit(card, Texture(rgb, np.ones((side, side), np.uint8)), camera)
    assert mask.all()
    np.testing.assert_array_equal(picture, rgb)  # row 0 of the texture is v = 1, the card's upper edge


def test_what_is_not_drawn_is_black_and_outside_the_mask():
    picture, mask = render_unlit(make_mesh(), make_texture(), make_camera((320, 240)))
    assert picture.shape == (240, 320, 3) and picture.dtype == np.uint8 and mask.dtype == bool
    assert 0.1 < mask.mean() < 0.6 and not mask[0].any()
    assert not picture[~mask].any() and (picture[mask].max(-1) > 50).all()


def test_every_pixel_shows_the_texel_at_its_surface_point():
    mesh, camera = make_mesh(), make_camera((200, 150), yaw_deg=35.0)
    size = 512
    row, column = np.mgrid[:size, :size]
    rgb = np.stack([column // 2, row // 2, np.full_like(row, 7)], -1).astype(np.uint8)
    picture, mask = render_unlit(mesh, Texture(rgb, np.ones((size, size), np.uint8)), camera)
    shown = picture[mask].astype(float)
    u, v = (shown[:, 0] * 2 + 1) / size, 1 - (shown[:, 1] * 2 + 1) / size
    drawing = draw(mesh, camera)
    triangle = drawing.fragments.triangle[0].numpy()[mask]
    depth = drawing.fragments.depth[0].numpy()[mask]
    rows, columns = mask.nonzero()
    point = camera.unproject(np.stack([columns + 0.5, rows + 0.5], -1), depth)
    topology = mesh.topology
    a, b, c = mesh.vertices[topology.triangles[triangle]].astype(float).transpose(1, 0, 2)
    weights = [np.linalg.lstsq(np.stack(abc, -1), p, rcond=None)[0] for *abc, p in zip(a, b, c, point, strict=True)]
    expected = np.einsum("pk,pkc->pc", np.array(weights), topology.uv[topology.uv_triangles[triangle]])
    assert np.abs(np.stack([u, v], -1) - expected).max() < 2.5 / size


def test_a_fine_texture_is_averaged_when_asked():
    card, camera = flat_card(32)
    stripes = np.zeros((256, 256, 3), np.uint8)
    stripes[:, ::2] = 200
    texture = Texture(stripes, np.ones((256, 256), np.uint8))
    drawing = draw(card, camera)
    averaged = texture_colors(drawing, card.topology, texture, reduce=True)
    assert (averaged - 100).abs().max() < 1
    coarse = Texture(stripes[:16, :16], np.ones((16, 16), np.uint8))
    plain = texture_colors(drawing, card.topology, coarse)
    assert (texture_colors(drawing, card.topology, coarse, reduce=True) == plain).all()


def test_a_head_behind_the_camera_is_an_empty_picture():
    card, camera = flat_card(16)
    behind = Camera(camera.K, camera.R_camera_head, np.array([0, 0, -500.0]), camera.size)
    picture, mask = render_unlit(card, make_texture(), behind)
    assert not mask.any() and not picture.any()
