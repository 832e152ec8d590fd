"""Painting curves: one strip per quantity over a common axis of time."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen, QPolygonF

from faceviewer.gui.pose_over_time.people_colors import color_of
from faceviewer.gui.pose_over_time.time_window import TimeWindow, scale_ticks, seen_points, ticks, value_range
from faceviewer.jobs.pose_series import QUANTITIES, UNITS, PersonPoses, PoseSeries

_N = TypeVar("_N", float, np.ndarray)
_LEFT_PX, _RIGHT_PX, _TOP_PX, _GAP_PX = 84, 12, 6, 8
_TICK_PX = 70
_DOT_PX = 3.0
"""Radius of a frame that stands alone: larger than a line is wide, or nobody sees it."""
_PIECE = 16
"""So many steps of a line are drawn at once: Qt's time for a line that goes up and down grows with its square."""
_LEAST_SPAN = {"°": 4.0, "mm": 20.0}


@dataclass(frozen=True, eq=False)
class Plot:
    """What is drawn, and where."""

    series: PoseSeries
    time_s: np.ndarray
    """(F,) of the series, never falling."""
    hidden: Set[int]
    quantities: Sequence[int]
    """Places in ``QUANTITIES``."""
    window: TimeWindow
    width: int
    height: int
    axis_px: int
    """Height of the axis of time."""

    @property
    def area(self) -> QRectF:
        """All strips."""
        return QRectF(
            _LEFT_PX,
            _TOP_PX,
            max(self.width - _LEFT_PX - _RIGHT_PX, 10),
            max(self.height - _TOP_PX - self.axis_px, 10),
        )

    def strip(self, number: int) -> QRectF:
        """The strip of the ``number``-th quantity."""
        area, count = self.area, len(self.quantities)
        height = (area.height() - _GAP_PX * (count - 1)) / count
        return QRectF(area.left(), area.top() + number * (height + _GAP_PX), area.width(), height)

    def x_of(self, time_s: _N) -> _N:
        return self.area.left() + (time_s - self.window.begin_s) / self.window.length_s * self.area.width()

    def time_at(self, x: float) -> float:
        return self.window.begin_s + (x - self.area.left()) / self.area.width() * self.window.length_s

    def row_at(self, x: float) -> int:
        """The frame that is nearest in time."""
        time_s = self.time_at(x)
        after = int(np.clip(np.searchsorted(self.time_s, time_s), 0, len(self.time_s) - 1))
        before = max(after - 1, 0)
        return before if time_s - self.time_s[before] < self.time_s[after] - time_s else after


@dataclass(frozen=True, eq=False)
class _Crowd:
    """All who are shown in one colour, one after the other; n places."""

    color: QColor
    time_s: np.ndarray
    """(n,)"""
    values: np.ndarray
    """(n, 6) in the order of ``QUANTITIES``."""
    begins: np.ndarray
    """(n,) bool: where a stretch without a gap begins."""


def paint_strips(painter: QPainter, plot: Plot, palette: QPalette) -> None:
    """Grounds, scales of values, and curves."""
    crowds, times = _crowds(plot), _times(plot)
    for number, quantity in enumerate(plot.quantities):
        _paint_strip(painter, plot, plot.strip(number), quantity, crowds, times, palette)


def paint_times(painter: QPainter, plot: Plot, palette: QPalette) -> None:
    """The axis of time."""
    times, metrics = _times(plot), painter.fontMetrics()
    painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
    decimals = 0 if len(times) < 2 else max(0, int(np.ceil(-np.log10(times[1] - times[0]) - 1e-9)))
    for time_s in times:
        text = f"{time_s:.{decimals}f} s"
        half = metrics.horizontalAdvance(text) / 2
        x = min(max(plot.x_of(time_s), plot.area.left() + half), plot.area.right() - half)
        place = QRectF(x - half - 2, plot.area.bottom() + 2, 2 * half + 4, plot.axis_px - 2)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def _times(plot: Plot) -> list[float]:
    return ticks(plot.window.begin_s, plot.window.end_s, int(plot.area.width() // _TICK_PX))


def _paint_strip(
    painter: QPainter,
    plot: Plot,
    strip: QRectF,
    quantity: int,
    crowds: Sequence[_Crowd],
    times: Sequence[float],
    palette: QPalette,
) -> None:
    unit, columns = UNITS[quantity], max(int(plot.area.width()), 1)
    seen = [seen_points(one.time_s, one.values[:, quantity], one.begins, plot.window, columns) for one in crowds]
    low, high = value_range([points[:, 1] for points, _ in seen], _LEAST_SPAN[unit])

    def y_of(value: _N) -> _N:
        return strip.bottom() - (value - low) / (high - low) * strip.height()

    painter.fillRect(strip, palette.color(QPalette.ColorRole.Base))
    grid, text = QColor(palette.color(QPalette.ColorRole.Text)), palette.color(QPalette.ColorRole.PlaceholderText)
    grid.setAlpha(28)
    metrics = painter.fontMetrics()
    painter.setPen(QPen(grid, 1))
    for time_s in times:
        painter.drawLine(QPointF(plot.x_of(time_s), strip.top()), QPointF(plot.x_of(time_s), strip.bottom()))
    line = metrics.height() * (high - low) / strip.height()  # as high as a line of text, in values
    somebody = any(len(points) for points, _ in seen)  # nobody's values have no scale
    for value in scale_ticks(low + line / 4, high - line / 2, 1.1 * line) if somebody else ():
        y = y_of(value)
        painter.setPen(QPen(grid, 1))
        painter.drawLine(QPointF(strip.left(), y), QPointF(strip.right(), y))
        painter.setPen(text)
        place = QRectF(0, y - metrics.height() / 2, strip.left() - 6, metrics.height())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), f"{value:g}")
    painter.setPen(palette.color(QPalette.ColorRole.WindowText))
    name = QRectF(8, strip.top(), strip.left() - 14, metrics.height())
    painter.drawText(name, Qt.AlignmentFlag.AlignLeft, f"{QUANTITIES[quantity]} {unit}")
    painter.save()
    painter.setClipRect(strip.adjusted(-_DOT_PX, 0, _DOT_PX, 0))  # dots of the first and last frame are whole
    for one, (points, begins) in zip(crowds, seen, strict=True):
        _paint_lines(painter, np.stack([plot.x_of(points[:, 0]), y_of(points[:, 1])], axis=1), begins, one.color)
    painter.restore()


def _crowds(plot: Plot) -> list[_Crowd]:
    """All who are shown."""
    shown: dict[str, list[PersonPoses]] = {}
    for person in plot.series.people:
        if person.number not in plot.hidden and len(person.rows):
            shown.setdefault(color_of(person.number).name(), []).append(person)
    return [_crowd(QColor(name), people, plot.time_s) for name, people in shown.items()]


def _crowd(color: QColor, people: Sequence[PersonPoses], time_s: np.ndarray) -> _Crowd:
    rows = np.concatenate([person.rows for person in people])
    begins = np.diff(rows, prepend=-2) != 1
    begins[np.cumsum([0, *(len(person.rows) for person in people[:-1])])] = True
    return _Crowd(color, time_s[rows], np.concatenate([person.values for person in people]), begins)


def _paint_lines(painter: QPainter, points: np.ndarray, begins: np.ndarray, color: QColor) -> None:
    """Lines in pixels; a place that is seen in a single frame becomes a dot."""
    painter.setPen(QPen(color, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    placed, dots = [QPointF(x, y) for x, y in points.tolist()], []
    for start, stop in pairwise([*np.flatnonzero(begins).tolist(), len(placed)]):
        for first in range(start, stop - 1, _PIECE):
            painter.drawPolyline(QPolygonF(placed[first : min(first + _PIECE + 1, stop)]))
        if stop - start == 1:
            dots.append(placed[start])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for dot in dots:
        painter.drawEllipse(dot, _DOT_PX, _DOT_PX)
