"""The drawings of Help > Conventions, in the colours of the palette. Heads are drawn from the built-in head itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from faceviewer.app.conventions import Diagram
from faceviewer.app.landmarks import landmark_groups
from faceviewer.app.palette import AXIS_COLORS, LANDMARK_GROUP_COLORS
from faceviewer.geometry.rotations import rotation_from_pose
from faceviewer.models.head_model import load_head

WIDTH, HEIGHT = 320, 220
"""Of the drawing area that all coordinates below refer to."""
_X, _Y, _Z = (QColor(*color) for color in AXIS_COLORS)
_CARD = QColor(38, 38, 42)  # landmark colours are made for dark ground
_LINES_68 = (range(17), range(17, 22), range(22, 27), range(27, 31), range(31, 36), (*range(36, 42), 36),
             (*range(42, 48), 42), (*range(48, 60), 48), (*range(60, 68), 60))  # fmt: skip
"""Jaw, brows, nose, eyes and lips of the set 68, as lines of points."""
Point = tuple[float, float]


class Pen:
    """A painter with the few strokes that diagrams need."""

    def __init__(self, painter: QPainter, palette: QPalette) -> None:
        self.painter = painter
        self.ink = palette.color(QPalette.ColorRole.Text)
        self.quiet = palette.color(QPalette.ColorRole.PlaceholderText)
        self.accent = palette.color(QPalette.ColorRole.Accent)

    def line(
        self, points: Sequence[Point] | np.ndarray, color: QColor, width: float = 1.5, *, dashed: bool = False
    ) -> None:
        """A line through all points."""
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        self.painter.setPen(QPen(color, width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawPolyline(QPolygonF([QPointF(float(x), float(y)) for x, y in points]))

    def dot(self, at: Point, color: QColor, radius: float = 2.5) -> None:
        """A filled disc."""
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(color)
        self.painter.drawEllipse(QPointF(*at), radius, radius)

    def arrow(self, start: Point, end: Point, color: QColor) -> None:
        """A line with a head at ``end``."""
        (x0, y0), (x1, y1) = start, end
        length = float(np.hypot(x1 - x0, y1 - y0))
        along = np.array([x1 - x0, y1 - y0]) / length
        across = np.array([-along[1], along[0]])
        tip, foot = np.array(end), np.array(end) - 9 * along
        self.line([start, tuple(foot)], color, 2.2)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(color)
        corners = (tip, foot + 4 * across, foot - 4 * across)
        self.painter.drawPolygon(QPolygonF([QPointF(float(x), float(y)) for x, y in corners]))

    def towards_viewer(self, at: Point, color: QColor) -> None:
        """An arrow seen from its tip."""
        self.painter.setPen(QPen(color, 2.2))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawEllipse(QPointF(*at), 7, 7)
        self.dot(at, color)

    def text(self, at: Point, words: str, color: QColor | None = None, *, centred: bool = False) -> None:
        """Words whose baseline starts, or is centred, at a point."""
        self.painter.setPen(color or self.ink)
        width = self.painter.fontMetrics().horizontalAdvance(words)
        self.painter.drawText(QPointF(at[0] - width / 2 if centred else at[0], at[1]), words)

    def head(self, centre: Point, mm_per_px: float, pose_deg: tuple[float, float, float] = (0, 0, 0)) -> None:
        """The mean head's 68 landmarks as lines, turned by (yaw, pitch, roll), its origin at ``centre``."""
        xy = (_landmarks_mm("68") @ rotation_from_pose(*pose_deg).T)[:, :2] / mm_per_px + centre
        for part in _LINES_68:
            self.line(xy[list(part)], self.ink, 1.3)


@cache
def _landmarks_mm(name: str) -> np.ndarray:
    """(L, 3) mm, head frame: a landmark set on the mean head."""
    head = load_head()
    corners, weights = head.topology.landmarks[name]
    return np.einsum("lk,lkc->lc", weights, head.mean_vertices_mm()[corners])


@cache
def _profile_mm() -> np.ndarray:
    """(n, 3) mm, head frame: the mean head's outline from forehead to chin, seen from the side."""
    vertices = load_head().mean_vertices_mm()
    middle = vertices[np.abs(vertices[:, 0]) < 3]
    levels = np.arange(80, -116, -4)
    rows = [middle[np.abs(middle[:, 1] - level) < 3] for level in levels]
    return np.array([row[row[:, 2].argmax()] for row in rows if len(row)])


def _head_frame(pen: Pen) -> None:
    origin = (160.0, 88.0)
    pen.head(origin, 1.15)
    pen.arrow(origin, (262, 88), _X)
    pen.arrow(origin, (160, 14), _Y)
    pen.towards_viewer(origin, _Z)
    pen.text((226, 80), "x: subject's left", _X)
    pen.text((168, 18), "y: up", _Y)
    pen.text((172, 112), "z: to you", _Z)
    pen.text((10, 212), "picture's left = subject's right", pen.quiet)


def _camera_frame(pen: Pen) -> None:
    camera = (70.0, 90.0)
    pen.line([(30, 72), (62, 72), (62, 108), (30, 108), (30, 72)], pen.ink)
    pen.line([(62, 82), (70, 76), (70, 104), (62, 98)], pen.ink)
    pen.line([camera, (250, 36)], pen.quiet, 1, dashed=True)
    pen.line([camera, (250, 148)], pen.quiet, 1, dashed=True)
    pen.arrow(camera, (190, 90), _Z)
    pen.arrow(camera, (70, 172), _Y)
    pen.towards_viewer(camera, _X)
    pen.line(_profile_mm()[:, [2, 1]] * (-1, -1) / 1.35 + (262, 92), pen.ink, 1.3)
    pen.text((112, 82), "z: forward", _Z)
    pen.text((78, 172), "y: down", _Y)
    pen.text((16, 62), "x: right, to you", _X)


def _image(pen: Pen) -> None:
    left, top, side = 70.0, 46.0, 34.0
    pen.painter.fillRect(QRectF(left, top, side, side), QColor(*AXIS_COLORS[2], 70))
    for column in range(6):
        pen.line([(left + column * side, top), (left + column * side, top + 4 * side)], pen.quiet, 1)
    for row in range(5):
        pen.line([(left, top + row * side), (left + 5 * side, top + row * side)], pen.quiet, 1)
    pen.arrow((left, top), (left + 5 * side + 26, top), _X)
    pen.arrow((left, top), (left, top + 4 * side + 20), _Y)
    pen.dot((left, top), pen.ink, 4)
    centre = (left + side / 2, top + side / 2)
    pen.dot(centre, pen.ink, 3)
    pen.line([centre, (centre[0], top - 26)], pen.ink, 1)
    pen.text((left - 42, top + 4), "(0, 0)")
    pen.text((centre[0] + 4, top - 26), "(0.5, 0.5): centre of the first pixel")
    pen.text((left + 5 * side + 30, top + 5), "x", _X)
    pen.text((left - 16, top + 4 * side + 18), "y", _Y)


def _uv(pen: Pen) -> None:
    left, top, side = 80.0, 24.0, 160.0
    pen.painter.fillRect(QRectF(left, top, side, 10), QColor(*AXIS_COLORS[2], 70))
    pen.line(
        [(left, top), (left + side, top), (left + side, top + side), (left, top + side), (left, top)], pen.quiet, 1
    )
    pen.arrow((left, top + side), (left + side + 30, top + side), _X)
    pen.arrow((left, top + side), (left, top - 14), _Y)
    pen.dot((left, top + side), pen.ink, 4)
    pen.text((left - 48, top + side + 18), "u = v = 0")
    pen.text((left + side + 34, top + side + 5), "u", _X)
    pen.text((left - 16, top - 6), "v", _Y)
    pen.text((left + 12, top + 28), "row 0: v = 1")
    pen.text((left + side + 6, top + 5), "u = v = 1", pen.quiet)


def _angles(pen: Pen) -> None:
    for number, (name, pose) in enumerate(
        (("yaw +25°", (25.0, 0.0, 0.0)), ("pitch +25°", (0.0, 25.0, 0.0)), ("roll +25°", (0.0, 0.0, 25.0)))
    ):
        centre = (56.0 + number * 104, 84.0)
        pen.head(centre, 1.9, pose)
        near, far = ((0, 40, 0), (0, 82, 0)) if name.startswith("roll") else ((0, -30, 30), (0, -30, 130))
        turned = rotation_from_pose(*pose)
        start, end = turned @ near, turned @ far
        pen.arrow(_at(start, centre), _at(end, centre), pen.accent)
        pen.text((centre[0], 182), name, centred=True)
    pen.text((160, 206), "as seen in the picture", pen.quiet, centred=True)


def _at(xyz_mm: np.ndarray, centre: Point) -> Point:
    return float(xyz_mm[0] / 1.9 + centre[0]), float(xyz_mm[1] / 1.9 + centre[1])


def _scale(pen: Pen) -> None:
    eye = (24.0, 100.0)
    pen.line([eye, (312, 18)], pen.quiet, 1, dashed=True)
    pen.line([eye, (312, 182)], pen.quiet, 1, dashed=True)
    for x, name in ((120.0, "small, near"), (256.0, "large, far")):
        half = (x - eye[0]) * 82 / 288
        pen.painter.setPen(QPen(pen.ink, 1.5))
        pen.painter.setBrush(Qt.BrushStyle.NoBrush)
        pen.painter.drawEllipse(QPointF(x, eye[1]), half * 0.7, half * 0.96)
        pen.text((x, eye[1] + half + 22), name, centred=True)
    pen.dot(eye, pen.accent, 5)
    pen.text((6, 124), "camera", pen.quiet)
    pen.text((160, 212), "both give the same picture", pen.quiet, centred=True)


def _landmark_set(name: str) -> Callable[[Pen], None]:
    def draw(pen: Pen) -> None:
        pen.painter.setPen(Qt.PenStyle.NoPen)
        pen.painter.setBrush(_CARD)
        pen.painter.drawRoundedRect(QRectF(0, 0, WIDTH, HEIGHT), 8, 8)
        xy = _landmarks_mm(name)[:, :2] * (1, -1) / 0.95 + (160, 82)
        for at, group in zip(xy, landmark_groups(name), strict=True):
            pen.dot((at[0], at[1]), QColor(*LANDMARK_GROUP_COLORS[group]), 1.7 if name == "478" else 2.4)
        pen.text((12, 22), name, QColor(235, 235, 238))

    return draw


_DRAWINGS: dict[Diagram, Callable[[Pen], None]] = {
    "head frame": _head_frame,
    "camera frame": _camera_frame,
    "image": _image,
    "uv": _uv,
    "angles": _angles,
    "scale": _scale,
    "68": _landmark_set("68"),
    "106": _landmark_set("106"),
    "134": _landmark_set("134"),
    "478": _landmark_set("478"),
}


class DiagramView(QWidget):
    """Draws one diagram as large as there is room."""

    def __init__(self, diagram: Diagram, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draw = _DRAWINGS[diagram]
        title = f"landmark set {diagram}" if diagram.isdigit() else diagram
        self.setAccessibleName(f"Drawing: {title}")
        self.setToolTip(title[0].upper() + title[1:])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 138)

    def sizeHint(self) -> QSize:
        """Small enough for four on a page."""
        return QSize(3 * WIDTH // 4, 3 * HEIGHT // 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fit the drawing area into the widget."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        factor = min(self.width() / WIDTH, self.height() / HEIGHT, 1.6)
        painter.translate((self.width() - factor * WIDTH) / 2, (self.height() - factor * HEIGHT) / 2)
        painter.scale(factor, factor)
        font = painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        self._draw(Pen(painter, self.palette()))
        painter.end()
