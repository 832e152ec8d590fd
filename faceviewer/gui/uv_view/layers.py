"""What is drawn over the texture and nowhere else: the UV wireframe, the outlined texel, the legend of origins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from faceviewer.app.palette import ORIGIN_COLORS, RGB
from faceviewer.gui.image_pane import ImagePane
from faceviewer.gui.pane_drawing import draw_chip, draw_legend
from faceviewer.types import Origin

_LINE = (120, 220, 255)
_SEAM = (255, 112, 160)
_UNDER = (0, 0, 0)
_WIDE_PX = 9.0
"""From this distance between lines on, they get a dark underlay, readable on bright texels."""
_TEXEL_FROM = 6.0
"""Texels this large, in widget pixels, are outlined."""
ORIGIN_TITLES = {
    Origin.PHOTO: "photo",
    Origin.MIRRORED: "mirrored",
    Origin.MODEL: "model",
    Origin.EMPTY: "empty",
}


@dataclass(frozen=True, eq=False)
class UvLines:
    """The edges of all triangles as they lie in UV space, the rims of the charts stronger."""

    edges: np.ndarray
    """(E, 4) x, y of both ends, in the picture's pixels."""
    rim: np.ndarray
    """(E,) bool."""

    def paint(self, painter: QPainter, pane: ImagePane) -> None:
        ends = pane.transform.points_to_widget(self.edges.reshape(-1, 2)).reshape(-1, 2, 2)
        spacing_px = float(np.median(np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1))) if len(ends) else 0.0
        seen = (ends.max(1) >= 0).all(1) & (ends.min(1) <= (pane.width(), pane.height())).all(1)
        inner, rim = (_lines(ends[seen & chosen]) for chosen in (~self.rim, self.rim))
        strength = float(np.clip(spacing_px / 8, 0.22, 0.9))  # a dense mesh must not hide the texture
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, spacing_px > 4)
        if spacing_px >= _WIDE_PX:
            painter.setPen(QPen(QColor(*_UNDER, 130), 3))
            painter.drawLines(inner)
        painter.setPen(QPen(QColor(*_LINE, int(255 * strength)), 1))
        painter.drawLines(inner)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, alpha, width in ((_UNDER, 150, 3.0), (_SEAM, 255, 1.4)):
            painter.setPen(QPen(QColor(*color, alpha), width))
            painter.drawLines(rim)


def _lines(ends: np.ndarray) -> list[QLineF]:
    return [QLineF(*line) for line in ends.reshape(-1, 4).tolist()]


@dataclass(frozen=True)
class TexelFrame:
    """The outline of one texel, once texels are large enough."""

    column: int
    row: int
    color: RGB

    def paint(self, painter: QPainter, pane: ImagePane) -> None:
        if pane.transform.scale < _TEXEL_FROM:
            return
        square = pane.transform.rect_to_widget(QRectF(self.column, self.row, 1, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((QColor(0, 0, 0, 200), 3.0), (QColor(*self.color), 1.5)):
            painter.setPen(
                QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin)
            )
            painter.drawRect(square)


@dataclass(frozen=True, eq=False)
class OriginLegend:
    """What the colours of the origin picture mean, and how much of the texture each takes."""

    shares: dict[Origin, float]
    """0 to 1, of all texels."""

    @classmethod
    def of(cls, origin: np.ndarray) -> OriginLegend:
        """Counted from a texture's (S, S) uint8 ``origin``."""
        counts = np.bincount(origin.ravel(), minlength=len(Origin)) / max(origin.size, 1)
        return cls({kind: float(counts[kind]) for kind in ORIGIN_TITLES})

    def paint(self, painter: QPainter, pane: ImagePane) -> None:
        rows = [
            (ORIGIN_COLORS[kind], f"{ORIGIN_TITLES[kind]} {_percent(share)}") for kind, share in self.shares.items()
        ]
        draw_legend(painter, rows, QPointF(6, pane.height() - 6))


def _percent(share: float) -> str:
    return "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


@dataclass(frozen=True)
class Caption:
    """A sentence at the top of the pane."""

    text: str

    def paint(self, painter: QPainter, pane: ImagePane) -> None:
        draw_chip(painter, self.text, QPointF(pane.width() / 2, 8), align=Qt.AlignmentFlag.AlignHCenter)
