"""Commands of the menu Help."""

from __future__ import annotations

from faceviewer.app.commands.command import Command

HELP_COMMANDS = (
    Command("help.palette", "Find a command...", "Help", lambda verbs: verbs.ui.open_dialog("palette"),
            "Ctrl+Shift+P", "Type a few letters of what you want to do.", icon="search"),
    Command("help.cheat_sheet", "Keys and commands", "Help", lambda verbs: verbs.ui.open_dialog("cheat sheet"), "F1",
            "All commands and their keys on one page.", icon="help"),
    Command("help.conventions", "Conventions", "Help", lambda verbs: verbs.ui.open_dialog("conventions"), "",
            "Frames, units, signs of angles, landmark sets, and what millimetres mean here."),
    Command("help.about", "About faceviewer", "Help", lambda verbs: verbs.ui.open_dialog("about"), "",
            "Version, and the licences of code, models and data.", separator=True),
)  # fmt: skip
