"""The slider that makes the pictures of a grid larger and smaller."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider, QWidget

from faceviewer.gui.browser.grid import SIDES_PX, PictureGrid
from faceviewer.gui.panels.naming import named


class SizeSlider(QSlider):
    """Belongs to one grid."""

    def __init__(self, grid: PictureGrid, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        named(self, "Size of the pictures", "Make the pictures larger or smaller")
        self.setRange(*SIDES_PX)
        self.setSingleStep(16)
        self.setPageStep(64)
        self.setValue(grid.side_px)
        self.setFixedWidth(140)
        self.valueChanged.connect(grid.set_side)
