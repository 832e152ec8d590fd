"""The window is closed in the middle of something: no exception, and no thread or camera is left behind."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace

import pytest
import shiboken6
from drops import drop, files
from fake_frames import SyntheticSource, moving_portrait
from PySide6.QtWidgets import QApplication

from faceviewer.app.exporting import write_picture
from faceviewer.gui.user_interface import QtUserInterface
from faceviewer.io.atomic import PREFIX
from faceviewer.io.images import read_png

LEFT_BY_OTHERS: set[threading.Thread] = set()


def our_threads() -> set[threading.Thread]:
    ours = {thread for thread in threading.enumerate() if thread.name.startswith("faceviewer-")}
    return ours - LEFT_BY_OTHERS


def close(app) -> None:
    """Close, and let everything that is still on its way arrive."""
    window = app.window
    window.close()
    QApplication.processEvents()
    assert not shiboken6.isValid(window) or not window.isVisible()
    assert app.application.linger() and our_threads() == set(), "all threads have ended"


@pytest.fixture(autouse=True)
def alone():
    """Threads that tests without a window left behind are not this window's."""
    LEFT_BY_OTHERS.clear()
    LEFT_BY_OTHERS.update(our_threads())


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


def test_while_a_picture_is_written(app, monkeypatch, tmp_path):
    """Nobody is asked, for it is soon done: the window waits until the picture is whole."""
    app.add_sample()
    target, begun, asked = tmp_path / "head.png", threading.Event(), []

    def takes_its_time(path, picture):
        begun.set()
        time.sleep(0.3)
        write_picture(path, picture)

    monkeypatch.setattr("faceviewer.app.exporting.write_picture", takes_its_time)
    monkeypatch.setattr(QtUserInterface, "choose_target", lambda *_: target)
    monkeypatch.setattr(QtUserInterface, "confirm", lambda *question: asked.append(question) or True)
    stage = app.window.viewport.stage
    size = stage.height(), stage.width(), 3
    assert app.verbs.exporting.save_picture(1, False)
    assert begun.wait(10) and not target.exists()
    close(app)
    assert asked == [] and read_png(target).shape == size
    assert list(tmp_path.glob(f"{PREFIX}*")) == []


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
    assert app.application.linger() and our_threads() == set()
    assert app.application.logbook not in logging.getLogger("faceviewer").handlers
