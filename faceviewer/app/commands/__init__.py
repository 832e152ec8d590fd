"""The one table of commands. Menus, toolbar, keys, command palette, cheat sheet and tests read it."""

from __future__ import annotations

from faceviewer.app.commands.command import Command
from faceviewer.app.commands.edit import EDIT_COMMANDS
from faceviewer.app.commands.file import FILE_COMMANDS
from faceviewer.app.commands.help import HELP_COMMANDS
from faceviewer.app.commands.photo import PHOTO_COMMANDS
from faceviewer.app.commands.tools import TOOL_COMMANDS
from faceviewer.app.commands.view import VIEW_COMMANDS

__all__ = ["Command", "commands"]


def commands() -> tuple[Command, ...]:
    """All commands, in the order of the menus."""
    return (
        *FILE_COMMANDS, *EDIT_COMMANDS, *PHOTO_COMMANDS, *VIEW_COMMANDS, *TOOL_COMMANDS, *HELP_COMMANDS
    )  # fmt: skip
