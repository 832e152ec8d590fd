"""Somebody brings the files of a published system: looks what is missing, imports, checks, and finds bad ones told."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from drops import drop, files
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QPushButton,
    QTextBrowser,
    QTreeWidget,
    QWidget,
)
from small_pack import PACK, write_small_pack

from faceviewer.app.models import models_place
from faceviewer.app.settings import Settings
from faceviewer.gui.dialogs.command_palette import CommandPalette
from faceviewer.gui.dialogs.models import ModelsDialog
from faceviewer.gui.icons import icon_names
from faceviewer.gui.theme import apply_theme
from faceviewer.gui.user_interface import QtUserInterface

WAIT_MS = 30_000
NAMES = list(PACK.by_name)


@pytest.fixture(autouse=True)
def small_pack_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faceviewer.assets.places.PACKS", (PACK,))
    monkeypatch.setattr("faceviewer.assets.importing.PACKS", (PACK,))
    monkeypatch.delenv("FACEVIEWER_ASSETS", raising=False)


@pytest.fixture
def own(home: Path) -> Path:
    return home / "data" / "assets"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_small_pack(tmp_path / "download")


class Page:
    """The open dialog, as a person sees and uses it."""

    def __init__(self, app, qtbot) -> None:
        self._app, self._qtbot = app, qtbot
        app.run("tools.models")
        self.dialog = next(
            one for one in QApplication.topLevelWidgets() if isinstance(one, ModelsDialog) and one.isVisible()
        )
        self.table = self.dialog.findChild(QTreeWidget)
        self.wait()

    def wait(self) -> None:
        self._app.wait_until(lambda: self._app.state.models.job is None, timeout=WAIT_MS)

    def press(self, text: str) -> None:
        button = self.button(text)
        assert button.isEnabled() and button.isVisible(), text
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def button(self, text: str) -> QPushButton:
        (found,) = (button for button in self.dialog.findChildren(QPushButton) if button.text().strip("&") == text)
        return found

    def states(self) -> dict[str, str]:
        pack = self.table.topLevelItem(0)
        return {pack.child(row).text(0): pack.child(row).text(1) for row in range(pack.childCount())}

    def said(self) -> list[str]:
        listed = self.dialog.findChild(QListWidget)
        return [listed.item(row).text() for row in range(listed.count())] if listed.isVisible() else []

    def details(self) -> str:
        return self.dialog.findChild(QTextBrowser).toPlainText()

    def folder(self) -> str:
        return self.dialog.findChild(QLineEdit).text()


@pytest.fixture
def page(app, qtbot) -> Iterator[Page]:
    page = Page(app, qtbot)
    yield page
    if shiboken6.isValid(page.dialog):
        page.dialog.close()


def zip_of(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"{folder.name}/{path.name}")
    return target


def answer(monkeypatch: pytest.MonkeyPatch, *, folder: Path | None = None, file: Path | None = None) -> None:
    monkeypatch.setattr(QtUserInterface, "choose_folder", lambda *_: folder)
    monkeypatch.setattr(QtUserInterface, "choose_file", lambda *_: file)


def test_the_palette_finds_it_and_it_tells_what_is_missing(app, qtbot, own: Path) -> None:
    app.run("help.palette")
    (palette,) = (one for one in QApplication.topLevelWidgets() if isinstance(one, CommandPalette))
    line = palette.findChild(QLineEdit)
    qtbot.keyClicks(line, "models")
    assert palette.found()[0].id == "tools.models" and palette.found()[0].icon in icon_names()
    qtbot.keyClick(line, Qt.Key.Key_Return)
    page = Page(app, qtbot)
    assert page.states() == dict.fromkeys(NAMES, "Missing") and str(own) in page.folder()
    row = page.table.topLevelItem(0).child(0)
    assert [row.text(column) for column in (0, 2, 3, 4)] == ["model.npy", "needed", "at least 200 bytes", "The model"]
    assert "For tests." in page.details() and "nothing yet" in page.details() and "Large heads" in page.details()
    page.table.setCurrentItem(row)
    for part in ("model.npy is not there", "Needed.", "Large heads (with large.pth)", "Somebody", "their own terms"):
        assert part in page.details(), part
    assert not page.button("Check files").isEnabled() and not page.button("Use faceviewer's own folder").isEnabled()
    qtbot.keyClick(page.dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not shiboken6.isValid(page.dialog))


def test_import_from_a_zip_and_from_a_folder(app, page: Page, own: Path, small: Path, tmp_path, monkeypatch) -> None:
    (small / "large.pth").write_bytes((small / "small.pth").read_bytes())
    answer(monkeypatch, file=zip_of(small, tmp_path / "files.zip"))
    page.press("Import from a zip…")
    page.wait()
    assert page.states() == {**dict.fromkeys(NAMES, "Installed"), "large.pth": "Missing"}
    assert page.said()[0] == f"6 files imported into {own}."
    assert "large.pth holds the weights of the small net, which belong into small.pth." in page.said()
    write_small_pack(small)
    answer(monkeypatch, folder=small)
    page.press("Import from a folder…")
    page.wait()
    assert page.states() == dict.fromkeys(NAMES, "Installed") and page.said()[0].startswith("7 files imported")
    assert "Large heads" in page.details().partition("Works now")[2].partition("Origins")[0]
    again = Page(app, page._qtbot)
    assert again.dialog is page.dialog, "one page at a time"


def test_a_hostile_zip_is_told_and_harms_nothing(page: Page, own: Path, small: Path, tmp_path, monkeypatch) -> None:
    answer(monkeypatch, folder=small)
    page.press("Import from a folder…")
    page.wait()
    path = zip_of(small, tmp_path / "files.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../escaped.txt", b"x")
    answer(monkeypatch, file=path)
    page.press("Import from a zip…")
    page.wait()
    assert page.said() == [f"{path}: refused, its member '../../escaped.txt' leads out of the folder."]
    assert page.states() == dict.fromkeys(NAMES, "Installed") and len(list(own.rglob("*.*"))) == len(NAMES)


def test_a_damaged_file_is_found_by_checking(page: Page, small: Path, monkeypatch) -> None:
    text = (small / "mean.obj").read_text()
    (small / "mean.obj").write_text(text.replace("f 1 2 3", "f 1 2 9"))
    answer(monkeypatch, folder=small)
    page.press("Choose folder…")
    page.wait()
    assert page.states() == dict.fromkeys(NAMES, "Installed, not checked yet")
    icons = page.table.topLevelItem(0).child(0).icon(1).cacheKey()
    page.press("Check files")
    page.wait()
    assert page.states() == {**dict.fromkeys(NAMES, "Installed"), "mean.obj": "Damaged"}
    assert page.table.topLevelItem(0).child(0).icon(1).cacheKey() != icons, "not by colour alone"
    assert page.said()[0] == "7 files checked: 6 whole, 1 not." and page.said()[1].startswith("mean.obj ")
    assert "View the mean (lacks mean.obj)" in page.details()


def hold_up(app) -> threading.Event:
    """Keep the background busy until the event is set."""
    held = threading.Event()
    app.application.background.submit("Something long", lambda _, __: held.wait(20), lambda _: None)
    return held


def test_cancel_by_its_button_and_by_closing(app, qtbot, page: Page, small: Path, own: Path, monkeypatch) -> None:
    answer(monkeypatch, folder=small)
    held = hold_up(app)
    page.press("Import from a folder…")
    assert page.dialog.findChild(QProgressBar).isVisible() and not page.button("Check files").isEnabled()
    page.press("Cancel")
    held.set()
    page.wait()
    assert page.said() == ["The import was cancelled; files that were imported before it are whole and stay."]
    assert not own.exists() and not page.dialog.findChild(QProgressBar).isVisible()
    held = hold_up(app)
    page.press("Import from a folder…")
    qtbot.keyClick(page.dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not shiboken6.isValid(page.dialog))
    held.set()
    app.wait_until(lambda: app.state.models.job is None, timeout=WAIT_MS)
    assert not own.exists()


def test_the_window_closes_while_files_are_imported(app, page: Page, small: Path, own: Path, monkeypatch) -> None:
    answer(monkeypatch, folder=small)
    held = hold_up(app)
    page.press("Import from a folder…")
    threading.Timer(0.2, held.set).start()
    app.window.close()
    assert not own.exists()


def test_a_chosen_folder_is_remembered(app, page: Page, small: Path, own: Path, tmp_path, monkeypatch) -> None:
    answer(monkeypatch, folder=small)
    page.press("Choose folder…")
    page.wait()
    assert page.folder() == f"{small} (chosen)" and models_place(Settings()).folder == small
    (tmp_path / "holiday").mkdir()
    answer(monkeypatch, folder=tmp_path / "holiday")
    page.press("Choose folder…")
    page.wait()
    assert page.said()[0].startswith(f"{tmp_path / 'holiday'}: none of the known files is in it")
    assert page.folder() == f"{small} (chosen)" and models_place(Settings()).folder == small
    page.press("Use faceviewer's own folder")
    page.wait()
    assert page.folder() == f"{own} (faceviewer's own)" and models_place(Settings()).folder == own
    app.verbs.settings.set("models.folder", str(small))
    page.wait()
    assert page.folder() == f"{small} (chosen)", "the settings dialog changes it too"


def test_drops_import_or_ask(page: Page, qtbot, small: Path, own: Path, tmp_path: Path) -> None:
    path = zip_of(small, tmp_path / "files.zip")
    assert drop(page.dialog, files([path]))
    page.wait()
    assert page.states() == dict.fromkeys(NAMES, "Installed")
    assert not drop(page.dialog, files([path, small])), "one at a time"
    assert drop(page.dialog, files([small]))
    page.wait()
    assert page.folder() == f"{own} (faceviewer's own)", "nothing before the answer"
    page.press("Neither")
    assert not page.button("Neither").isVisible()
    assert drop(page.dialog, files([small]))
    page.wait()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)  # the question has the focus
    page.wait()
    assert page.folder() == f"{small} (chosen)" and not page.button("Neither").isVisible()
    assert drop(page.dialog, files([write_small_pack(tmp_path / "another")]))
    page.wait()
    page.press("Copy its files")
    page.wait()
    assert page.said()[0] == f"7 files imported into {own}." and "Not in use yet" in page.said()[1]


def test_the_download_page_opens_on_a_click_only(page: Page, monkeypatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QtUserInterface, "open_page", lambda _, address: opened.append(address))
    assert page.button("Open the download page").toolTip() == PACK.page and opened == []
    page.press("Open the download page")
    assert opened == [PACK.page]
    page.press("Copy link")
    assert QGuiApplication.clipboard().text() == PACK.page and PACK.page in page.said()[0]


def test_everything_has_a_name_and_is_reached_by_the_keyboard(page: Page, small: Path, qapp) -> None:
    for part in page.dialog.findChildren(QPushButton):
        assert part.accessibleName() or part.text()
        assert part.focusPolicy() & Qt.FocusPolicy.TabFocus
    for kind in (QTreeWidget, QLineEdit, QTextBrowser, QListWidget, QProgressBar):
        assert page.dialog.findChild(kind).accessibleName(), kind
    assert QApplication.focusWidget() is page.table
    lines = [line for part in page.dialog.findChildren(QWidget) for line in part.toolTip().split("\n")]
    assert max(map(len, lines)) <= 60


def test_colours_follow_the_theme(page: Page, small: Path, qapp, monkeypatch) -> None:
    answer(monkeypatch, folder=small)
    page.press("Import from a folder…")
    page.wait()
    listed, seen = page.dialog.findChild(QListWidget), []
    try:
        for theme in ("light", "dark", "light"):
            apply_theme(qapp, theme)
            QApplication.processEvents()
            row = page.table.topLevelItem(0).child(0)
            seen.append([row.foreground(1).color().lightness(), listed.item(0).foreground().color().lightness()])
    finally:
        apply_theme(qapp, "system")
    assert seen[0] == seen[2] and all(dark > light + 60 for light, dark in zip(seen[0], seen[1], strict=True))
