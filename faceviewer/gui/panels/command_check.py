"""Check boxes that show and trigger commands of the one command table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from PySide6.QtCore import QSize
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QCheckBox, QWidget

from faceviewer.app.commands import Command, commands
from faceviewer.app.palette import RGB
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.panels.swatches import swatch_icon


@cache
def command_table() -> Mapping[str, Command]:
    """All commands by id."""
    return {command.id: command for command in commands()}


def command_hint(command: Command) -> str:
    """Explanation and key of a command, for a tooltip."""
    key = QKeySequence.fromString(command.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
    hint = command.explanation or command.title
    return f"{hint} ({key})" if key else hint


class CommandCheck(QCheckBox):
    """A command that switches something."""

    def __init__(
        self, command_id: str, verbs: Verbs, *, title: str = "", color: RGB | None = None, parent: QWidget | None = None
    ) -> None:
        self._command = command_table()[command_id]
        super().__init__(title or self._command.title, parent)
        self._verbs = verbs
        self.setAccessibleName(self._command.title)
        self.setToolTip(command_hint(self._command))
        if color is not None:
            self.setIcon(swatch_icon(color))
            self.setIconSize(QSize(14, 14))
        self.clicked.connect(self._run)  # only the user clicks: showing the state triggers nothing

    def show_state(self, state: AppState) -> None:
        """Check and enable what ``state`` says."""
        if self._command.checked is not None:
            self.setChecked(self._command.checked(state))
        self.setEnabled(self._command.enabled(state))

    def _run(self) -> None:
        self._command.action(self._verbs)
        self.show_state(self._verbs.store.state)  # the box has toggled by itself
