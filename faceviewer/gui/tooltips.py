"""Long tooltips in several lines: Qt shows plain text in one, however long."""

from __future__ import annotations

import textwrap

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

_LINE_CHARACTERS = 60


def wrapped(text: str) -> str:
    """``text`` in lines of at most 60 characters; rich text, which Qt wraps itself, as it is."""
    if text.startswith("<"):
        return text
    return "\n".join(textwrap.fill(line, _LINE_CHARACTERS) for line in text.split("\n"))


def wrap_tooltips(application: QApplication) -> None:
    """Wrap the tooltips of all widgets from now on; those of actions and of items of lists are not widgets' own."""
    if application.findChild(_Wrapper) is None:
        application.installEventFilter(_Wrapper(application))


class _Wrapper(QObject):
    """Wraps every tooltip as it is set."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTipChange and isinstance(watched, QWidget):
            text = watched.toolTip()
            if wrapped(text) != text:
                watched.setToolTip(wrapped(text))
                return True  # setting it has told everybody
        return False
