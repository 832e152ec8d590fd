"""Somebody measures on the head, in 3D and in the photo, and reads the numbers in the panel."""

from __future__ import annotations

import numpy as np
import pytest
from pane_bench import click
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTableWidget, QToolButton

from faceviewer.app.measured import SCALE_NOTE
from faceviewer.app.selecting import landmark_selection
from faceviewer.geometry.geodesic import surface_path
from faceviewer.geometry.surface import position_mm
from faceviewer.gui.panels.measure import MeasurePanel


class Measuring:
    """The window with the sample's head, its landmarks shown, and the panel Measure in front."""

    def __init__(self, app) -> None:
        self.app = app
        app.window.resize(1250, 640)
        app.add_sample()
        app.run("view.landmarks.68")
        app.run("view.panel.measure")
        QApplication.processEvents()
        self.panel: MeasurePanel = app.window.panels["measure"]
        self.result = app.state.shown.result

    def table(self, name: str) -> list[list[str]]:
        """What a table of the panel shows."""
        QApplication.processEvents()
        table = self.find_table(name)
        return [[table.item(row, column).text() for column in (0, 1)] for row in range(table.rowCount())]

    def find_table(self, name: str) -> QTableWidget:
        return next(table for table in self.panel.findChildren(QTableWidget) if table.accessibleName() == name)

    def mm(self, *landmarks: int) -> np.ndarray:
        """Where landmarks of the set 68 are on the mesh as it is shown."""
        mesh = self.app.state.shown.mesh
        points = (landmark_selection(self.result, "68", index).point for index in landmarks)
        return np.array([position_mm(mesh.vertices, mesh.topology.triangles, point) for point in points])

    def take(self, title: str) -> None:
        """Take a tool in hand by its button in the panel."""
        next(button for button in self.panel.findChildren(QToolButton) if button.accessibleName() == title).click()

    def click_3d(self, *landmarks: int) -> None:
        stage = self.app.window.viewport.stage
        for index in landmarks:
            place = stage.projections[0].to_pane(self.mm(index)[0])
            QTest.mouseClick(stage.canvas, Qt.MouseButton.LeftButton, pos=QPointF(*place).toPoint())

    def click_photo(self, *landmarks: int) -> None:
        pane = self.app.window.photo_view.pane
        pane.zoom_to(4.0)
        pane.center_on(*self.result.landmarks["68"].xy_px[30])
        QApplication.processEvents()
        for index in landmarks:
            click(pane, self.result.landmarks["68"].xy_px[index])


@pytest.fixture
def measuring(app) -> Measuring:
    return Measuring(app)


def texts(widget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def number(text: str) -> float:
    return float(text.split()[0].removesuffix("°"))


@pytest.mark.parametrize("where", ["3D", "photo"])
def test_a_distance_between_two_clicked_landmarks(measuring: Measuring, where: str) -> None:
    click_on = measuring.click_3d if where == "3D" else measuring.click_photo
    measuring.take("Measure a distance")
    assert "first point" in texts(measuring.panel)
    click_on(36)
    assert "second point" in texts(measuring.panel) and len(measuring.app.state.pending_points) == 1
    click_on(45)
    a, b = measuring.mm(36, 45)
    ((title, value),) = measuring.table("Measurements")
    assert title == "Distance" and number(value) == pytest.approx(np.linalg.norm(b - a), abs=0.051)
    line = measuring.app.window.viewport.stage.overlay.sheets[0].annotations.lines[-1]
    np.testing.assert_allclose(line.xyz_mm, [a, b], atol=1e-6)
    assert line.label == value


def test_points_of_the_skin_can_be_measured_too(measuring: Measuring) -> None:
    measuring.app.run("view.landmarks.68")  # off: nothing to snap to
    measuring.take("Measure a distance")
    measuring.click_3d(30, 8)
    a, b = measuring.mm(30, 8)
    ((_, value),) = measuring.table("Measurements")
    assert number(value) == pytest.approx(np.linalg.norm(b - a), abs=1.5)  # a click hits within a pixel


def test_the_way_over_the_skin_is_longer_than_the_straight_one(measuring: Measuring) -> None:
    measuring.take("Measure along the surface")
    measuring.click_3d(36, 45)
    points = [landmark_selection(measuring.result, "68", index).point for index in (36, 45)]
    mesh = measuring.app.state.shown.mesh
    way = surface_path(mesh.vertices, mesh.topology.triangles, *points)
    ((title, value),) = measuring.table("Measurements")
    assert title == "Along the surface" and number(value) == pytest.approx(way.length, abs=0.051)
    assert number(value) > np.linalg.norm(np.diff(measuring.mm(36, 45), axis=0)) + 1
    stage = measuring.app.window.viewport.stage
    measuring.app.wait_until(lambda: bool(stage.overlay.sheets[0].annotations.lines))  # once the head is at rest
    np.testing.assert_allclose(stage.overlay.sheets[0].annotations.lines[0].xyz_mm, way.points)


def test_an_angle_has_its_corner_at_the_second_point(measuring: Measuring) -> None:
    measuring.take("Measure an angle")
    measuring.click_3d(48, 30, 54)
    a, corner, b = measuring.mm(48, 30, 54)
    cosine = (a - corner) @ (b - corner) / np.linalg.norm(a - corner) / np.linalg.norm(b - corner)
    ((title, value),) = measuring.table("Measurements")
    assert title == "Angle" and value.endswith("°")
    assert number(value) == pytest.approx(np.degrees(np.arccos(cosine)), abs=0.051)


def test_measurements_are_undone_redone_and_removed(measuring: Measuring) -> None:
    measuring.take("Measure a distance")
    measuring.click_3d(36, 45, 48, 54)
    both = measuring.table("Measurements")
    assert len(both) == 2
    measuring.app.run("edit.undo")
    assert measuring.table("Measurements") == both[:1]
    measuring.app.run("edit.redo")
    assert measuring.table("Measurements") == both
    next(
        button
        for button in measuring.panel.findChildren(QToolButton)
        if button.accessibleName() == "Remove measurement 1"
    ).click()
    assert measuring.table("Measurements") == both[1:]
    measuring.app.run("edit.undo")
    assert measuring.table("Measurements") == both
    measuring.app.run("tools.clear_measurements")
    assert measuring.table("Measurements") == []


def test_values_follow_the_mesh_when_it_is_edited(measuring: Measuring) -> None:
    measuring.take("Measure a distance")
    measuring.click_3d(57, 27)
    ((_, before),) = measuring.table("Measurements")
    named = dict(measuring.table("Measures of the face"))
    measuring.app.verbs.editing.set_expression("jawOpen", 1.0)
    measuring.app.verbs.editing.finish()
    measuring.app.wait_until(lambda: measuring.table("Measurements")[0][1] != before)
    ((_, after),) = measuring.table("Measurements")
    a, b = measuring.mm(57, 27)
    assert number(after) == pytest.approx(np.linalg.norm(b - a), abs=0.051) and number(after) > number(before) + 5
    assert float(dict(measuring.table("Measures of the face"))["Face height"]) > float(named["Face height"]) + 5
    measuring.app.run("edit.undo")
    measuring.app.wait_until(lambda: measuring.table("Measurements")[0][1] == before)


def test_named_measures_are_listed_and_shown_on_the_head(measuring: Measuring) -> None:
    named = dict(measuring.table("Measures of the face"))
    assert len(named) >= 12
    inner = np.linalg.norm(np.diff(measuring.mm(39, 42), axis=0))
    assert float(named["Between the inner eye corners"]) == pytest.approx(inner, abs=0.051)
    table = measuring.find_table("Measures of the face")
    table.selectRow(list(named).index("Between the inner eye corners"))
    (line,) = measuring.app.window.viewport.stage.overlay.sheets[0].annotations.lines
    assert line.label == f"Between the inner eye corners: {inner:.1f} mm"
    np.testing.assert_allclose(line.xyz_mm, measuring.mm(39, 42), atol=1e-4)
    table.clearSelection()
    assert not measuring.app.window.viewport.stage.overlay.sheets[0].annotations.lines


def test_the_assumption_of_scale_is_written_beside_the_numbers(measuring: Measuring) -> None:
    assert SCALE_NOTE in texts(measuring.panel)
    stage = measuring.app.window.viewport.stage
    assert SCALE_NOTE not in stage.overlay.sheets[0].annotations.notes
    measuring.take("Measure a distance")
    measuring.click_3d(36, 45)
    assert SCALE_NOTE in stage.overlay.sheets[0].annotations.notes
    measuring.app.run("view.panel.layers")
    measuring.app.run("view.panel.measure")
    QTest.mouseClick(_copy_button(measuring.panel), Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text().splitlines()
    assert copied[0].startswith("Distance\t") and copied[-1] == SCALE_NOTE


def _copy_button(panel: MeasurePanel):
    return next(button for button in panel.findChildren(QPushButton) if button.text() == "Copy all")
