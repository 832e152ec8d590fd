"""The chosen map, larger, with all that is known of it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFormLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from faceviewer.app.uv_maps_state import UvMapChosen
from faceviewer.gui.album.parts import PlainLabel
from faceviewer.gui.dialogs.sheet import QuietLabel
from faceviewer.gui.picture import image_of
from faceviewer.gui.theme import ground_color

_NOTHING = "Choose a map to see it larger, and what is known of it."
_SIDE_PX = 260


class UvMapPanel(QScrollArea):
    """Shows one ``UvMapChosen``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("About the chosen map")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(_SIDE_PX)
        self._picture = _LargePicture()
        self._hint = QuietLabel(_NOTHING)
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.addWidget(self._picture)
        layout.addWidget(self._hint)
        layout.addLayout(self._form)
        layout.addStretch(1)
        self.setWidget(inner)
        self.show_chosen(None)

    def show_chosen(self, chosen: UvMapChosen | None) -> None:
        """Show what is known of a map; None for none."""
        self._picture.show_picture(chosen)
        self._hint.setText(_NOTHING if chosen is None else chosen.trouble)
        self._hint.setVisible(bool(self._hint.text()))
        while self._form.rowCount():
            self._form.removeRow(0)
        for name, value in chosen.texts if chosen is not None else ():
            label = PlainLabel(name)
            label.show_text(value)
            self._form.addRow(QLabel(f"{name}:"), label)


class _LargePicture(QWidget):
    """The map on neutral ground, as large as fits."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._pixmap = QPixmap()

    def show_picture(self, chosen: UvMapChosen | None) -> None:
        rgb = chosen.rgb if chosen is not None else None
        self._pixmap = QPixmap.fromImage(image_of(rgb)) if rgb is not None else QPixmap()
        self.setAccessibleName(f"Map {chosen.entry.id}" if chosen is not None else "No map")
        self.setVisible(not self._pixmap.isNull())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SIDE_PX, _SIDE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), ground_color(self.palette()))
        if not self._pixmap.isNull():
            size = self._pixmap.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(self.rect().center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(place, self._pixmap)
        painter.end()
