"""The chosen map, larger, with all that is known of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from faceviewer.app.uv_maps_state import UvMapChosen
from faceviewer.gui.browser.large_picture import LargePicture
from faceviewer.gui.dialogs.parts import PlainLabel
from faceviewer.gui.dialogs.sheet import QuietLabel

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
        self._picture = LargePicture(_SIDE_PX)
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
        name = f"Map {chosen.entry.id}" if chosen is not None else "No map"
        self._picture.show_picture(chosen.rgb if chosen is not None else None, name)
        self._hint.setText(_NOTHING if chosen is None else chosen.trouble)
        self._hint.setVisible(bool(self._hint.text()))
        while self._form.rowCount():
            self._form.removeRow(0)
        for name, value in chosen.texts if chosen is not None else ():
            label = PlainLabel(name)
            label.show_text(value)
            self._form.addRow(QLabel(f"{name}:"), label)
