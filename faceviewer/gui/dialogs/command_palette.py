"""Ctrl+Shift+P: type a few letters of what you want, Enter does it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QApplication, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from faceviewer.app.commands import Command
from faceviewer.app.fuzzy import fuzzy_match
from faceviewer.app.verbs import Verbs
from faceviewer.gui.dialogs.command_list import keys, place, plain_title, with_air
from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, named

_FORWARDED = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
_COMMAND = Qt.ItemDataRole.UserRole


class CommandPalette(Sheet):
    """All commands, filtered while typing, best match first; those that cannot be used now are dim and come last."""

    def __init__(self, verbs: Verbs, commands: Sequence[Command], parent: QWidget | None = None) -> None:
        super().__init__("Commands", parent)
        self._verbs = verbs
        self._commands = tuple(commands)
        hint = "Type some letters of a command; words may come in any order"
        self._line = named(QLineEdit(), "Search commands", hint)
        self._line.setPlaceholderText("What do you want to do?")
        self._line.setClearButtonEnabled(True)
        self._line.textChanged.connect(self._filter)
        self._line.returnPressed.connect(self._run_current)
        self._line.installEventFilter(self)
        self._list = named(QTreeWidget(), "Commands found", "")
        self._list.setRootIsDecorated(False)
        self._list.setUniformRowHeights(True)
        self._list.setAllColumnsShowFocus(True)
        self._list.setHeaderHidden(True)
        self._list.setColumnCount(3)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            self._list.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._list.header().setStretchLastSection(False)
        self._list.itemClicked.connect(self._run)
        self._list.currentItemChanged.connect(self._explain)
        self._hint = QuietLabel("")
        self._hint.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        layout = QVBoxLayout(self)
        layout.addWidget(self._line)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._hint)
        self.resize(620, 440)
        if parent is not None:
            over = parent.window()
            self.move(over.mapToGlobal(QPoint((over.width() - self.width()) // 2, over.height() // 8)))
        self._filter("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys go to the list while the line keeps the focus."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in _FORWARDED:
            QApplication.sendEvent(self._list, event)
            return True
        return super().eventFilter(watched, event)

    def found(self) -> list[Command]:
        """The commands that the list shows, in its order."""
        items = (self._list.topLevelItem(row) for row in range(self._list.topLevelItemCount()))
        return [item.data(0, _COMMAND) for item in items if item is not None]

    def _filter(self, query: str) -> None:
        state = self._verbs.store.state
        ranked: list[tuple[bool, float, int, Command]] = []
        for number, command in enumerate(self._commands):
            match = fuzzy_match(query, f"{plain_title(command)} {place(command)}")
            if match is not None:
                score = match.score + 2 * _score(query, plain_title(command)) if query.strip() else 0.0
                ranked.append((not command.enabled(state), -score, number, command))
        ranked.sort(key=lambda entry: entry[:3])
        self._list.clear()
        for unusable, _, _, command in ranked:
            self._list.addTopLevelItem(self._item(command, unusable))
        if (first := self._list.topLevelItem(0)) is not None:
            self._list.setCurrentItem(first)
        else:
            self._hint.setText(f"No command matches “{query}”.")

    def _item(self, command: Command, unusable: bool) -> QTreeWidgetItem:
        on = command.checked is not None and command.checked(self._verbs.store.state)
        item = QTreeWidgetItem([command.title + ("  ✓" if on else ""), place(command), keys(command)])
        with_air(item, self._list).setData(0, _COMMAND, command)
        item.setToolTip(0, command.explanation)
        quiet = self.palette().brush(QPalette.ColorGroup.Active, QPalette.ColorRole.PlaceholderText)
        dim = self.palette().brush(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
        item.setForeground(1, dim if unusable else quiet)
        item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if unusable:
            item.setForeground(0, dim)
            item.setForeground(2, dim)
        return item

    def _explain(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            command: Command = item.data(0, _COMMAND)
            usable = command.enabled(self._verbs.store.state)
            self._hint.setText(command.explanation + ("" if usable else " Not possible now."))

    def _run_current(self) -> None:
        if (item := self._list.currentItem()) is not None:
            self._run(item)

    def _run(self, item: QTreeWidgetItem) -> None:
        command: Command = item.data(0, _COMMAND)
        if command.enabled(self._verbs.store.state):
            self.accept()
            command.action(self._verbs)


def _score(query: str, text: str) -> float:
    match = fuzzy_match(query, text)
    return match.score if match is not None else 0.0
