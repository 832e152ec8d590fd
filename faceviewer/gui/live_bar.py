"""The strip under the panes while a camera or video is followed: play, time, mirror, smoothing, recording."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from faceviewer.app.state import AppState, Document, LiveState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.actions import Actions
from faceviewer.gui.icons import icon
from faceviewer.gui.panels.elided_label import ElidedLabel
from faceviewer.io.names import slug

_TIME_STEPS_PER_S = 50
_RECORD = "Write landmarks, head pose and blendshapes of every frame to a CSV file."
_END_RECORDING = "End the recording."


class LiveBar(QFrame):
    """Shows ``state.live`` and changes it; stays, with Play, while a video is shown that is not being followed."""

    def __init__(self, verbs: Verbs, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verbs = verbs
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName("Camera and video")
        self._play = QToolButton(self)
        self._play.setIconSize(QSize(20, 20))
        self._play.setAutoRaise(True)
        self._play.clicked.connect(self._play_or_freeze)
        self._place = QSlider(Qt.Orientation.Horizontal, self)
        self._place.setAccessibleName("Place in the video")
        self._place.setToolTip("Drag to another place of the video; the head there is worked out at once.")
        self._place.valueChanged.connect(self._seek)
        self._place.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._place.setMinimumWidth(60)
        self._time = QLabel(self)
        self._time.setMinimumWidth(self._time.fontMetrics().horizontalAdvance("0:00.0 / 0:00.0"))
        self._says = ElidedLabel("", "What is going on; while it plays, how many frames per second become heads.", self)
        self._mirror = QToolButton(self)
        self._mirror.setDefaultAction(actions["tools.mirror"])
        self._smoothing = QSlider(Qt.Orientation.Horizontal, self)
        self._smoothing.setRange(0, 100)
        self._smoothing.setFixedWidth(90)
        self._smoothing.setAccessibleName("Smoothing")
        self._smoothing.setToolTip("Calms the head from frame to frame (One-Euro filter); left is off.")
        self._smoothing.valueChanged.connect(self._smooth)
        self._record = QToolButton(self)
        self._record.setIcon(icon("record"))
        self._record.setCheckable(True)
        self._record.setAccessibleName("Record")
        self._record.setToolTip(_RECORD)
        self._record.clicked.connect(self._record_or_end)
        self._stop = QToolButton(self)
        self._stop.setDefaultAction(actions["tools.stop_live"])
        for button in (self._mirror, self._stop):
            button.setAccessibleName(button.defaultAction().text())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 3, 8, 3)
        layout.addWidget(self._play)
        layout.addWidget(self._place, 3)
        layout.addWidget(self._time)
        layout.addWidget(self._says, 2)
        layout.addWidget(self._mirror)
        layout.addWidget(QLabel("Smoothing", self))
        for widget in (self._smoothing, self._record, self._stop):
            layout.addWidget(widget)
        self.hide()

    def show_state(self, state: AppState, before: AppState) -> None:
        """Show where the video is and how it is followed."""
        if state.live is before.live and state.shown.document is before.shown.document:
            return
        live = state.live
        document = state.document(live.document) if live is not None else state.shown.document
        self.setVisible(live is not None or self._verbs.live.can_play(document))
        playing = live is not None and live.playing
        self._play.setIcon(icon("pause" if playing else "play"))
        self._play.setAccessibleName("Freeze" if playing else "Play")
        self._play.setToolTip("Freeze this frame (Space)" if playing else "Go on (Space)")
        for widget in (self._mirror, self._smoothing, self._record):
            widget.setEnabled(live is not None)
        self._place.setVisible(document is None or document.kind != "webcam")
        self._place.setEnabled(live is not None and live.duration_s is not None)
        self._says.set_text(_situation(live, document))
        if live is not None:
            self._show_live(live)

    def _show_live(self, live: LiveState) -> None:
        with QSignalBlocker(self._place), QSignalBlocker(self._smoothing):
            if live.duration_s is not None and not self._place.isSliderDown():
                self._place.setRange(0, max(round(live.duration_s * _TIME_STEPS_PER_S), 1))
                self._place.setValue(round(live.time_s * _TIME_STEPS_PER_S))
            if not self._smoothing.isSliderDown():
                self._smoothing.setValue(round(100 * live.smoothing))
        length = f" / {_clock(live.duration_s)}" if live.duration_s is not None else ""
        self._time.setText(_clock(live.time_s) + length)
        recording = live.recording is not None
        self._record.setChecked(recording)
        self._record.setToolTip(_END_RECORDING if recording else _RECORD)

    def _play_or_freeze(self) -> None:
        live = self._verbs.store.state.live
        if live is not None and live.playing:
            self._verbs.live.pause()
        else:
            self._verbs.live.play()

    def _seek(self, step: int) -> None:
        self._verbs.live.seek(step / _TIME_STEPS_PER_S)

    def _smooth(self, percent: int) -> None:
        self._verbs.live.set_smoothing(percent / 100)

    def _record_or_end(self, wanted: bool) -> None:
        target = self._recording_target() if wanted else None
        if target is not None or not wanted:
            self._verbs.live.record(target)
        live = self._verbs.store.state.live
        self._record.setChecked(live is not None and live.recording is not None)  # the click has pressed it already

    def _recording_target(self) -> Path | None:
        live = self._verbs.store.state.live
        if live is None:
            return None
        document = self._verbs.store.state.document(live.document)
        stem = Path(document.title).stem if document is not None else "recording"
        return self._verbs.ui.choose_target("Record to", Path(f"{slug(stem)}.csv"), ["*.csv"])


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{seconds % 60:04.1f}"


def _situation(live: LiveState | None, document: Document | None) -> str:
    """What is awaited, missing or going on, in a few words."""
    if live is None:
        return ""
    if live.stage:
        return f"{live.stage}..."
    if document is not None and document.status == "failed":
        return "No head fits the face in this frame"
    if document is not None and not document.faces:
        return "No face in this frame"
    if not live.playing:
        return "Frozen"
    return f"{live.frames_per_second:.0f} heads/s" if live.frames_per_second else ""
