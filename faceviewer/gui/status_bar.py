"""The bottom line: what is being done and how far it is, Cancel, and where the engine computes."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar, QWidget

from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.actions import Actions
from faceviewer.gui.icons import icon

_ENGINE_TEXTS = {
    "cold": "Engine: not started",
    "warming": "Engine: starting...",
    "ready": "Engine: ready",
    "failed": "Engine: not working, see the log",
}
_DEVICE_TITLES = {"cpu": "processor", "cuda": "NVIDIA graphics card", "mps": "Apple graphics"}


class StatusBar(QStatusBar):
    """Shows ``state.job``, ``state.engine`` and ``state.device``."""

    def __init__(self, verbs: Verbs, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verbs = verbs
        self._stage = QLabel(self)
        self._elapsed = QLabel(self)
        self._elapsed.setMinimumWidth(self._elapsed.fontMetrics().horizontalAdvance("000.0 s"))
        self._progress = QProgressBar(self)
        self._progress.setFixedWidth(160)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Progress")
        self._cancel = QPushButton(icon("cancel"), "Cancel", self)
        self._cancel.setToolTip(actions["photo.cancel"].toolTip())
        self._cancel.setAccessibleName("Cancel the job")
        self._cancel.clicked.connect(actions["photo.cancel"].trigger)
        self._device = QLabel(self)
        self._device.setToolTip("Where reconstructions are computed; Settings lets you choose.")
        self.addWidget(self._stage, 1)
        for widget in (self._elapsed, self._progress, self._cancel, self._device):
            self.addPermanentWidget(widget)
        self._began = 0.0
        self._clock = QTimer(self)
        self._clock.setInterval(200)
        self._clock.timeout.connect(self._show_elapsed)
        self._show_job(verbs.store.state)
        self._show_engine(verbs.store.state)

    def show_state(self, state: AppState, before: AppState) -> None:
        """Show the job and the engine."""
        if state.job is not before.job:
            if state.job is not None and (before.job is None or before.job.generation != state.job.generation):
                self._began = time.monotonic()
            self._show_job(state)
        if (state.engine, state.device) != (before.engine, before.device):
            self._show_engine(state)

    def _show_job(self, state: AppState) -> None:
        job = state.job
        for widget in (self._progress, self._cancel, self._elapsed):
            widget.setVisible(job is not None)
        if job is None:
            self._clock.stop()
            self._stage.clear()
            return
        self._stage.setText(f"{job.title}: {job.progress.stage}")
        if job.progress.fraction is None:
            self._progress.setRange(0, 0)
        else:
            self._progress.setRange(0, 1000)
            self._progress.setValue(round(1000 * job.progress.fraction))
        self._cancel.setEnabled(job.cancellable)
        self._show_elapsed()
        self._clock.start()

    def _show_elapsed(self) -> None:
        self._elapsed.setText(f"{time.monotonic() - self._began:.1f} s")

    def _show_engine(self, state: AppState) -> None:
        where = f" on the {_DEVICE_TITLES.get(state.device, state.device)}" if state.device else ""
        self._device.setText(f"{_ENGINE_TEXTS[state.engine]}{where}  ")
