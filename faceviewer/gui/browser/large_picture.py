"""The chosen picture of a collection, larger than in the grid."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from faceviewer.gui.picture import image_of
from faceviewer.gui.theme import ground_color


class LargePicture(QWidget):
    """A picture on neutral ground, as large as fits; hidden while there is none."""

    def __init__(self, height: int) -> None:
        """``height`` in device-independent pixels."""
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(height)
        self._pixmap = QPixmap()

    def show_picture(self, rgb: np.ndarray | None, name: str) -> None:
        """Show (H, W, 3) uint8, or nothing; ``name`` is what screen readers say."""
        self._pixmap = QPixmap.fromImage(image_of(rgb)) if rgb is not None else QPixmap()
        self.setAccessibleName(name)
        self.setVisible(not self._pixmap.isNull())
        self.update()

    # Qt's names from here on

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the picture in its middle."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ground_color(self.palette()))
        if not self._pixmap.isNull():
            size = self._pixmap.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(self.rect().center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(place, self._pixmap)
        painter.end()
