"""Pictures come from the clipboard, and files opened earlier are found again."""

from __future__ import annotations

import pytest
from drops import drop, files
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QApplication

from faceviewer.gui.recent_menu import RecentMenu


@pytest.fixture(autouse=True)
def clipboard():
    clipboard = QApplication.clipboard()
    yield clipboard
    clipboard.clear()


def recent(app) -> dict[str, QAction]:
    """The entries of File > Open recent as it opens now."""
    menu = app.window.findChild(RecentMenu)
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if action.text()}


def test_a_picture_on_the_clipboard_becomes_a_head(app, clipboard, sample_photo):
    clipboard.setImage(QImage(str(sample_photo)))
    app.run("file.paste")
    app.wait_idle()
    document = app.state.shown.document
    assert document.title == "Pasted picture" and document.path is None
    assert app.state.shown.result.textures
    assert len(app.state.shown.photo.sha256) == 64
    assert "Pasted picture" not in recent(app), "there is no file to open again"


def test_transparent_pixels_of_a_pasted_picture_become_grey(app, clipboard):
    picture = QImage(40, 30, QImage.Format.Format_ARGB32)
    picture.fill(0)
    clipboard.setImage(picture)
    app.run("file.paste")
    app.wait_idle()
    assert (app.state.shown.photo.rgb == 128).all() and app.state.shown.document.status == "no face"


def test_files_copied_in_a_file_manager_can_be_pasted(app, clipboard, album):
    clipboard.setMimeData(files(album("copied.jpg")))
    app.run("file.paste")
    app.wait_idle()
    assert app.state.shown.document.title == "copied.jpg" and app.state.shown.result is not None


def test_words_on_the_clipboard_are_refused_in_one_sentence(app, clipboard):
    app.add_sample()
    before = app.state
    words = QMimeData()
    words.setText("no picture")
    clipboard.setMimeData(words)
    app.run("file.paste")
    assert app.state.notice.text == "The clipboard holds no picture and no file."
    assert app.state.documents is before.documents


def test_recent_files_come_back_newest_first(app, album):
    assert list(recent(app)) == ["Nothing was opened yet"]
    first, second = album("first.jpg", "second.jpg")
    for path in (first, second):
        drop(app.window, files([path]))
        app.wait_idle()
    assert list(recent(app))[:2] == ["second.jpg", "first.jpg"]
    recent(app)["first.jpg"].trigger()
    app.wait_idle()
    assert app.state.shown.document.title == "first.jpg"
    assert list(recent(app))[:2] == ["first.jpg", "second.jpg"]
    recent(app)["Clear this list"].trigger()
    assert list(recent(app)) == ["Nothing was opened yet"]
