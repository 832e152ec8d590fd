"""Pictures for painting: arrays as ``QImage``, with smaller copies so that a whole large photo is quick to show."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from faceviewer.gui.pane_transform import PaneTransform

NEAREST_FROM = 4.0
"""From this many device pixels per image pixel on, pixels are shown as squares."""


def image_of(pixels: np.ndarray) -> QImage:
    """(H, W, 3) sRGB or (H, W, 4) sRGB with straight alpha, uint8, as an image with memory of its own."""
    pixels = np.ascontiguousarray(pixels)
    height, width, channels = pixels.shape
    opaque = channels == 3
    given = QImage.Format.Format_RGB888 if opaque else QImage.Format.Format_RGBA8888
    quick = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(pixels.data, width, height, pixels.strides[0], given)
    return image.convertToFormat(quick)  # another format, so always a copy


class Picture:
    """An image and, once they are needed, copies of half, a quarter ... of its size."""

    def __init__(self, image: QImage) -> None:
        self._levels = [image]

    @classmethod
    def of(cls, pixels: np.ndarray) -> Picture:
        """From (H, W, 3 or 4) uint8; see ``image_of``."""
        return cls(image_of(pixels))

    @property
    def size(self) -> QSize:
        return self._levels[0].size()

    def draw(
        self, painter: QPainter, transform: PaneTransform, area: QRectF, ratio: float, frame: QRectF | None = None
    ) -> None:
        """Paint what lies in ``area`` (widget pixels): squares when large, smooth otherwise.

        frame: where the picture lies, in the coordinates that ``transform`` takes; (0, 0) to its own size when None.
        ratio: device pixels per logical pixel.
        """
        width, height = self.size.width(), self.size.height()
        frame = frame if frame is not None else QRectF(0, 0, width, height)
        stretch_x, stretch_y = width / frame.width(), height / frame.height()
        seen = transform.rect_to_image(area).intersected(frame)
        if seen.isEmpty():
            return
        own = QRectF(
            (seen.left() - frame.left()) * stretch_x,
            (seen.top() - frame.top()) * stretch_y,
            seen.width() * stretch_x,
            seen.height() * stretch_y,
        )
        whole = QRectF(own.toAlignedRect().adjusted(-1, -1, 1, 1)).intersected(QRectF(0, 0, width, height))
        placed = QRectF(
            frame.left() + whole.left() / stretch_x,
            frame.top() + whole.top() / stretch_y,
            whole.width() / stretch_x,
            whole.height() / stretch_y,
        )
        zoom = transform.scale * ratio / stretch_x
        level = self._level(zoom)
        shrink_x, shrink_y = level.width() / width, level.height() / height
        source = QRectF(
            whole.left() * shrink_x, whole.top() * shrink_y, whole.width() * shrink_x, whole.height() * shrink_y
        )
        target = transform.rect_to_widget(placed)
        painter.save()
        exact = zoom >= NEAREST_FROM or abs(zoom - 1) < 1e-9
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not exact)
        if transform.mirrored_width is not None:
            painter.translate(target.left() + target.right(), 0)
            painter.scale(-1, 1)
        painter.drawImage(target, level, source)
        painter.restore()

    def _level(self, zoom: float) -> QImage:
        """The smallest copy that still has a pixel for every device pixel."""
        number = 0
        while zoom * 2 ** (number + 1) <= 1:
            number += 1
            if number == len(self._levels):
                last = self._levels[-1]
                half = QSize(max(last.width() // 2, 1), max(last.height() // 2, 1))
                if half == last.size():
                    return last
                self._levels.append(
                    last.scaled(half, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
                )
        return self._levels[number]
