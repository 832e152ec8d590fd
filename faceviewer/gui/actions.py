"""The command table as Qt actions, and the menus and toolbar made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QTextEdit,
    QToolBar,
    QWidget,
)

from faceviewer.app.commands import Command
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.icons import icon, icon_names
from faceviewer.gui.tooltips import wrapped


class Actions(QObject):
    """One ``QAction`` per command, kept in step with the state."""

    def __init__(self, commands: Iterable[Command], verbs: Verbs, window: QWidget) -> None:
        super().__init__(window)
        self.commands = tuple(commands)
        self._verbs = verbs
        self._actions: dict[str, QAction] = {}
        for command in self.commands:
            action = _action(command, window)
            action.triggered.connect(partial(self._run, command))
            window.addAction(action)  # keys work although no menu that shows the action was ever opened
            self._actions[command.id] = action

    def __getitem__(self, command_id: str) -> QAction:
        """The action of one command. Raises KeyError when there is no such command."""
        return self._actions[command_id]

    def show_state(self, state: AppState) -> None:
        """Enable and check what ``state`` says."""
        for command in self.commands:
            action = self._actions[command.id]
            action.setEnabled(command.enabled(state))
            if command.checked is not None:
                action.setChecked(command.checked(state))
        self._actions["edit.undo"].setText(f"Undo {state.undo_label}".strip())
        self._actions["edit.redo"].setText(f"Redo {state.redo_label}".strip())

    def _run(self, command: Command, _checked: bool = False) -> None:
        command.action(self._verbs)
        self.show_state(self._verbs.store.state)  # Qt has toggled the check mark by itself


def _action(command: Command, window: QWidget) -> QAction:
    action = QAction(command.title, window)
    if command.icon in icon_names():
        action.setIcon(icon(command.icon))
    if command.shortcut:
        action.setShortcut(QKeySequence.fromString(command.shortcut, QKeySequence.SequenceFormat.PortableText))
    key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    hint = command.explanation or command.title.removesuffix("...")
    action.setToolTip(wrapped(f"{hint} ({key})" if key else hint))
    action.setStatusTip(command.explanation)
    action.setCheckable(command.checked is not None)
    if command.toolbar == "icon":
        action.setPriority(QAction.Priority.LowPriority)  # toolbars write no text beside these
    return action


def fill_menus(bar: QMenuBar, actions: Actions) -> Mapping[str, QMenu]:
    """Build all menus of the table into ``bar``; gives them by path, such as "View/Landmarks"."""
    menus: dict[str, QMenu] = {}
    for command in actions.commands:
        parent: QMenuBar | QMenu = bar
        path = ""
        for title in command.menu.split("/"):
            path = f"{path}/{title}".strip("/")
            if path not in menus:
                menus[path] = parent.addMenu(f"&{title}" if parent is bar else title)
                menus[path].setToolTipsVisible(True)
            parent = menus[path]
        if command.separator:
            menus[path].addSeparator()
        menus[path].addAction(actions[command.id])
    return menus


def fill_toolbar(toolbar: QToolBar, actions: Actions) -> None:
    """Put the commands that are marked for it into ``toolbar``, with a gap between menus."""
    before = ""
    for command in actions.commands:
        if command.toolbar:
            menu = command.menu.split("/")[0]
            if before not in ("", menu):
                toolbar.addSeparator()
            before = menu
            toolbar.addAction(actions[command.id])


class KeyGuard(QObject):
    """Keeps single-key shortcuts away from widgets that need these keys themselves.

    Qt asks the focused widget first (``ShortcutOverride``), but only text fields answer, and not for Return.
    """

    _TEXT = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)
    _CONFIRM = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})
    _SCROLL = frozenset({Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claim the key for the widget that has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            widget = QApplication.focusWidget()
            key, plain = Qt.Key(event.key()), not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
            wanted = (
                (plain and isinstance(widget, self._TEXT))
                or (plain and key in self._CONFIRM and isinstance(widget, QAbstractButton | QComboBox))
                or (plain and key in self._SCROLL and isinstance(widget, QAbstractItemView | QAbstractSlider))
            )
            if wanted and key != Qt.Key.Key_Escape:
                event.accept()
                return True
        return False  # not what QObject says: PySide may take the watched window for its QSurface, and refuses it then
