"""Rows of labels and values that can be selected with the mouse and the keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from faceviewer.app.properties import Property


class PropertyGrid(QWidget):
    """Shows properties; its labels are kept and filled anew, not made anew."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[QLabel, QLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """The (label, value) pairs that are shown."""
        return tuple((label.text(), value.text()) for label, value in self._rows if not value.isHidden())

    def show_properties(self, properties: tuple[Property, ...]) -> None:
        """Show these rows and no others."""
        while len(self._rows) < len(properties):
            self._add_row()
        for (label, value), row in zip(self._rows, properties, strict=False):
            label.setText(row.label)
            value.setText(row.value)
            value.setAccessibleName(row.label)
            for widget in (label, value):
                widget.setToolTip(row.explanation)
                widget.show()
        for label, value in self._rows[len(properties) :]:
            label.hide()
            value.hide()

    def _add_row(self) -> None:
        label, value = QLabel(self), QLabel(self)
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        value.setTextFormat(Qt.TextFormat.PlainText)
        value.setWordWrap(True)
        value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        flags = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        value.setTextInteractionFlags(flags)
        self._grid.addWidget(label, len(self._rows), 0)
        self._grid.addWidget(value, len(self._rows), 1)
        self._rows.append((label, value))
