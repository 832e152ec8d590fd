from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_photo, make_reconstruction
from pane_bench import Bench, at, click, drag, grabbed, hover
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip

from faceviewer.app.landmarks import landmark_name
from faceviewer.app.palette import PART_COLORS
from faceviewer.app.selecting import landmark_selection, part_selection
from faceviewer.app.state import Comparison, HeadRef, LiveState, Selection
from faceviewer.app.wearing_state import Light, Lit
from faceviewer.geometry.surface import SurfacePoint, at_vertex, position_mm
from faceviewer.gui.photo_view import PhotoView
from faceviewer.types import Reconstruction


@pytest.fixture(scope="module")
def result() -> Reconstruction:
    return make_reconstruction()


@pytest.fixture
def bench(qtbot) -> Bench:
    return Bench()


@pytest.fixture
def view(qtbot, bench: Bench, result: Reconstruction) -> PhotoView:
    bench.show(make_photo(), result)
    view = bench.open(PhotoView)
    qtbot.addWidget(view)
    return view


def changed(before: np.ndarray, after: np.ndarray) -> int:
    return int((before != after).any(-1).sum())


def test_clicking_landmark_30_of_68_selects_it(bench: Bench, view: PhotoView, result: Reconstruction) -> None:
    bench.verbs.viewing.set(landmark_sets=frozenset({"68"}))
    spot = result.landmarks["68"].xy_px[30]
    view.pane.zoom_to(8, view.pane.transform.to_widget(*spot))
    click(view.pane, spot)
    assert bench.state.selection == landmark_selection(result, "68", 30)


def test_without_its_dot_a_landmark_is_just_a_vertex(bench: Bench, view: PhotoView, result: Reconstruction) -> None:
    click(view.pane, result.landmarks["68"].xy_px[30])
    selection = bench.state.selection
    assert selection is not None and selection.kind == "vertex"
    x, y = result.camera.project(result.mesh.vertices[selection.index])
    assert np.hypot(*(np.array([x, y]) - result.landmarks["68"].xy_px[30])) < 20


def test_a_click_beside_the_head_deselects(bench: Bench, view: PhotoView, result: Reconstruction) -> None:
    bench.verbs.selecting.select(landmark_selection(result, "68", 30))
    click(view.pane, (2, 2))
    assert bench.state.selection is None


def test_hovering_finds_the_surface_under_the_pointer(bench: Bench, view: PhotoView, result: Reconstruction) -> None:
    pixel = np.add(result.camera.project(np.zeros(3)), (3.25, 8.75))
    hover(view.pane, pixel)
    assert bench.state.hover is not None and bench.state.hover.kind == "point"
    place = position_mm(result.mesh.vertices, result.mesh.topology.triangles, bench.state.hover.point)
    assert result.camera.project(place) == pytest.approx(pixel, abs=1e-3)
    view.pane.hovered.emit(None)
    assert bench.state.hover is None


def test_hovering_a_dot_tells_the_landmarks_name(bench: Bench, view: PhotoView, result: Reconstruction) -> None:
    bench.verbs.viewing.set(landmark_sets=frozenset({"68"}))
    spot = result.landmarks["68"].xy_px[8]
    view.pane.zoom_to(12, view.pane.transform.to_widget(*spot))
    hover(view.pane, spot)
    assert QToolTip.text() == landmark_name("68", 8)
    assert bench.state.hover == landmark_selection(result, "68", 8)


def test_hidden_landmarks_are_drawn_hollow_or_not_at_all(qtbot, bench: Bench, result: Reconstruction) -> None:
    points = result.landmarks["68"]
    hidden = replace(points, visible=np.arange(68) != 30)
    bench.show(make_photo(), replace(result, landmarks={**result.landmarks, "68": hidden}))
    view = bench.open(PhotoView)
    qtbot.addWidget(view)
    view.pane.zoom_to(40)
    view.pane.center_on(*points.xy_px[30])
    spot, plain = at(view.pane, points.xy_px[30]), grabbed(view.pane)
    middle = (slice(spot.y(), spot.y() + 1), slice(spot.x(), spot.x() + 1))
    bench.verbs.viewing.set(landmark_sets=frozenset({"68"}), landmark_size_px=12.0)
    hollow = grabbed(view.pane)
    around = (slice(spot.y() - 9, spot.y() + 9), slice(spot.x() - 9, spot.x() + 9))
    assert (hollow[middle] == plain[middle]).all() and changed(hollow[around], plain[around]) > 20
    bench.verbs.viewing.set(visible_only=True)
    assert (grabbed(view.pane)[around] == plain[around]).all()
    click(view.pane, points.xy_px[30])
    assert bench.state.selection is not None and bench.state.selection.kind == "vertex"


def test_parts_are_tinted_and_each_can_be_left_out(bench: Bench, view: PhotoView, result: Reconstruction) -> None:
    bench.verbs.viewing.set(parts=frozenset({"nose"}), parts_overlay=True, parts_opacity=1.0)
    nose = result.mesh.vertices[result.mesh.topology.parts["nose"]].mean(0)
    spot = at(view.pane, result.camera.project(nose))
    assert tuple(grabbed(view.pane)[spot.y(), spot.x()]) == PART_COLORS["nose"]
    bench.verbs.viewing.set(parts=frozenset({"skin"}))
    assert tuple(grabbed(view.pane)[spot.y(), spot.x()]) != PART_COLORS["nose"]


def test_a_click_on_a_tinted_part_selects_it_and_with_control_the_vertex(
    bench: Bench, view: PhotoView, result: Reconstruction
) -> None:
    bench.verbs.viewing.set(parts_overlay=True)
    spot = result.camera.project(result.mesh.vertices[result.mesh.topology.parts["nose"]].mean(0))
    click(view.pane, spot)
    assert bench.state.selection is not None
    assert (bench.state.selection.kind, bench.state.selection.name) == ("part", "nose")
    control = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(view.pane, Qt.MouseButton.LeftButton, control, at(view.pane, spot))
    assert bench.state.selection is not None and bench.state.selection.kind == "vertex"


@pytest.mark.parametrize("field", ["photo_mesh", "pose_axes"])
def test_mesh_and_axes_are_drawn_when_asked(bench: Bench, view: PhotoView, field: str) -> None:
    plain = grabbed(view.pane)
    bench.verbs.viewing.set(**{field: True})
    assert changed(plain, grabbed(view.pane)) > 50
    bench.verbs.viewing.set(**{field: False})
    assert changed(plain, grabbed(view.pane)) == 0


def test_selection_and_hover_are_marked_at_their_pixel(bench: Bench, view: PhotoView, result: Reconstruction) -> None:
    plain = grabbed(view.pane)
    selection = landmark_selection(result, "106", 54)
    for show in (bench.verbs.selecting.select, bench.verbs.selecting.hover):
        show(selection)
        rows, columns = np.nonzero((grabbed(view.pane) != plain).any(-1))
        spot = at(view.pane, result.landmarks["106"].xy_px[54])
        assert abs(np.median(rows) - spot.y()) < 12 and columns.min() < spot.x() < columns.max()
        show(None)
        assert changed(plain, grabbed(view.pane)) == 0
    bench.verbs.selecting.select(part_selection("nose", selection.point))
    assert changed(plain, grabbed(view.pane)) > 100


def test_the_marks_follow_an_edited_mesh(bench: Bench, view: PhotoView, result: Reconstruction) -> None:
    vertex = int(result.mesh.vertices[:, 2].argmax())
    point = at_vertex(result.mesh.topology, vertex)
    bench.verbs.selecting.select(Selection("vertex", point, vertex))
    before = grabbed(view.pane)
    moved = replace(result.mesh, vertices=result.mesh.vertices + np.float32([0, 25, 0]))
    state = bench.state
    view.show_state(replace(state, shown=replace(state.shown, mesh=moved)), state)
    rows = [np.nonzero((frame != grabbed(view.pane)).any(-1))[0] for frame in (before,)]
    old = at(view.pane, result.camera.project(result.mesh.vertices[vertex])).y()
    new = at(view.pane, result.camera.project(moved.vertices[vertex])).y()
    assert new < old and rows[0].min() < old - 8


def test_boxes_choose_faces(qtbot, bench: Bench, result: Reconstruction) -> None:
    bench.show(make_photo(), result, faces=2)
    far = replace(result.face, box_xyxy=np.array([4, 4, 40, 60], np.float32))
    document = replace(bench.state.documents[0], faces=(result.face, far))
    bench.store.update(replace(bench.state, documents=(document,)))
    view = bench.open(PhotoView)
    qtbot.addWidget(view)
    plain = grabbed(view.pane)
    spot = at(view.pane, (22, 4))
    assert changed(plain[spot.y() - 3 : spot.y() + 4, spot.x() - 20 : spot.x() + 20], np.uint8([0, 0, 0])) > 0
    click(view.pane, (30, 50))
    assert bench.asked == [("choose_face", 2)]
    QTest.mouseDClick(view.pane, Qt.MouseButton.LeftButton, pos=at(view.pane, (30, 50)))
    assert bench.asked[-1] == ("choose_face", 2) and len(bench.asked) == 2


def test_in_a_comparison_the_face_of_the_seen_head_is_the_chosen_one(
    qtbot, bench: Bench, result: Reconstruction
) -> None:
    far = replace(result.face, box_xyxy=np.array([4, 4, 40, 60], np.float32))
    bench.show(make_photo(), result, replace(result, face=far))
    view = bench.open(PhotoView)
    qtbot.addWidget(view)
    alone = grabbed(view.pane)
    document = replace(bench.state.documents[0], shown_face=2)
    comparison = Comparison(HeadRef(1, 1), HeadRef(1, 2))
    bench.store.update(replace(bench.state, documents=(document,), comparison=comparison))
    assert changed(alone, grabbed(view.pane)) == 0, "the box of face 1 stands out"
    click(view.pane, result.camera.project(np.zeros(3)))
    assert bench.asked == [] and bench.state.selection is not None
    click(view.pane, (30, 50))
    assert bench.asked == [("choose_face", 2)]


def test_light_does_not_project_the_head_anew(bench: Bench, view: PhotoView, monkeypatch) -> None:
    """With something selected, every step of a light's slider searched for what hides it in the photo."""
    monkeypatch.setattr("faceviewer.gui.photo_view.view.ProjectedHead", lambda *_: pytest.fail("projected anew"))
    state, mesh = bench.state, bench.state.shown.mesh
    texture = state.shown.result.textures["photo"]
    lit = Lit(texture, mesh, Light(on=True), replace(texture, rgb=texture.rgb // 2))
    bench.store.update(replace(state, wear=replace(state.wear, light=lit.light, lit=lit)))
    assert bench.state.shown.result is not state.shown.result


def test_a_double_click_on_a_head_shows_everything(bench: Bench, view: PhotoView) -> None:
    fitted = view.pane.transform
    view.pane.zoom_to(9)
    QTest.mouseDClick(view.pane, Qt.MouseButton.LeftButton, pos=view.pane.rect().center())
    assert view.pane.transform == fitted


def test_the_box_tool_asks_for_a_search_in_photo_pixels(bench: Bench, view: PhotoView) -> None:
    bench.verbs.selecting.use_tool("box")
    drag(view.pane, view.pane.transform.to_widget(50, 40), view.pane.transform.to_widget(180, 170))
    ((name, box),) = bench.asked
    assert name == "search_in_box"
    assert box == pytest.approx([50, 40, 180, 170], abs=1.5)
    view.pane.setFocus()
    QTest.keyClick(view.pane, Qt.Key.Key_Escape)
    assert bench.state.tool == "select"


def test_measuring_takes_points_instead_of_selecting(bench: Bench, view: PhotoView, result: Reconstruction) -> None:
    bench.verbs.selecting.use_tool("distance")
    click(view.pane, np.add(result.camera.project(np.zeros(3)), (0, 10)))
    assert len(bench.measured) == 1 and bench.state.selection is None


def test_points_that_the_mesh_does_not_have_are_not_marked(bench: Bench, view: PhotoView, qtbot) -> None:
    """A measurement that was begun on the mesh of another engine."""
    unmarked = grabbed(view.pane)
    with qtbot.captureExceptions() as raised:
        bench.store.update(replace(bench.state, pending_points=(SurfacePoint(10**6, (1.0, 0.0, 0.0)),)))
    assert not raised and changed(unmarked, grabbed(view.pane)) == 0


def test_mirror_changes_the_view_not_the_data(bench: Bench, view: PhotoView, result: Reconstruction) -> None:
    plain = grabbed(view.pane)
    bench.store.update(replace(bench.state, live=LiveState(1, mirror=True)))
    mirrored = grabbed(view.pane)
    middle = plain[100:200, 20:-20].astype(int)
    assert np.abs(mirrored[100:200, 20:-20][:, ::-1].astype(int) - middle).mean() < 3
    pixel = np.add(result.camera.project(np.zeros(3)), (12, 5))
    hover(view.pane, pixel)
    place = position_mm(result.mesh.vertices, result.mesh.topology.triangles, bench.state.hover.point)
    assert result.camera.project(place) == pytest.approx(pixel, abs=1e-3)


def test_an_empty_pane_takes_clicks(qtbot, bench: Bench) -> None:
    view = bench.open(PhotoView)
    qtbot.addWidget(view)
    QTest.mouseClick(view.pane, Qt.MouseButton.LeftButton, pos=view.pane.rect().center())
    QTest.mouseMove(view.pane, view.pane.rect().center())
    assert bench.state.selection is None and not bench.asked
