"""Somebody saves a session, goes on working, and opens it again: photos, heads, changes and view are as saved."""

from __future__ import annotations

import numpy as np
import pytest
from app_states import differences, make_photo_document
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from faceviewer.app.session import SessionWriter
from faceviewer.app.state import AppState
from faceviewer.types import CancelToken


@pytest.fixture
def saved(app, tmp_path, monkeypatch) -> tuple[AppState, str]:
    """The state when it was saved by the command, and where."""
    path = tmp_path / "portraits.faceviewer"
    app.add_sample()
    app.add_sample("twin.jpg")
    app.verbs.opening.open_picture(np.full((40, 60, 3), 90, np.uint8), "Pasted picture")
    app.verbs.opening.choose_document(app.state.documents[0].id)
    app.wait_idle()
    app.verbs.editing.set_expression("jawOpen", 0.6)
    app.verbs.viewing.set(display="shaded", landmark_sets=frozenset({"68"}))
    app.verbs.viewing.look("left")
    monkeypatch.setattr(app.verbs.ui, "choose_target", lambda *_: path)
    monkeypatch.setattr(app.verbs.ui, "choose_file", lambda *_: path)
    monkeypatch.setattr(app.verbs.ui, "confirm", lambda *_: True)
    app.run("file.save_session")
    app.wait_until(lambda: app.state.session_path == path, timeout=30_000)
    return app.state, str(path)


def wander(app) -> None:
    """Change about everything."""
    app.verbs.editing.reset()
    app.verbs.viewing.set(display="wireframe", landmark_sets=frozenset())
    app.verbs.viewing.look("front")
    app.verbs.opening.remove(app.state.documents[1].id)
    app.verbs.store.end_merge()


def assert_as(app, before: AppState) -> None:
    for name in ("documents", "work", "view", "current"):
        assert differences(getattr(app.state, name), getattr(before, name), name) == []
    np.testing.assert_array_equal(app.state.shown.mesh.vertices, before.shown.mesh.vertices)


def test_round_trip_by_commands(app, saved):
    before, path = saved
    assert "portraits.faceviewer" in app.window.windowTitle() and not app.window.isWindowModified()
    wander(app)
    assert app.window.isWindowModified(), "the title says that there is something to save"
    app.run("file.open_session")
    app.wait_until(lambda: len(app.state.documents) == 3, timeout=30_000)
    assert_as(app, before)
    assert str(app.state.session_path) == path and app.state.undo_label == ""
    assert not app.window.isWindowModified()


def test_a_session_can_be_dropped(app, saved):
    before, path = saved
    wander(app)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path)])
    place, button = QPointF(50, 50), Qt.MouseButton.LeftButton
    drop = QDropEvent(place, Qt.DropAction.CopyAction, mime, button, Qt.KeyboardModifier.NoModifier)
    app.window.dropEvent(drop)
    app.wait_until(lambda: len(app.state.documents) == 3, timeout=30_000)
    assert_as(app, before)


def test_a_bad_session_changes_nothing(app, saved, tmp_path):
    before, _ = saved
    bad = tmp_path / "bad.faceviewer"
    bad.write_bytes(b"not a zip")
    app.verbs.opening.open_paths([bad])
    app.wait_until(lambda: app.state.notice is not None and app.state.notice.level == "error", timeout=30_000)
    assert "bad.faceviewer" in app.state.notice.text
    assert app.state.documents is before.documents and app.state.work is before.work


def test_editing_goes_on_after_opening(app, saved):
    _, _ = saved
    wander(app)
    app.run("file.open_session")
    app.wait_until(lambda: len(app.state.documents) == 3, timeout=30_000)
    opened = app.state.shown.mesh
    app.verbs.editing.set_expression("jawOpen", 0.0)
    assert np.abs(app.state.shown.mesh.vertices - opened.vertices).max() > 1
    app.run("edit.undo")
    np.testing.assert_array_equal(app.state.shown.mesh.vertices, opened.vertices)


@pytest.fixture
def crashed(home, album) -> AppState:
    """What a window that was killed left in the application's folder."""
    state = AppState(documents=(make_photo_document(4, album("lost.jpg")[0]),), current=4)
    folder = home / "data" / "autosave"
    SessionWriter().write(state, folder / "1234-abcd.faceviewer", lambda _: None, CancelToken())
    return state


def test_after_a_crash_the_session_is_offered(crashed, app):
    app.wait_until(lambda: app.state.can_restore, timeout=30_000)
    assert app.window.notice_bar.isVisible() and "not closed properly" in app.state.notice.text
    app.run("file.restore_session")
    app.wait_until(lambda: bool(app.state.documents), timeout=30_000)
    assert differences(app.state.documents, crashed.documents) == []
    assert not app.state.can_restore and not app.window.notice_bar.isVisible()
