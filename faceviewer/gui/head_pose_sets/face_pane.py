"""A photo with what is known of one face drawn over it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from faceviewer.app.head_pose_sets_state import FaceDrawing, HeadPoseLayers
from faceviewer.app.palette import FACE_BOX_COLOR
from faceviewer.gui.image_pane import ImagePane
from faceviewer.gui.pane_layers import FaceFrame, LandmarkDots
from faceviewer.gui.pane_transform import PaneTransform
from faceviewer.gui.photo_view.layers import MeshLines, PoseAxes
from faceviewer.gui.photo_view.projected_head import ProjectedHead
from faceviewer.gui.picture import Picture
from faceviewer.gui.picture_canvas import Layer, PictureCanvas
from faceviewer.types import Photo, Topology

_DOT_PX = 6.0
_POINT_COLOR = QColor(120, 220, 255, 170)
_NOBODYS = Topology("none", np.zeros((0, 3), np.int32), np.zeros((1, 2), np.float32), np.zeros((0, 3), np.int32))
"""The 68 landmarks are called the same on all heads."""


class FacePane(ImagePane):
    """One of the two photos; zoom and place stay from sample to sample of one size, and are those of the other one."""

    moved = Signal(object)
    """The user shows the picture elsewhere: the ``PaneTransform``; None for all of it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMinimumSize(180, 150)
        self._photo: Photo | None = None
        self._drawing = FaceDrawing()
        self._mesh: Layer | None = None
        self.double_clicked.connect(lambda _: self._fit_both())

    def follow(self, transform: PaneTransform | None) -> None:
        """Show the same part of the picture as the other pane."""
        if transform is None:
            self.fit()
        else:
            super().show_moved(transform)

    def show_face(self, photo: Photo | None, drawing: FaceDrawing, layers: HeadPoseLayers, sentence: str) -> None:
        """Show the drawing over the photo; ``sentence`` says what is lacking."""
        if photo is not self._photo:
            self._photo = photo
            self.set_picture(None if photo is None else Picture.of(photo.rgb))
        if drawing is not self._drawing:
            self._drawing, self._mesh = drawing, None
        self.set_layers(() if photo is None else tuple(self._layers_of(layers)))
        self.set_sentence(sentence if photo is None else "")
        self.set_hint(sentence if photo is not None else "")

    def show_moved(self, transform: PaneTransform) -> None:
        """And tell the other pane."""
        super().show_moved(transform)
        self.moved.emit(transform)

    def _fit_both(self) -> None:
        self.fit()
        self.moved.emit(None)

    def _layers_of(self, wanted: HeadPoseLayers) -> list[Layer]:
        drawing, layers = self._drawing, list[Layer]()
        if wanted.mesh:
            self._mesh = self._mesh or _mesh_layer(drawing)
            layers += [] if self._mesh is None else [self._mesh]
        if wanted.box and drawing.box_ltrb is not None:
            layers.append(FaceFrame(drawing.box_ltrb, QColor(*FACE_BOX_COLOR)))
        if wanted.axes and drawing.axes is not None:
            layers.append(PoseAxes(drawing.axes))
        if wanted.landmarks and drawing.landmarks_px is not None:
            everyone = np.ones(len(drawing.landmarks_px), bool)
            layers.append(LandmarkDots("68", drawing.landmarks_px, everyone, everyone, _DOT_PX, _NOBODYS))
        return layers


def _mesh_layer(drawing: FaceDrawing) -> Layer | None:
    if drawing.head is not None:
        return MeshLines(ProjectedHead(drawing.head, drawing.head.mesh).edges)
    return None if drawing.points_px is None else _Points(drawing.points_px)


@dataclass(frozen=True, eq=False)
class _Points:
    """Vertices of which nobody knows the triangles."""

    xy: np.ndarray

    def paint(self, painter: QPainter, pane: PictureCanvas) -> None:
        xy = pane.transform.points_to_widget(self.xy[np.isfinite(self.xy).all(1)])
        painter.setPen(QPen(_POINT_COLOR, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in xy.tolist()]))
