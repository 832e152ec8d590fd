"""The photo's camera in the 3D view, on the screen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from viewport_room import Room

from faceviewer.gui.viewport.frustum_marks import DISTANCE_COLOR, visible_piece
from faceviewer.gui.viewport.projection import Ball, from_view_camera
from faceviewer.types import Photo, Reconstruction


@pytest.fixture
def halves(photo: Photo) -> Photo:
    """Left red, right green: which way round it is shows."""
    rgb = np.zeros((photo.size[1], photo.size[0], 3), np.uint8)
    rgb[:, : photo.size[0] // 2, 0] = rgb[:, photo.size[0] // 2 :, 1] = 200
    return Photo(rgb, focal_px=432.0)


def shown(room: Room):
    frustum = room.stage.panes[0].subject.frustum
    assert frustum is not None
    return frustum


def pixel(room: Room, picture: np.ndarray, xyz_mm: np.ndarray) -> tuple[int, ...]:
    x, y = room.at(xyz_mm)
    return tuple(int(value) for value in picture[int(y), int(x)])


def far(head: Reconstruction) -> Reconstruction:
    K, t = head.camera.K.copy(), head.camera.t_camera_head.copy()
    t[2] *= 5000 / K[0, 0]
    K[0, 0] = K[1, 1] = 5000.0
    return replace(head, camera=replace(head.camera, K=K, t_camera_head=t), focal_from="fixed")


def test_the_photo_stands_in_it_the_right_way_round(room: Room, head, halves):
    room.add(head, halves)
    plain = room.grab()
    room.verbs.viewing.toggle_camera_frustum()
    room.verbs.viewing.look("front")
    room.settle()
    picture, corners = room.grab(), shown(room).corners_mm
    top_left, top_right, bottom_right, bottom_left = corners
    assert pixel(room, picture, 0.8 * bottom_left + 0.2 * top_right)[:2] == (200, 0)
    assert pixel(room, picture, 0.8 * bottom_right + 0.2 * top_left)[:2] == (0, 200)
    room.verbs.viewing.toggle_camera_frustum()
    room.verbs.viewing.look("front")
    room.settle()
    np.testing.assert_array_equal(room.grab(), plain)


def test_the_head_hides_it_from_behind(room: Room, head, halves):
    room.add(head, halves)
    room.verbs.viewing.look("back")
    room.set(camera_frustum=True)
    nape = head.mesh.vertices[head.mesh.vertices[:, 2].argmin()]
    assert pixel(room, room.grab(), nape)[:2] not in ((200, 0), (0, 200))


@pytest.mark.parametrize("far_away", [False, True])
def test_its_distance_and_what_that_assumes_are_written(room: Room, head, halves, far_away):
    room.add(far(head) if far_away else head, halves)
    room.verbs.viewing.toggle_camera_frustum()
    room.settle()
    drawn = room.stage.overlay.sheets[0].annotations
    (line,) = drawn.lines
    assert line.rgb == DISTANCE_COLOR
    assert line.label == ("6.94 m, drawn shorter" if far_away else "60 cm")
    (note,) = drawn.notes
    assert ("EXIF" in note) == (not far_away)
    assert [marker.label for marker in drawn.markers] == ["Camera"]
    room.set(camera_frustum=False)
    drawn = room.stage.overlay.sheets[0].annotations
    assert not drawn.lines and not drawn.notes and not drawn.markers


@pytest.mark.parametrize("far_away", [False, True])
def test_nothing_is_clipped_and_the_wheel_leads_out_and_in(room: Room, head, halves, far_away):
    room.add(far(head) if far_away else head, halves)
    room.verbs.viewing.toggle_camera_frustum()
    room.settle()
    for steps in (3, -9, 12):
        room.wheel(steps)
        projection = room.stage.projections[0]
        points = shown(room).points_mm
        ahead = points[projection.depth_mm(points) > 0]
        at = np.c_[ahead, np.ones(len(ahead))] @ (projection.clip @ projection.view).T
        assert (at[:, 2] <= at[:, 3] * (1 + 1e-9)).all()  # nothing lies behind the far plane
    assert np.isfinite(room.stage.projections[0].clip).all()


def test_a_follower_moves_it_in_place(room: Room, head, halves):
    number = room.add(head, halves)
    room.verbs.viewing.toggle_camera_frustum()
    room.settle()
    scene, first = room.stage.scenes[0], shown(room).eye_mm
    actors = scene.renderer.GetActors().GetNumberOfItems()
    t = head.camera.t_camera_head + np.array([40.0, 0.0, 90.0])
    moved = replace(head, camera=replace(head.camera, t_camera_head=t))
    document = replace(room.state.document(number), heads={1: moved})
    room.update(documents=(document,))
    assert np.linalg.norm(shown(room).eye_mm - first) > 50
    assert scene.renderer.GetActors().GetNumberOfItems() == actors
    assert room.stage.overlay.sheets[0].annotations.lines[0].label == "69 cm"


def test_without_a_photo_only_lines_are_drawn(room: Room, head):
    room.add(head)
    room.verbs.viewing.toggle_camera_frustum()
    room.settle()
    before = room.grab()
    room.set(camera_frustum=False)
    assert (room.grab() != before).any()


def test_a_line_is_cut_at_the_pane_and_before_the_eye(room: Room, head):
    room.add(head)
    projection = from_view_camera(room.state.view.camera, (300.0, 200.0), Ball((0, 0, 0), 5000.0))
    eye = np.array(room.state.view.camera.position_mm)
    through = visible_piece(projection, np.array([[0.0, -41.0, 0.0], eye + np.array([0, 0, 500.0])]))
    assert through is not None and np.isfinite(projection.to_pane(through)).all()
    assert visible_piece(projection, np.array([eye + np.array([0, 0, 10.0]), eye + np.array([0, 0, 500.0])])) is None
    assert visible_piece(projection, np.array([[9000.0, 0, 0], [9000.0, 10, 0]])) is None
    across = visible_piece(projection, np.array([[-9000.0, -41, 0], [9000.0, -41, 0]]))
    assert across is not None
    at = projection.to_pane(across)
    np.testing.assert_allclose(np.sort(at[:, 0]), [0, 300], atol=1e-3)
