"""Bars with a name and a number each, drawn in the palette's colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

_NAME_SHARE = 0.34
_AIR_PX = 8


@dataclass(frozen=True)
class Bar:
    """One line."""

    name: str
    share: float
    """0 to 1: its length."""
    text: str
    """What stands at its end."""


class BarChart(QWidget):
    """Lying bars, the longest as long as there is room for."""

    def __init__(self, name: str, bars: Sequence[Bar], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars = tuple(bars)
        self.setAccessibleName(name)
        self.setAccessibleDescription("; ".join(f"{bar.name}: {bar.text}" for bar in bars))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumSize(340, self._line_px() * len(self._bars) + 2)

    def _line_px(self) -> int:
        return self.fontMetrics().height() + _AIR_PX

    def sizeHint(self) -> QSize:
        return QSize(620, self._line_px() * max(len(self._bars), 1) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics, palette, line = self.fontMetrics(), self.palette(), self._line_px()
        names = self.width() * _NAME_SHARE
        numbers = max((metrics.horizontalAdvance(bar.text) for bar in self._bars), default=0) + _AIR_PX
        longest = max((bar.share for bar in self._bars), default=0) or 1
        room = max(self.width() - names - numbers - _AIR_PX, 20)
        for number, bar in enumerate(self._bars):
            top = number * line
            name = metrics.elidedText(bar.name, Qt.TextElideMode.ElideRight, int(names) - _AIR_PX)
            painter.setPen(palette.color(QPalette.ColorRole.WindowText))
            at = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, names - _AIR_PX, line), int(at | Qt.AlignmentFlag.AlignRight), name)
            length = max(room * bar.share / longest, 1.5)
            painter.fillRect(QRectF(names, top + 3, length, line - 6), palette.color(QPalette.ColorRole.Accent))
            place = QRectF(names + length + _AIR_PX, top, numbers, line)
            painter.drawText(place, int(at | Qt.AlignmentFlag.AlignLeft), bar.text)
        painter.end()
