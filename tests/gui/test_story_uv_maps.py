"""Somebody looks through a folder of FFHQ-UV's maps, finds some, and puts one on a head."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from ffhq_uv_factory import LIGHT, project_files, write_map, write_project, write_set
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QListWidget, QPushButton

from faceviewer.app.lighting import worn_map
from faceviewer.gui.browser.grid import PictureGrid
from faceviewer.gui.dialogs.parts import PlainLabel
from faceviewer.gui.user_interface import QtUserInterface
from faceviewer.gui.uv_maps.dialog import UvMapsDialog

WAIT_MS = 30_000
NUMBERS = tuple(range(12))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Maps of somebody's own making, numbered as the project's files are."""
    for number in NUMBERS:
        write_map(tmp_path / "set" / f"{number:05d}.png", seed=number)
    (tmp_path / "set/00007.png").write_bytes(b"no picture")
    write_project(tmp_path / "set/dataset_project", project_files(NUMBERS))
    return tmp_path / "set"


class Page:
    """The open browser, as a person sees and uses it."""

    def __init__(self, app, qtbot) -> None:
        self.app, self.qtbot = app, qtbot
        app.run("tools.uv_maps")
        shown = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
        self.dialog = next(one for one in shown if isinstance(one, UvMapsDialog))
        (self.grid,) = self.dialog.findChildren(PictureGrid)

    @property
    def maps(self):
        return self.app.state.uv_maps

    def wait(self) -> None:
        self.app.wait_until(
            lambda: not self.maps.opening and self.maps.updating is None and not self.maps.searching, timeout=WAIT_MS
        )

    def open(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(QtUserInterface, "choose_folder", lambda *_: folder)
        self.press("Choose folder…")
        self.wait()

    def press(self, text: str) -> None:
        (button,) = (one for one in self.dialog.findChildren(QPushButton) if one.text() == text)
        assert button.isEnabled() and button.isVisible(), text
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def ids(self) -> list[int]:
        self.wait()
        return [int(self.grid.rows.index(row).data()) for row in range(self.grid.rows.rowCount())]

    def type(self, name: str, text: str) -> list[int]:
        (field,) = (one for one in self.dialog.findChildren(QLineEdit) if one.accessibleName() == name)
        field.clear()
        self.qtbot.keyClicks(field, text)
        return self.ids()

    def pick(self, name: str, text: str) -> list[int]:
        (combo,) = (one for one in self.dialog.findChildren(QComboBox) if one.accessibleName() == name)
        combo.setCurrentText(text)
        return self.ids()

    def choose(self, number: int) -> dict[str, str]:
        """What the panel says of a map."""
        self.grid.choose(self.ids().index(number))
        self.app.wait_until(
            lambda: self.maps.chosen is not None and self.maps.chosen.entry.id == f"{number:05d}", timeout=WAIT_MS
        )
        QApplication.processEvents()
        return {one.accessibleName(): one.text() for one in self.dialog.findChildren(PlainLabel)}

    def said(self) -> list[str]:
        listed = next(one for one in self.dialog.findChildren(QListWidget) if one.accessibleName())
        return [listed.item(row).text() for row in range(listed.count())]

    def texts(self) -> str:
        return " ".join(label.text() for label in self.dialog.findChildren(QLabel))


@pytest.fixture
def page(app, qtbot) -> Iterator[Page]:
    page = Page(app, qtbot)
    yield page
    if shiboken6.isValid(page.dialog):
        page.dialog.close()


def test_without_a_folder_it_says_what_to_do(page):
    assert "Choose the folder" in page.grid.placeholder and "research only" in page.texts()


def test_maps_are_found_and_sorted(page, root, monkeypatch):
    page.open(root, monkeypatch)
    assert page.ids() == list(NUMBERS) and "12 of 12 maps" in page.texts()
    female, male = page.pick("Gender", "Female"), page.pick("Gender", "Male")
    assert sorted(female + male) == list(NUMBERS) and f"{len(male)} of 12 maps" in page.texts()
    page.press("Clear")
    assert page.pick("Glasses", "Yes") == [n for n in NUMBERS if n % 3 == 0]
    page.press("Clear")
    assert page.type("Age from", "25") == list(range(5, 12)) and page.type("Age to", "27") == [5, 6, 7]
    assert page.type("Age to", "oops") == list(range(5, 12)), "what is no number does not count"
    page.press("Clear")
    assert page.type("Smile from", "80") == [4, 9]
    page.press("Clear")
    assert page.type("Baldness from", "3") == [] and "No map is found" in page.grid.placeholder
    assert page.type("Baldness from", "1") == list(NUMBERS)
    page.press("Clear")
    assert page.type("Yaw from", "3") == [6] and page.pick("Light", "No") == []
    page.press("Clear")
    assert page.type("Number", "0001") == [1, 10, 11]
    page.press("Clear")
    page.press("Shuffle")
    once = page.ids()
    page.press("Shuffle")
    assert sorted(once) == sorted(page.ids()) == list(NUMBERS)


def test_what_is_known_of_a_map_and_broken_ones(page, root, monkeypatch):
    page.open(root, monkeypatch)
    known = page.choose(3)
    assert known["Map"] == "00003" and known["Age"] == "23 years" and known["Glasses"] == "yes"
    assert "16 x 16" in known["Unusual"] and known["Light"]
    page.choose(7)
    assert "00007.png" in page.texts() and page.maps.chosen.rgb is None
    page.grid.loader.wait()
    page.app.wait_until(lambda: page.grid.loader.look(7) is not None, timeout=WAIT_MS)
    assert page.grid.loader.look(7).reason and page.grid.loader.look(3).pixmap.width() > 0


def test_a_map_is_worn_by_double_click_enter_and_button(page, root, shared, monkeypatch):
    page.open(root, monkeypatch)
    page.choose(2)
    page.press("Wear this map")
    page.app.wait_until(lambda: bool(page.said()), timeout=WAIT_MS)
    assert "No head is shown" in page.said()[0]
    page.app.verbs.opening.open_paths([shared / "data/ffhq_uv/teaser_1/mesh_head.obj"])
    page.app.wait_until(lambda: page.app.state.shown.result is not None, timeout=WAIT_MS)
    page.press("Wear this map")
    page.app.wait_until(lambda: page.app.state.view.texture == "map 00002", timeout=WAIT_MS)
    worn = worn_map(page.app.state)
    assert worn is not None and worn.light is not None and np.allclose(worn.light, LIGHT)
    page.choose(4)
    page.qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    page.app.wait_until(lambda: page.app.state.view.texture == "map 00004", timeout=WAIT_MS)
    page.grid.doubleClicked.emit(page.grid.rows.index(5))
    page.app.wait_until(lambda: page.app.state.view.texture == "map 00005", timeout=WAIT_MS)
    assert list(page.app.state.shown.result.textures) == ["photo", "map 00005"]
    page.press("Take it off")
    assert list(page.app.state.shown.result.textures) == ["photo"]
    page.choose(7)
    page.press("Wear this map")
    page.app.wait_until(lambda: any("00007.png" in text for text in page.said()), timeout=WAIT_MS)
    assert list(page.app.state.shown.result.textures) == ["photo"]


def test_its_picture_opens_and_the_folder_is_remembered(page, root, app, qtbot, monkeypatch):
    page.open(root, monkeypatch)
    page.choose(1)
    page.press("Open its picture")
    assert [document.path for document in app.state.documents] == [root / "00001.png"]
    page.dialog.close()
    assert app.verbs.settings.text("datasets.ffhq_uv") == str(root)
    again = Page(app, qtbot)
    assert again.ids() == list(NUMBERS)
    again.dialog.close()


def test_a_published_set_is_not_mixed_with_the_projects_numbers(page, tmp_path, monkeypatch):
    write_set(tmp_path / "dataset", range(4))
    page.open(tmp_path, monkeypatch)
    known = page.choose(2)
    assert known["Gender"] == "female" and known["Age"] == "22 years" and "ffhq_index" not in page.texts()


def test_a_folder_that_is_gone_is_told(page, root, tmp_path, monkeypatch):
    page.open(root, monkeypatch)
    monkeypatch.setattr(QtUserInterface, "choose_folder", lambda *_: tmp_path / "nowhere")
    page.press("Choose folder…")
    page.app.wait_until(lambda: bool(page.said()), timeout=WAIT_MS)
    assert "nowhere" in page.said()[0] and page.ids() == list(NUMBERS)
