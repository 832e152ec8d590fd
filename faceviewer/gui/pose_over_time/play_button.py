"""Playing a film whose poses are known: the frames go by as fast as they were taken."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QElapsedTimer, QTimer, Signal
from PySide6.QtWidgets import QToolButton

from faceviewer.app.pose_over_time_state import PoseOverTimeState
from faceviewer.gui.dialogs.sheet import named
from faceviewer.gui.icons import icon
from faceviewer.jobs.pose_series import PoseSeries

_TICK_MS = 15


class PlayButton(QToolButton):
    """``moved`` carries the row whose time has come.

    A frame is asked for when the last one is there, because asking ends the reading of the one before: on a slow disk
    none would ever be seen. So frames are left out, and time is kept.
    """

    moved = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setCheckable(True)
        self._series: PoseSeries | None = None
        self._time_s = np.zeros(1)
        self._row = 0
        self._frame_is_there = False
        self._from_s = 0.0
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._go_on)
        self.toggled.connect(self._play_or_pause)
        self._play_or_pause(False)

    def show_state(self, state: PoseOverTimeState) -> None:
        """Another film ends the playing; from another row that somebody has chosen it goes on."""
        before, self._series = self._series, state.series
        if state.series is not None and (before is None or before.frames is not state.series.frames):
            self.setChecked(False)
            self._time_s = np.maximum.accumulate(state.series.time_s)  # of damaged videos, time may step back
        self.setEnabled(state.series is not None and len(self._time_s) > 1)
        self._frame_is_there = state.picture is not None and state.picture.row == state.row
        if state.row != self._row:
            self._row = state.row
            self._count_from_here()

    def _play_or_pause(self, playing: bool) -> None:
        self.setIcon(icon("pause" if playing else "play"))
        if playing:
            named(self, "Pause", "Stay at this frame (Space)")
            if self._row == len(self._time_s) - 1:
                self.moved.emit(0)
            self._count_from_here()
            self._timer.start()
        else:
            named(self, "Play", "Let the frames go by as fast as they were taken (Space)")
            self._timer.stop()

    def _count_from_here(self) -> None:
        self._from_s = float(self._time_s[self._row])
        self._since.start()

    def _go_on(self) -> None:
        now_s = self._from_s + self._since.elapsed() / 1000
        row = int(np.searchsorted(self._time_s, now_s, "right")) - 1
        if self._frame_is_there and row > self._row:
            self._row = row
            self.moved.emit(row)
        if self._row == len(self._time_s) - 1:
            self.setChecked(False)
