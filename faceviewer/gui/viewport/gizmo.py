"""The orientation widget: the head's axes as the view camera sees them; a click on an end looks from there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from faceviewer.app.palette import AXIS_COLORS, RGB
from faceviewer.app.viewing import Direction

_SIZE_PX = 84
_REACH_PX = 30.0
_KNOB_PX = 9.0


@dataclass(frozen=True)
class _End:
    direction: Direction
    axis: tuple[float, float, float]
    rgb: RGB
    letter: str
    """Empty for the ends that point away from the named direction."""


_ENDS = (
    _End("left", (1, 0, 0), AXIS_COLORS[0], "X"),
    _End("top", (0, 1, 0), AXIS_COLORS[1], "Y"),
    _End("front", (0, 0, 1), AXIS_COLORS[2], "Z"),
    _End("right", (-1, 0, 0), AXIS_COLORS[0], ""),
    _End("bottom", (0, -1, 0), AXIS_COLORS[1], ""),
    _End("back", (0, 0, -1), AXIS_COLORS[2], ""),
)
_SIDES = {"left": "the subject's left", "right": "the subject's right", "top": "above", "bottom": "below"}


class Gizmo(QWidget):
    """A small picture of the axes in a corner of the 3D view."""

    chosen = Signal(object)
    """The ``Direction`` to look from."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(self.sizeHint())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Orientation of the head: x to the subject's left, y up, z out of the face")
        self.setToolTip("The head's axes. Click an end to look from there.")
        self._axes = np.eye(3)
        self._pointed: _End | None = None

    def sizeHint(self) -> QSize:
        return QSize(_SIZE_PX, _SIZE_PX)

    def show_axes(self, axes: np.ndarray) -> None:
        """(3, 3) rows: right, up and back of the camera in the head frame."""
        if not np.array_equal(axes, self._axes):
            self._axes = axes
            self.update()

    def end_at(self, xy: QPointF) -> _End | None:
        """The nearest knob under a position, the one in front first."""
        hits = [end for end in _ENDS if _distance(self.place(end.direction), xy) <= _KNOB_PX + 1]
        return max(hits, key=self._depth, default=None)

    def place(self, direction: Direction) -> QPointF:
        """Where the knob of a direction is drawn."""
        end = next(end for end in _ENDS if end.direction == direction)
        right, up, _ = self._axes @ end.axis
        return QPointF(_SIZE_PX / 2 + _REACH_PX * right, _SIZE_PX / 2 - _REACH_PX * up)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setBold(True)
        font.setPixelSize(11)
        painter.setFont(font)
        if self._pointed is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            paper = self.palette().color(QPalette.ColorRole.Mid)
            paper.setAlpha(70)
            painter.setBrush(paper)
            painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))
        for end in sorted(_ENDS, key=self._depth):
            self._draw(painter, end)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.end_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        end = self.end_at(event.position())
        if end is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(end.direction)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            end = self.end_at(QPointF(event.pos()))
            if end is not None:
                side = _SIDES.get(end.direction, f"the {end.direction}")
                QToolTip.showText(event.globalPos(), f"Look from {side}", self)
                return True
        return super().event(event)

    def _draw(self, painter: QPainter, end: _End) -> None:
        centre, place = QPointF(_SIZE_PX / 2, _SIZE_PX / 2), self.place(end.direction)
        color = QColor(*end.rgb)
        if self._depth(end) < -0.05:
            color = _blend(color, self.palette().color(QPalette.ColorRole.Base), 0.45)
        radius = _KNOB_PX if end.letter or end is self._pointed else _KNOB_PX - 3
        if end.letter:
            painter.setPen(QPen(color, 2.0))
            painter.drawLine(centre, place)
        painter.setPen(QPen(color, 1.6))
        paper = _blend(color, self.palette().color(QPalette.ColorRole.Base), 0.7)
        painter.setBrush(color if end.letter or end is self._pointed else paper)
        painter.drawEllipse(place, radius - 0.8, radius - 0.8)
        if end.letter:
            painter.setPen(QColor(255, 255, 255))
            box = self.rect().toRectF()
            box.moveCenter(place)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, end.letter)

    def _depth(self, end: _End) -> float:
        """Greater is nearer to the viewer."""
        return float(self._axes[2] @ end.axis)

    def _point_at(self, end: _End | None) -> None:
        if end is not self._pointed:
            self._pointed = end
            self.setCursor(Qt.CursorShape.PointingHandCursor if end else Qt.CursorShape.ArrowCursor)
            self.update()


def _distance(a: QPointF, b: QPointF) -> float:
    return float(np.hypot(a.x() - b.x(), a.y() - b.y()))


def _blend(a: QColor, b: QColor, share: float) -> QColor:
    """``a`` with ``share`` of ``b`` mixed in."""
    keep = 1 - share
    return QColor.fromRgbF(
        a.redF() * keep + b.redF() * share,
        a.greenF() * keep + b.greenF() * share,
        a.blueF() * keep + b.blueF() * share,
    )
