"""Somebody looks through a copy of FFHQ: finds pictures, reads who made them, checks the files, aligns own photos."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from ffhq_factory import write_dataset
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QLineEdit, QListWidget, QPushButton, QTableView

from faceviewer.gui.album.album import AlbumDialog
from faceviewer.gui.album.bar_chart import BarChart
from faceviewer.gui.browser.grid import PictureGrid
from faceviewer.gui.dialogs.parts import PlainLabel, breakable
from faceviewer.gui.theme import apply_theme
from faceviewer.gui.user_interface import QtUserInterface
from faceviewer.io.photo import load_photo

WAIT_MS = 30_000
NUMBERS = (0, 1, 2, 3, 4, 5, 60000, 60001)
EVIL = "<img src='file:///x'><b>Bold</b>\u202e " + "x" * 3000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "ffhq"
    folder.mkdir()
    described = write_dataset(folder, NUMBERS)
    described["3"]["metadata"] |= {"photo_title": EVIL, "license_url": "javascript:alert(1)"}
    described["4"]["metadata"]["photo_title"] = " "
    (folder / "ffhq-dataset-v2.json").write_text(json.dumps(described), "utf-8")
    return folder


class Page:
    """The open album, as a person sees and uses it."""

    def __init__(self, app, qtbot) -> None:
        self._app, self._qtbot = app, qtbot
        app.run("tools.ffhq_album")
        self.dialog = self.window(AlbumDialog)
        self.grid = self.dialog.findChild(PictureGrid)

    @property
    def album(self):
        return self._app.state.ffhq

    def window(self, kind: type | str) -> QDialog:
        found = [one for one in QApplication.topLevelWidgets() if one.isVisible() and isinstance(one, QDialog)]
        return next(one for one in found if type(one).__name__ == kind or type(one) is kind)

    def wait(self) -> None:
        def idle() -> bool:
            return self.album.opening is None and not self.album.searching and self.album.job is None

        self._app.wait_until(idle, timeout=WAIT_MS)

    def open(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(QtUserInterface, "choose_folder", lambda *_: folder)
        self.press("Choose folder…")
        self.wait()

    def press(self, text: str, dialog: QDialog | None = None) -> None:
        button = self.button(text, dialog)
        assert button.isEnabled() and button.isVisible(), text
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def button(self, text: str, dialog: QDialog | None = None) -> QPushButton:
        buttons = (dialog or self.dialog).findChildren(QPushButton)
        (found,) = (button for button in buttons if button.text().strip("&") == text)
        return found

    def field(self, name: str) -> QLineEdit:
        (found,) = (one for one in self.dialog.findChildren(QLineEdit) if one.accessibleName() == name)
        return found

    def combo(self, name: str) -> QComboBox:
        (found,) = (one for one in self.dialog.findChildren(QComboBox) if one.accessibleName() == name)
        return found

    def type(self, name: str, text: str) -> list[int]:
        self.field(name).clear()
        self._qtbot.keyClicks(self.field(name), text)
        self.wait()
        return self.rows()

    def rows(self) -> list[int]:
        return [int(self.grid.rows.index(row).data()) for row in range(self.grid.rows.rowCount())]

    def choose(self, number: int) -> dict[str, str]:
        """What the panel says of a picture."""
        self.grid.choose(self.rows().index(number))
        self._app.wait_until(
            lambda: self.album.chosen is not None and self.album.chosen.number == number, timeout=WAIT_MS
        )
        return {
            label.accessibleName(): label.text() for label in self.dialog.findChildren(PlainLabel) if label.isVisible()
        }

    def said(self, dialog: QDialog | None = None) -> list[str]:
        listed = next(one for one in (dialog or self.dialog).findChildren(QListWidget) if one.accessibleName())
        return [listed.item(row).text() for row in range(listed.count())] if listed.isVisible() else []

    def texts(self) -> str:
        return " ".join(label.text() for label in self.dialog.findChildren(QLabel))


@pytest.fixture
def page(app, qtbot) -> Iterator[Page]:
    page = Page(app, qtbot)
    yield page
    if shiboken6.isValid(page.dialog):
        page.dialog.close()


def test_browsing_searching_and_who_made_it(app, qtbot, page: Page, root: Path, monkeypatch) -> None:
    assert "facial recognition" in page.texts() and "CC BY-NC-SA 4.0" in page.texts()
    assert "Choose the folder" in page.grid.placeholder and not page.button("Verify files…").isEnabled()
    page.open(root, monkeypatch)
    assert page.rows() == list(NUMBERS) and page.said() == []
    qtbot.waitUntil(lambda: all(page.grid.loader.look(row) for row in page.grid.seen_rows()), timeout=WAIT_MS)
    assert page.type("Flickr name", "account5") == [5]
    page.press("Clear")
    page.wait()
    assert page.rows() == list(NUMBERS)
    assert page.type("Uploaded from", "20x") == list(NUMBERS) and "is no date" in page.texts()
    page.press("Clear")
    page.combo("Split").setCurrentText("Validation")
    page.wait()
    assert page.rows() == [60000, 60001]
    page.press("Clear")
    page.combo("Folder of pictures").setCurrentIndex(0)
    page.wait()
    assert page.album.dataset.folder(page.album.place).kind == "image" and page.rows() == list(NUMBERS)
    shown = page.choose(5)
    assert shown["Title"] == "Straße 5" and shown["Account"] == "account5" and "thumbnails: 16 × 16" in shown["Files"]
    page.press("Copy attribution")
    qtbot.waitUntil(lambda: "Straße 5" in QGuiApplication.clipboard().text(), timeout=WAIT_MS)
    assert "cropped and aligned" in QGuiApplication.clipboard().text() and "clipboard" in page.said()[0]
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert app.state.documents[-1].path == root / "images1024x1024/00000/00005.png"
    page.press("Open original")
    assert app.state.documents[-1].path == root / "in-the-wild-images/00000/00005.png"
    app.verbs.reconstructing.cancel()


def test_strangers_texts_are_texts_and_links_open_on_a_click_only(page: Page, root: Path, monkeypatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QtUserInterface, "open_page", lambda _, address: opened.append(address))
    page.open(root, monkeypatch)
    shown = page.choose(3)
    assert shown["Title"].replace("\u200b", "").startswith("<img src='file:///x'><b>Bold</b> xxx")
    assert len(shown["Title"]) < 500
    assert shown["Licence at"] == "javascript:alert(1)" and not page.button("Licence").isEnabled()
    labels = page.dialog.findChildren(PlainLabel)
    assert all(label.textFormat() == Qt.TextFormat.PlainText and not label.openExternalLinks() for label in labels)
    assert page.dialog.width() < 1400, "a long word does not push the window apart"
    assert page.choose(4)["Title"] == "Untitled" and opened == []
    page.press("Flickr page")
    page.press("Licence")
    page.press("Account")
    assert len(opened) == 3 and all(address.startswith("http") for address in opened)
    assert breakable("a\u202eb\x00 <i>") == "ab <i>"


def test_statistics_and_terms(page: Page, root: Path, monkeypatch, qtbot) -> None:
    page.open(root, monkeypatch)
    page.press("Statistics…")
    dialog = page.window("StatisticsDialog")
    qtbot.waitUntil(lambda: len(dialog.findChildren(BarChart)) == 3, timeout=WAIT_MS)
    described = [chart.accessibleDescription() for chart in dialog.findChildren(BarChart)]
    assert "Training: 6 (75.0 %)" in described[0]
    page.press("Copy as text", dialog)
    assert "Category" in QGuiApplication.clipboard().text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not shiboken6.isValid(dialog))
    page.press("Terms…")
    terms = page.window("TermsDialog")
    assert "no_cv" in " ".join(label.text() for label in terms.findChildren(QLabel))
    terms.close()


def test_checking_files_and_saving_the_report(page: Page, root: Path, tmp_path: Path, monkeypatch, qtbot) -> None:
    (root / "thumbnails128x128/00000/00001.png").write_bytes(b"broken")
    page.open(root, monkeypatch)
    page.press("Verify files…")
    dialog = page.window("VerifyDialog")
    assert not page.button("Save report…", dialog).isEnabled()
    page.press("Verify", dialog)
    page.wait()
    totals, findings = dialog.findChildren(QTableView)
    assert totals.model().rowCount() == 3 and findings.model().rowCount() == 1
    assert findings.model().index(0, 2).data() == "wrong size" and "missing or damaged" in page.said(dialog)[0]
    target = tmp_path / "report.json"
    monkeypatch.setattr(QtUserInterface, "choose_target", lambda *_: target)
    page.press("Save report…", dialog)
    qtbot.waitUntil(lambda: "was written" in page.said(dialog)[0], timeout=WAIT_MS)
    assert json.loads(target.read_text())["findings"][0]["number"] == 1
    dialog.close()


def test_making_aligned_pictures_again(page: Page, root: Path, tmp_path: Path, monkeypatch) -> None:
    page.open(root, monkeypatch)
    page.press("Recreate aligned…")
    dialog = page.window("RecreateDialog")
    assert not page.button("Recreate", dialog).isEnabled(), "no target yet"
    monkeypatch.setattr(QtUserInterface, "choose_folder", lambda *_: tmp_path / "made")
    page.press("Choose…", dialog)
    next(one for one in dialog.findChildren(QComboBox)).setCurrentIndex(0)
    assert "8 originals in this range" in " ".join(label.text() for label in dialog.findChildren(QLabel))
    page.press("Recreate", dialog)
    page.wait()
    assert len(list((tmp_path / "made").rglob("*.png"))) == 8 and "8 of 8 pictures were made" in page.said(dialog)[0]
    dialog.close()


def test_folders_that_are_not_whole(page: Page, root: Path, tmp_path: Path, monkeypatch, qtbot) -> None:
    (tmp_path / "empty").mkdir()
    page.open(tmp_path / "empty", monkeypatch)
    assert len(page.said()) == 1 and "neither pictures nor" in page.said()[0]
    flat = tmp_path / "flat"
    flat.mkdir()
    for number in (3, 7):
        shutil.copy(root / "images1024x1024/00000/00000.png", flat / f"{number:05d}.png")
    (flat / "00005.png").write_bytes(b"broken")
    page.open(flat, monkeypatch)
    assert page.rows() == [3, 5, 7] and not page.field("Author").isEnabled()
    qtbot.waitUntil(lambda: all(page.grid.loader.look(row) for row in range(3)), timeout=WAIT_MS)
    assert page.grid.loader.look(1).reason and not page.grid.loader.look(0).reason
    assert page.choose(3)["Number"] == "00003" and "no metadata of this picture" in page.texts()
    page.open(tmp_path / "moved", monkeypatch)
    assert len(page.said()) == 1 and "cannot be read" in page.said()[0] and page.rows() == [3, 5, 7]


def test_a_licence_that_another_data_set_lacks_is_no_longer_searched_for(
    page: Page, root: Path, tmp_path: Path, monkeypatch
) -> None:
    page.open(root, monkeypatch)
    licences = page.combo("Licence")
    licences.setCurrentIndex(1)
    page.wait()
    (lacking,) = page.album.query.licences
    assert 0 < len(page.rows()) < len(NUMBERS)
    page.open(root, monkeypatch)
    assert page.album.query.licences == (lacking,) and licences.currentData() == lacking, "it has it"
    other = tmp_path / "other"
    other.mkdir()
    described = json.loads((root / "ffhq-dataset-v2.json").read_text("utf-8"))
    kept = {number: one for number, one in described.items() if one["metadata"]["license"] != lacking}
    (other / "ffhq-dataset-v2.json").write_text(json.dumps(kept), "utf-8")
    page.open(other, monkeypatch)
    assert licences.currentText() == "Any licence" and page.album.query.licences == ()
    assert page.album.found is not None and page.album.found.matches == len(kept)


def test_closing_cancels_and_the_folder_is_remembered(app, qtbot, page: Page, root: Path, monkeypatch) -> None:
    held = threading.Event()
    app.application.album.submit("Something long", lambda _, __: held.wait(20), lambda _: None)
    monkeypatch.setattr(QtUserInterface, "choose_folder", lambda *_: root)
    page.press("Choose folder…")
    assert page.button("Cancel").isVisible()
    qtbot.keyClick(page.dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not shiboken6.isValid(page.dialog))
    assert page.album.opening is None
    held.set()
    again = Page(app, qtbot)
    again.open(root, monkeypatch)
    page.press("Verify files…", again.dialog)
    held.clear()
    app.application.workshop.submit("Something long", lambda _, __: held.wait(20), lambda _: None)
    page.press("Verify", page.window("VerifyDialog"))
    again.dialog.close()
    assert page.album.job is not None and page.album.job.stopping
    held.set()
    qtbot.waitUntil(lambda: page.album.job is None, timeout=WAIT_MS)
    third = Page(app, qtbot)
    assert third.rows() == list(NUMBERS), "at once: it is still open"
    third.dialog.close()


def test_the_window_closes_while_files_are_checked(app, page: Page, root: Path, monkeypatch) -> None:
    page.open(root, monkeypatch)
    held = threading.Event()
    app.application.workshop.submit("Something long", lambda _, __: held.wait(20), lambda _: None)
    app.verbs.ffhq_jobs.verify(quick=False, resume=False)
    threading.Timer(0.2, held.set).start()
    app.window.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_a_small_screen_in_both_themes(page: Page, root: Path, monkeypatch, qapp, theme: str) -> None:
    apply_theme(qapp, theme)
    page.open(root, monkeypatch)
    page.choose(5)
    assert page.dialog.minimumSizeHint().width() <= 1000 and page.dialog.minimumSizeHint().height() <= 700
    assert not page.dialog.grab().isNull()
    apply_theme(qapp, "system")


def test_align_like_ffhq(app, qtbot, tmp_path: Path, monkeypatch) -> None:
    app.add_sample()
    app.run("photo.align_ffhq")
    dialog = next(one for one in QApplication.topLevelWidgets() if type(one).__name__ == "AlignDialog")
    qtbot.waitUntil(lambda: app.state.align.preview is not None, timeout=WAIT_MS)
    target = tmp_path / "face.png"
    monkeypatch.setattr(QtUserInterface, "choose_target", lambda *_: target)
    size, save = dialog.findChildren(QComboBox)[1], dialog.findChildren(QPushButton)
    size.setCurrentIndex(0)
    next(button for button in save if button.text() == "Save…").click()
    qtbot.waitUntil(lambda: app.state.align.job is None, timeout=WAIT_MS)
    rgb = load_photo(target).rgb
    assert rgb.shape == (256, 256, 3) and np.ptp(rgb) > 100
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not shiboken6.isValid(dialog))
