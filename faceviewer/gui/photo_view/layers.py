"""What is drawn over the photo and nowhere else: boxes of faces, the mesh's lines, the axes of the head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from faceviewer.app.palette import AXIS_COLORS, FACE_BOX_COLOR
from faceviewer.geometry.planar_edges import PlanarEdges
from faceviewer.gui.line_field import LineField
from faceviewer.gui.pane_drawing import draw_chip
from faceviewer.gui.picture_canvas import PictureCanvas
from faceviewer.types import Camera, Face

AXIS_LENGTH_MM = 70.0
_WIRE = (120, 220, 255)


@dataclass(frozen=True, eq=False)
class FaceBoxes:
    """Every face with its number; the chosen one stands out."""

    faces: tuple[Face, ...]
    chosen: int
    """Number of the chosen face, from 1."""

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None:
        for number, face in enumerate(self.faces, 1):
            left, top, right, bottom = (float(value) for value in face.box_xyxy)
            box = pane.transform.rect_to_widget(QRectF(QPointF(left, top), QPointF(right, bottom)))
            chosen = number == self.chosen
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(0, 0, 0, 150), 4.5 if chosen else 3.0))
            painter.drawRoundedRect(box, 4, 4)
            style = Qt.PenStyle.SolidLine if chosen else Qt.PenStyle.DashLine
            painter.setPen(QPen(QColor(*FACE_BOX_COLOR), 2.5 if chosen else 1.5, style))
            painter.drawRoundedRect(box, 4, 4)
            draw_chip(painter, f"{number}", box.topLeft() + QPointF(4, 4))

    def at(self, xy: tuple[float, float]) -> int | None:
        """The number of the smallest box that holds a photo pixel."""
        areas = {
            number: (right - left) * (bottom - top)
            for number, (left, top, right, bottom) in enumerate((face.box_xyxy for face in self.faces), 1)
            if left <= xy[0] <= right and top <= xy[1] <= bottom
        }
        return min(areas, key=lambda number: areas[number]) if areas else None


class MeshLines:
    """The seen edges of the mesh, in photo pixels."""

    def __init__(self, edges: PlanarEdges) -> None:
        self._lines = LineField(edges.ends, edges.room)

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None:
        self._lines.paint(painter, pane, _WIRE, strength=0.8)


@dataclass(frozen=True, eq=False)
class PoseAxes:
    """x to the subject's left, y up and z out of the face, from midway between the eyes."""

    camera: Camera

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None:
        tips_mm = np.eye(3) * AXIS_LENGTH_MM
        order = np.argsort(-self.camera.to_camera(tips_mm)[:, 2])  # the one that points at the camera comes last
        start = pane.transform.to_widget(*self.camera.project(np.zeros(3)))
        for axis in order:
            tip = pane.transform.to_widget(*self.camera.project(tips_mm[axis]))
            self._paint_arrow(painter, start, tip, QColor(*AXIS_COLORS[axis]))

    @staticmethod
    def _paint_arrow(painter: QPainter, start: QPointF, tip: QPointF, color: QColor) -> None:
        line = QLineF(start, tip)
        if not line.length() > 1:  # seen from its end, or behind the camera
            return
        along = QPointF(line.dx(), line.dy()) / line.length()
        across = QPointF(-along.y(), along.x())
        barb = min(11.0, 0.4 * line.length())
        neck = tip - along * (0.8 * barb)
        for pen_color, width in ((QColor(10, 10, 12, 190), 6.0), (color, 3.0)):
            painter.setPen(QPen(pen_color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(start, neck)
        painter.setPen(QPen(QColor(10, 10, 12, 190), 1.5))
        painter.setBrush(color)
        foot = tip - along * barb
        painter.drawPolygon(QPolygonF([tip, foot + across * (0.5 * barb), foot - across * (0.5 * barb)]))
