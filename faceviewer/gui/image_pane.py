"""A picture that people zoom, move and point at: wheel, drags, clicks, boxes and keys."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QCursor, QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from faceviewer.gui.picture_canvas import PictureCanvas

_STEP = 1.25
"""One notch of the wheel."""
_CLICK_PX = 4
"""A press that moves less than this before the release is a click."""
_ARROW_PX = 40
_ARROWS = {
    Qt.Key.Key_Left: QPointF(_ARROW_PX, 0),
    Qt.Key.Key_Right: QPointF(-_ARROW_PX, 0),
    Qt.Key.Key_Up: QPointF(0, _ARROW_PX),
    Qt.Key.Key_Down: QPointF(0, -_ARROW_PX),
}


@dataclass(frozen=True)
class PanePoint:
    """Where the pointer is."""

    xy: tuple[float, float]
    """In the picture's pixels; may lie outside of it."""
    position: QPointF
    """In widget pixels."""
    control: bool = False
    """The control key was held."""


@dataclass(frozen=True)
class _Press:
    """A mouse button that is held."""

    button: Qt.MouseButton
    start: QPointF
    last: QPointF
    moved: bool = False
    boxes: bool = False
    """It draws a box instead of moving the picture."""


class ImagePane(PictureCanvas):
    """Tells its owner what people point at. Signals carry a ``PanePoint``; ``hovered`` None when the pointer leaves."""

    hovered = Signal(object)
    clicked = Signal(object)
    double_clicked = Signal(object)
    box_drawn = Signal(object)
    """(4,) float64: left, top, right, bottom in the picture's pixels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draws_boxes = False
        self._press: _Press | None = None
        self._space = False
        self.over_something = False
        """Whether the owner shows what lies under the pointer: then the tooltip that teaches keeps quiet."""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_box_mode(self, on: bool, hint: str = "") -> None:
        """Dragging draws a box instead of moving the picture; ``hint`` is shown meanwhile."""
        self._draws_boxes = on
        self._press = None
        self.set_hint(hint if on else "")
        self._rest_cursor()
        self.update()

    def point_at(self, position: QPointF) -> PanePoint:
        """A widget position together with the image point there."""
        return PanePoint(self.transform.to_image(position), position)

    def paint_over(self, painter: QPainter) -> None:
        """The box that is being drawn."""
        if self._press is None or not (self._press.boxes and self._press.moved):
            return
        box = QRectF(self._press.start, self._press.last).normalized()
        painter.setBrush(QColor(255, 255, 255, 40))
        painter.setPen(QPen(QColor(0, 0, 0, 180), 3))
        painter.drawRect(box)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(255, 255, 255), 1.5, Qt.PenStyle.DashLine))
        painter.drawRect(box)

    def _end_box(self, box: QRectF) -> None:
        self.update()
        if self.picture is None:
            return
        size = self.picture.size
        inside = self.transform.rect_to_image(box).intersected(QRectF(0, 0, size.width(), size.height()))
        if inside.width() >= 1 and inside.height() >= 1:
            self.box_drawn.emit(np.array([inside.left(), inside.top(), inside.right(), inside.bottom()]))

    def _rest_cursor(self) -> None:
        if self._space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._draws_boxes:
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.unsetCursor()

    def _anchor(self) -> QPointF | None:
        """The pointer's place while it is over the pane."""
        position = QPointF(self.mapFromGlobal(QCursor.pos()))
        return position if self.underMouse() and QRectF(self.rect()).contains(position) else None

    # Qt's names from here on

    def event(self, event: QEvent) -> bool:
        """The tooltip is for the places where there is nothing else to see."""
        if event.type() == QEvent.Type.ToolTip and self.over_something:
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        notches = event.angleDelta().y() / 120 if event.angleDelta().y() else event.pixelDelta().y() / 60
        if notches:
            self.zoom_to(self.zoom * _STEP**notches, event.position())
            self.hovered.emit(self.point_at(event.position()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a move or a box."""
        if self._press is not None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            super().mousePressEvent(event)
            return
        boxes = self._draws_boxes and not self._space and event.button() == Qt.MouseButton.LeftButton
        self._press = _Press(event.button(), event.position(), event.position(), boxes=boxes)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the picture, stretch the box, or tell where the pointer is."""
        position, press = event.position(), self._press
        if press is None:
            self.hovered.emit(self.point_at(position))
            return
        if not press.moved and (position - press.start).manhattanLength() < _CLICK_PX:
            return
        self._press = replace(press, moved=True, last=position)
        if press.boxes:
            self.update()
        elif self.picture is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.show_moved(self.transform.moved(position - press.last))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End what the press began."""
        press = self._press
        if press is None or event.button() != press.button:
            super().mouseReleaseEvent(event)
            return
        self._press = None
        if press.moved and press.boxes:
            self._end_box(QRectF(press.start, event.position()).normalized())
        elif press.moved:
            self._rest_cursor()
        elif press.button == Qt.MouseButton.LeftButton and not self._space:
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.clicked.emit(replace(self.point_at(event.position()), control=control))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """What it means is left to the owner."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit(self.point_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is over nothing any more."""
        self.hovered.emit(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """+ and - zoom, 0 fits, arrows move; while space is held the left button moves, whatever the tool."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_to(self.zoom * _STEP, self._anchor())
        elif key == Qt.Key.Key_Minus:
            self.zoom_to(self.zoom / _STEP, self._anchor())
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in _ARROWS and self.picture is not None:
            self.show_moved(self.transform.moved(_ARROWS[key]))
        elif key == Qt.Key.Key_Space:
            self._space = True
            self._rest_cursor()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """The end of moving with space."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._rest_cursor()
        else:
            super().keyReleaseEvent(event)
