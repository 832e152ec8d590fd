"""Layers that several panes have in common: dots, boxes, marks and tinted pictures, in the picture's pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QToolTip

from faceviewer.app.landmarks import landmark_groups, landmark_name
from faceviewer.app.palette import LANDMARK_GROUP_COLORS, PART_COLORS, RGB
from faceviewer.gui.pane_drawing import draw_chip, draw_dot, draw_ring
from faceviewer.gui.picture import Picture
from faceviewer.gui.picture_canvas import PictureCanvas
from faceviewer.types import PART_NAMES, Topology

SNAP_PX = 6.0
"""A pointer this near to a drawn landmark, in widget pixels, means it."""
_CROWDED = 0.9
"""Dots are at most this share of the distance between landmarks wide, so that a small face stays visible."""
_SMALLEST_PX = 2.0


@dataclass(frozen=True, eq=False)
class LandmarkDots:
    """One landmark set."""

    set_name: str
    xy: np.ndarray
    """(L, 2) in the picture's pixels."""
    visible: np.ndarray
    """(L,) bool: the others are drawn hollow."""
    drawn: np.ndarray
    """(L,) bool: the others are left out."""
    size_px: float
    """Diameter in widget pixels."""
    topology: Topology
    """Of the head that has the set."""

    @cached_property
    def _spacing(self) -> float:
        """Median distance to the nearest other landmark, in the picture's pixels."""
        away = np.linalg.norm(self.xy[:, None] - self.xy[None], axis=2)
        np.fill_diagonal(away, np.inf)
        nearest = away.min(1, initial=np.inf)
        finite = nearest[np.isfinite(nearest)]
        return float(np.median(finite)) if len(finite) else np.inf

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None:
        """Hidden dots first, so that what is seen lies on top."""
        groups = landmark_groups(self.set_name, self.topology)
        room_px = self._spacing * pane.transform.scale
        radius = max(min(self.size_px, _CROWDED * room_px) / 2, _SMALLEST_PX / 2)
        xy = pane.transform.points_to_widget(self.xy)
        inside = QRectF(pane.rect()).adjusted(-20, -20, 20, 20)
        for index in np.argsort(self.visible, kind="stable"):
            at = QPointF(xy[index, 0], xy[index, 1]) if np.isfinite(xy[index]).all() else None
            if at is not None and self.drawn[index] and inside.contains(at):
                color = LANDMARK_GROUP_COLORS[groups[index]]
                draw_dot(painter, at, radius, color, filled=bool(self.visible[index]))


@dataclass(frozen=True)
class Hit:
    """A drawn landmark under the pointer."""

    set_name: str
    index: int
    topology: Topology


def landmark_at(sets: Sequence[LandmarkDots], pane: PictureCanvas, position: QPointF) -> Hit | None:
    """The drawn landmark nearest to a widget position, within ``SNAP_PX``."""
    best, hit = SNAP_PX, None
    for dots in sets:
        away = np.hypot(*(pane.transform.points_to_widget(dots.xy) - (position.x(), position.y())).T)
        away = np.where(dots.drawn & np.isfinite(away), away, np.inf)
        if len(away) and away.min() <= best:
            best, hit = float(away.min()), Hit(dots.set_name, int(away.argmin()), dots.topology)
    return hit


class NameTip:
    """Shows the name of the landmark under the pointer as a tooltip, without waiting."""

    def __init__(self, pane: PictureCanvas) -> None:
        self._pane = pane
        self._hit: Hit | None = None

    def show(self, hit: Hit | None, position: QPointF) -> None:
        """Name ``hit`` at a widget position; None takes the name away."""
        if hit is not None and hit != self._hit:
            name = landmark_name(hit.set_name, hit.index, hit.topology)
            QToolTip.showText(self._pane.mapToGlobal(position.toPoint()), name, self._pane)
        elif hit is None and self._hit is not None:
            QToolTip.hideText()
        self._hit = hit


@dataclass(frozen=True, eq=False)
class FaceFrame:
    """The box of a face, with a name over it unless that is empty."""

    box_ltrb: np.ndarray
    """(4,) in the picture's pixels."""
    color: QColor
    title: str = ""

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None:
        left, top, right, bottom = (float(side) for side in self.box_ltrb)
        box = pane.transform.rect_to_widget(QRectF(QPointF(left, top), QPointF(right, bottom)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((QColor(0, 0, 0, 145), 4.5), (self.color, 2.5)):
            painter.setPen(QPen(color, width))
            painter.drawRoundedRect(box, 4, 4)
        if self.title:
            draw_chip(painter, self.title, box.topLeft() - QPointF(0, painter.fontMetrics().height() + 8))


@dataclass(frozen=True, eq=False)
class Tint:
    """A see-through picture over a rectangle."""

    picture: Picture
    frame: QRectF
    opacity: float

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None:
        painter.setOpacity(self.opacity)
        self.picture.draw(painter, pane.transform, QRectF(pane.rect()), pane.devicePixelRatioF(), self.frame)
        painter.setOpacity(1.0)


def tinted(ids: np.ndarray, colors: np.ndarray) -> Picture:
    """A picture of triangles: ``ids`` (H, W) int32 with -1 for none, ``colors`` (F, 4) uint8 with straight alpha."""
    table = np.concatenate([colors, np.zeros((1, 4), np.uint8)])  # -1 takes the last row
    return Picture.of(table[ids])


def part_colors(part_of: np.ndarray, parts: frozenset[str]) -> np.ndarray:
    """(F, 4) uint8: the colours of those triangles whose part is shown; ``part_of`` as ``triangle_parts`` gives it."""
    table = np.zeros((len(PART_NAMES) + 1, 4), np.uint8)
    for number, name in enumerate(PART_NAMES):
        if name in parts:
            table[number] = (*PART_COLORS[name], 255)
    return table[part_of]


def one_part(part_of: np.ndarray, part: str, color: RGB) -> np.ndarray:
    """(F, 4) uint8: ``color`` on the triangles of one part."""
    colors = np.zeros((len(part_of), 4), np.uint8)
    colors[part_of == PART_NAMES.index(part)] = (*color, 255)
    return colors


@dataclass(frozen=True)
class Mark:
    """A ring around the selected or hovered place."""

    xy: tuple[float, float]
    """In the picture's pixels."""
    color: RGB
    radius_px: float
    hidden: bool = False
    label: str = ""

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None:
        if not np.isfinite(self.xy).all():
            return
        at = pane.transform.to_widget(*self.xy)
        draw_ring(painter, at, self.radius_px, self.color, hidden=self.hidden)
        if self.label:
            width = painter.fontMetrics().horizontalAdvance(self.label) + 12
            left = at.x() + self.radius_px + 4
            if left + width > pane.width():
                left = at.x() - self.radius_px - 4 - width
            draw_chip(painter, self.label, QPointF(left, at.y() - painter.fontMetrics().height() / 2 - 2))
