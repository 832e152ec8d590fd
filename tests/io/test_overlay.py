"""The overlay shows the photo with lines and points exactly where the projection says, and hides what is hidden."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_camera, make_mesh, make_photo, make_reconstruction, make_topology

from faceviewer.io import overlay
from faceviewer.io.overlay import draw_overlay, visible_edges
from faceviewer.types import Camera, FaceMesh, LandmarkSet, Photo, Topology


def grey_photo(size: tuple[int, int], level: int = 90) -> Photo:
    return Photo(np.full((size[1], size[0], 3), level, np.uint8))


def color_at(picture: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """The pixel in which a point lies: (0, 0) is the corner of the first pixel."""
    column, row = np.floor(xy).astype(int)
    return picture[row, column].astype(int)


@pytest.mark.parametrize(("size", "scale"), [((320, 240), 3), ((100, 60), 9), ((1000, 700), 1)])
def test_small_photos_are_enlarged_by_a_whole_factor(size, scale):
    picture = draw_overlay(make_photo(size), make_reconstruction(size=size))
    assert picture.shape == (size[1] * scale, size[0] * scale, 3) and picture.dtype == np.uint8


def test_the_photo_itself_is_not_changed():
    photo = make_photo((1000, 700))
    before = photo.rgb.copy()
    draw_overlay(photo, make_reconstruction(size=(1000, 700)))
    np.testing.assert_array_equal(photo.rgb, before)


def test_background_shows_the_photo():
    photo = grey_photo((1000, 700))
    picture = draw_overlay(photo, make_reconstruction(size=(1000, 700)))
    assert (picture[:20] == 90).all() and (picture[-20:] == 90).all() and (picture != 90).any()


def test_landmarks_lie_where_they_are_and_hidden_ones_are_grey():
    result = make_reconstruction(size=(1000, 700))
    far_apart = np.stack(np.meshgrid(np.arange(17) * 55.0 + 60.5, np.arange(4) * 160.0 + 80.5), -1).reshape(-1, 2)
    points = LandmarkSet("68", far_apart.astype(np.float32), np.arange(68) % 2 == 0)
    picture = draw_overlay(grey_photo((1000, 700)), replace(result, landmarks={"68": points}))
    for xy, visible in zip(far_apart, points.visible, strict=True):
        assert tuple(color_at(picture, xy)) == (overlay.POINT_COLOR if visible else overlay.HIDDEN_COLOR)


def test_axes_have_their_colours_and_directions():
    result = make_reconstruction(size=(1000, 700))
    bare = replace(result, landmarks={}, camera=make_camera((1000, 700), yaw_deg=40))
    picture = draw_overlay(grey_photo((1000, 700)), bare)
    for color, direction in overlay.AXES:
        middle = bare.camera.project(np.array(direction) * overlay.AXIS_LENGTH_MM * 0.6)
        assert np.abs(color_at(picture, middle) - color).max() < 20


def test_box_stands_at_the_faces_box():
    result = make_reconstruction(size=(1000, 700))
    box = np.array([200.5, 100.5, 600.5, 500.5], np.float32)
    picture = draw_overlay(
        grey_photo((1000, 700)), replace(result, landmarks={}, face=replace(result.face, box_xyxy=box))
    )
    for x in (200.5, 600.5):
        for y in (100.5, 500.5):
            assert tuple(color_at(picture, np.array([x, y]))) == overlay.BOX_COLOR


def test_only_the_front_has_edges():
    mesh, camera = make_mesh(), make_camera(yaw_deg=0)
    edges, facing = visible_edges(mesh, camera)
    assert len(edges) == len(np.unique(edges, axis=0)) > 100
    assert (facing > 0).all() and (facing <= 1).all()
    depth = camera.to_camera(mesh.vertices)[:, 2]
    assert depth[edges].max() < np.median(depth) + 40  # the back of the head is 190 mm behind the nose


def test_a_surface_behind_another_is_hidden():
    grid = np.stack(np.meshgrid(np.linspace(-60, 60, 25), np.linspace(-60, 60, 25)), -1).reshape(-1, 2)
    ids = np.arange(625).reshape(25, 25)
    a, b, c, d = ids[:-1, :-1].ravel(), ids[:-1, 1:].ravel(), ids[1:, 1:].ravel(), ids[1:, :-1].ravel()
    sheet = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])
    vertices = np.concatenate([np.column_stack([grid, np.full(625, z)]) for z in (0.0, -50.0)])
    topology = Topology(
        "sheets", np.concatenate([sheet, sheet + 625]), np.zeros((0, 2), np.float32), np.zeros((0, 3), np.int32)
    )
    edges, _ = visible_edges(FaceMesh(vertices, topology), make_camera(yaw_deg=0))
    assert set(np.unique(edges[edges < 625])) == set(range(625))
    behind = edges[(edges >= 625).all(1)]
    assert len(behind) < 0.05 * len(edges)


def test_heads_partly_or_wholly_behind_the_camera_do_not_fail():
    result = make_reconstruction(size=(320, 240))
    for distance in (20.0, -500.0):
        camera = Camera(result.camera.K, result.camera.R_camera_head, np.array([0, 0, distance]), (320, 240))
        picture = draw_overlay(grey_photo((320, 240)), replace(result, camera=camera))
        assert picture.shape == (720, 960, 3)


def test_dense_meshes_do_not_hide_the_face():
    photo = grey_photo((1000, 700))
    dense = replace(make_reconstruction(size=(1000, 700)), mesh=make_mesh(make_topology(120, 180)), landmarks={})
    picture = draw_overlay(photo, dense).astype(int)
    covered = np.abs(picture - 90).max(-1) > 0
    assert np.median(np.abs(picture - 90)[covered]) < 60
