"""Somebody drops photos, folders and other things on the window."""

from __future__ import annotations

import shutil

from drops import drop, files, from_browser
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage


def titles(app) -> list[str]:
    return [document.title for document in app.state.documents]


def test_a_photo_becomes_a_textured_head_in_all_panes(app, sample_photo):
    assert app.window.empty_state.isVisible()
    assert drop(app.window, files([sample_photo]))
    assert not app.window.empty_state.isVisible(), "the list shows at once what was dropped"
    app.wait_idle()
    assert titles(app) == ["sample.jpg"] and app.state.shown.document.status == "done"
    assert app.state.shown.result.textures and app.state.notice is None
    assert app.window.photo_view.pane.picture and app.window.uv_view.pane.picture
    assert app.window.viewport.stage.panes[0].subject.result is app.state.shown.result
    assert app.window.windowTitle().startswith("sample.jpg")


def test_several_photos_are_listed_and_the_first_is_made(app, album):
    paths = album("a.jpg", "b.jpg", "c.jpg")
    assert drop(app.window, files(paths))
    app.wait_idle()
    assert titles(app) == ["a.jpg", "b.jpg", "c.jpg"]
    assert [document.status for document in app.state.documents] == ["done", "new", "new"]
    assert drop(app.window, files(paths[1:2]))
    app.wait_idle()
    assert titles(app) == ["a.jpg", "b.jpg", "c.jpg"], "a file is listed once"
    assert app.state.shown.document.title == "b.jpg" and app.state.shown.result is not None


def test_of_a_folder_the_photos_are_taken_to_the_bottom(app, album, sample_photo):
    folder = album("photo 10.jpg", "photo 2.jpg")[0].parent
    (folder / "notes.txt").write_text("none of these")
    (folder / "more").mkdir()
    shutil.copy(sample_photo, folder / "more" / "deep.jpg")
    assert drop(app.window, files([folder]))
    app.wait_idle()
    assert titles(app) == ["photo 2.jpg", "photo 10.jpg", "deep.jpg"] and app.state.notice is None


def test_a_text_file_gives_one_sentence_and_changes_nothing(app, tmp_path):
    app.add_sample()
    before = app.state
    path = tmp_path / "notes.txt"
    path.write_text("no picture")
    drop(app.window, files([path]))
    assert "notes.txt" in app.state.notice.text and app.state.notice.level == "error"
    assert app.window.notice_bar.isVisible()
    assert app.state.documents is before.documents and app.state.shown.result is before.shown.result


def test_an_empty_folder_is_named(app, tmp_path):
    folder = tmp_path / "nothing here"
    folder.mkdir()
    drop(app.window, files([folder]))
    assert app.state.notice.text == "nothing here: the folder holds no photo or video." and not app.state.documents


def test_a_picture_out_of_a_browser(app, sample_photo):
    assert drop(app.window, from_browser("https://example.org/portrait.jpg", QImage(str(sample_photo))))
    app.wait_idle()
    assert titles(app) == ["Dropped picture"] and app.state.shown.result is not None


def test_a_mere_address_is_refused_in_one_sentence(app):
    app.add_sample()
    before = app.state
    drop(app.window, from_browser("https://example.org/portrait.jpg"))
    assert "does not use the network" in app.state.notice.text and app.state.documents is before.documents


def test_words_are_not_taken(app):
    mime = QMimeData()
    mime.setText("a sentence")
    assert not drop(app.window, mime)
