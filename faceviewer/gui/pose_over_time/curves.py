"""Curves of head poses, a widget to look through them: click, drag, wheel and keys."""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from faceviewer.gui.pane_drawing import draw_sentence
from faceviewer.gui.pose_over_time.strips import Plot, paint_strips, paint_times
from faceviewer.gui.pose_over_time.time_window import TimeWindow
from faceviewer.jobs.pose_series import QUANTITIES, PoseSeries

_STEP = 1.25
"""One notch of the wheel."""
_PAN = 0.1
"""Of what is seen, per notch."""
_TEACH = (
    "Click or drag to move through the frames. The wheel zooms in time, with Shift it moves; so does dragging with the "
    "right button. Keys: arrows go frame by frame (ten with Shift), Page keys further, Home and End to the ends, "
    "+ and - zoom, 0 shows everything, Space plays.\n"
    "x, y and z are where the head is before the camera: to the right, down, away."
)


class PoseCurves(QWidget):
    """Shows a ``PoseSeries``; ``moved`` carries the row that somebody wants to look at."""

    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: PoseSeries | None = None
        self._time_s = np.zeros(0)
        self._hidden: Set[int] = frozenset()
        self._quantities: Sequence[int] = range(len(QUANTITIES))
        self._window = TimeWindow.whole(0, 1)
        self._row = 0
        self._backing: QPixmap | None = None
        self._pan_from: float | None = None
        self._sentence = ""
        self.setAccessibleName("Curves of head poses over time")
        self.setToolTip(_TEACH)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 220)
        self._tell()

    @property
    def window_s(self) -> TimeWindow:
        """Which stretch of time is seen."""
        return self._window

    def set_sentence(self, text: str) -> None:
        """What stands there while there are no curves."""
        self._sentence = text
        self.update()

    def show_series(self, series: PoseSeries | None, hidden: Set[int]) -> None:
        """Show these curves; what is seen of them stays when the frames are the same as before."""
        before, others = self._series, hidden != self._hidden
        self._series, self._hidden = series, hidden
        if series is not None and (before is None or before.frames is not series.frames):
            self._time_s = np.maximum.accumulate(series.time_s)  # of damaged videos, time may step back
            self._window = TimeWindow.whole(float(self._time_s[0]), float(self._time_s[-1]))
            self._row = 0
        if others or not _are_alike(before, series):  # a name changes no curve, and to draw thousands takes a while
            self._refresh()

    def show_quantities(self, quantities: Sequence[int]) -> None:
        """Show some of ``QUANTITIES``, by their places."""
        self._quantities = quantities
        self._refresh()

    def set_row(self, row: int) -> None:
        """Put the cursor at a frame, and move so far that it is seen."""
        if self._series is None:
            return
        self._row = min(max(row, 0), len(self._time_s) - 1)
        self._look(self._window.with_moment(float(self._time_s[self._row])))
        self._tell()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(680, 520)

    def _plot(self, series: PoseSeries) -> Plot:
        axis = self.fontMetrics().height() + 6
        return Plot(
            series, self._time_s, self._hidden, self._quantities, self._window, self.width(), self.height(), axis
        )

    def _look(self, window: TimeWindow) -> None:
        if window != self._window:
            self._window = window
            self._refresh()

    def _refresh(self) -> None:
        self._backing = None
        self.update()

    def _go(self, row: int) -> None:
        if self._series is not None:
            row = min(max(row, 0), len(self._time_s) - 1)
            if row != self._row:
                self.set_row(row)
                self.moved.emit(row)

    def _tell(self) -> None:
        """What the cursor stands on, for those who do not see it."""
        series = self._series
        if series is None:
            self.setAccessibleDescription(_TEACH)
            return
        parts = [f"Frame {series.frames[self._row]}, {series.time_s[self._row]:.2f} seconds."]
        if nobody := _nobody(series, self._hidden):
            parts.append(nobody)
        for person in series.people:
            if person.number not in self._hidden and (place := person.place_of(self._row)) is not None:
                values = zip(QUANTITIES, person.values[place], strict=True)
                parts.append(f"{person.title}: {', '.join(f'{name} {value:.1f}' for name, value in values)}.")
        self.setAccessibleDescription(" ".join(parts))

    def _paint_backing(self, plot: Plot) -> QPixmap:
        ratio = self.devicePixelRatioF()
        if self._backing is None or self._backing.size() != self.size() * ratio:
            backing = QPixmap(self.size() * ratio)
            backing.setDevicePixelRatio(ratio)
            backing.fill(self.palette().color(QPalette.ColorRole.Window))
            painter = QPainter(backing)
            try:
                painter.setFont(self.font())
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                if nobody := _nobody(plot.series, plot.hidden):
                    painter.fillRect(plot.area, self.palette().color(QPalette.ColorRole.Base))
                    draw_sentence(painter, nobody, self)
                else:
                    paint_strips(painter, plot, self.palette())
                paint_times(painter, plot, self.palette())
            finally:
                painter.end()  # a painter that outlives its picture ends the process
            self._backing = backing
        return self._backing

    # Qt's names from here on

    def paintEvent(self, event: QPaintEvent) -> None:
        """The kept curves, and the cursor over them."""
        painter = QPainter(self)
        series = self._series
        if series is None:
            painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
            draw_sentence(painter, self._sentence, self)
        else:
            plot = self._plot(series)
            painter.drawPixmap(0, 0, self._paint_backing(plot))
            x = round(plot.x_of(float(self._time_s[self._row]))) + 0.5
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.WindowText), 1))
            painter.drawLine(QPointF(x, plot.area.top()), QPointF(x, plot.area.bottom()))
        if self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Everything is drawn anew."""
        self._refresh()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """A change of theme, too."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._refresh()
        super().changeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer, or move in time."""
        if self._series is None:
            return
        delta, shift = event.angleDelta(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if delta.x() or shift:
            self._look(self._window.panned(-_PAN * self._window.length_s * (delta.x() or delta.y()) / 120))
        elif delta.y():
            at_s = self._plot(self._series).time_at(event.position().x())
            self._look(self._window.zoomed(_STEP ** (delta.y() / 120), at_s))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The left button moves the cursor, others what is seen."""
        if self._series is None:
            return
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(self._plot(self._series).row_at(event.position().x()))
        else:
            self._pan_from = event.position().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with what the press began."""
        if self._series is None:
            return
        x = event.position().x()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(self._plot(self._series).row_at(x))
        elif self._pan_from is not None:
            plot = self._plot(self._series)
            self._look(self._window.panned(plot.time_at(self._pan_from) - plot.time_at(x)))
            self._pan_from = x

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The end of it."""
        self._pan_from = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the tooltip."""
        if self._series is None:
            super().keyPressEvent(event)
            return
        key = Qt.Key(event.key())
        few = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        many = max(
            int(_PAN * len(self._time_s) * self._window.length_s / (self._window.last_s - self._window.first_s)), 1
        )
        steps = {
            Qt.Key.Key_Left: -few, Qt.Key.Key_Right: few, Qt.Key.Key_PageUp: -many, Qt.Key.Key_PageDown: many,
            Qt.Key.Key_Home: -len(self._time_s), Qt.Key.Key_End: len(self._time_s),
        }  # fmt: skip
        here_s = float(self._time_s[self._row])
        if key in steps:
            self._go(self._row + steps[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._look(self._window.zoomed(_STEP, here_s))
        elif key == Qt.Key.Key_Minus:
            self._look(self._window.zoomed(1 / _STEP, here_s))
        elif key == Qt.Key.Key_0:
            self._look(TimeWindow.whole(self._window.first_s, self._window.last_s))
        else:
            super().keyPressEvent(event)


def _nobody(series: PoseSeries, hidden: Set[int]) -> str:
    """Why there is no curve at all, in a sentence; empty when there is one. Empty strips had a scale of nothing."""
    there = [person.number for person in series.people if len(person.rows)]
    if not there:
        return "No head was found."
    return "Nobody is shown." if hidden >= set(there) else ""


def _are_alike(series: PoseSeries | None, other: PoseSeries | None) -> bool:
    """Whether the curves of both are the same."""
    if series is None or other is None or series.frames is not other.frames or len(series.people) != len(other.people):
        return False
    pairs = zip(series.people, other.people, strict=True)
    return all(a.t_mm is b.t_mm and a.angles_deg is b.angles_deg for a, b in pairs)
