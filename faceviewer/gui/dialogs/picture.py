"""The dialog for a picture of the 3D view."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QCheckBox, QDialogButtonBox, QFormLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from faceviewer.app.verbs import Verbs
from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, named
from faceviewer.gui.picture import image_of

_PREVIEW = QSize(420, 260)
_CELL_PX = 8
_CHEQUER = (QColor(205, 205, 208), QColor(165, 165, 170))
"""What is transparent is shown as everywhere else: as a chequer of two greys."""


class PictureDialog(Sheet):
    """Size and background of the picture, what it will look like, and where it goes."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("Picture of the 3D view", parent)
        self._verbs = verbs
        self._scale = named(QSpinBox(), "Size", "How many times larger than on the screen")
        self._scale.setRange(1, 4)
        self._scale.setSuffix(" ×")
        self._scale.setValue(int(verbs.settings.number("export.picture_scale")))
        self._transparent = named(
            QCheckBox("Without background"), "Without background", "The picture is transparent beside the head"
        )
        self._transparent.setChecked(verbs.settings.flag("export.picture_transparent"))
        self._preview = named(QLabel(), "Preview", "What the picture will show")
        self._preview.setFixedSize(_PREVIEW)
        self._preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._size = QuietLabel("")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        save = buttons.addButton("Save…", QDialogButtonBox.ButtonRole.AcceptRole)
        save.setToolTip("Choose where to, and write a PNG file")
        save.setDefault(True)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setToolTip("Put the picture on the clipboard")
        form = QFormLayout()
        form.addRow("Size:", self._scale)
        form.addRow(self._transparent)
        form.addRow(self._size)
        layout = QVBoxLayout(self)
        layout.addWidget(self._preview)
        layout.addLayout(form)
        layout.addWidget(buttons)
        self._scale.valueChanged.connect(self._show_size)
        self._transparent.toggled.connect(self._show_preview)
        buttons.accepted.connect(self._save)
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        save.setFocus()
        self._pixels = (0, 0)
        self._show_preview()

    def _show_preview(self) -> None:
        picture = self._verbs.ui.viewport_picture(1, self._transparent.isChecked())
        if picture is None:
            self._preview.setText("There is no 3D view to take a picture of.")
            return
        self._pixels = picture.shape[1], picture.shape[0]
        self._preview.setPixmap(_over_chequer(picture))
        self._show_size()

    def _show_size(self) -> None:
        width, height = (side * self._scale.value() for side in self._pixels)
        self._size.setText(f"{width} × {height} pixels")

    def _save(self) -> None:
        if self._verbs.exporting.save_picture(self._scale.value(), self._transparent.isChecked()):
            self.accept()

    def _copy(self) -> None:
        if self._verbs.exporting.copy_picture(self._scale.value(), self._transparent.isChecked()):
            self.accept()


def _over_chequer(picture: np.ndarray) -> QPixmap:
    """(H, W, 3 or 4) uint8 as large as the preview has room for."""
    small = image_of(picture).scaled(
        _PREVIEW, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    board = QImage(small.size(), QImage.Format.Format_RGB32)
    painter = QPainter(board)
    for row in range(0, board.height(), _CELL_PX):
        for column in range(0, board.width(), _CELL_PX):
            painter.fillRect(column, row, _CELL_PX, _CELL_PX, _CHEQUER[(row + column) // _CELL_PX % 2])
    painter.drawImage(0, 0, small)
    painter.end()
    return QPixmap.fromImage(board)
