"""What every widget that people act on needs: a name for screen readers and a tooltip that teaches."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

W = TypeVar("W", bound=QWidget)


def named(widget: W, name: str, hint: str) -> W:
    """``widget`` with its accessible name and tooltip set."""
    widget.setAccessibleName(name)
    widget.setToolTip(hint)
    return widget


def note(text: str, parent: QWidget) -> QLabel:
    """A sentence that breaks into as many lines as it needs."""
    label = QLabel(text, parent)
    label.setWordWrap(True)
    return label


def centred_note(text: str, parent: QWidget) -> QLabel:
    """A sentence in the middle of an otherwise empty panel."""
    label = note(text, parent)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setContentsMargins(16, 16, 16, 16)
    return label
