"""A widget that shows one picture at any zoom with things drawn over it.

What lies over the picture comes in two stacks: layers, painted once and kept until something changes, and marks,
painted anew on every repaint. Both get a painter in widget pixels and ask the canvas for its transform.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from faceviewer.gui.pane_drawing import draw_chip, draw_sentence
from faceviewer.gui.pane_transform import MAX_ZOOM, PaneTransform
from faceviewer.gui.picture import Picture
from faceviewer.gui.theme import ground_color


class Layer(Protocol):
    """Something painted over the picture, given in the picture's pixels."""

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None: ...


class PictureCanvas(QWidget):
    """Shows a ``Picture``, its layers and its marks."""

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
        before = self._picture
        same_size = picture is not None and before is not None and picture.size == before.size
        stays = same_size and mirrored == self._mirrored
        self._picture, self._mirrored = picture, mirrored
        if not stays:
            self.fit()
        self.refresh()

    def set_layers(self, layers: Iterable[Layer]) -> None:
        """What lies over the picture, lowest first."""
        self._layers = tuple(layers)
        self.refresh()

    def set_marks(self, marks: Iterable[Layer]) -> None:
        """What follows the pointer, over all layers."""
        self._marks = tuple(marks)
        self.update()

    def set_sentence(self, text: str) -> None:
        """A sentence in the middle, where there is little else to see; empty for none."""
        if text != self._sentence:
            self._sentence = text
            self.update()

    def set_hint(self, text: str) -> None:
        """What to do now, at the top; empty for nothing."""
        if text != self._hint:
            self._hint = text
            self.update()

    def fit(self) -> None:
        """All of the picture, in the middle; from now on also after a change of the size of the canvas."""
        self._follows_size = True
        if self._picture is not None:
            self._show(self._fitted())

    def show_actual_size(self) -> None:
        """One image pixel per device pixel, what is in the middle staying there."""
        self.zoom_to(1.0)

    def zoom_to(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Show ``zoom`` device pixels per image pixel; the point under ``anchor`` (the middle if None) stays."""
        if self._picture is None:
            return
        ratio = self.devicePixelRatioF()
        smallest = min(self._fitted().scale * ratio, 1.0) / 2
        zoom = min(max(zoom, smallest), MAX_ZOOM)
        self.show_moved(self.transform.zoomed(zoom / ratio, anchor if anchor is not None else self._middle()))

    def center_on(self, x: float, y: float) -> None:
        """Bring one image point into the middle, at the zoom there is."""
        self.show_moved(self.transform.moved(self._middle() - self.transform.to_widget(x, y)))

    def show_moved(self, transform: PaneTransform) -> None:
        """Show the picture elsewhere; it no longer follows the size of the canvas."""
        self._follows_size = False
        self._show(transform)

    def refresh(self) -> None:
        """Paint everything anew."""
        self._backing = None
        self.update()

    def paint_over(self, painter: QPainter) -> None:
        """For subclasses: what lies over the marks."""

    def _fitted(self) -> PaneTransform:
        assert self._picture is not None
        ratio = self.devicePixelRatioF()
        return PaneTransform.fitted(self._picture.size, self.size(), ratio=ratio, mirrored=self._mirrored)

    def _middle(self) -> QPointF:
        return QPointF(self.width() / 2, self.height() / 2)

    def _show(self, transform: PaneTransform) -> None:
        self.transform = transform.snapped(self.devicePixelRatioF())
        self.refresh()

    def _painted(self) -> QPixmap:
        """The picture with its layers, kept."""
        ratio = self.devicePixelRatioF()
        size = self.size() * ratio
        if self._backing is None or self._backing.size() != size:
            backing = QPixmap(size)
            backing.setDevicePixelRatio(ratio)
            backing.fill(ground_color(self.palette()))
            painter = QPainter(backing)
            if self._picture is not None:
                self._picture.draw(painter, self.transform, QRectF(self.rect()), ratio)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for layer in self._layers:
                layer.paint(painter, self)
            painter.end()
            self._backing = backing
        return self._backing

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
            self.refresh()
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        """A window that moves to another screen is drawn at that screen's pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            if self._follows_size:
                self.fit()
            self.refresh()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The kept picture with its layers, then what changes with every move of the pointer."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._painted())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark in self._marks:
            mark.paint(painter, self)
        self.paint_over(painter)
        if self._hint:
            draw_chip(painter, self._hint, QPointF(self.width() / 2, 10), align=Qt.AlignmentFlag.AlignHCenter)
        if self._sentence:
            draw_sentence(painter, self._sentence, self)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
