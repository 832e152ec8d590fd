"""The mouse over the canvas, told as what people mean by it: a click, a drag, the wheel, or hovering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent

from faceviewer.gui.viewport.canvas import Canvas

_CLICK_PX = 4.0
"""A button that is let go nearer to where it was pressed was a click."""
_HOVER_MS = 30
_DEGREES_PER_STEP = 120.0
_ZOOM_DRAG_PX = 40.0
"""Dragging this far with the right button is one notch of the wheel."""


@dataclass(frozen=True)
class Drag:
    """The pointer moved with a button held."""

    kind: Literal["rotate", "pan", "zoom"]
    xy: tuple[float, float]
    """Where it is now, logical pixels of the canvas."""
    dx: float
    dy: float
    """Since the last report; to the right and down."""


@dataclass(frozen=True)
class Click:
    """The left button was pressed and let go in one place."""

    xy: tuple[float, float]
    control: bool
    """The control key was held."""


class Pointer(QObject):
    """Listens to one canvas."""

    clicked = Signal(object)
    dragged = Signal(object)
    zoomed = Signal(object)
    """Notches of the wheel, a float; positive comes nearer."""
    hovered = Signal(object)
    """(x, y) in logical pixels, or None when the pointer went elsewhere; at most some 30 times a second."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._pressed_at: QPointF | None = None
        self._last = QPointF()
        self._button = Qt.MouseButton.NoButton
        self._is_drag = False
        self._hover_at: tuple[float, float] | None = None
        self._hover_timer = QTimer(self)
        self._hover_timer.setSingleShot(True)
        self._hover_timer.setInterval(_HOVER_MS)
        self._hover_timer.timeout.connect(self._tell_hover)
        canvas.pressed.connect(self._press)
        canvas.moved.connect(self._move)
        canvas.released.connect(self._release)
        canvas.scrolled.connect(self._scroll)
        canvas.left.connect(self._leave)

    @property
    def is_dragging(self) -> bool:
        return self._is_drag

    def _press(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            self._pressed_at = self._last = event.position()
            self._button, self._is_drag = event.button(), False

    def _move(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed_at is None:
            self._hover_at = (at.x(), at.y())
            if not self._hover_timer.isActive():
                self._hover_timer.start()
            return
        if not self._is_drag and (at - self._pressed_at).manhattanLength() < _CLICK_PX:
            return
        self._is_drag = True
        step, self._last = at - self._last, at
        kind = self._kind(event.modifiers())
        if kind == "zoom":
            self.zoomed.emit(-step.y() / _ZOOM_DRAG_PX)
        else:
            self.dragged.emit(Drag(kind, (at.x(), at.y()), step.x(), step.y()))

    def _release(self, event: QMouseEvent) -> None:
        if self._pressed_at is None or event.button() != self._button:
            return
        was_click = not self._is_drag and self._button == Qt.MouseButton.LeftButton
        self._pressed_at, self._is_drag = None, False
        if was_click:
            at = event.position()
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.clicked.emit(Click((at.x(), at.y()), control))

    def _scroll(self, event: QWheelEvent) -> None:
        event.accept()
        self.zoomed.emit(event.angleDelta().y() / _DEGREES_PER_STEP)

    def _leave(self) -> None:
        self._hover_at = None
        self._hover_timer.stop()
        self.hovered.emit(None)

    def _tell_hover(self) -> None:
        self.hovered.emit(self._hover_at)

    def _kind(self, modifiers: Qt.KeyboardModifier) -> Literal["rotate", "pan", "zoom"]:
        if self._button == Qt.MouseButton.RightButton:
            return "zoom"
        shifted = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        return "pan" if shifted or self._button == Qt.MouseButton.MiddleButton else "rotate"
