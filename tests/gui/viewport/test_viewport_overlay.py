"""What is written and drawn over the head."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from factories import make_reconstruction
from PySide6.QtTest import QTest
from viewport_room import Room

from faceviewer.app.palette import AXIS_COLORS
from faceviewer.app.state import Comparison, HeadRef, Measurement, Work
from faceviewer.geometry.compare import compare_meshes
from faceviewer.geometry.surface import at_vertex
from faceviewer.types import FaceMesh


def drawn(room: Room, pane: int = 0):
    return room.stage.overlay.sheets[pane].annotations


def test_pose_axes_say_what_their_signs_mean(room: Room, head):
    room.add(head)
    room.set(pose_axes=True)
    notes = " ".join(drawn(room).notes)
    assert f"yaw {head.pose.yaw_deg:+.1f}°".replace("-", "−") in notes
    assert "+yaw: nose to picture left" in notes
    origin, ends = drawn(room).lines[0].xyz_mm[0], [line.xyz_mm[1] for line in drawn(room).lines]
    np.testing.assert_array_equal(origin, 0)
    assert [int(np.argmax(end)) for end in ends] == [0, 1, 2]
    x, y = room.at(ends[1] * 0.4)
    assert np.abs(room.grab()[int(y), int(x)].astype(int) - AXIS_COLORS[1]).max() < 40


def test_measurements_are_drawn_with_value_and_the_scale_they_assume(room: Room, head):
    room.add(head)
    topology, vertices = head.mesh.topology, head.mesh.vertices
    a, b = int(vertices[:, 2].argmax()), int(vertices[:, 1].argmax())
    points = at_vertex(topology, a), at_vertex(topology, b)
    ref = room.state.shown.head
    kinds = (Measurement(ref, "distance", points), Measurement(ref, "surface", points))
    room.update(work=Work(measurements=kinds))
    QTest.qWait(400)  # ways over the surface wait until the head is at rest
    labels = [line.label for line in drawn(room).lines]
    straight = float(np.linalg.norm(vertices[a] - vertices[b]))
    assert labels[0] == f"{straight:.1f} mm"
    assert float(labels[1].removesuffix(" mm")) > straight
    assert any("no scale" in note for note in drawn(room).notes)


def test_measurements_of_other_heads_are_not_drawn(room: Room, head):
    room.add(head)
    points = at_vertex(head.mesh.topology, 3), at_vertex(head.mesh.topology, 9)
    room.update(work=Work(measurements=(Measurement(HeadRef(99), "distance", points),)))
    assert not drawn(room).lines


def test_two_heads_side_by_side_share_the_camera(room: Room, head):
    room.window.resize(600, 300)
    other = make_reconstruction(40, 48, seed=3)
    room.add(head, title="first.jpg")
    room.add(other, title="second.jpg")
    room.update(comparison=Comparison(HeadRef(1), HeadRef(2)), current=1)
    assert [pane.title for pane in room.stage.panes] == ["first.jpg", "second.jpg"]
    left, right = room.at(head.mesh.vertices[5]), room.at(head.mesh.vertices[5], pane=1)
    assert right[0] - left[0] == room.stage.width() / 2 and right[1] == left[1]
    for pane in (0, 1):
        x, y = room.at(head.mesh.vertices.mean(0), pane)
        assert np.abs(room.grab()[int(y), int(x)].astype(int) - room.grab()[5, 5]).max() > 20
    room.verbs.viewing.look("left")
    room.settle()
    np.testing.assert_array_equal(room.stage.projections[0].view, room.stage.projections[1].view)
    room.update(comparison=None)
    assert len(room.stage.panes) == len(room.stage.scenes) == 1


def test_the_heat_map_colours_the_other_head(room: Room, head):
    bump = np.zeros_like(head.mesh.vertices)
    tip = int(head.mesh.vertices[:, 2].argmax())
    near = np.linalg.norm(head.mesh.vertices - head.mesh.vertices[tip], axis=1) < 40
    bump[near, 2] = 8
    other = replace(head, mesh=FaceMesh(head.mesh.vertices + bump, head.mesh.topology))
    room.add(head)
    room.add(other)
    comparison = Comparison(HeadRef(1), HeadRef(2), alignment="none", layout="heat map", range_mm=5.0)
    room.update(comparison=comparison, current=1)
    assert drawn(room).scale is None, "the distances are still computed"
    outcome = compare_meshes(head.mesh, other.mesh, alignment="none")
    room.update(comparison=replace(comparison, outcome=outcome))
    assert (drawn(room).scale.low, drawn(room).scale.high) == ("−5.0", "+5.0")
    x, y = room.at(other.mesh.vertices[tip])
    red, _, blue = room.grab()[int(y), int(x)].astype(int)
    assert red > blue + 40, "outside the reference"
    x, y = room.at(head.mesh.vertices[head.mesh.vertices[:, 1].argmax()] - (0, 25, 0))
    assert np.ptp(room.grab()[int(y), int(x)].astype(int)) < 12, "the same as the reference"


def test_parts_have_a_legend(room: Room, head):
    room.add(head)
    room.set(display="parts", parts=frozenset({"nose", "up_lip"}))
    assert [words for _, words in drawn(room).legend] == ["Nose", "Upper lip"]


def test_texts_stay_inside_narrow_panes(room: Room, head):
    room.window.resize(180, 300)
    room.add(head)
    room.set(parts_overlay=True, display="depth")
    grabbed = room.grab()
    background = grabbed[2, 2].astype(int)
    border = np.concatenate([grabbed[:, -2:].reshape(-1, 3), grabbed[-2:].reshape(-1, 3)])
    assert np.abs(border - background).max() < 30
