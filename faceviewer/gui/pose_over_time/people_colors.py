"""One colour per person, readable on light and on dark ground."""

from __future__ import annotations

from PySide6.QtGui import QColor

_COLORS = ("#2d8ce6", "#e6781e", "#23a05a", "#d73c6e", "#9664e1", "#00a0af", "#a0783c", "#829114")


def color_of(number: int) -> QColor:
    """The colour of a person by number; after eight people it starts again."""
    return QColor(_COLORS[(number - 1) % len(_COLORS)])
