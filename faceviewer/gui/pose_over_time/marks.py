"""What is drawn over a frame: everybody's box with a name, and the axes of the heads."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from faceviewer.gui.pane_drawing import draw_chip
from faceviewer.gui.photo_view.layers import PoseAxes
from faceviewer.gui.picture_canvas import Layer, PictureCanvas
from faceviewer.gui.pose_over_time.people_colors import color_of
from faceviewer.jobs.pose_series import PoseSeries


@dataclass(frozen=True, eq=False)
class PersonBox:
    """A box in the person's colour."""

    box_xyxy: np.ndarray
    title: str
    color: QColor

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None:
        left, top, right, bottom = (float(side) for side in self.box_xyxy)
        box = pane.transform.rect_to_widget(QRectF(QPointF(left, top), QPointF(right, bottom)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((QColor(0, 0, 0, 140), 4.5), (self.color, 2.5)):
            painter.setPen(QPen(color, width))
            painter.drawRoundedRect(box, 4, 4)
        height = painter.fontMetrics().height() + 8
        draw_chip(painter, self.title, box.topLeft() - QPointF(0, height))


def marks_of(series: PoseSeries, row: int, hidden: Set[int]) -> list[Layer]:
    """Boxes and axes of all who are seen in a frame and not hidden."""
    boxes: list[Layer] = []
    axes: list[Layer] = []
    for person in series.people:
        place = person.place_of(row)
        if place is None or person.number in hidden:
            continue
        boxes.append(PersonBox(person.box_xyxy[place], person.title, color_of(person.number)))
        axes.append(PoseAxes(person.camera(place, series.size)))
    return [*boxes, *axes]
