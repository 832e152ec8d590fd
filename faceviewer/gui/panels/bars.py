"""A chart of horizontal bars with names and values, painted in one widget so that it follows live data cheaply."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

_MARGIN_PX = 6
_MAX_NAME_SHARE = 0.58


@dataclass(frozen=True)
class Bar:
    """One bar."""

    title: str
    value: float
    """0 to 1."""
    explanation: str = ""


class BarChart(QWidget):
    """Shows bars from top to bottom."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: tuple[Bar, ...] = ()
        self._name_width = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def bars(self) -> tuple[Bar, ...]:
        return self._bars

    def show_bars(self, bars: tuple[Bar, ...]) -> None:
        """Show ``bars`` from now on."""
        resized = len(bars) != len(self._bars)
        self._bars = bars
        if resized:
            self.updateGeometry()
        self._name_width = max((self.fontMetrics().horizontalAdvance(bar.title) for bar in bars), default=0)
        self.setAccessibleDescription(", ".join(f"{bar.title} {bar.value:.2f}" for bar in bars))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, self._row_height() * len(self._bars))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def row_rect(self, row: int) -> QRect:
        """Where bar ``row`` is painted, in the widget's pixels."""
        height = self._row_height()
        return QRect(0, row * height, self.width(), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self._row_height()
        first = max(0, event.rect().top() // height)
        last = min(len(self._bars), event.rect().bottom() // height + 1)
        for row in range(first, last):
            self._paint_bar(painter, self._bars[row], self.row_rect(row))

    def event(self, event: QEvent) -> bool:
        """Explain the bar under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = event.pos().y() // self._row_height()
            bar = self._bars[row] if 0 <= row < len(self._bars) else None
            text = f"{bar.title}: {bar.value:.3f}\n{bar.explanation}" if bar is not None else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _row_height(self) -> int:
        return self.fontMetrics().height() + 5

    def _paint_bar(self, painter: QPainter, bar: Bar, row: QRect) -> None:
        palette, metrics = self.palette(), self.fontMetrics()
        value_width = metrics.horizontalAdvance("0.00") + _MARGIN_PX
        name_width = min(self._name_width + 1, int(row.width() * _MAX_NAME_SHARE))
        name = QRect(row.left() + _MARGIN_PX, row.top(), name_width, row.height())
        value = QRect(row.right() - value_width - _MARGIN_PX, row.top(), value_width, row.height())
        left = name.right() + _MARGIN_PX
        track = QRect(left, row.center().y() - 3, value.left() - left, 8)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(name, middle, metrics.elidedText(bar.title, Qt.TextElideMode.ElideRight, name.width()))
        painter.drawText(value, middle | Qt.AlignmentFlag.AlignRight, f"{bar.value:.2f}")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QPalette.ColorRole.Midlight))
        painter.drawRoundedRect(track, 3, 3)
        share = min(max(bar.value, 0.0), 1.0)
        painter.setBrush(palette.color(QPalette.ColorRole.Accent))
        painter.drawRoundedRect(QRect(track.left(), track.top(), round(track.width() * share), track.height()), 3, 3)
