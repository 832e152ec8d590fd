"""What is drawn over the texture and nowhere else: the UV wireframe, the outlined texel, the legend of origins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from faceviewer.app.palette import ORIGIN_COLORS, RGB
from faceviewer.geometry.planar_edges import PlanarEdges
from faceviewer.gui.line_field import LineField
from faceviewer.gui.pane_drawing import draw_chip, draw_legend
from faceviewer.gui.picture_canvas import PictureCanvas
from faceviewer.types import Origin

_LINE = (120, 220, 255)
_SEAM = (255, 112, 160)
_UNDER = (0, 0, 0)
_WIDE_PX = 9.0
"""From this distance between lines on, in widget pixels, they get a dark underlay."""
_TEXEL_FROM = 6.0
"""Texels this large, in widget pixels, are outlined."""
ORIGIN_TITLES = {
    Origin.PHOTO: "photo",
    Origin.MIRRORED: "mirrored",
    Origin.MODEL: "model",
    Origin.EMPTY: "unused",
}


class UvLines:
    """The edges of all triangles as they lie in UV space, the rims of the charts in a colour of their own."""

    def __init__(self, edges: PlanarEdges, side_px: int) -> None:
        """edges: on the unit picture. side_px: of the picture they are drawn over."""
        ends, room, rim = edges.ends * side_px, edges.room * side_px, edges.rim
        self._inner, self._rim = LineField(ends[~rim], room[~rim]), LineField(ends[rim])
        self._room = float(np.median(room)) if len(room) else 0.0

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None:
        if self._room * pane.transform.scale >= _WIDE_PX:  # space for a dark underlay, for bright texels
            self._inner.paint(painter, pane, _UNDER, width=3, strength=0.4)
        self._inner.paint(painter, pane, _LINE, strength=0.8)
        self._rim.paint(painter, pane, _UNDER, width=3, strength=0.6)
        self._rim.paint(painter, pane, _SEAM)


@dataclass(frozen=True)
class TexelFrame:
    """The outline of one texel, once texels are large enough."""

    column: int
    row: int
    color: RGB

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None:
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

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None:
        rows = [
            (ORIGIN_COLORS[kind], f"{ORIGIN_TITLES[kind].capitalize()} {_percent(share)}")
            for kind, share in self.shares.items()
        ]
        draw_legend(painter, rows, QPointF(6, pane.height() - 6))


def _percent(share: float) -> str:
    return "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


@dataclass(frozen=True)
class Caption:
    """A sentence at the top of the pane."""

    text: str

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None:
        draw_chip(painter, self.text, QPointF(pane.width() / 2, 8), align=Qt.AlignmentFlag.AlignHCenter)
