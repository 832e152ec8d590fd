"""Starting and ending the application with its window.

The window stands before torch, the networks and the head model are loaded; the engine thread does that meanwhile.
"""

from __future__ import annotations

import atexit
import concurrent.futures.thread  # noqa: F401 - torch, when still being imported as the process ends, comes too late for it
import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from faceviewer.app.logbook import start_logging, stop_logging
from faceviewer.app.recent import RecentFiles
from faceviewer.app.settings import Settings
from faceviewer.app.verbs import Verbs, build_verbs
from faceviewer.gui.bridge import Bridge
from faceviewer.gui.diagnose import window_diagnostics
from faceviewer.gui.exceptions import ExceptionReporter, do_each
from faceviewer.gui.garbage import WindowThreadCollector
from faceviewer.gui.icons import app_icon
from faceviewer.gui.main_window import MainWindow
from faceviewer.gui.theme import apply_theme
from faceviewer.gui.tooltips import wrap_tooltips
from faceviewer.gui.user_interface import QtUserInterface
from faceviewer.jobs.background import Background, Delivery
from faceviewer.jobs.engine_thread import EngineThread
from faceviewer.jobs.events import JobEvent

logger = logging.getLogger(__name__)

STOP_TIMEOUT_S = 3.0
_LINGER_S = 60.0
"""How long the process outlives its window for a computation that takes no notice of being cancelled."""


class FaceviewerApplication(QObject):
    """One window with its engine thread, from start to end. Tests start and end several in one process."""

    def __init__(self, application: QApplication) -> None:
        super().__init__()
        self._application = application
        self.logbook = start_logging()
        self.settings = Settings()
        apply_theme(application, self.settings.text("appearance.theme"))
        wrap_tooltips(application)
        self.collector = WindowThreadCollector(self)
        self.collector.start()  # before there is any other thread
        self._bridge = Bridge(self)
        self.engine_thread = EngineThread(self._bridge.post)
        self.background = Background(self._bridge.post)
        self.reader = Background(self._bridge.post)
        self.album = Background(self._bridge.post)
        self.workshop = Background(self._bridge.post)
        self.wardrobe = Background(self._bridge.post)
        self.analyst = Background(self._bridge.post)
        self._backgrounds = (self.reader, self.background, self.album, self.workshop, self.wardrobe, self.analyst)
        ui = QtUserInterface()
        self.verbs: Verbs = build_verbs(
            ui=ui,
            worker=self.engine_thread,
            reader=self.reader,
            background=self.background,
            settings=self.settings,
            recent=RecentFiles(self.settings),
            album=self.album,
            workshop=self.workshop,
            wardrobe=self.wardrobe,
            analyst=self.analyst,
        )
        self._bridge.connect_to(self._receive)
        self.settings.subscribe(self._setting_changed)
        self.window = MainWindow(self.verbs, ui, self.logbook)
        self.window.closing.connect(self.end)
        self._has_ended = False
        atexit.register(self.leave)

    def start(self, paths: Sequence[Path] = ()) -> None:
        """Show the window, then load the engine behind it and open ``paths``."""
        self.window.show()
        QTimer.singleShot(0, self, self._start_engine)
        self._paths = tuple(paths)

    def end(self) -> None:
        """Stop the threads; called when the window closes. What fails keeps nothing else from ending."""
        atexit.unregister(self.leave)
        self._has_ended = True
        verbs = self.verbs
        do_each(
            verbs.live.stop,
            verbs.reconstructing.cancel,
            verbs.models.cancel,
            verbs.exporting.cancel,
            verbs.ffhq.cancel,
            verbs.ffhq_jobs.cancel,
            verbs.aligning.cancel,
            verbs.wearing.cancel,
            verbs.uv_maps.cancel,
            verbs.pose_over_time.cancel,
            verbs.head_pose_sets.cancel,
            self._stop_engine,
            verbs.sessions.clean_exit,
            *(background.close for background in self._backgrounds),
            self._bridge.close,
            partial(stop_logging, self.logbook),
        )

    def linger(self) -> bool:
        """Wait for the threads after the window has gone; whether all of them have ended.

        A process that ends inside torch is aborted. Only after the threads does Python collect garbage again: what is
        left of the window must not be freed in one of them.
        """
        ended = [self.engine_thread.stop(_LINGER_S), *(background.close() for background in self._backgrounds)]
        if all(ended):
            self.collector.stop()
        return all(ended)

    def _stop_engine(self) -> None:
        if not self.engine_thread.stop(STOP_TIMEOUT_S):
            logger.warning("the engine was still busy when the window closed")

    def leave(self) -> None:
        """As ``linger``; where nobody has closed the window (Ctrl-C), end what is under way before."""
        if self._has_ended:
            self.linger()
        else:
            do_each(self.window.viewport.close_viewport, self.end, self.linger)

    def _start_engine(self) -> None:
        self.engine_thread.start()
        self.verbs.reconstructing.warm_up()
        self.verbs.sessions.start_autosave()
        if self._paths:
            self.verbs.opening.open_paths(self._paths)

    def _receive(self, message: JobEvent | Delivery) -> None:
        if isinstance(message, Delivery):
            message.hand_over()
        else:
            self.verbs.handle(message)

    def _setting_changed(self, key: str, value: object) -> None:
        if key == "appearance.theme":
            apply_theme(self._application, str(value))


def run(paths: Sequence[Path] = ()) -> int:
    """Open the window with ``paths`` and stay until it is closed; returns the exit status."""
    os.environ.setdefault("QT_API", "pyside6")
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("faceviewer")
    application.setApplicationDisplayName("faceviewer")
    application.setWindowIcon(app_icon())
    running = FaceviewerApplication(application)
    reporter = ExceptionReporter(partial(window_diagnostics, running.verbs, running.logbook), running)
    reporter.install()
    running.start(paths)
    try:
        return application.exec()
    finally:
        reporter.uninstall()
        running.leave()
