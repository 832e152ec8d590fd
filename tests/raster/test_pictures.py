"""Pictures of a result show what their names say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_mesh, make_reconstruction

from faceviewer.raster.labels import caption, draw_legend, draw_points
from faceviewer.raster.pictures import BACKGROUND, CONTACT_VIEWS, PART_COLORS, VIEWS, render_view, render_views
from faceviewer.raster.unlit import render_unlit
from faceviewer.raster.views import scale_camera
from faceviewer.types import PART_NAMES, Texture


@pytest.fixture(scope="module")
def result():
    return make_reconstruction(32, 48, texture_size=128)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_a_square_picture_with_something_on_it(result, view):
    picture = render_view(result, view, 96)
    assert picture.shape == (96, 96, 3) and picture.dtype == np.uint8
    drawn = (np.abs(picture.astype(int) - BACKGROUND) > 6).any(-1)
    assert drawn.mean() > 0.1
    assert view == "uv" or drawn.mean() < 0.95
    np.testing.assert_array_equal(render_view(result, view, 96), picture)


@pytest.mark.parametrize("side", ["front", "three-quarter-left", "profile-right"])
def test_the_head_fills_the_frame_without_touching_it(result, side):
    drawn = (render_view(result, side, 120) != BACKGROUND).any(-1)
    rows, columns = drawn.any(1).nonzero()[0], drawn.any(0).nonzero()[0]
    assert max(np.ptp(rows), np.ptp(columns)) > 0.87 * 120
    assert min(rows[0], columns[0]) >= 4 and max(rows[-1], columns[-1]) <= 115


def test_textured_views_are_unlit(result):
    size = result.textures["photo"].rgb.shape[0]
    plain = Texture(np.full((size, size, 3), (180, 90, 30), np.uint8), np.ones((size, size), np.uint8))
    picture = render_view(replace(result, textures={"photo": plain}), "three-quarter-left", 96)
    assert (picture[40:56, 40:56] == (180, 90, 30)).all()
    edge = ((picture != BACKGROUND) & (picture != (180, 90, 30))).any(-1)
    assert 20 < edge.sum() < 500  # smooth outlines, nothing else


def test_the_photos_view_is_the_fitted_camera(result):
    picture = render_view(result, "photo", 160)  # the photo is 320 x 240: half size, 160 x 120
    camera = scale_camera(result.camera, (160, 120))
    unlit, mask = render_unlit(result.mesh, result.textures["photo"], camera)
    assert (picture[:20] == BACKGROUND).all() and (picture[140:] == BACKGROUND).all()
    inner = mask & (picture[20:140] != BACKGROUND).any(-1)
    assert inner.sum() > 0.95 * mask.sum()
    assert np.abs(picture[20:140][inner].astype(int) - unlit[inner]).mean() < 6


def test_without_a_texture_colours_or_shape_are_shown(result):
    bare = replace(result, textures={})
    np.testing.assert_array_equal(render_view(bare, "front", 96), render_view(bare, "shape-front", 96))
    assert (render_view(bare, "uv", 96) != BACKGROUND).any()
    colored = make_mesh(colors=True)
    picture = render_view(replace(bare, mesh=colored), "front", 96)
    assert picture[30:60, 30:60].reshape(-1, 3).std(0).min() > 20


def test_texture_of_unknown_origin_is_shown_whole(result):
    known = result.textures["photo"]
    unknown = replace(result, textures={"photo": replace(known, origin=np.zeros_like(known.origin))})
    assert (render_view(unknown, "uv", 128) == known.rgb).all()


def test_parts_appear_in_their_colours_beside_a_legend(result):
    picture = render_view(result, "parts", 256).astype(float)
    head, legend = picture[:, 128:], picture[:, :24].reshape(-1, 3)
    for name in PART_NAMES:
        color = np.array(PART_COLORS[name], float)
        assert (np.abs(legend - color).max(-1) < 2).sum() > 30, name
        direction = color / np.linalg.norm(color)
        likeness = head @ direction / np.linalg.norm(head, axis=-1)
        assert (likeness > 0.998).sum() > 20, name


def test_hidden_landmarks_look_different(result):
    landmarks = result.landmarks["68"]
    back = np.argsort(result.mesh.vertices[:, 2])[:10]
    vertices = landmarks.vertices.copy()
    vertices[:10] = back[:, None]
    hidden = replace(landmarks, vertices=vertices)
    grey = replace(result, textures={}, landmarks={"68": hidden})

    def reddish(picture):
        red, green, blue = picture.astype(int).transpose(2, 0, 1)
        return int(((red - green > 60) & (red - blue > 60)).sum())

    assert reddish(render_view(grey, "landmarks-68", 256)) > 20
    assert reddish(render_view(replace(grey, landmarks=result.landmarks), "landmarks-68", 256)) == 0


def test_a_contact_picture_lays_tiles_in_rows_of_four(result):
    assert render_views(result, size_px=64).shape == (3 * 64, 4 * 64, 3)
    assert len(CONTACT_VIEWS) == 12
    two = render_views(result, ["front", "uv"], 64)
    assert two.shape == (64, 128, 3)
    six = render_views(result, ["front"] * 6, 64)
    assert six.shape == (128, 256, 3) and (six[64:, 128:] == BACKGROUND).all()
    with pytest.raises(KeyError, match="no view 'top'"):
        render_views(result, ["top"])


def test_labels_leave_the_given_picture_alone():
    picture = np.full((64, 64, 3), 128, np.uint8)
    labelled = caption(picture, "front")
    assert (picture == 128).all() and (labelled != 128).any() and (labelled[:40] == 128).all()
    assert (draw_legend(picture, {"nose": (255, 0, 0)}) == (255, 0, 0)).all(-1).any()
    points = draw_points(picture, np.array([[20.5, 30.5], [np.nan, 3], [1e9, 3]]), np.array([True, True, False]))
    assert tuple(points[30, 20]) == (20, 200, 120) and (picture == 128).all()
    assert (points[:10] == 128).all()
