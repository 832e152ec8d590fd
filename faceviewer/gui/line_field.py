"""Tens of thousands of thin lines over a picture, quicker than a painter draws them and never a solid mass."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from faceviewer.app.palette import RGB
from faceviewer.gui.picture import image_of
from faceviewer.gui.picture_canvas import PictureCanvas

_ROOM_PX = 9.0
"""Lines with this much room, in device pixels, are drawn at full strength; those that lie denser, weaker."""
_WEAKEST = 0.12
_BANDS = 8
_SHIFT = 4  # cv2 takes coordinates as integers of 1/16 pixel
_FARTHEST_PX = 30_000.0


class LineField:
    """Lines given in a picture's pixels, drawn at the screen's."""

    def __init__(self, ends: np.ndarray, room: np.ndarray | None = None) -> None:
        """ends: (N, 4) x, y of both ends. room: (N,) distance to the next line; None when there is plenty."""
        self._ends = ends.reshape(-1, 2)
        self._room = room

    def paint(
        self, painter: QPainter, pane: PictureCanvas, color: RGB, *, width: int = 1, strength: float = 1.0
    ) -> None:
        """Draw all of them in ``color``, ``width`` device pixels wide."""
        from faceviewer.io.cv import cv2  # the window does not wait for OpenCV; the engine thread brings it

        ratio = pane.devicePixelRatioF()
        size = pane.size() * ratio
        ends = pane.transform.points_to_widget(self._ends).reshape(-1, 2, 2) * ratio
        seen = (ends.max(1) >= 0).all(1) & (ends.min(1) <= (size.width(), size.height())).all(1)
        ends = ends[seen]
        if not len(ends):
            return
        shares = np.ones(len(ends))
        if self._room is not None:
            shares = np.clip(self._room[seen] * (pane.transform.scale * ratio / _ROOM_PX), _WEAKEST, 1)
        opacity = np.zeros((size.height(), size.width()), np.uint8)
        fixed = np.rint((np.clip(ends, -_FARTHEST_PX, _FARTHEST_PX) - 0.5) * (1 << _SHIFT)).astype(np.int32)
        bands = np.ceil(shares * _BANDS).astype(int)
        for band in range(1, _BANDS + 1):  # the strongest last: cv2 paints over what is there
            value = int(255 * strength * band / _BANDS)
            cv2.polylines(opacity, list(fixed[bands == band]), False, value, width, cv2.LINE_AA, _SHIFT)
        pixels = np.empty((*opacity.shape, 4), np.uint8)
        pixels[..., :3], pixels[..., 3] = color, opacity
        image = image_of(pixels)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(0, 0), image)
