"""Pointing at things in the 3D pane."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from viewport_room import Room

from faceviewer.geometry.surface import position_mm


def front_vertices(room: Room, head, count: int = 12) -> np.ndarray:
    """Numbers of vertices that face the viewer, spread over the head."""
    normals = room.stage.scenes[0].normals
    return np.flatnonzero(normals[:, 2] > 0.7)[:: max(1, (normals[:, 2] > 0.7).sum() // count)]


@pytest.mark.parametrize("parallel", [False, True])
def test_a_click_on_a_vertex_selects_it(room: Room, head, parallel):
    room.window.resize(600, 500)
    room.add(head)
    room.verbs.viewing.set_parallel(parallel)
    room.settle()
    hits = 0
    for vertex in front_vertices(room, head):
        room.click(room.at(head.mesh.vertices[vertex]))
        selection = room.state.selection
        assert selection is not None and selection.kind == "vertex"
        off = np.linalg.norm(head.mesh.vertices[selection.index] - head.mesh.vertices[vertex])
        assert off < 4, "mouse positions are whole pixels, which is about a millimetre here"
        hits += selection.index == vertex
    assert hits >= 9


def test_a_click_beside_the_head_deselects(room: Room, head):
    room.add(head)
    room.click(room.at(head.mesh.vertices.mean(0)))
    assert room.state.selection is not None
    room.click((4, 4))
    assert room.state.selection is None


def test_a_drag_is_no_click_but_a_shaky_click_is_one(room: Room, head):
    room.add(head)
    x, y = (round(value) for value in room.at(head.mesh.vertices.mean(0)))
    room.drag((x, y), (x + 30, y))
    assert room.state.selection is None
    room.drag((x, y), (x + 1, y + 1))
    assert room.state.selection is not None


def test_landmarks_are_picked_before_the_skin(room: Room, head):
    room.window.resize(500, 400)
    room.add(head)
    room.set(landmark_sets=frozenset({"68"}))
    points = head.landmark_xyz_mm("68")
    x, y = room.at(points[30])
    room.click((x + 2, y - 2))
    selection = room.state.selection
    assert selection is not None and (selection.kind, selection.name) == ("landmark", "68")
    chosen = points[selection.index]
    assert np.linalg.norm(np.subtract(room.at(chosen), (x + 2, y - 2))) <= np.hypot(2, 2) + 0.8
    triangles = head.mesh.topology.triangles
    np.testing.assert_allclose(position_mm(head.mesh.vertices, triangles, selection.point), chosen, atol=0.01)


def test_landmarks_behind_the_head_are_not_picked(room: Room, head):
    room.add(head)
    room.set(landmark_sets=frozenset({"68"}))
    room.verbs.viewing.look("back")
    room.settle()
    for point in head.landmark_xyz_mm("68")[::9]:
        room.click(room.at(point))
        assert room.state.selection is not None and room.state.selection.kind == "vertex"


def test_parts_are_picked_where_they_are_painted(room: Room, head):
    room.add(head)
    room.set(display="parts")
    tip = room.at(head.mesh.vertices[head.mesh.vertices[:, 2].argmax()])
    room.click(tip)
    assert (room.state.selection.kind, room.state.selection.name) == ("part", "nose")
    room.click(tip, Qt.KeyboardModifier.ControlModifier)
    assert room.state.selection.kind == "vertex", "the control key picks through the paint"
    room.set(parts=frozenset({"left_eye"}))
    room.click(tip)
    assert room.state.selection.kind == "vertex"


def test_the_measuring_tool_gets_the_very_place(room: Room, head):
    room.add(head)
    room.verbs.selecting.use_tool("distance")
    tip = head.mesh.vertices[head.mesh.vertices[:, 2].argmax()]
    x, y = room.at(tip)
    room.click((x + 9, y + 7))
    assert len(room.state.pending_points) == 1
    where = position_mm(head.mesh.vertices, head.mesh.topology.triangles, room.state.pending_points[0])
    np.testing.assert_allclose(room.at(where), (round(x + 9), round(y + 7)), atol=0.01)
    room.click((x - 9, y - 7))
    assert len(room.state.work.measurements) == 1
    room.click((4, 4))
    assert room.state.tool == "distance" and not room.state.pending_points


def test_hovering_lights_places_and_names_landmarks(room: Room, head):
    from PySide6.QtCore import QCoreApplication, QEvent

    room.window.resize(500, 400)
    room.add(head)
    room.hover(room.at(head.mesh.vertices.mean(0)))
    assert room.state.hover is not None and room.state.hover.kind == "point"
    room.set(landmark_sets=frozenset({"68"}))
    room.hover(room.at(head.landmark_xyz_mm("68")[30]))
    assert room.state.hover.kind == "landmark"
    markers = room.stage.overlay.sheets[0].annotations.markers
    assert any(marker.label.startswith(f"68 #{room.state.hover.index}") for marker in markers)
    QCoreApplication.sendEvent(room.stage.canvas, QEvent(QEvent.Type.Leave))
    assert room.state.hover is None


def test_hovering_does_not_draw_the_head_again(room: Room, head):
    room.add(head)
    QTest.qWait(600)  # until the picture at rest is drawn
    frames = []
    room.stage.canvas.ren_win.AddObserver("StartEvent", lambda *_: frames.append(1))
    before = room.grab()
    frames.clear()
    room.hover(room.at(head.mesh.vertices.mean(0)))
    assert room.state.hover is not None and not frames
    room.stage.canvas.ren_win.RemoveObservers("StartEvent")
    assert np.abs(room.grab().astype(int) - before).max() > 60, "its marker is to be seen"


def test_the_selection_is_marked_in_front_of_everything(room: Room, head):
    from faceviewer.app.palette import SELECTION_COLOR

    room.add(head)
    room.verbs.selecting.go_to("vertex", int(head.mesh.vertices[:, 2].argmin()))  # on the back of the head
    room.settle()
    (marker,) = room.stage.overlay.sheets[0].annotations.markers
    assert marker.behind
    x, y = room.at(marker.xyz_mm)
    around = room.grab()[int(y) - 10 : int(y) + 11, int(x) - 10 : int(x) + 11].astype(int)
    assert (np.abs(around - SELECTION_COLOR).sum(-1) < 60).sum() > 3
