"""The window is closed in the middle of something: no exception, and no thread or camera is left behind."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace

import shiboken6
from drops import drop, files
from fake_frames import SyntheticSource, moving_portrait
from PySide6.QtWidgets import QApplication

from faceviewer.gui.user_interface import QtUserInterface


def our_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("faceviewer-")]


def close(app) -> None:
    """Close, and let everything that is still on its way arrive."""
    window = app.window
    window.close()
    QApplication.processEvents()
    assert not shiboken6.isValid(window) or not window.isVisible()
    assert app.application.linger() and our_threads() == [], "all threads have ended"


def test_at_once(app):
    close(app)


def test_while_the_engine_starts(app):
    app.wait_until(lambda: app.state.engine == "warming")
    close(app)


def test_during_a_job(app, album):
    app.wait_until(lambda: app.state.engine == "ready", timeout=60_000)
    drop(app.window, files(album("a.jpg")))
    app.wait_until(lambda: app.state.job is not None and "Fit" in app.state.job.progress.stage, timeout=30_000)
    close(app)


def test_during_an_export(app, monkeypatch, tmp_path):
    """The window asks, and yes ends it with the head that it is at. It stood for ten seconds, and the rest was lost."""
    app.add_sample()
    begun, answers, asked = threading.Event(), [False, True], []

    def never_ends(plan, heads, progress, cancel):
        begun.set()
        while True:
            cancel.check()
            time.sleep(0.01)

    def answer(_, question, verb):
        asked.append(verb)
        return answers.pop(0)

    monkeypatch.setattr("faceviewer.app.exporting.run_export", never_ends)
    monkeypatch.setattr(QtUserInterface, "confirm", answer)
    app.verbs.exporting.start(replace(app.verbs.exporting.plan(), folder=tmp_path))
    assert begun.wait(10)
    app.window.close()
    assert app.window.isVisible() and app.verbs.exporting.is_writing
    close(app)
    assert asked == ["End the export"] * 2


def test_with_a_list_that_waits(app, album):
    drop(app.window, files(album("a.jpg", "b.jpg", "c.jpg")))
    app.run("photo.reconstruct_list")
    close(app)


def test_while_a_camera_is_followed_and_recorded(app, tmp_path):
    source = SyntheticSource(moving_portrait, count=None, live=True)
    app.verbs.live.follow_camera(source, "Camera 0")
    app.verbs.live.record(tmp_path / "take.csv")
    app.wait_until(lambda: app.state.live.recording is not None and app.state.shown.result is not None, timeout=60_000)
    close(app)
    assert not source.is_open, "the camera's lamp is off"
    assert (tmp_path / "take.csv").is_file(), "and the recording complete"
    assert list(tmp_path.glob("*.partial*")) == []


def test_after_closing_nothing_more_is_heard(app, album):
    drop(app.window, files(album("a.jpg")))
    verbs = app.verbs
    close(app)
    before = verbs.store.state
    for _ in range(3):
        QApplication.processEvents()
    assert verbs.store.state is before


def test_when_a_part_of_closing_fails_the_rest_is_done(app, qtbot, monkeypatch):
    """A window that closed by halves left its log panel listening: from then on, whatever logged a line failed."""
    monkeypatch.setattr(app.window.layout_, "save", lambda: 1 / 0)
    monkeypatch.setattr(app.verbs.exporting, "cancel", lambda: {}["none"])
    with qtbot.captureExceptions() as told:
        app.window.close()
        QApplication.processEvents()
    assert [kind for kind, *_ in told] == [ZeroDivisionError, KeyError], "none is swallowed"
    assert app.application.linger() and our_threads() == []
    assert app.application.logbook not in logging.getLogger("faceviewer").handlers
