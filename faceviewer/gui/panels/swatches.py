"""Squares of the colours that data is drawn in, for legends."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from faceviewer.app.palette import RGB

_SIDE_PX = 14


def swatch(color: RGB) -> QPixmap:
    """A small square of ``color`` with a thin grey rim, so that no colour drowns in the panel's."""
    ratio = 2  # sharp also where one pixel is two
    pixmap = QPixmap(_SIDE_PX * ratio, _SIDE_PX * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(128, 128, 128), 1))
    painter.setBrush(QColor(*color))
    painter.drawRoundedRect(QRectF(0.5, 0.5, _SIDE_PX - 1, _SIDE_PX - 1), 3, 3)
    painter.end()
    return pixmap


def swatch_icon(color: RGB) -> QIcon:
    """The square as an icon that stays in its colour when its widget is disabled."""
    icon = QIcon(swatch(color))
    icon.addPixmap(swatch(color), QIcon.Mode.Disabled)
    return icon


def _titled(text: str) -> str:
    return text[:1].upper() + text[1:]


class Legend(QWidget):
    """Colours and what they mean, in two columns."""

    def __init__(self, entries: Iterable[tuple[str, RGB]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        entries = tuple(entries)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        rows = (len(entries) + 1) // 2
        for number, (text, color) in enumerate(entries):
            row, column = number % rows, 2 * (number // rows)
            square = QLabel(self)
            square.setPixmap(swatch(color))
            square.setAccessibleName(f"Colour of {text}")
            grid.addWidget(square, row, column)
            grid.addWidget(QLabel(_titled(text), self), row, column + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.setAccessibleName("Legend: " + ", ".join(text for text, _ in entries))
