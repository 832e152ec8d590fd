"""F1: every command with its keys, by menu."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from faceviewer.app.commands import Command
from faceviewer.gui.dialogs.command_list import keys, place, plain_title, with_air
from faceviewer.gui.dialogs.sheet import PaletteWatcher, Sheet, close_box, named

_HAYSTACK = Qt.ItemDataRole.UserRole


class CheatSheet(Sheet):
    """A table of all commands; typing keeps those whose name, keys or explanation contain the words."""

    def __init__(self, commands: Sequence[Command], parent: QWidget | None = None) -> None:
        super().__init__("Commands and keys", parent)
        self._search = named(QLineEdit(), "Search commands and keys", "Keep the commands that contain all these words")
        self._search.setPlaceholderText("Search names, keys and explanations")
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter)
        self._table = named(QTreeWidget(), "Commands and keys", "")
        self._table.setRootIsDecorated(False)
        self._table.setUniformRowHeights(True)
        self._table.setHeaderLabels(["Command", "Keys", "What it does"])
        self._table.setIndentation(12)
        self._table.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        self._table.setFocusPolicy(Qt.FocusPolicy.WheelFocus)
        for column in (0, 1):
            self._table.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._groups: dict[str, QTreeWidgetItem] = {}
        self._rows: list[tuple[QTreeWidgetItem, QTreeWidgetItem]] = []  # (row, its group)
        for command in commands:
            self._add(command)
        self._table.expandAll()
        self._tint()
        PaletteWatcher(self, self._tint)
        layout = QVBoxLayout(self)
        layout.addWidget(self._search)
        layout.addWidget(self._table, 1)
        layout.addWidget(close_box(self))
        self.resize(900, 640)

    def shown(self) -> list[str]:
        """Titles of the commands that are visible, from top to bottom."""
        return [row.text(0) for row, _ in self._rows if not row.isHidden()]

    def _add(self, command: Command) -> None:
        where = place(command)
        if where not in self._groups:
            group = self._groups[where] = with_air(QTreeWidgetItem(self._table, [where]), self._table)
            font = self._table.font()
            font.setBold(True)
            group.setFont(0, font)
            group.setFirstColumnSpanned(True)
        row = QTreeWidgetItem(self._groups[where], [plain_title(command), keys(command), command.explanation])
        with_air(row, self._table)
        self._rows.append((row, self._groups[where]))
        row.setToolTip(2, command.explanation)
        row.setData(0, _HAYSTACK, " ".join([where, *(row.text(column) for column in range(3))]).lower())

    def _filter(self, query: str) -> None:
        words = query.lower().split()
        for group in self._groups.values():
            group.setHidden(True)
        for row, group in self._rows:
            found = all(word in row.data(0, _HAYSTACK) for word in words)
            row.setHidden(not found)
            if found:
                group.setHidden(False)

    def _tint(self) -> None:
        """Menus in the accent colour; Qt does not exchange the colours of single items."""
        for group in self._groups.values():
            group.setForeground(0, self.palette().brush(QPalette.ColorRole.Link))
