"""Two fields for the least and the greatest value of something, both of which may be left empty."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from faceviewer.app.uv_maps_state import Limits
from faceviewer.gui.dialogs.sheet import named
from faceviewer.gui.theme import level_color

_WIDTH_PX = 52


class LimitFields(QWidget):
    """``changed`` is emitted when other limits are typed. What is no number does not count and is coloured."""

    changed = Signal()

    def __init__(self, name: str, hint: str, unit: float = 1.0, parent: QWidget | None = None) -> None:
        """``unit`` is what 1 in a field stands for: 0.01 for percent."""
        super().__init__(parent)
        self._unit = unit
        self.low = named(QLineEdit(), f"{name} from", f"{hint}: the least that counts; empty for any")
        self.high = named(QLineEdit(), f"{name} to", f"{hint}: the most that counts; empty for any")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.low)
        layout.addWidget(QLabel("–"))
        layout.addWidget(self.high)
        self.setFocusProxy(self.low)
        for field in (self.low, self.high):
            field.setMaxLength(8)
            field.setMinimumWidth(_WIDTH_PX)
            field.setPlaceholderText("any")
            field.textChanged.connect(self._typed)

    def limits(self) -> Limits:
        """(from, to); None for none."""
        low, high = _number(self.low.text()), _number(self.high.text())
        return (None if low is None else low * self._unit), (None if high is None else high * self._unit)

    def clear(self) -> None:
        """No limits, without a word."""
        for field in (self.low, self.high):
            field.blockSignals(True)
            field.clear()
            field.blockSignals(False)
        self._color()

    def _typed(self) -> None:
        self._color()
        self.changed.emit()

    def _color(self) -> None:
        for field in (self.low, self.high):
            palette = self.palette()
            if field.text().strip() and _number(field.text()) is None:
                palette.setColor(palette.ColorRole.Text, level_color("error", palette))
            field.setPalette(palette)


def _number(text: str) -> float | None:
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
