"""The state's camera is the truth: it moves the picture, and the mouse moves it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_camera, make_photo
from PySide6.QtCore import Qt
from viewport_room import Room
from vtkmodules.vtkRenderingCore import vtkCoordinate

from faceviewer.app.state import ViewCamera
from faceviewer.types import Camera, Photo, Texture


def vtk_position(room: Room, xyz_mm: np.ndarray) -> np.ndarray:
    """Where VTK itself draws a place, logical pixels from the top left of the pane."""
    renderer, ratio = room.stage.scenes[0].renderer, room.stage.canvas.pixel_ratio
    coordinate = vtkCoordinate()
    coordinate.SetCoordinateSystemToWorld()
    coordinate.SetValue(*map(float, xyz_mm))
    x, y = coordinate.GetComputedDoubleDisplayValue(renderer)
    width, height = renderer.GetSize()
    assert width == round(room.stage.width() * ratio)
    return np.array([x, height - y]) / ratio


@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("size", [(320, 240), (240, 330)])
def test_vtk_and_the_overlay_agree(room: Room, head, parallel, size):
    room.window.resize(*size)
    room.add(head)
    camera = replace(room.state.view.camera, position_mm=(200.0, 90.0, 600.0), up=(0.1, 0.9, 0.0), parallel=parallel)
    room.verbs.viewing.set_camera(camera)
    room.settle()
    for vertex in head.mesh.vertices[::300]:
        np.testing.assert_allclose(vtk_position(room, vertex), room.at(vertex), atol=0.51)


@pytest.mark.parametrize("size", [(400, 240), (240, 300)])
def test_landmarks_lie_where_the_photos_camera_puts_them(room: Room, head, size):
    """Measured on the screen: the middle of each drawn dot against ``Camera.project``."""
    K = np.array([[500.0, 0, 140], [0, 470, 150], [0, 0, 1]])  # off centre, pixels that are not square
    camera = Camera(K, make_camera().R_camera_head, np.array([-12.0, 8.0, 620.0]), (320, 240))
    index, points = 30, head.landmarks["68"]
    one = replace(points, visible=np.arange(len(points.xy_px)) == index)
    black = Texture(np.zeros((8, 8, 3), np.uint8), np.ones((8, 8), np.uint8))
    head = replace(head, camera=camera, landmarks={"68": one}, textures={"photo": black})
    room.window.resize(*size)
    room.add(head, Photo(np.zeros((240, 320, 3), np.uint8)))
    room.set(through_photo=True)
    before = room.grab().astype(int)
    room.set(landmark_sets=frozenset({"68"}), visible_only=True, landmark_size_px=15.0)
    rows, columns = np.nonzero(np.abs(room.grab().astype(int) - before).sum(2) > 40)
    assert len(rows) > 100, "the dot was not drawn"
    found = np.array([columns.mean() + 0.5, rows.mean() + 0.5])
    scale = min(room.stage.width() / 320, room.stage.height() / 240)
    margin = (np.array([room.stage.width(), room.stage.height()]) - scale * np.array([320, 240])) / 2
    expected = scale * camera.project(head.landmark_xyz_mm("68")[index]) + margin
    np.testing.assert_allclose(found, expected, atol=0.5)


def test_the_photo_lies_where_it_belongs_behind_the_head(room: Room, head):
    photo = np.zeros((240, 320, 3), np.uint8)
    photo[:, :160], photo[:120, :, 1] = (200, 0, 0), 120
    room.window.resize(480, 240)
    room.add(head, replace(make_photo(), rgb=photo))
    room.set(through_photo=True, mesh_opacity=0.0)
    picture = room.grab()
    left = (room.stage.width() - room.stage.height() * 320 // 240) // 2
    for row, column in ((5, 5), (5, 310), (230, 5), (230, 310), (118, 158), (118, 162), (122, 158), (122, 162)):
        np.testing.assert_allclose(picture[row, left + column], photo[row, column], atol=2)
    assert len(np.unique(picture[:, : left - 1].reshape(-1, 3), axis=0)) == 1, "nothing beside the photo"


def test_opacity_blends_the_head_with_the_photo(room: Room, plain_head):
    room.add(plain_head, replace(make_photo(), rgb=np.full((240, 320, 3), 40, np.uint8)))
    room.set(through_photo=True)
    at = head_pixel(room, plain_head)
    assert tuple(room.grab()[at]) == (100, 150, 200)
    room.set(mesh_opacity=0.25)
    np.testing.assert_allclose(room.grab()[at], 0.25 * np.array([100, 150, 200]) + 0.75 * 40, atol=2)


def test_the_wipe_shows_the_photo_alone_on_its_left(room: Room, plain_head):
    room.add(plain_head, replace(make_photo(), rgb=np.full((240, 320, 3), 40, np.uint8)))
    room.set(through_photo=True)
    row, column = head_pixel(room, plain_head)
    room.set(wipe=(column + 8) / 320)
    assert tuple(room.grab()[row, column]) == (40, 40, 40)
    room.set(wipe=(column - 8) / 320)
    assert tuple(room.grab()[row, column]) == (100, 150, 200)


def head_pixel(room: Room, head) -> tuple[int, int]:
    x, y = room.at(head.mesh.vertices[head.mesh.vertices[:, 2].argmax()])
    return int(y), int(x)


def test_dragging_turns_the_state_s_camera(room: Room, head):
    room.add(head)
    before = room.state.view.camera
    room.drag((100, 100), (160, 100))
    after = room.state.view.camera
    assert after.position_mm[0] < before.position_mm[0] - 50, "dragged to the right, the eye goes to the left"
    assert after.focal_mm == before.focal_mm
    np.testing.assert_allclose(_distance(after), _distance(before))


@pytest.mark.parametrize(
    ("button", "modifiers"),
    [
        (Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier),
        (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier),
    ],
)
def test_panning_keeps_the_head_under_the_pointer(room: Room, head, button, modifiers):
    room.add(head)
    middle = head.mesh.vertices.mean(0)
    x, y = room.at(room.state.view.camera.focal_mm)
    room.drag((100, 100), (140, 80), button, modifiers)
    moved = room.stage.projections[0].to_pane(np.array(np.add(middle, 0)))
    assert np.isfinite(moved).all()
    np.testing.assert_allclose(room.at(np.array([0.0, 0, 0]) + _old_focal(head)), (x + 40, y - 20), atol=0.5)


def _old_focal(head) -> np.ndarray:
    return (head.mesh.vertices.min(0).astype(float) + head.mesh.vertices.max(0)) / 2


def test_wheel_and_right_button_zoom(room: Room, head):
    room.add(head)
    start = _distance(room.state.view.camera)
    room.wheel(2)
    near = _distance(room.state.view.camera)
    assert near < start * 0.8
    room.drag((100, 100), (100, 190), Qt.MouseButton.RightButton)
    assert _distance(room.state.view.camera) > near * 1.2


def test_the_mouse_leaves_the_photos_camera(room: Room, head, photo):
    room.add(head, photo)
    room.set(through_photo=True)
    room.drag((100, 100), (101, 130))
    assert not room.state.view.through_photo
    eye = -head.camera.R_camera_head.T @ head.camera.t_camera_head
    np.testing.assert_allclose(_distance(room.state.view.camera), np.linalg.norm(eye), rtol=1e-6)


def test_a_camera_from_elsewhere_moves_the_picture(room: Room, head):
    room.add(head)
    before = room.grab()
    room.verbs.viewing.look("left")
    room.settle()
    assert np.abs(room.grab().astype(int) - before).mean() > 1


def test_the_orientation_widget_looks_from_its_ends(room: Room, head):
    from PySide6.QtTest import QTest

    room.window.resize(400, 400)
    room.add(head)
    gizmo = room.stage.gizmo
    QTest.mouseClick(gizmo, Qt.MouseButton.LeftButton, pos=gizmo.place("left").toPoint())
    room.settle()
    x, _, z = np.subtract(room.state.view.camera.position_mm, room.state.view.camera.focal_mm)
    assert x > 100 and abs(z) < 1e-6


def _distance(camera: ViewCamera) -> float:
    return float(np.linalg.norm(np.subtract(camera.position_mm, camera.focal_mm)))
