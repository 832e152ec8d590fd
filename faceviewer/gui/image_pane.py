"""A pane that shows one picture with things drawn over it: zoom around the pointer, drag, fit, 1:1 and far beyond.

What lies over the picture comes in two stacks: layers, painted once and kept until something changes, and marks,
painted anew on every repaint. Both get a painter in widget pixels and ask the pane for its transform.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
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

from faceviewer.gui.pane_drawing import draw_chip, draw_sentence
from faceviewer.gui.pane_transform import MAX_ZOOM, PaneTransform
from faceviewer.gui.picture import Picture

_STEP = 1.25
"""One notch of the wheel."""
_CLICK_PX = 4
"""A press that moves less than this before the release is a click."""


@dataclass(frozen=True)
class PanePoint:
    """Where the pointer is."""

    xy: tuple[float, float]
    """In the picture's pixels; may lie outside of it."""
    position: QPointF
    """In widget pixels."""


class Layer(Protocol):
    """Something painted over the picture, given in the picture's pixels."""

    def paint(self, painter: QPainter, pane: ImagePane) -> None: ...


class ImagePane(QWidget):
    """Shows a ``Picture``. Signals carry a ``PanePoint``; ``hovered`` carries None when the pointer leaves."""

    hovered = Signal(object)
    clicked = Signal(object)
    double_clicked = Signal(object)
    box_drawn = Signal(object)
    """(4,) float64: left, top, right, bottom in the picture's pixels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.transform = PaneTransform()
        self._picture: Picture | None = None
        self._mirrored = False
        self._follows_size = True
        self._layers: tuple[Layer, ...] = ()
        self._marks: tuple[Layer, ...] = ()
        self._backing: QPixmap | None = None
        self._sentence = self._hint = ""
        self._draws_box = False
        self._pressed: QPointF | None = None
        self._button = Qt.MouseButton.NoButton
        self._moved = False
        self._space = False
        self._corner: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def picture(self) -> Picture | None:
        return self._picture

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel."""
        return self.transform.scale * self.devicePixelRatioF()

    def set_picture(self, picture: Picture | None, *, mirrored: bool = False) -> None:
        """Show another picture; zoom and place stay when it has the size of the one before."""
        same = (
            picture is not None
            and self._picture is not None
            and (picture.size == self._picture.size and mirrored == self._mirrored)
        )
        self._picture, self._mirrored = picture, mirrored
        if not same:
            self.fit()
        self._refresh()

    def set_layers(self, layers: Iterable[Layer]) -> None:
        """What lies over the picture, lowest first."""
        self._layers = tuple(layers)
        self._refresh()

    def set_marks(self, marks: Iterable[Layer]) -> None:
        """What follows the pointer, over all layers."""
        self._marks = tuple(marks)
        self.update()

    def set_sentence(self, text: str) -> None:
        """A sentence in the middle, where there is little else to see; empty for none."""
        if text != self._sentence:
            self._sentence = text
            self.update()

    def set_box_mode(self, on: bool, hint: str = "") -> None:
        """Dragging draws a box instead of moving the picture; ``hint`` is shown meanwhile."""
        self._draws_box, self._hint = on, hint if on else ""
        self._corner = None
        if on:
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.unsetCursor()
        self.update()

    def fit(self) -> None:
        """All of the picture, in the middle; from now on also after a change of the pane's size."""
        self._follows_size = True
        if self._picture is not None:
            ratio = self.devicePixelRatioF()
            self._show(
                PaneTransform.fitted(self._picture.size, self.size(), ratio=ratio, mirrored=self._mirrored),
            )

    def show_actual_size(self) -> None:
        """One image pixel per device pixel, the middle of the pane staying where it is."""
        self.zoom_to(1.0)

    def zoom_to(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Show ``zoom`` device pixels per image pixel; the point under ``anchor`` (the middle if None) stays."""
        if self._picture is None:
            return
        self._follows_size = False
        ratio = self.devicePixelRatioF()
        fitting = PaneTransform.fitted(self._picture.size, self.size(), ratio=ratio, mirrored=False).scale * ratio
        zoom = min(max(zoom, min(fitting, 1.0) / 2), MAX_ZOOM)
        middle = anchor if anchor is not None else QPointF(self.width() / 2, self.height() / 2)
        self._show(self.transform.zoomed(zoom / ratio, middle))

    def center_on(self, x: float, y: float) -> None:
        """Bring one image point into the middle, at the zoom there is."""
        self._follows_size = False
        middle = QPointF(self.width() / 2, self.height() / 2)
        self._show(self.transform.moved(middle - self.transform.to_widget(x, y)))

    def _show(self, transform: PaneTransform) -> None:
        self.transform = transform.snapped(self.devicePixelRatioF())
        self._refresh()

    def _refresh(self) -> None:
        self._backing = None
        self.update()

    def point_at(self, position: QPointF) -> PanePoint:
        """A widget position together with the image point there."""
        return PanePoint(self.transform.to_image(position), position)

    # Qt's names from here on

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again, or keep what is in the middle there."""
        if self._follows_size:
            self.fit()
        elif event.oldSize().isValid():
            grown = event.size() - event.oldSize()
            self._show(self.transform.moved(QPointF(grown.width() / 2, grown.height() / 2)))
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """A change of theme also changes what is kept."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._refresh()
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        """A window that moves to another screen is drawn at that screen's pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            if self._follows_size:
                self.fit()
            self._refresh()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The kept picture with its layers, then what changes with every move of the pointer."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._painted())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark in self._marks:
            mark.paint(painter, self)
        if self._corner is not None and self._pressed is not None:
            self._paint_box(painter, QRectF(self._pressed, self._corner).normalized())
        if self._hint:
            draw_chip(painter, self._hint, QPointF(self.width() / 2, 10), align=Qt.AlignmentFlag.AlignHCenter)
        if self._sentence:
            draw_sentence(painter, self._sentence, self)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _painted(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        size = self.size() * ratio
        if self._backing is None or self._backing.size() != size:
            backing = QPixmap(size)
            backing.setDevicePixelRatio(ratio)
            backing.fill(self.palette().color(QPalette.ColorRole.Base))
            painter = QPainter(backing)
            if self._picture is not None:
                self._picture.draw(painter, self.transform, QRectF(self.rect()), ratio)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for layer in self._layers:
                layer.paint(painter, self)
            painter.end()
            self._backing = backing
        return self._backing

    def _paint_box(self, painter: QPainter, box: QRectF) -> None:
        painter.setBrush(QColor(255, 255, 255, 40))
        painter.setPen(QPen(QColor(0, 0, 0, 180), 3))
        painter.drawRect(box)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(255, 255, 255), 1.5, Qt.PenStyle.DashLine))
        painter.drawRect(box)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        notches = event.angleDelta().y() / 120 if event.angleDelta().y() else event.pixelDelta().y() / 60
        if notches:
            self.zoom_to(self.zoom * _STEP**notches, event.position())
            self.hovered.emit(self.point_at(event.position()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a move or a box."""
        if self._pressed is None and event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed, self._button, self._moved = event.position(), event.button(), False
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the picture, stretch the box, or tell where the pointer is."""
        position = event.position()
        if self._pressed is None:
            self.hovered.emit(self.point_at(position))
            return
        if not self._moved and (position - self._pressed).manhattanLength() < _CLICK_PX:
            return
        boxing = self._draws_box and self._button == Qt.MouseButton.LeftButton and not self._space
        if boxing:
            self._moved, self._corner = True, position
            self.update()
            return
        if not self._moved:
            self._moved = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._follows_size = False
        self._show(self.transform.moved(position - self._pressed))
        self._pressed = position

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End what the press began."""
        if self._pressed is None or event.button() != self._button:
            super().mouseReleaseEvent(event)
            return
        pressed, corner = self._pressed, self._corner
        self._pressed = self._corner = None
        if corner is not None:
            self.update()
            self._end_box(QRectF(pressed, event.position()).normalized())
        elif self._moved:
            self._rest_cursor()
        elif self._button == Qt.MouseButton.LeftButton and not self._space:
            self.clicked.emit(self.point_at(event.position()))

    def _end_box(self, box: QRectF) -> None:
        if self._picture is None:
            return
        size = self._picture.size
        inside = self.transform.rect_to_image(box).intersected(QRectF(0, 0, size.width(), size.height()))
        if inside.width() >= 1 and inside.height() >= 1:
            self.box_drawn.emit(np.array([inside.left(), inside.top(), inside.right(), inside.bottom()]))

    def _rest_cursor(self) -> None:
        if self._draws_box:
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif self._space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Left to the owner; ``fit`` is what most do."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit(self.point_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is over nothing any more."""
        self.hovered.emit(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """+ and - zoom, 0 fits, held space makes the left button move the picture; arrows move it."""
        key, anchor = event.key(), self._anchor()
        arrows = {
            Qt.Key.Key_Left: QPointF(40, 0),
            Qt.Key.Key_Right: QPointF(-40, 0),
            Qt.Key.Key_Up: QPointF(0, 40),
            Qt.Key.Key_Down: QPointF(0, -40),
        }
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_to(self.zoom * _STEP, anchor)
        elif key == Qt.Key.Key_Minus:
            self.zoom_to(self.zoom / _STEP, anchor)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in arrows and self._picture is not None:
            self._follows_size = False
            self._show(self.transform.moved(arrows[Qt.Key(key)]))
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
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

    def _anchor(self) -> QPointF | None:
        """The pointer's place while it is over the pane."""
        position = QPointF(self.mapFromGlobal(QCursor.pos()))
        return position if self.underMouse() and QRectF(self.rect()).contains(position) else None
