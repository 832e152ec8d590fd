"""Small things drawn over pictures, readable on any of them: labels, dots, rings."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPalette, QPen
from PySide6.QtWidgets import QWidget

from faceviewer.app.palette import RGB

_CHIP = QColor(20, 20, 24, 205)
_CHIP_TEXT = QColor(245, 245, 247)
_DARK = QColor(10, 10, 12, 200)


def draw_chip(
    painter: QPainter, text: str, at: QPointF, *, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
) -> QRectF:
    """``text`` on a dark plate whose top is at ``at``: its left corner there, or its middle. Returns the plate."""
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 12, metrics.height() + 4
    left = at.x() - width / 2 if align == Qt.AlignmentFlag.AlignHCenter else at.x()
    plate = QRectF(left, at.y(), width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_CHIP)
    painter.drawRoundedRect(plate, 4, 4)
    painter.setPen(_CHIP_TEXT)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
    return plate


def draw_legend(painter: QPainter, rows: Sequence[tuple[RGB, str]], bottom_left: QPointF) -> None:
    """Named swatches on a dark plate, whose bottom left corner is given."""
    metrics = painter.fontMetrics()
    row_height = metrics.height() + 3
    width = 30 + max(metrics.horizontalAdvance(text) for _, text in rows)
    plate = QRectF(bottom_left.x(), bottom_left.y() - row_height * len(rows) - 8, width, row_height * len(rows) + 8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_CHIP)
    painter.drawRoundedRect(plate, 4, 4)
    for number, (rgb, text) in enumerate(rows):
        top = plate.top() + 4 + number * row_height
        painter.setPen(QPen(QColor(255, 255, 255, 120), 1))
        painter.setBrush(QColor(*rgb))
        painter.drawRect(QRectF(plate.left() + 7, top + (row_height - 10) / 2, 10, 10))
        painter.setPen(_CHIP_TEXT)
        place = QRectF(plate.left() + 24, top, width, row_height)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def draw_sentence(painter: QPainter, text: str, pane: QWidget) -> None:
    """A sentence in the middle of an empty ``pane``, in its palette's colours."""
    painter.save()
    font = QFont(pane.font())
    painter.setFont(font)
    painter.setPen(pane.palette().color(QPalette.ColorRole.PlaceholderText))
    place = QRectF(pane.rect()).adjusted(16, 16, -16, -16)
    painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap), text)
    painter.restore()


def draw_dot(painter: QPainter, at: QPointF, radius: float, rgb: RGB, *, filled: bool) -> None:
    """A coloured dot with a dark rim; only a dim ring when not ``filled``."""
    if filled:
        rim = QPen(_DARK, radius * 0.35) if radius > 1.5 else QPen(Qt.PenStyle.NoPen)  # would be all there is
        painter.setPen(rim)
        painter.setBrush(QColor(*rgb))
    else:
        painter.setPen(QPen(QColor(10, 10, 12, 110), max(1.5, radius * 0.7)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, radius * 0.85, radius * 0.85)
        painter.setPen(QPen(QColor(*rgb, 190), max(0.8, radius * 0.3)))
    size = radius if filled else radius * 0.85
    painter.drawEllipse(at, size, size)


def draw_ring(painter: QPainter, at: QPointF, radius: float, rgb: RGB, *, hidden: bool) -> None:
    """A target ring around a point: dashed when the point lies behind something."""
    style = Qt.PenStyle.DotLine if hidden else Qt.PenStyle.SolidLine
    painter.setBrush(QBrush(Qt.BrushStyle.NoBrush))
    painter.setPen(QPen(_DARK, 4.0))
    painter.drawEllipse(at, radius, radius)
    painter.setPen(QPen(QColor(*rgb), 2.0, style))
    painter.drawEllipse(at, radius, radius)
    for reach, color, width in ((4.0, _DARK, 3.0), (3.5, QColor(*rgb), 1.5)):
        painter.setPen(QPen(color, width))
        painter.drawLine(at - QPointF(reach, 0), at + QPointF(reach, 0))
        painter.drawLine(at - QPointF(0, reach), at + QPointF(0, reach))
