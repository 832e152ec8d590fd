from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_photo, make_reconstruction, make_texture
from pane_bench import Bench, at, click, grabbed, hover
from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest

from faceviewer.app.palette import ORIGIN_COLORS, PART_COLORS
from faceviewer.app.selecting import landmark_selection
from faceviewer.geometry.surface import position_mm, uv_of
from faceviewer.gui.uv_view import UvView
from faceviewer.types import Origin, Reconstruction

SIDE = 64


@pytest.fixture(scope="module")
def result() -> Reconstruction:
    return make_reconstruction(texture_size=SIDE)


@pytest.fixture
def bench(qtbot) -> Bench:
    return Bench()


@pytest.fixture
def view(qtbot, bench: Bench, result: Reconstruction) -> UvView:
    bench.show(make_photo(), result)
    view = bench.open(UvView, (300, 400))
    qtbot.addWidget(view)
    return view


def texel_rgb(view: UvView, column: int, row: int) -> tuple[int, ...]:
    spot = at(view.pane, (column + 0.5, row + 0.5))
    return tuple(grabbed(view.pane)[spot.y(), spot.x()].tolist())


@pytest.mark.parametrize(("column", "row"), [(32, 32), (20, 15), (40, 50)])
def test_hovering_a_texel_gives_its_surface_point(
    bench: Bench, view: UvView, result: Reconstruction, column: int, row: int
) -> None:
    hover(view.pane, (column + 0.5, row + 0.5))
    found = bench.state.hover
    assert found is not None and found.kind == "texel"
    expected = ((column + 0.5) / SIDE, 1 - (row + 0.5) / SIDE)
    assert uv_of(result.mesh.topology, found.point) == pytest.approx(expected, abs=1e-3)


def test_a_click_selects_the_texel_under_the_pointer(bench: Bench, view: UvView, result: Reconstruction) -> None:
    view.pane.zoom_to(20)
    click(view.pane, (33.5, 30.5))
    assert bench.state.selection is not None and bench.state.selection.kind == "texel"
    u, v = uv_of(result.mesh.topology, bench.state.selection.point)
    assert (int(u * SIDE), int((1 - v) * SIDE)) == (33, 30)


def test_texels_are_shown_with_their_exact_bytes(view: UvView, result: Reconstruction) -> None:
    view.pane.zoom_to(10)
    rgb = result.textures["photo"].rgb
    seen = grabbed(view.pane)
    for column, row in ((32, 32), (25, 28), (38, 40)):
        square = view.pane.transform.rect_to_widget(QRectF(column, row, 1, 1)).toRect()
        block = seen[square.top() : square.bottom() + 1, square.left() : square.right() + 1]
        assert block.shape[:2] == (10, 10) and (block == rgb[row, column]).all()


def test_one_to_one_button(view: UvView) -> None:
    QTest.mouseClick(view.header.one_to_one, Qt.MouseButton.LeftButton)
    assert view.pane.zoom == pytest.approx(1.0)
    QTest.mouseClick(view.header.fit, Qt.MouseButton.LeftButton)
    assert view.pane.zoom > 2


def test_the_readout_says_everything_about_a_texel(view: UvView, result: Reconstruction) -> None:
    column, row = 31, 33
    hover(view.pane, (column + 0.5, row + 0.5))
    reading = view.strip.reading
    assert reading is not None
    assert reading.texel == (column, row)
    assert reading.uv == pytest.approx(((column + 0.5) / SIDE, 1 - (row + 0.5) / SIDE))
    texture = result.textures["photo"]
    assert reading.rgb == tuple(texture.rgb[row, column].tolist())
    assert reading.origin == Origin(int(texture.origin[row, column]))
    assert reading.part == "Nose"
    point = view._layout.locator.locate(reading.uv)
    place = position_mm(result.mesh.vertices, result.mesh.topology.triangles, point)
    assert reading.photo_px == pytest.approx(tuple(result.camera.project(place)))
    text = " ".join(reading.facts())
    red, green, blue = reading.rgb
    for expected in (f"texel {column}, {row}", f"#{red:02X}{green:02X}{blue:02X}", f"{red} {green} {blue}", "Nose"):
        assert expected in text
    hover(view.pane, (-5, 3))
    assert view.strip.reading is None


def test_the_origin_button_shows_provenance(bench: Bench, view: UvView, result: Reconstruction) -> None:
    QTest.mouseClick(view.header.switches["uv_origin"], Qt.MouseButton.LeftButton)
    assert bench.state.view.uv_origin
    origin = result.textures["photo"].origin
    for column, row in ((40, 40), (5, 30), (30, 4)):
        assert texel_rgb(view, column, row) == ORIGIN_COLORS[Origin(int(origin[row, column]))]
    assert len({int(origin[40, 40]), int(origin[30, 5]), int(origin[4, 30])}) == 3


@pytest.mark.parametrize("field", ["uv_wireframe", "parts_overlay"])
def test_the_switches_change_the_view(bench: Bench, view: UvView, field: str) -> None:
    plain = grabbed(view.pane)
    button = view.header.switches[field]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert getattr(bench.state.view, field) and button.isChecked()
    assert (plain != grabbed(view.pane)).any()
    bench.verbs.viewing.set(**{field: False})
    assert not button.isChecked()
    assert (plain == grabbed(view.pane)).all()


def test_parts_have_their_colours(bench: Bench, view: UvView) -> None:
    bench.verbs.viewing.set(parts=frozenset({"nose"}), parts_overlay=True, parts_opacity=1.0)
    assert texel_rgb(view, 32, 32) == PART_COLORS["nose"]
    bench.verbs.viewing.set(parts=frozenset({"up_lip"}))
    assert texel_rgb(view, 32, 32) != PART_COLORS["nose"]


def test_clicking_landmark_30_of_68_selects_it(bench: Bench, view: UvView, result: Reconstruction) -> None:
    bench.verbs.viewing.set(landmark_sets=frozenset({"68"}))
    selection = landmark_selection(result, "68", 30)
    u, v = uv_of(result.mesh.topology, selection.point)
    place = (u * SIDE, (1 - v) * SIDE)
    view.pane.zoom_to(40, view.pane.transform.to_widget(*place))
    click(view.pane, place)
    assert bench.state.selection == selection


def test_a_head_without_texture_shows_its_layout(qtbot, bench: Bench) -> None:
    bench.show(make_photo(), make_reconstruction(texture_size=None))
    view = bench.open(UvView, (300, 400))
    qtbot.addWidget(view)
    assert len(np.unique(grabbed(view.pane).reshape(-1, 3), axis=0)) > 10
    assert not view.header.switches["uv_origin"].isEnabled()
    hover(view.pane, (512.0, 512.0))
    reading = view.strip.reading
    assert reading is not None and reading.rgb is None and reading.part == "Nose"


def test_several_textures_can_be_chosen(qtbot, bench: Bench, result: Reconstruction) -> None:
    other = make_texture(SIDE, seed=9)
    bench.show(make_photo(), replace(result, textures={"photo": result.textures["photo"], "albedo": other}))
    view = bench.open(UvView, (300, 400))
    qtbot.addWidget(view)
    assert view.header.textures.isVisible()
    view.header.textures.setCurrentIndex(1)
    view.header.textures.activated.emit(1)
    assert bench.state.view.texture == "albedo"
    view.pane.zoom_to(10)
    assert texel_rgb(view, 32, 32) == tuple(other.rgb[32, 32].tolist())


def test_the_empty_view_says_what_comes(qtbot, bench: Bench) -> None:
    view = bench.open(UvView, (300, 400))
    qtbot.addWidget(view)
    assert len(np.unique(grabbed(view.pane).reshape(-1, 3), axis=0)) > 2
    QTest.mouseClick(view.pane, Qt.MouseButton.LeftButton, pos=view.pane.rect().center())
    assert bench.state.selection is None
