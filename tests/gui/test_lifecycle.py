"""The application begins and ends cleanly, however it is ended and however often."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from whole_window import run_process

CYCLES = """
import weakref
from PySide6.QtGui import QSurface
from shiboken6 import Shiboken
from factories import make_photo, make_reconstruction
from PySide6.QtWidgets import QApplication

photo, head = make_photo(), make_reconstruction(40, 512)

def open_and_close(*, when_ready):
    running = start_application()
    add_head(running, photo, head)
    running.verbs.viewing.set(display="textured lit", landmark_sets=frozenset({"68"}), parts_overlay=True)
    running.verbs.editing.set_exaggeration(1.2)
    running.verbs.editing.reset()
    running.verbs.store.forget_history()
    settle()
    assert running.window.viewport.picture() is not None
    if when_ready:
        wait_for(lambda: running.verbs.store.state.engine == "ready")
    thread = running.engine_thread._thread
    close(running)
    assert not thread.is_alive()
    stale = [one for one in Shiboken.getAllValidWrappers() if type(one) is QSurface]
    assert not stale, "the next object that Qt makes at the surface's address would come to Python as a surface"
    return weakref.ref(running)

sizes = []
for cycle in range(20):
    ended = open_and_close(when_ready=cycle % 2 == 0)
    sizes.append(round(resident_mb(), 1))
    assert not QApplication.allWidgets(), len(QApplication.allWidgets())
    assert ended() is None, "something holds on to an application that has ended"
print(*sizes)
"""
LEFT_OPEN = """
from factories import make_photo, make_reconstruction
running = start_application()
add_head(running, make_photo(), make_reconstruction(40, 48))
"""
LEFT_OPEN_WHILE_STARTING = """
running = start_application()
wait_ms(400)
"""
QUIT_FROM_OUTSIDE = """
from PySide6.QtCore import QTimer
from faceviewer.gui.application import run
application = qt_application()
QTimer.singleShot(400, application.quit)
raise SystemExit(run())
"""
CLOSED_UNDER_A_DIALOG = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog
from faceviewer.gui.application import run
from faceviewer.gui.main_window import MainWindow

application = qt_application()
names = ["settings", "about", "conventions", "cheat sheet", "camera", "palette"]

def open_all_and_close():
    (window,) = [one for one in application.topLevelWidgets() if isinstance(one, MainWindow)]
    for name in names:
        window.verbs.ui.open_dialog(name)
    settle()
    dialogs = [one for one in application.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]
    assert len(dialogs) >= len(names) - 1, dialogs  # the palette goes when another dialog takes the focus
    window.close()

QTimer.singleShot(300, open_all_and_close)
raise SystemExit(run())
"""
INTERRUPTED = """
import os, signal, time
from PySide6.QtCore import QTimer
from faceviewer.gui import application as module

class Application(module.FaceviewerApplication):
    def start(self, paths=()):
        super().start(paths)
        begun = []
        def work(progress, cancel):
            begun.append(time.monotonic())
            while True:
                cancel.check()
                time.sleep(0.01)
        token = self.background.submit("An export", work, print)
        self.verbs.exporting.cancel = token.cancel
        QTimer.singleShot(200, lambda: os.kill(os.getpid(), signal.SIGINT))

module.FaceviewerApplication = Application
qt_application()
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background inherits one that is ignored
began = time.monotonic()
assert module.run() == 130
assert time.monotonic() - began < 9, "what is under way is cancelled, not waited for"
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured with /proc")
def test_twenty_windows_after_each_other_leave_nothing_behind(home: Path) -> None:
    # one arena: else what the C library keeps for threads that have ended hides what the application keeps
    sizes = [float(size) for size in run_process(home, CYCLES, MALLOC_ARENA_MAX="1").split()]
    assert len(sizes) == 20
    assert sizes[-1] - sizes[4] < 10, sizes


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(LEFT_OPEN, id="the interpreter ends and nobody closed the window"),
        pytest.param(LEFT_OPEN_WHILE_STARTING, id="the interpreter ends while torch is being imported"),
        pytest.param(QUIT_FROM_OUTSIDE, id="the desktop ends the application"),
        pytest.param(INTERRUPTED, id="somebody presses Ctrl-C during an export"),
        pytest.param(CLOSED_UNDER_A_DIALOG, id="the window is closed under its dialogs"),
    ],
)
def test_ends_with_status_0_when(home: Path, script: str) -> None:
    run_process(home, script)
