"""Whatever is pointed at in photo, 3D or texture lights up in the other two at the same place of the head."""

from __future__ import annotations

import numpy as np
import pytest
from pane_bench import at, click, grabbed, hover
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from faceviewer.app.selecting import landmark_selection
from faceviewer.geometry.surface import position_mm, uv_of
from faceviewer.gui.image_pane import ImagePane

REACH_PX = 14


class Panes:
    """The three panes of the window with the sample's head, the face large in the photo."""

    def __init__(self, app) -> None:
        self.app = app
        app.window.resize(1250, 620)
        app.add_sample()
        app.run("view.landmarks.68")
        self.result = app.state.shown.result
        self.photo: ImagePane = app.window.photo_view.pane
        self.uv: ImagePane = app.window.uv_view.pane
        self.stage = app.window.viewport.stage
        nose = self.result.landmarks["68"].xy_px[30]
        self.photo.zoom_to(2.5)
        self.photo.center_on(*nose)
        QApplication.processEvents()

    def uv_place(self, point) -> tuple[float, float]:
        u, v = uv_of(self.result.mesh.topology, point)
        side = self.result.textures["photo"].rgb.shape[0]
        return float(u) * side, (1 - float(v)) * side

    def in_3d(self, point) -> QPoint:
        mesh = self.result.mesh
        place = self.stage.projections[0].to_pane(position_mm(mesh.vertices, mesh.topology.triangles, point))
        return QPointF(*place).toPoint()

    def seen(self) -> dict[str, np.ndarray]:
        QApplication.processEvents()
        return {
            "photo": grabbed(self.photo),
            "texture": grabbed(self.uv),
            "3D": self.app.window.viewport.picture(1, False),
        }

    def spots(self, point) -> dict[str, QPoint]:
        mesh = self.result.mesh
        pixel = self.result.camera.project(position_mm(mesh.vertices, mesh.topology.triangles, point))
        return {"photo": at(self.photo, pixel), "texture": at(self.uv, self.uv_place(point)), "3D": self.in_3d(point)}


@pytest.fixture
def panes(app) -> Panes:
    return Panes(app)


def lit(before: np.ndarray, after: np.ndarray, spot: QPoint) -> int:
    """How many pixels changed around ``spot``."""
    rows = slice(max(spot.y() - REACH_PX, 0), spot.y() + REACH_PX)
    columns = slice(max(spot.x() - REACH_PX, 0), spot.x() + REACH_PX)
    return int((before[rows, columns] != after[rows, columns]).any(-1).sum())


@pytest.mark.parametrize("pane", ["photo", "texture", "3D"])
def test_a_landmark_clicked_in_one_pane_is_selected_in_all(panes: Panes, pane: str) -> None:
    wanted = landmark_selection(panes.result, "68", 30)
    before = panes.seen()
    if pane == "photo":
        click(panes.photo, panes.result.landmarks["68"].xy_px[30])
    elif pane == "texture":
        click(panes.uv, panes.uv_place(wanted.point))
    else:
        QTest.mouseClick(panes.stage.canvas, Qt.MouseButton.LeftButton, pos=panes.in_3d(wanted.point))
    panes.app.wait_until(lambda: panes.app.state.selection is not None)
    assert panes.app.state.selection == wanted
    after = panes.seen()
    for name, spot in panes.spots(wanted.point).items():
        assert lit(before[name], after[name], spot) > 25, name


def test_hovering_a_texel_lights_its_place_in_the_photo_and_in_3d(panes: Panes) -> None:
    before = panes.seen()
    cheek = landmark_selection(panes.result, "478", 50).point
    hover(panes.uv, panes.uv_place(cheek))
    hovered = panes.app.state.hover
    assert hovered is not None and hovered.kind == "texel"
    mesh = panes.result.mesh
    places = [position_mm(mesh.vertices, mesh.topology.triangles, point) for point in (hovered.point, cheek)]
    assert np.linalg.norm(places[0] - places[1]) < 0.01
    after = panes.seen()
    for name, spot in panes.spots(cheek).items():
        assert lit(before[name], after[name], spot) > 20, name
    panes.uv.hovered.emit(None)
    assert panes.app.state.hover is None
    dark = panes.seen()
    for name, spot in panes.spots(cheek).items():
        assert lit(before[name], dark[name], spot) == 0, name


def test_hovering_the_photo_lights_the_texel(panes: Panes) -> None:
    before = panes.seen()
    brow = landmark_selection(panes.result, "68", 24).point
    mesh = panes.result.mesh
    pixel = panes.result.camera.project(position_mm(mesh.vertices, mesh.topology.triangles, brow))
    panes.app.run("view.landmarks.68")  # off: the skin itself, not the dot
    before = panes.seen()
    hover(panes.photo, pixel)
    assert panes.app.state.hover is not None and panes.app.state.hover.kind == "point"
    assert uv_of(mesh.topology, panes.app.state.hover.point) == pytest.approx(uv_of(mesh.topology, brow), abs=2e-3)
    after = panes.seen()
    for name, spot in panes.spots(brow).items():
        assert lit(before[name], after[name], spot) > 20, name


def test_a_click_beside_the_head_deselects_everywhere(panes: Panes) -> None:
    before = panes.seen()
    panes.app.verbs.selecting.go_to("landmark", 30, "68")
    assert any((before[name] != now).any() for name, now in panes.seen().items())
    panes.photo.fit()
    click(panes.photo, (3, 3))
    assert panes.app.state.selection is None
    assert (panes.seen()["texture"] == before["texture"]).all()
