"""Tools > Head pose over time: everybody in a video, as curves, beside the frames that they were found in."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QSplitter, QVBoxLayout, QWidget

from faceviewer.app.pose_over_time_state import PoseOverTimeState
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.dialogs.model_bars import SaidList, quiet_button
from faceviewer.gui.dialogs.parts import WorkRow, end_box, follow, label_for, row
from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, named
from faceviewer.gui.image_pane import ImagePane
from faceviewer.gui.panels.elided_label import ElidedLabel
from faceviewer.gui.picture import Picture
from faceviewer.gui.pose_over_time.curves import PoseCurves
from faceviewer.gui.pose_over_time.marks import marks_of
from faceviewer.gui.pose_over_time.people_table import PeopleTable
from faceviewer.gui.pose_over_time.play_button import PlayButton
from faceviewer.gui.pose_over_time.wish_row import WishRow
from faceviewer.jobs.pose_series import SCALE_SENTENCE

_NOTICE = (
    "People are followed by their place in the picture; nobody is recognised. Where somebody is not seen, curves have "
    f"gaps. {SCALE_SENTENCE}"
)
_NOTHING = "Choose a video and press Analyse: curves of yaw, pitch, roll and place appear here."
_SHOWN = (("Angles and place", range(6)), ("Angles", range(3)), ("Place", range(3, 6)))
_SMOOTHINGS = (
    (0.0, "Off, as the engine gave them"),
    (0.05, "0.05 s"),
    (0.1, "0.1 s"),
    (0.25, "0.25 s"),
    (0.5, "0.5 s"),
)


class PoseOverTimeDialog(Sheet):
    """Shows ``AppState.pose_over_time`` and calls its verbs. Closing it cancels what it has started."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("Head pose over time", parent)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        self._verbs = verbs.pose_over_time
        self._shown: PoseOverTimeState | None = None
        self._wish = WishRow(self._verbs)
        self._pane = ImagePane()
        self._pane.setAccessibleName("Frame")
        self._pane.setToolTip("The frame, with the axes of every head. The wheel zooms, dragging moves.")
        self._pane.setMinimumSize(240, 160)
        self._people = PeopleTable()
        self._curves = PoseCurves()
        self._curves.set_sentence(_NOTHING)
        self._play = PlayButton()
        self._where = ElidedLabel("")
        self._quantities = named(QComboBox(), "Curves", "Which curves are drawn")
        for title, quantities in _SHOWN:
            self._quantities.addItem(title, quantities)
        self._smoothing = named(
            QComboBox(),
            "Smoothing",
            "Averages poses over time with a Gaussian of this standard deviation, never across gaps. "
            "Exports are smoothed alike, and say so.",
        )
        for seconds, title in _SMOOTHINGS:
            self._smoothing.addItem(title, seconds)
        self._export = quiet_button("E&xport…", "Export", "Write all poses to a CSV table or to JSON")
        self._assumed = QuietLabel("")
        self._assumed.setTextFormat(Qt.TextFormat.PlainText)
        self._work = WorkRow(self._verbs.stop)
        self._said = SaidList()
        self._lay_out()
        self._connect()
        self._unsubscribe = follow(self, verbs.store, self._state_changed)
        self.resize(1180, 780)
        self._verbs.look()
        self._show(verbs.store.state.pose_over_time)
        self._curves.setFocus()

    def _lay_out(self) -> None:
        left = QSplitter(Qt.Orientation.Vertical)
        left.addWidget(self._pane)
        left.addWidget(self._people)
        left.setStretchFactor(0, 3)
        left.setStretchFactor(1, 1)
        left.setSizes([400, 170])
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(left)
        parts.addWidget(self._curves)
        parts.setStretchFactor(1, 1)
        parts.setSizes([500, 660])
        for splitter in (left, parts):
            splitter.setChildrenCollapsible(False)
        below = row(self._play, self._where)
        below.setStretch(1, 1)
        for text, field in (("&Curves:", self._quantities), ("&Smoothing:", self._smoothing)):
            below.addWidget(label_for(text, field))
            below.addWidget(field)
        below.addWidget(self._export)
        end = row(QuietLabel(_NOTICE), end_box(self))
        end.setStretch(0, 1)
        layout = QVBoxLayout(self)
        layout.addWidget(self._wish)
        layout.addWidget(parts, 1)
        layout.addLayout(below)
        layout.addWidget(self._assumed)
        layout.addWidget(self._work)
        layout.addWidget(self._said)
        layout.addLayout(end)

    def _connect(self) -> None:
        self._wish.starting.connect(self._curves.setFocus)  # from a disabled button it went to the frame: no key played
        self._curves.moved.connect(self._verbs.move_to)
        self._play.moved.connect(self._verbs.move_to)
        self._people.shown.connect(self._verbs.show_person)
        self._people.renamed.connect(self._verbs.rename)
        self._quantities.activated.connect(lambda _: self._curves.show_quantities(self._quantities.currentData()))
        self._smoothing.activated.connect(lambda _: self._verbs.smooth(self._smoothing.currentData()))
        self._export.clicked.connect(self._verbs.export)

    def _state_changed(self, state: AppState, _: AppState) -> None:
        if state.pose_over_time is not self._shown:
            self._show(state.pose_over_time)

    def _show(self, state: PoseOverTimeState) -> None:
        before, self._shown = self._shown, state
        anew = before is None
        if before is None or state.wish != before.wish or (state.job is None) != (before.job is None):
            self._wish.show_wish(state)
        if before is None or state.series is not before.series or state.hidden != before.hidden:
            self._curves.show_series(state.series, state.hidden)
            self._people.show_people(state.series, state.hidden, state.row)
            self._export.setEnabled(state.series is not None)
            anew = True
        if before is None or anew or state.wish.source != before.wish.source:
            self._assumed.setText(_assumed(state))
            self._assumed.setVisible(bool(self._assumed.text()))
        if before is None or anew or state.row != before.row:
            self._curves.set_row(state.row)
            self._people.show_row(state.series, state.row)
            self._where.set_text(_where(state))
        if before is None or anew or state.picture is not before.picture:
            self._show_picture(state, before)
        if before is None or state.smoothing_s != before.smoothing_s:
            self._smoothing.setCurrentIndex(max(self._smoothing.findData(state.smoothing_s), 0))
        if before is None or state.said is not before.said:
            self._said.show_said(state.said)
        self._play.show_state(state)
        self._work.show_progress(state.job)

    def _show_picture(self, state: PoseOverTimeState, before: PoseOverTimeState | None) -> None:
        picture = state.picture
        if before is None or picture is not before.picture:
            rgb = picture.rgb if picture is not None else None
            self._pane.set_picture(Picture.of(rgb) if rgb is not None else None)
            self._pane.set_sentence(picture.trouble if picture is not None else "")
        there = state.series is not None and picture is not None and picture.rgb is not None
        marks = marks_of(state.series, picture.row, state.hidden) if there and state.series and picture else ()
        self._pane.set_layers(marks)

    def ended(self) -> None:
        """Stop looking at the state and cancel what was started."""
        self._play.setChecked(False)
        self._unsubscribe()
        self._verbs.cancel()

    # Qt's names from here on

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space plays wherever it does not mean anything else; a key that is held down is pressed once."""
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._play.click()
        else:
            super().keyPressEvent(event)


def _assumed(state: PoseOverTimeState) -> str:
    """Whose poses are shown when another film is chosen already, and which focal length they are for."""
    series = state.series
    if series is None:
        return ""
    sentences = series.focal_sentences()
    chosen, shown = state.wish.source, Path(series.source)
    if chosen is not None and chosen != shown:
        of = shown.name if shown.name != chosen.name else shown
        sentences = (f"Not analysed yet; what is shown is of {of}.", *sentences)
    return " ".join(sentences)


def _where(state: PoseOverTimeState) -> str:
    """Which frame is looked at; where there is little room, the middle is left out, so both ends say most."""
    series = state.series
    if series is None:
        return ""
    frame, time_s = series.frames[state.row], series.time_s[state.row]
    taken = "taken as " if series.files else ""  # photos have no times of their own
    rate = f", {taken}{series.frame_rate:.2f} frames per second" if series.frame_rate else ""
    file = f" ({series.files[state.row]})" if series.files else ""
    return f"Frame {frame} at {time_s:.2f} s{file}{rate}: {Path(series.source).name}"
