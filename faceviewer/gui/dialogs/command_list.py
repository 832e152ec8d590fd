"""What palette and cheat sheet share: commands as people read them."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem

from faceviewer.app.commands import Command


def plain_title(command: Command) -> str:
    """The title without the dots that announce a dialog."""
    return command.title.removesuffix("...").removesuffix("…")


def place(command: Command) -> str:
    """Its menu as a path, such as "View › Landmarks"."""
    return command.menu.replace("/", " › ")


def keys(command: Command) -> str:
    """Its shortcut as this system writes it."""
    return QKeySequence.fromString(command.shortcut).toString(QKeySequence.SequenceFormat.NativeText)


def with_air(item: QTreeWidgetItem, table: QTreeWidget) -> QTreeWidgetItem:
    """A row that is not pressed against its neighbours."""
    metrics = table.fontMetrics()
    item.setSizeHint(0, QSize(metrics.horizontalAdvance(item.text(0)) + 16, metrics.height() + 8))
    return item
