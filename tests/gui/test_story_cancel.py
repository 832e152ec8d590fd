"""Somebody cancels: the answer comes at once, and what was there stays. Meanwhile the window never stands still."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from drops import drop, files
from fake_engine import FakeEngine
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QPushButton

from faceviewer.jobs import workshop
from faceviewer.jobs.jobs import FindFaces
from faceviewer.types import FaceviewerError, Photo


class Gated(FakeEngine):
    """Works until the gate is opened, deaf to cancelling; but not for the sample photo, which warms it up."""

    def __init__(self) -> None:
        super().__init__("cpu")
        self.gate = threading.Event()
        self.busy = threading.Event()

    def reconstruct(self, shots, **rest):
        if shots[0][0].name != "sample.jpg":
            self.busy.set()
            self.gate.wait(60)
        return super().reconstruct(shots, **rest)


class Marker:
    """A photo that cannot be read, and notes that the engine thread has come to it."""

    def __init__(self) -> None:
        self.reached = threading.Event()

    def __call__(self) -> Photo:
        self.reached.set()
        raise FaceviewerError("nothing to load")


@pytest.fixture
def engine(monkeypatch) -> Iterator[Gated]:
    gated = Gated()
    monkeypatch.setattr(workshop, "build_engine", lambda *_: gated)
    yield gated
    gated.gate.set()


@pytest.fixture
def stuck(engine, app, album):
    """The application with a head on show, deep inside the reconstruction of another photo."""
    app.wait_until(lambda: app.state.engine == "ready", timeout=60_000)
    app.add_sample()
    drop(app.window, files(album("next.jpg")))
    app.wait_until(engine.busy.is_set, timeout=30_000)
    return app


def cancel_button(app) -> QPushButton:
    return next(b for b in app.window.status_bar.findChildren(QPushButton) if b.isVisible())


def test_cancel_answers_at_once_and_the_last_head_stays(qtbot, stuck, engine):
    shown, job = stuck.state.shown, stuck.state.job
    assert job is not None and shown.document.title == "sample.jpg", "the last good result stays meanwhile"
    began = time.monotonic()
    qtbot.mouseClick(cancel_button(stuck), Qt.MouseButton.LeftButton)
    assert stuck.state.job is None and "Cancelled" in stuck.state.notice.text
    assert time.monotonic() - began < 0.5, "although the engine is deaf"
    assert stuck.state.shown.result is shown.result
    engine.gate.set()
    later = Marker()
    stuck.application.engine_thread.submit(FindFaces(-5, document=-5, load=later))
    stuck.wait_until(later.reached.is_set, timeout=30_000)
    assert stuck.state.shown.result is shown.result, "what came after all is dropped"
    assert stuck.state.current == shown.document.id and [d.status for d in stuck.state.documents] == ["done", "new"]


def test_escape_cancels_too_and_it_can_be_made_again(qtbot, stuck, engine):
    stuck.window.activateWindow()
    stuck.wait_until(stuck.window.isActiveWindow)
    qtbot.keyClick(stuck.window, Qt.Key.Key_Escape)
    assert stuck.state.job is None
    engine.gate.set()
    stuck.run("photo.next")
    stuck.wait_idle()
    assert stuck.state.shown.document.title == "next.jpg" and stuck.state.shown.result is not None


def test_the_window_goes_on_during_a_real_reconstruction(app, album):
    """A 20 ms timer: never a gap that a person would feel, as far as a loaded machine lets it."""
    app.wait_until(lambda: app.state.engine == "ready", timeout=60_000)
    ticks: list[float] = []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start(20)
    began = time.monotonic()
    for path in album("a.jpg", "b.jpg"):
        drop(app.window, files([path]))
        app.wait_idle()
    passed = time.monotonic() - began
    timer.stop()
    gaps = [b - a for a, b in pairwise(ticks)]
    assert app.state.shown.document.title == "b.jpg"
    assert len(ticks) > passed / 0.1, f"{len(ticks)} ticks in {passed:.1f} s"
    assert sum(gap > 0.25 for gap in gaps) <= 1, f"gaps: {sorted(gaps)[-5:]}"
