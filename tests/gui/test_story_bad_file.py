"""Somebody opens files that are broken, gone or no photos: one sentence, and everything stays as it was."""

from __future__ import annotations

import pytest
from drops import drop, files
from PySide6.QtWidgets import QMenu

from faceviewer.gui.recent_menu import RecentMenu


@pytest.fixture
def shown(app):
    """A window that shows a finished head."""
    app.add_sample()
    return app


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 3]


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("half.jpg", truncated),
        ("words.jpg", lambda _: b"These are words. " * 40),
        ("empty.png", lambda _: b""),
        ("words.avi", lambda _: b"These are words. " * 40),
    ],
)
def test_one_sentence_names_the_file_and_nothing_changes(shown, tmp_path, sample_photo, name, spoil):
    path = tmp_path / name
    path.write_bytes(spoil(sample_photo.read_bytes()))
    before = shown.state
    drop(shown.window, files([path]))
    shown.wait_until(lambda: shown.state.notice is not None and shown.state.live is None, timeout=30_000)
    assert shown.state.notice.level == "error" and name in shown.state.notice.text
    assert shown.state.notice.text.count(". ") == 0, "one sentence"
    assert shown.window.notice_bar.isVisible()
    shown.wait_idle()
    assert shown.state.documents == before.documents and shown.state.current == before.current
    assert shown.state.shown.result is before.shown.result and shown.state.shown.photo is before.shown.photo
    assert shown.window.viewport.stage.panes[0].subject.result is before.shown.result


def test_a_file_that_is_gone_from_the_recent_ones(shown, album):
    path, kept = album("moved away.jpg", "kept.jpg")
    shown.verbs.recent.add(path)
    before = shown.state
    menu = shown.window.findChild(RecentMenu)
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    action = next(action for action in menu.actions() if action.text() == "moved away.jpg")
    path.unlink()
    action.trigger()
    assert "moved away.jpg" in shown.state.notice.text and shown.state.notice.level == "error"
    assert shown.state.documents is before.documents and shown.state.shown is before.shown
    drop(shown.window, files([kept]))
    shown.wait_idle()
    assert shown.state.shown.document.title == "kept.jpg", "and work goes on"


def test_among_good_ones_the_bad_file_stays_listed_with_its_reason(shown, album, tmp_path):
    good = album("good.jpg")
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no photo")
    drop(shown.window, files([bad, *good]))
    shown.wait_until(lambda: shown.state.notice is not None, timeout=30_000)
    assert {d.title: d.status for d in shown.state.documents}["bad.jpg"] == "failed"
    shown.run("photo.next")
    shown.wait_idle()
    assert shown.state.shown.document.title == "good.jpg" and shown.state.shown.result is not None
