"""The whole application in a process of its own: for what depends on how a process starts, ends or is set up."""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from screen import need_screen

ROOT = Path(__file__).resolve().parents[1]
WAIT_S = 60.0


def run_process(home: Path, script: str, **environment: str) -> str:
    """Run ``script`` with this module's names in a fresh Python with a home of its own; what it wrote to stdout.

    Fails the test when the process does not end with status 0.
    """
    need_screen()
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    settings = {"PYTHONPATH": path, "QT_API": "pyside6", "FACEVIEWER_HOME": str(home), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", "from whole_window import *\n" + script],
        env={**os.environ, **settings, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    return done.stdout


# from here on, for the scripts


def qt_application():
    """The one QApplication."""
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() or QApplication(["faceviewer"])


def start_application(*, engine: bool = True):
    """The application with its window on the screen; without ``engine`` no thread computes anything."""
    from faceviewer.gui.application import FaceviewerApplication

    running = FaceviewerApplication(qt_application())
    running.window.resize(900, 600)
    if engine:
        running.start()
    else:
        running.window.show()
    wait_for(running.window.windowHandle().isExposed)
    return running


def wait_ms(duration: int) -> None:
    """Let the window work. Not with ``QTest.qWait``, which keeps Python's lock: other threads hardly come to it."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(duration, loop.quit)
    loop.exec()


def settle() -> None:
    """Let what was asked for be done and drawn."""
    for _ in range(4):
        wait_ms(10)


def wait_for(condition: Callable[[], bool]) -> None:
    """Let the window work until ``condition``."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "this takes too long"
        wait_ms(10)


def add_head(running, photo, head) -> None:
    """Put a finished head into the list and show it."""
    from faceviewer.app.documents import next_id, with_documents
    from faceviewer.app.state import Document

    state = running.verbs.store.state
    made = Document(next_id(state), "head.jpg", status="done", photo=photo, faces=(head.face,), heads={1: head})
    running.verbs.store.update(with_documents(state, [made]))
    running.verbs.opening.choose_document(made.id)
    settle()


def close(running) -> None:
    """Close the window as its title bar would, let Qt delete it, and wait for its threads."""
    from PySide6.QtCore import QCoreApplication, QEvent

    running.window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qt_application().processEvents()
    assert running.linger()


def resident_mb() -> float:
    """Memory in use (Linux), without what caches of limited size hold."""
    from PySide6.QtGui import QPixmapCache

    QPixmapCache.clear()  # Qt keeps up to 10 MB of drawn buttons
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
