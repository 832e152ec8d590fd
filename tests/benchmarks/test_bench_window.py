"""The window as its user waits for it: start-up, a photo dropped, a slider dragged, the head turned.

Needs a screen: ``xvfb-run -a python -m pytest tests/benchmarks/test_bench_window.py``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle, pairwise
from pathlib import Path
from statistics import median

import pytest
from whole_window import ROOT, close, qt_application, settle, start_application, wait_for

from faceviewer.gui.application import FaceviewerApplication
from faceviewer.gui.viewport import orbit

pytestmark = pytest.mark.skipif("DISPLAY" not in os.environ, reason="needs a screen")
SAMPLE = ROOT / "resources" / "sample.jpg"
FRESH_RUNS, WARM_RUNS, FRAMES = 7, 5, 40
_START = """
from whole_window import start_application
import os
running = start_application(engine=False)
os._exit(0)
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path))


@pytest.fixture
def running() -> Iterator[FaceviewerApplication]:
    """The application, its engine warm."""
    application = start_application()
    wait_for(lambda: application.verbs.store.state.engine == "ready")
    yield application
    application.verbs.editing.reset()  # what is not saved would be asked about
    application.verbs.store.forget_history()
    close(application)


def drop_sample(running: FaceviewerApplication) -> None:
    """As by dropping the file on the window; returns when the textured head stands there and has been drawn."""
    running.verbs.opening.open_paths([SAMPLE])
    wait_for(lambda: running.verbs.store.state.shown.result is not None and running.verbs.store.state.job is None)
    qt_application().processEvents()


def test_start_up(benchmark):
    """From the start of a fresh process until the window is on the screen."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, "-c", _START]
    benchmark.pedantic(
        subprocess.run, (command,), {"env": environment, "check": True}, rounds=FRESH_RUNS, warmup_rounds=1
    )


def test_drop_to_textured_head(benchmark, running):
    """With a warm engine. The photo is taken off the list again, outside of the time."""

    def take_away() -> None:
        for document in running.verbs.store.state.documents:
            running.verbs.opening.remove(document.id)
        settle()

    benchmark.pedantic(drop_sample, (running,), setup=take_away, rounds=WARM_RUNS, warmup_rounds=1)


def test_slider_edit(benchmark, running):
    """All that the application does for one new value: mesh, panels, photo, texture and 3D pane up to the drawing."""
    drop_sample(running)
    settle()
    weights = cycle([0.1, 0.3, 0.5, 0.7])

    def edit() -> None:
        running.verbs.editing.set_expression("jawOpen", next(weights))

    benchmark(edit)


def test_turning(benchmark, running):
    """One frame of the whole window while the head is turned; ``extra_info`` has the frames per second."""
    running.window.resize(1280, 800)
    drop_sample(running)
    settle()
    stage, viewing = running.window.viewport.stage, running.verbs.viewing

    def turn() -> None:
        camera = running.verbs.store.state.view.camera
        viewing.set_camera(orbit.rotate(camera, 6, 0, (stage.width(), stage.height())))
        qt_application().processEvents()

    benchmark.pedantic(turn, rounds=FRAMES, warmup_rounds=3)
    benchmark.extra_info["frames per second"] = 1 / benchmark.stats.stats.median


def test_gaps_of_the_event_loop(benchmark, running):
    """How long the window does not answer at most while a photo becomes a head: ``extra_info``, milliseconds."""
    from PySide6.QtCore import QTimer

    drop_sample(running)
    ticks: list[float] = []
    timer = QTimer()
    timer.setInterval(20)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start()

    def again() -> None:
        running.verbs.reconstructing.reconstruct_shown()
        wait_for(lambda: running.verbs.store.state.job is None)

    benchmark.pedantic(again, rounds=WARM_RUNS)
    gaps = [(later - earlier) * 1000 for earlier, later in pairwise(ticks)]
    benchmark.extra_info["gaps in ms"] = {"median": median(gaps), "largest": max(gaps)}
