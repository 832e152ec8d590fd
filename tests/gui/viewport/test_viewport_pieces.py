"""The parts of the 3D pane that need no window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from factories import make_reconstruction, make_topology

from faceviewer.app.palette import PART_COLORS
from faceviewer.app.state import DISPLAY_MODES, ViewState
from faceviewer.gui.viewport.landmark_actor import shown_landmarks
from faceviewer.gui.viewport.looks import LOOKS
from faceviewer.gui.viewport.paint import painted_parts
from faceviewer.gui.viewport.pictures import checker, wrapped_picture
from faceviewer.gui.viewport.split_mesh import split
from faceviewer.gui.viewport.watch import Watch
from faceviewer.types import FaceMesh


def test_every_display_mode_has_a_look():
    assert tuple(LOOKS) == DISPLAY_MODES


def test_splitting_keeps_every_corner_and_cuts_only_at_seams():
    topology = make_topology()
    cut = split(topology)
    np.testing.assert_array_equal(cut.vertex_of_point[cut.triangles], topology.triangles)
    np.testing.assert_array_equal(cut.uv[cut.triangles], topology.uv[topology.uv_triangles])
    pairs = topology.triangles.astype(np.int64) * len(topology.uv) + topology.uv_triangles
    assert len(cut.vertex_of_point) == len(np.unique(pairs)) > topology.triangles.max() + 1


def test_painted_parts_are_those_asked_for_in_their_colours():
    head = make_reconstruction(40, 48)
    triangles, rgb = painted_parts(head, {"nose", "left_eye"}, visible_only=False)
    assert {tuple(color) for color in rgb.tolist()} == {PART_COLORS["nose"], PART_COLORS["left_eye"]}
    inside = np.isin(head.mesh.topology.triangles[triangles], np.concatenate(list(head.mesh.topology.parts.values())))
    assert inside.all()
    assert not len(painted_parts(head, frozenset(), visible_only=False)[0])


def test_landmarks_follow_the_edited_mesh_and_leave_out_what_is_hidden():
    head = make_reconstruction()
    view = ViewState(landmark_sets=frozenset({"68", "106"}))
    moved = FaceMesh(head.mesh.vertices + np.float32([10, 0, 0]), head.mesh.topology)
    landmarks = shown_landmarks(head, moved, view)
    fitted = np.concatenate([head.landmark_xyz_mm("68"), head.landmark_xyz_mm("106")])
    np.testing.assert_allclose(landmarks.xyz_mm - fitted, np.broadcast_to((10, 0, 0), fitted.shape), atol=1e-4)
    assert landmarks.set_names == ("68",) * 68 + ("106",) * 106
    seen = shown_landmarks(head, moved, replace(view, visible_only=True))
    count = sum(int(head.landmarks[name].visible.sum()) for name in ("68", "106"))
    assert len(seen.indices) == count < 174
    assert not len(shown_landmarks(head, moved, ViewState()).indices)


def test_the_checker_tells_its_squares_apart():
    squares = checker()
    assert squares.shape == (1024, 1024, 3)
    assert (squares[16, 16] != squares[16, 48]).any() and (squares[16, 16] == squares[48, 48]).all()


def test_a_head_without_texture_has_nothing_to_wrap():
    head = replace(make_reconstruction(), textures={})
    assert wrapped_picture(head, "photo", "texture") is None
    assert wrapped_picture(head, "photo", "checker") is not None


def test_a_texture_of_another_name_is_better_than_none():
    head = make_reconstruction()
    picture = wrapped_picture(head, "albedo", "texture")
    assert picture is not None and (picture == head.textures["photo"].rgb).all()


def test_watching():
    watch, head = Watch(), make_reconstruction()
    assert watch.changed(head, 1.0) and not watch.changed(head, 1.0)
    assert watch.changed(head, 2.0) and watch.changed(replace(head, engine="other"), 2.0)
