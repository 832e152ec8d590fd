"""Somebody looks through head-pose data sets, sees the truth beside what an engine makes of it, and compares in 3D."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import drops
import head_pose_factory as factory
import numpy as np
import pytest
import shiboken6
from factories import make_reconstruction
from fake_engine import FAKE
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QListWidget, QPushButton
from scipy.spatial.transform import Rotation

import faceviewer.engines.registry as registry
from faceviewer.app import head_pose_sets_work
from faceviewer.app.head_pose_sets_state import FaceDrawing, HeadPoseMade
from faceviewer.datasets.head_pose.opening import TITLES
from faceviewer.evaluation.columns import YAW_BINS
from faceviewer.gui.browser.grid import PictureGrid
from faceviewer.gui.dialogs.parts import PlainLabel
from faceviewer.gui.head_pose_sets.dialog import HeadPoseSetsDialog
from faceviewer.gui.head_pose_sets.face_pane import FacePane
from faceviewer.gui.head_pose_sets.row_table import RowTable
from faceviewer.gui.head_pose_sets.set_row import SetRow
from faceviewer.gui.panels.elided_label import ElidedLabel
from faceviewer.gui.user_interface import QtUserInterface
from faceviewer.types import Progress

WAIT_MS = 60_000


class Page:
    """The open browser, as a person sees and uses it."""

    def __init__(self, app, qtbot) -> None:
        self.app, self.qtbot = app, qtbot
        app.run("tools.head_pose_sets")
        shown = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
        self.dialog = next(one for one in shown if isinstance(one, HeadPoseSetsDialog))
        (self.grid,) = self.dialog.findChildren(PictureGrid)

    @property
    def state(self):
        return self.app.state.head_pose_sets

    def wait(self) -> None:
        self.app.wait_until(
            lambda: not (self.state.opening or self.state.searching or self.state.reading or self.state.looking),
            timeout=WAIT_MS,
        )
        QApplication.processEvents()

    def open(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(QtUserInterface, "choose_folder", lambda *_: folder)
        self.press("Choose folder…")
        self.wait()

    def press(self, text: str) -> None:
        (button,) = (one for one in self.dialog.findChildren(QPushButton) if one.text().replace("&", "") == text)
        assert button.isEnabled() and button.isVisible(), text
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def can_press(self, text: str) -> bool:
        (button,) = (one for one in self.dialog.findChildren(QPushButton) if one.text().replace("&", "") == text)
        return button.isEnabled()

    def pick(self, name: str, text: str) -> None:
        (combo,) = (one for one in self.dialog.findChildren(QComboBox) if one.accessibleName() == name)
        assert combo.isEnabled(), name
        combo.setCurrentText(text)
        combo.activated.emit(combo.currentIndex())
        self.wait()

    def check(self, name: str, on: bool) -> None:
        (box,) = (one for one in self.dialog.findChildren(QCheckBox) if one.accessibleName() == name)
        box.setChecked(on)
        QApplication.processEvents()

    def choose(self, row: int) -> None:
        self.grid.choose(row)
        self.app.wait_until(lambda: self.state.chosen is not None and not self.state.reading, timeout=WAIT_MS)
        QApplication.processEvents()

    def wait_for_engine(self) -> None:
        self.app.wait_until(lambda: self.state.job is None, timeout=WAIT_MS)
        QApplication.processEvents()

    def table(self) -> dict[str, tuple[str, str, str]]:
        (table,) = self.dialog.findChildren(RowTable)
        cells = [[table.item(row, column).text() for column in range(4)] for row in range(table.rowCount())]
        return {name: (truth, result, difference) for name, truth, result, difference in cells}

    def panes(self) -> tuple[FacePane, FacePane]:
        truth, result = self.dialog.findChildren(FacePane)
        return truth, result

    def notes(self) -> str:
        return next(one for one in self.dialog.findChildren(PlainLabel) if one.accessibleName() == "Notes").text()

    def said(self) -> str:
        lists = [one for one in self.dialog.findChildren(QListWidget) if one.isVisible()]
        return " ".join(one.item(row).text() for one in lists for row in range(one.count()))

    def texts(self) -> str:
        labels = (*self.dialog.findChildren(QLabel), *self.dialog.findChildren(ElidedLabel))
        return " ".join(label.text() for label in labels)


@pytest.fixture
def page(app, qtbot) -> Iterator[Page]:
    page = Page(app, qtbot)
    yield page
    if shiboken6.isValid(page.dialog):
        page.dialog.close()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that can be made to work for half a minute, among those to choose from."""
    monkeypatch.setitem(registry._ENGINES, FAKE.id, FAKE)


def drawn(pane: FacePane) -> np.ndarray:
    from PySide6.QtGui import QImage

    image = pane.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].copy()


def test_without_a_folder_it_says_what_to_do(page):
    assert "truth.json" in page.grid.placeholder and not page.can_press("Reconstruct")
    assert not page.can_press("Compare in 3D") and page.table() == {}


@pytest.mark.parametrize("kind", factory.WRITERS)
def test_each_data_set_is_opened_and_its_truth_shown(page, tmp_path, monkeypatch, kind):
    made = factory.WRITERS[kind](tmp_path)
    page.open(made.root, monkeypatch)
    assert page.grid.rows.rowCount() == len(made.keys) and f"{len(made.keys)} of {len(made.keys)} in" in page.texts()
    page.choose(0)
    truth, result = page.panes()
    assert truth.picture is not None and result.picture is not None
    assert page.table()["Yaw"][0] and not page.table()["Yaw"][1]
    assert "camera's axes" in page.notes() if kind in ("arkitface", "biwi") else "AFLW2000" in page.notes()
    page.grid.loader.wait()
    page.app.wait_until(lambda: page.grid.loader.look(0) is not None, timeout=WAIT_MS)
    assert not page.grid.loader.look(0).reason
    for name in ("Axes", "Box"):
        before = drawn(truth)
        page.check(name, False)
        assert (drawn(truth) != before).any(), name
    if made.vertices_mm:
        before = drawn(truth)
        page.check("Mesh", True)
        assert (drawn(truth) != before).any()


def test_both_photos_show_the_same_part(page, tmp_path, monkeypatch):
    made = factory.write_heads(tmp_path / "heads")
    page.open(made.root, monkeypatch)
    page.choose(0)
    truth, result = page.panes()
    fitted = truth.transform
    for pane, other in ((truth, result), (result, truth)):
        pane.zoom_to(3.0)
        pane.center_on(200.0, 150.0)
        assert other.transform == pane.transform != fitted
    page.choose(1)
    assert result.transform == truth.transform != fitted, "the next sample of that size is shown likewise"
    page.qtbot.mouseDClick(truth, Qt.MouseButton.LeftButton)
    assert result.transform == truth.transform == fitted


def test_a_folder_is_dropped_and_one_of_several_data_sets_chosen(page, tmp_path):
    root = factory.write_trg_root(tmp_path)
    assert drops.drop(page.dialog, drops.files([root]))
    page.wait()
    assert "say which is meant" in page.said()
    (combo,) = (one for one in page.dialog.findChildren(QComboBox) if one.accessibleName() == "Data set")
    titles = {combo.itemData(row): combo.itemText(row) for row in range(combo.count())}
    assert titles == {"auto": "Whatever is there", **TITLES}, "the sentence calls them as the choice does"
    page.pick("Data set", "ARKitFace")
    assert page.grid.rows.rowCount() == 3 and "research only" in page.texts()
    page.pick("Part", "Train")
    assert page.grid.rows.rowCount() == 0 and page.said()
    page.pick("Part", "Test")
    assert page.grid.rows.rowCount() == 3
    page.pick("Data set", "BIWI")
    assert page.grid.rows.rowCount() == 4
    assert not drops.drop(page.dialog, drops.files([factory.SAMPLE_PHOTO])), "a photo is no data set"


def test_samples_are_searched_and_the_chosen_one_stays(page, tmp_path, monkeypatch):
    made = factory.write_arkitface(tmp_path, 6)
    page.open(made.root, monkeypatch)
    page.choose(4)
    (field,) = (one for one in page.dialog.findChildren(QLineEdit) if one.accessibleName() == "Search")
    page.qtbot.keyClicks(field, "frown")
    page.wait()
    assert page.grid.rows.rowCount() == 2 and page.grid.currentIndex().row() == 1
    assert page.state.chosen.key == made.keys[4] and "2 of 6" in page.texts()
    page.qtbot.keyClicks(field, " nobody")
    page.wait()
    assert page.grid.rows.rowCount() == 0 and page.state.chosen is None and page.table() == {}
    assert "No sample is found" in page.grid.placeholder


def test_the_grid_takes_the_focus_of_what_is_disabled(page, tmp_path, monkeypatch):
    """Space, pressed twice on Reconstruct, opened the photo in the window; after a folder, Down chose nothing."""
    made = factory.write_heads(tmp_path / "heads")
    page.open(made.root, monkeypatch)
    assert page.dialog.focusWidget() is page.grid
    page.qtbot.keyClick(page.dialog.focusWidget(), Qt.Key.Key_Down)
    page.wait()
    assert page.state.chosen is not None and page.state.chosen.key == made.keys[0]
    (combo,) = (one for one in page.dialog.findChildren(QComboBox) if one.accessibleName() == "Data set")
    combo.setFocus()
    page.pick("Data set", "Folder of your own")
    assert page.dialog.focusWidget() is page.grid
    page.choose(0)
    monkeypatch.setattr(
        page.app.verbs.head_pose_sets.trial, "ask", lambda _, told: told.progressed(Progress("Fitting"))
    )
    page.press("Reconstruct")
    assert not page.can_press("Reconstruct") and page.dialog.focusWidget() is page.grid
    page.qtbot.keyClick(page.dialog.focusWidget(), Qt.Key.Key_Space)
    assert not page.app.state.documents
    next(one for one in page.dialog.findChildren(QPushButton) if one.text() == "Cancel").setFocus()
    page.app.verbs.head_pose_sets.ended(f"{made.keys[0]}: no face was found.", failed=True)
    assert page.dialog.focusWidget() is page.grid


def test_the_photo_of_a_failure_says_so_until_another_is_chosen(page, tmp_path, monkeypatch):
    page.open(factory.write_heads(tmp_path / "heads").root, monkeypatch)
    page.choose(0)
    hints: list[str] = []
    plain = FacePane.set_hint
    monkeypatch.setattr(FacePane, "set_hint", lambda pane, text: (hints.append(text), plain(pane, text))[1])
    page.app.verbs.head_pose_sets.ended("head0: no face was found.", failed=True)
    assert hints[-1] == "The engine made no head of this photo."
    page.choose(1)
    assert hints[-1] == "Reconstruct shows the result."


def test_what_places_say_is_among_the_notes_once_they_are_compared(page, tmp_path, monkeypatch):
    page.open(factory.write_heads(tmp_path / "heads").root, monkeypatch)
    page.choose(0)
    assert "own origin" not in page.notes()
    chosen, verbs = page.state.chosen, page.app.verbs.head_pose_sets
    result = make_reconstruction(size=chosen.photo.size)
    verbs.made(HeadPoseMade(chosen.key, verbs.engine(), result, FaceDrawing()))
    assert page.table()["x, y, z"][2] and page.notes().count("own origin") == 1


def turned_head(number: int) -> np.ndarray:
    """(3, 3) of a head with another yaw for each number, as ARKitFace counts it."""
    yaw = (10, -45, 75, 20, 50, 0)[number % 6]
    return factory.FLIP @ Rotation.from_euler("yxz", [yaw, 5, 3], degrees=True).as_matrix()


def test_samples_are_shown_by_how_far_heads_are_turned(page, tmp_path, monkeypatch):
    made = factory.write_arkitface(tmp_path, 6, rotation=turned_head)
    made.annotations[made.keys[5]].write_bytes(b"broken")
    page.open(made.root, monkeypatch)
    page.choose(4)
    (combo,) = (one for one in page.dialog.findChildren(QComboBox) if one.accessibleName() == "Turned")
    assert [combo.itemText(row) for row in range(1, 4)] == [
        f"{low:.0f}° to {high:.0f}°".replace("0° to 30°", "Up to 30°") for _, low, high in YAW_BINS
    ], "the words are those of the evaluation's bins"
    assert [combo.itemData(row) for row in range(1, 4)] == list(range(len(YAW_BINS)))
    assert "yaw" in combo.toolTip()
    combo.setFocus()
    for count in (2, 2, 1, 0, 1):
        page.qtbot.keyClick(combo, Qt.Key.Key_Down)
        page.wait()
        assert page.grid.rows.rowCount() == count and f"{count} of 6 in" in page.texts()
        assert "looked at" not in page.texts()
    page.choose(0)
    assert page.state.chosen.key == made.keys[5] and made.annotations[made.keys[5]].name in page.notes()
    page.pick("Turned", "Any")
    assert page.grid.rows.rowCount() == 6 and page.state.chosen.key == made.keys[5]


def test_an_empty_grid_names_the_choice_that_emptied_it(page, tmp_path, monkeypatch):
    page.open(factory.write_arkitface(tmp_path, 3, rotation=turned_head).root, monkeypatch)
    page.pick("Turned", "Beyond 90°")
    assert page.grid.placeholder == "No sample comes under “Beyond 90°” of Turned. “Any” shows all of them."
    (field,) = (one for one in page.dialog.findChildren(QLineEdit) if one.accessibleName() == "Search")
    page.qtbot.keyClicks(field, "frown")
    page.wait()
    assert "found by this search comes under “Beyond 90°”" in page.grid.placeholder
    page.qtbot.keyClicks(field, " nobody")
    page.wait()
    assert page.grid.placeholder == "No sample is found by this search."


def test_a_long_count_is_shortened_and_makes_no_window_wider(page, tmp_path, monkeypatch):
    page.open(factory.write_arkitface(tmp_path, 3).root, monkeypatch)
    (line,) = page.dialog.findChildren(SetRow)
    page.dialog.resize(1000, 700)
    QApplication.processEvents()
    least, room = line.minimumSizeHint().width(), line.search.width()
    assert line.count.width() >= line.count.sizeHint().width(), "all of a short one is seen"
    line.count.set_text("1,234 of 15,678 in BIWI Kinect Head Pose; 12,345 looked at")
    QApplication.processEvents()
    assert line.minimumSizeHint().width() == least and line.search.width() < room
    assert line.count.geometry().right() < line.width() <= 1000 and line.count.width() > 200


def test_found_samples_stay_in_place_while_others_are_looked_at(page, tmp_path, monkeypatch):
    made = factory.write_arkitface(tmp_path, 60, rotation=turned_head)
    page.open(made.root, monkeypatch)
    monkeypatch.setattr(head_pose_sets_work, "_SLICE_S", 0.0)
    plain, door = head_pose_sets_work._true_yaw_deg, threading.Event()

    def slow(dataset, key: str) -> float:
        if key == made.keys[40]:
            assert door.wait(WAIT_MS / 1000)
        return plain(dataset, key)

    monkeypatch.setattr(head_pose_sets_work, "_true_yaw_deg", slow)
    (combo,) = (one for one in page.dialog.findChildren(QComboBox) if one.accessibleName() == "Turned")
    combo.setCurrentText("Up to 30°")
    combo.activated.emit(combo.currentIndex())
    page.app.wait_until(lambda: "; 40 looked at" in page.texts(), timeout=WAIT_MS)
    assert page.grid.rows.rowCount() == 20 and page.can_press("Cancel")
    page.grid.choose(1)
    page.grid.verticalScrollBar().setValue(page.grid.verticalScrollBar().maximum())
    place = page.grid.verticalScrollBar().value()
    door.set()
    page.wait()
    assert page.grid.rows.rowCount() == 30 and "30 of 60" in page.texts() and "looked at" not in page.texts()
    assert page.grid.verticalScrollBar().value() == place > 0 and page.grid.currentIndex().row() == 1
    assert page.state.chosen is not None and page.state.chosen.key == made.keys[3]


def test_the_built_in_engine_is_set_beside_the_truth_and_compared_in_3d(page, shared, monkeypatch):
    page.open(shared / "data/heads", monkeypatch)
    page.choose(2)
    page.check("True focal length", True)
    page.qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    page.wait_for_engine()
    assert page.state.made is not None, page.said()
    table = page.table()
    degrees = float(table["Rotation"][2].removesuffix("°"))
    assert degrees < 6 and float(table["68 landmarks (NME)"][2]) < 0.1
    assert all(table["Distance"]) and "was told" in page.notes() and "own origin" in page.notes()
    page.press("Compare in 3D")
    page.app.wait_until(
        lambda: page.app.state.comparison is not None and page.app.state.comparison.outcome is not None, timeout=WAIT_MS
    )
    assert page.app.state.comparison.outcome.statistics.mean_absolute_mm < 5
    page.app.run("tools.heat_map")
    assert page.app.state.comparison.layout == "heat map"
    assert [document.kind for document in page.app.state.documents] == ["mesh", "photo"]
    page.press("Open in the window")
    assert page.app.state.documents[-1].path == shared / "data/heads/head1_view2.jpg"
    page.app.verbs.reconstructing.cancel()


def test_aflw2000s_own_samples(page, shared, monkeypatch):
    page.open(shared / "data/aflw2000", monkeypatch)
    page.choose(0)
    page.press("Reconstruct")
    page.wait_for_engine()
    assert float(page.table()["Rotation"][2].removesuffix("°")) < 8, page.table()
    assert not page.table()["x, y, z"][0] and page.table()["x, y, z"][1], "AFLW2000-3D knows no places"
    assert not page.can_press("Compare in 3D")


def test_broken_samples_are_shown_as_broken_and_told(page, tmp_path, monkeypatch):
    made = factory.write_heads(tmp_path / "heads", 4)
    factory.DAMAGES["truncated"](made.annotations[made.keys[0]])  # of two photos
    made.photos[made.keys[3]].write_bytes(b"no picture")
    page.open(made.root, monkeypatch)
    page.grid.loader.wait()
    page.app.wait_until(lambda: all(page.grid.loader.look(row) for row in range(4)), timeout=WAIT_MS)
    assert [bool(page.grid.loader.look(row).reason) for row in range(4)] == [True, True, False, True]
    page.choose(0)
    truth, _ = page.panes()
    assert "head0.npz" in page.notes() and page.table() == {} and truth.picture is not None
    page.choose(3)
    assert "head1_view1.jpg" in page.notes() and truth.picture is None and not page.can_press("Reconstruct")
    page.choose(2)
    assert page.can_press("Reconstruct") and page.table()


def test_problems_of_the_data_set_are_listed(page, tmp_path, monkeypatch):
    made = factory.write_aflw2000(tmp_path / "AFLW2000")
    made.annotations[made.keys[1]].unlink()
    page.open(made.root, monkeypatch)
    assert page.said().count(made.keys[1]) == 1, "told once"
    page.choose(0)
    assert made.keys[1] in page.said(), "also once a sample was chosen"


def test_it_is_cancelled_and_closed_while_busy(page, app, qtbot, fake, tmp_path, monkeypatch):
    made = factory.write_aflw2000(tmp_path / "AFLW2000", photo=factory.portrait)
    for key, name in zip(made.keys[:2], ("patient1", "patient2"), strict=True):
        for path in (made.photos[key], made.annotations[key]):
            path.rename(path.with_name(f"{name}{path.suffix}"))
    page.dialog.close()
    page = Page(app, qtbot)  # the engines are listed when it opens
    page.open(made.root, monkeypatch)
    page.pick("Engine", FAKE.title)
    page.choose(1)
    page.press("Reconstruct")
    app.wait_until(lambda: page.state.job is not None and page.state.job.stage == "Fitting", timeout=WAIT_MS)
    assert not page.can_press("Reconstruct")
    page.press("Cancel")
    assert page.state.job is None and "Cancelled" in page.said()
    page.choose(0)
    page.press("Reconstruct")
    page.wait_for_engine()
    assert page.state.made is not None and page.state.made.engine == "fake"
    page.choose(2)
    page.press("Reconstruct")
    app.wait_until(lambda: page.state.job is not None and page.state.job.stage == "Fitting", timeout=WAIT_MS)
    page.dialog.close()
    assert page.state.job is None
    again = Page(app, qtbot)
    assert again.grid.rows.rowCount() == 3 and again.state.chosen is None
    again.choose(2)
    again.press("Reconstruct")
    app.wait_until(lambda: again.state.job is not None, timeout=WAIT_MS)
    app.window.close()


def test_what_the_window_does_takes_the_engine(page, app, fake, tmp_path, monkeypatch):
    made = factory.write_aflw2000(tmp_path / "AFLW2000", 1, photo=factory.portrait)
    for path in (made.photos[made.keys[0]], made.annotations[made.keys[0]]):
        path.rename(path.with_name(f"patient{path.suffix}"))
    page.open(made.root, monkeypatch)
    page.app.verbs.head_pose_sets.choose_engine("fake")
    page.choose(0)
    page.press("Reconstruct")
    app.wait_until(lambda: page.state.job is not None and page.state.job.stage == "Fitting", timeout=WAIT_MS)
    app.verbs.opening.open_sample()
    app.wait_until(lambda: page.state.job is None, timeout=WAIT_MS)
    assert "something else" in page.said()
    app.wait_until(lambda: app.state.shown.result is not None, timeout=WAIT_MS)
    page.press("Reconstruct")
    app.wait_until(lambda: page.state.job is not None, timeout=WAIT_MS)
    assert app.state.job is None and app.state.shown.result is not None
    page.press("Cancel")
