"""Draws annotations with Qt: in the theme's colours, sharp on every screen, and the same way into pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QWidget

from faceviewer.app.palette import RGB
from faceviewer.gui.viewport.annotations import Annotations, LegendScale, Line, Marker
from faceviewer.gui.viewport.projection import Projection

_MARGIN = 10.0
_SWATCH = 11.0
_BAR = (150.0, 9.0)
_CORNER = 88.0
"""Width that the orientation widget takes in the upper right corner."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """One pane's share of the canvas and what is drawn over it."""

    rect: QRectF
    """Logical pixels of the canvas."""
    projection: Projection
    annotations: Annotations
    has_gizmo: bool = False
    """The orientation widget takes its upper right corner."""


class Overlay(QWidget):
    """Lies over the canvas and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sheets: tuple[Sheet, ...] = ()
        """What is drawn, one per pane."""

    def show_sheets(self, sheets: Sequence[Sheet]) -> None:
        """Draw these from now on."""
        self.sheets = tuple(sheets)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        _paint(painter, self.sheets, self.palette())
        painter.end()


def draw_over(rgba: np.ndarray, scale: float, sheets: Sequence[Sheet], style: QWidget) -> np.ndarray:
    """(H, W, 4) uint8 with straight alpha, with ``sheets`` drawn over it in the font and colours of ``style``."""
    height, width, _ = rgba.shape
    image = QImage(rgba.data, width, height, rgba.strides[0], QImage.Format.Format_RGBA8888).copy()
    painter = QPainter(image)
    painter.setFont(style.font())
    painter.scale(scale, scale)
    _paint(painter, sheets, style.palette())
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine() // 4, 4)[:, :width].copy()


def _paint(painter: QPainter, sheets: Sequence[Sheet], palette: QPalette) -> None:
    """Draw in logical pixels; for pictures the painter is scaled."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for sheet in sheets:
        _Pen(painter, sheet, palette).draw()
    for sheet in sheets[1:]:
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Mid), 1))
        painter.drawLine(sheet.rect.topLeft(), sheet.rect.bottomLeft())


class _Pen:
    """Draws one sheet."""

    def __init__(self, painter: QPainter, sheet: Sheet, palette: QPalette) -> None:
        self._painter, self._sheet = painter, sheet
        self._ink = palette.color(QPalette.ColorRole.Text)
        self._paper = palette.color(QPalette.ColorRole.Base)
        self._metrics = QFontMetricsF(painter.font())
        self._taken: list[QRectF] = []

    def draw(self) -> None:
        annotations, painter = self._sheet.annotations, self._painter
        painter.save()
        painter.setClipRect(self._sheet.rect)
        painter.translate(self._sheet.rect.topLeft())
        for line in annotations.lines:
            self._line(line)
        for marker in annotations.markers:
            self._marker(marker)
        self._labels(annotations)
        below = self._title(annotations.title)
        self._legend(annotations.legend, below)
        taken = self._notes(annotations.notes)
        if annotations.scale is not None:
            self._scale(annotations.scale, taken)
        painter.restore()

    def _line(self, line: Line) -> None:
        at = self._sheet.projection.to_pane(line.xyz_mm)
        if not np.isfinite(at).all():
            return
        path = QPainterPath(QPointF(*at[0]))
        for point in at[1:]:
            path.lineTo(QPointF(*point))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((_halo(self._paper), line.width_px + 2), (QColor(*line.rgb), line.width_px)):
            self._painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            self._painter.drawPath(path)

    def _marker(self, marker: Marker) -> None:
        at = self._sheet.projection.to_pane(marker.xyz_mm)
        if not np.isfinite(at).all():
            return
        centre, style = QPointF(*at), Qt.PenStyle.DotLine if marker.behind else Qt.PenStyle.SolidLine
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.setPen(QPen(QColor(20, 20, 22, 190), 4.0))
        self._painter.drawEllipse(centre, marker.radius_px, marker.radius_px)
        self._painter.setPen(QPen(QColor(*marker.rgb), 2.2, style))
        self._painter.drawEllipse(centre, marker.radius_px, marker.radius_px)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(*marker.rgb))
        self._painter.drawEllipse(centre, 1.5, 1.5)

    def _labels(self, annotations: Annotations) -> None:
        """After all lines, so that none runs through a text."""
        above = QPointF(0, self._metrics.height())
        for line in annotations.lines:
            middle = line.xyz_mm[len(line.xyz_mm) // 2] if len(line.xyz_mm) > 2 else line.xyz_mm.mean(0)
            self._label(middle, above, line.label)
            self._end_label(line)
        for marker in annotations.markers:
            self._label(marker.xyz_mm, above + QPointF(0, marker.radius_px), marker.label)

    def _label(self, xyz_mm: np.ndarray, above: QPointF, text: str) -> None:
        at = self._sheet.projection.to_pane(xyz_mm)
        if text and np.isfinite(at).all():
            self._tag(QPointF(*at) - above, text)

    def _end_label(self, line: Line) -> None:
        at = self._sheet.projection.to_pane(line.xyz_mm[-2:])
        if line.end_label and np.isfinite(at).all():
            self._tag(QPointF(*(at[-1] + _beyond(at))), line.end_label)

    def _tag(self, centre: QPointF, text: str) -> None:
        """Text on a patch of paper, kept inside the pane and beside other such patches."""
        width, height = self._metrics.horizontalAdvance(text) + 10, self._metrics.height() + 4
        x = min(max(centre.x() - width / 2, 2.0), max(self._sheet.rect.width() - width - 2, 2.0))
        y = min(max(centre.y() - height / 2, 2.0), max(self._sheet.rect.height() - height - 2, 2.0))
        places = (QRectF(x, y + step * (height + 2), width, height) for step in (0, -1, 1, -2, 2))
        box = next((place for place in places if not any(place.intersects(taken) for taken in self._taken)), None)
        box = box or QRectF(x, y, width, height)
        self._taken.append(box)
        self._patch(box)
        self._painter.setPen(self._ink)
        self._painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _legend(self, rows: Sequence[tuple[RGB, str]], top: float) -> None:
        if not rows:
            return
        step = self._metrics.height() + 3
        width = max(self._metrics.horizontalAdvance(text) for _, text in rows) + _SWATCH + 22
        self._patch(QRectF(_MARGIN, top, width, step * len(rows) + 8))
        for number, (rgb, text) in enumerate(rows):
            line = top + 4 + number * step
            swatch = QRectF(_MARGIN + 7, line + (step - _SWATCH) / 2, _SWATCH, _SWATCH)
            self._painter.setPen(QPen(self._ink.lighter(130), 0.5))
            self._painter.setBrush(QColor(*rgb))
            self._painter.drawRoundedRect(swatch, 2.5, 2.5)
            self._painter.setPen(self._ink)
            place = QRectF(swatch.right() + 7, line, width, step)
            self._painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _title(self, text: str) -> float:
        """In the upper left corner, line by line; returns where the room below begins."""
        if not text:
            return _MARGIN
        room = self._sheet.rect.width() - _MARGIN - 14 - (_CORNER if self._sheet.has_gizmo else 0)
        lines = [self._metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, room) for line in text.split("\n")]
        width = max(self._metrics.horizontalAdvance(line) for line in lines)
        box = QRectF(_MARGIN, _MARGIN, width + 14, self._metrics.lineSpacing() * len(lines) + 6)
        self._patch(box)
        self._painter.setPen(self._ink)
        self._painter.drawText(box.adjusted(7, 3, 0, 0), Qt.AlignmentFlag.AlignLeft, "\n".join(lines))
        return box.bottom() + 4

    def _scale(self, scale: LegendScale, taken: QRectF) -> None:
        """In the lower right corner, or above the notes where these leave no room."""
        line = self._metrics.height()
        width = max(_BAR[0], self._metrics.horizontalAdvance(scale.title)) + 20
        height = 2 * line + _BAR[1] + 14
        left, top = self._sheet.rect.width() - width - _MARGIN, self._sheet.rect.height() - height - _MARGIN
        if taken.right() > left - 4:
            top = taken.top() - height - 4
        box = QRectF(left, top, width, height)
        self._patch(box)
        self._painter.setPen(self._ink)
        inner = box.adjusted(10, 4, -10, -4)
        self._painter.drawText(inner, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, scale.title)
        bar = QRectF(inner.left(), inner.top() + line + 3, inner.width(), _BAR[1])
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        last = len(scale.scale.anchors) - 1
        for number, rgb in enumerate(scale.scale.anchors):
            gradient.setColorAt(number / last, QColor(*rgb))
        self._painter.fillRect(bar, gradient)
        for align, text in (
            (Qt.AlignmentFlag.AlignLeft, scale.low),
            (Qt.AlignmentFlag.AlignHCenter, scale.middle),
            (Qt.AlignmentFlag.AlignRight, scale.high),
        ):
            self._painter.drawText(inner, Qt.AlignmentFlag.AlignBottom | align, text)

    def _notes(self, lines: Sequence[str]) -> QRectF:
        """Returns the room that they take."""
        if not lines:
            return QRectF()
        text, wrap = "\n".join(lines), Qt.TextFlag.TextWordWrap
        room = QRectF(0, 0, max(self._sheet.rect.width() - 2 * _MARGIN - 14, 40.0), self._sheet.rect.height())
        needed = self._metrics.boundingRect(room, wrap, text)
        box = QRectF(0, 0, needed.width() + 14, needed.height() + 6)
        box.moveBottomLeft(QPointF(_MARGIN, self._sheet.rect.height() - _MARGIN))
        self._patch(box)
        self._painter.setPen(self._ink)
        self._painter.drawText(box.adjusted(7, 3, -6, 0), wrap, text)
        return box

    def _patch(self, rect: QRectF) -> None:
        paper = QColor(self._paper)
        paper.setAlpha(215)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(paper)
        self._painter.drawRoundedRect(rect, 4, 4)


def _halo(paper: QColor) -> QColor:
    halo = QColor(paper)
    halo.setAlpha(180)
    return halo


def _beyond(at: np.ndarray) -> np.ndarray:
    """A little further in the direction of the last piece of a line (N, 2)."""
    piece = at[-1] - at[-2]
    length = float(np.linalg.norm(piece))
    return piece / length * 13 if length > 1 else np.array([9.0, -9.0])
