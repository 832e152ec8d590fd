"""Somebody lays one head beside another and reads how far they are apart."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDoubleSpinBox, QLabel, QPushButton

from faceviewer.app.documents import next_id, with_documents
from faceviewer.app.state import Document, HeadRef
from faceviewer.geometry.normals import vertex_normals
from faceviewer.gui.panels.compare import ComparePanel
from faceviewer.types import Reconstruction


class Comparing:
    """The window with the sample's head and a changed copy of it, and the panel Compare in front."""

    def __init__(self, app) -> None:
        self.app = app
        app.window.resize(1250, 640)
        photo, (self.head, *_) = app.sample
        self.photo = photo
        self.first = app.add_sample("first.jpg")
        app.run("view.panel.compare")
        self.panel: ComparePanel = app.window.panels["compare"]

    def add(self, title: str, vertices: np.ndarray) -> HeadRef:
        """Put the sample's head with other vertices into the list, and show the first head again."""
        mesh = replace(self.head.mesh, vertices=vertices.astype(np.float32))
        head: Reconstruction = replace(self.head, mesh=mesh)
        number = next_id(self.app.state)
        document = Document(number, title, status="done", photo=self.photo, faces=(head.face,), heads={1: head})
        self.app.verbs.store.update(with_documents(self.app.state, [document]))
        self.app.verbs.opening.choose_document(self.first.document)
        QApplication.processEvents()
        return HeadRef(number, 1)

    def compare(self) -> None:
        self.button("Compare").click()
        self.wait_for_figures()

    def wait_for_figures(self) -> None:
        def measured() -> bool:
            return self.app.state.comparison is not None and self.app.state.comparison.outcome is not None

        self.app.wait_until(measured, timeout=20_000)
        QApplication.processEvents()

    def figures(self) -> dict[str, float]:
        """The table of the panel: title -> millimetres."""
        rows = re.findall(r"<tr><td>(.+?)&nbsp;&nbsp;</td><td align='right'>(.+?) mm</td>", self.text())
        return {title: float(value.replace("−", "-")) for title, value in rows}

    def text(self) -> str:
        return next(x for x in self.panel.findChildren(QLabel) if x.accessibleName() == "Distances").text()

    def button(self, text: str) -> QPushButton:
        return next(button for button in self.panel.findChildren(QPushButton) if button.text() == text)

    def choose(self, chooser: str, entry: str) -> None:
        """Choose an entry of one of the panel's lists as a person does."""
        box = next(box for box in self.panel.findChildren(QComboBox) if box.accessibleName() == chooser)
        index = box.findText(entry)
        assert index >= 0, entry
        box.setCurrentIndex(index)
        box.activated.emit(index)
        QApplication.processEvents()

    @property
    def stage(self):
        return self.app.window.viewport.stage

    def halves(self) -> tuple[np.ndarray, np.ndarray]:
        """What is drawn on the left and on the right, without titles."""
        picture = self.app.window.viewport.picture(1, False, annotated=False).astype(int)
        middle = picture.shape[1] // 2
        return picture[:, :middle], picture[:, -middle:]


@pytest.fixture
def comparing(app) -> Comparing:
    return Comparing(app)


def test_a_head_moved_outwards_by_a_known_length_gives_that_length(comparing: Comparing) -> None:
    mesh = comparing.head.mesh
    comparing.add("thicker.jpg", mesh.vertices + 2.5 * vertex_normals(mesh.vertices, mesh.topology.triangles))
    comparing.compare()
    comparing.choose("Alignment", "Leave as they are")
    comparing.wait_for_figures()
    assert comparing.figures() == {
        "Mean, signed": 2.5,
        "Mean, without sign": 2.5,
        "Root mean square": 2.5,
        "95th percentile": 2.5,
        "Largest": 2.5,
    }
    comparing.button("Swap").click()
    comparing.wait_for_figures()
    swapped = comparing.figures()
    assert swapped["Mean, without sign"] == 2.5
    assert swapped["Mean, signed"] < -2, "inside of it, but in folds, where the thicker skin faces other ways"
    assert comparing.app.state.comparison.reference != comparing.first


def test_the_alignment_is_chosen_and_stated(comparing: Comparing) -> None:
    comparing.add("larger.jpg", comparing.head.mesh.vertices * 1.25 + [10.0, -4.0, 20.0])
    comparing.compare()
    assert "Turned, shifted and scaled by 0.8000" in comparing.text()
    assert max(comparing.figures().values()) < 0.01
    comparing.choose("Alignment", "Turn and shift")
    comparing.wait_for_figures()
    assert "Turned and shifted to fit" in comparing.text() and comparing.figures()["Root mean square"] > 3
    comparing.choose("Alignment", "Leave as they are")
    comparing.wait_for_figures()
    assert "Not aligned" in comparing.text() and comparing.figures()["Largest"] > 20


def test_turning_one_head_turns_the_other(comparing: Comparing) -> None:
    comparing.add("copy.jpg", comparing.head.mesh.vertices.copy())
    comparing.compare()
    left, right = comparing.halves()
    assert np.abs(left - right).mean() < 2, "the same head twice, but for half a pixel"
    canvas, height = comparing.stage.canvas, comparing.stage.height()
    start, end = QPoint(comparing.stage.width() * 3 // 4, height // 2), QPoint(comparing.stage.width() - 4, height // 2)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    for at in (start + QPoint(20, 0), end):
        QTest.mouseMove(canvas, at)
        QTest.qWait(20)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)
    turned_left, turned_right = comparing.halves()
    assert np.abs(turned_left - left).mean() > 5, "the left one was not touched but turned"
    assert np.abs(turned_left - turned_right).mean() < 2
    np.testing.assert_allclose(comparing.stage.projections[0].view, comparing.stage.projections[1].view)


def test_both_heads_are_named_and_large(comparing: Comparing) -> None:
    comparing.add("other.jpg", comparing.head.mesh.vertices.copy())
    comparing.compare()
    titles = [sheet.annotations.title for sheet in comparing.stage.overlay.sheets]
    assert titles == ["first.jpg", "other.jpg"]
    for projection in comparing.stage.projections:
        at = projection.to_pane(comparing.head.mesh.vertices) / projection.size
        assert at.min() > 0 and at.max() < 1, "all of it"
        assert np.ptp(at, axis=0).max() > 0.7, "and as large as the half allows"


def test_the_heat_map_has_a_scale_whose_range_can_be_set(comparing: Comparing) -> None:
    vertices = comparing.head.mesh.vertices.copy()
    nose = np.linalg.norm(vertices - vertices[vertices[:, 2].argmax()], axis=1) < 25
    vertices[nose, 2] += 6
    comparing.add("long nose.jpg", vertices)
    comparing.compare()
    comparing.choose("Alignment", "Leave as they are")
    comparing.choose("Layout", "Heat map")
    comparing.wait_for_figures()
    (sheet,) = comparing.stage.overlay.sheets
    assert sheet.annotations.title == "long nose.jpg\nagainst first.jpg"
    assert "Distance in mm" in sheet.annotations.scale.title
    comparing.panel.findChild(QDoubleSpinBox).setValue(6.0)
    QApplication.processEvents()
    (sheet,) = comparing.stage.overlay.sheets
    assert (sheet.annotations.scale.low, sheet.annotations.scale.high) == ("−6.0", "+6.0")
    picture = comparing.app.window.viewport.picture(1, False, annotated=False).astype(int)
    x, y = sheet.projection.to_pane(vertices[vertices[:, 2].argmax()]).astype(int)
    assert picture[y + 4, x, 0] > picture[y + 4, x, 2] + 60, "the nose lies outside: red"
    x, y = sheet.projection.to_pane(vertices[vertices[:, 1].argmax()]).astype(int)
    assert np.ptp(picture[y + 15, x]) < 25, "the rest has not moved: grey"
    assert comparing.figures()["Largest"] == pytest.approx(6.0, abs=0.01)


def test_a_range_is_typed_with_its_decimals(comparing: Comparing, qtbot) -> None:
    comparing.add("same.jpg", comparing.head.mesh.vertices)
    comparing.compare()
    field = comparing.panel.findChild(QDoubleSpinBox)
    for typed, value in (("12.5", 12.5), ("0.5", 0.5), ("3.05", 3.05)):
        field.selectAll()
        for letter in typed:
            qtbot.keyClicks(field, letter)
            QApplication.processEvents()
        assert field.value() == comparing.app.state.comparison.range_mm == value


def test_the_end_restores_what_was_there(comparing: Comparing) -> None:
    comparing.add("other.jpg", comparing.head.mesh.vertices * 1.1)
    before = comparing.app.window.viewport.picture(1, False)
    comparing.compare()
    assert (comparing.app.window.viewport.picture(1, False) != before).any()
    comparing.button("End comparison").click()
    QApplication.processEvents()
    assert comparing.app.state.comparison is None and comparing.text() == ""
    assert comparing.app.state.shown.head == comparing.first
    assert (comparing.app.window.viewport.picture(1, False) == before).all()


@pytest.mark.parametrize("which", ["reference", "other"])
def test_removing_a_compared_photo_ends_the_comparison(comparing: Comparing, which: str) -> None:
    other = comparing.add("other.jpg", comparing.head.mesh.vertices * 1.1)
    comparing.compare()
    comparing.app.verbs.opening.remove((comparing.first if which == "reference" else other).document)
    QApplication.processEvents()
    assert comparing.app.state.comparison is None
    assert len(comparing.stage.panes) == 1 and comparing.stage.panes[0].subject is not None
    assert not comparing.button("Compare").isEnabled() and "needs two heads" in _hints(comparing.panel)


def test_figures_follow_the_sliders(comparing: Comparing) -> None:
    comparing.add("copy.jpg", comparing.head.mesh.vertices.copy())
    comparing.compare()
    assert comparing.figures()["Largest"] == 0
    comparing.app.verbs.editing.set_expression("jawOpen", 1.0)
    comparing.app.verbs.editing.finish()
    comparing.app.wait_until(lambda: comparing.figures().get("Largest", 0) > 5, timeout=20_000)


def test_one_head_alone_says_what_is_missing(comparing: Comparing) -> None:
    assert "needs two heads" in _hints(comparing.panel)
    assert not comparing.button("Compare").isEnabled()
    assert not comparing.app.window.actions_by_id["tools.compare"].isEnabled()


def _hints(panel: ComparePanel) -> str:
    return " ".join(label.text() for label in panel.findChildren(QLabel))
