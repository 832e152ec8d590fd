"""Commands of the menu Edit."""

from __future__ import annotations

from faceviewer.app.commands.command import Command, has_edits, has_head
from faceviewer.app.properties import selection_text
from faceviewer.app.verbs import Verbs


def _copy_picture(verbs: Verbs) -> None:
    picture = verbs.ui.viewport_picture(1, transparent=False)
    if picture is not None:
        verbs.ui.copy_picture(picture)


EDIT_COMMANDS = (
    Command("edit.undo", "Undo", "Edit", lambda verbs: verbs.store.undo(), "Ctrl+Z", "Take the last change back.",
            lambda state: bool(state.undo_label), icon="undo", toolbar="icon"),
    Command("edit.redo", "Redo", "Edit", lambda verbs: verbs.store.redo(), "Ctrl+Shift+Z",
            "Do again what was taken back.", lambda state: bool(state.redo_label), icon="redo", toolbar="icon"),
    Command("edit.copy_picture", "Copy picture of the 3D view", "Edit", _copy_picture, "Ctrl+C",
            "Put the 3D view on the clipboard.", has_head, icon="copy", separator=True),
    Command("edit.copy_selection", "Copy values of the selection", "Edit",
            lambda verbs: verbs.ui.copy_text(selection_text(verbs.store.state)), "Ctrl+Alt+C",
            "Put id, position, UV and all else that is known of the selection on the clipboard.",
            lambda state: state.selection is not None),
    Command("edit.deselect", "Deselect", "Edit", lambda verbs: verbs.selecting.select(None), "Ctrl+D",
            "Nothing is selected any more.", lambda state: state.selection is not None),
    Command("edit.neutral", "Neutral expression", "Edit", lambda verbs: verbs.editing.neutral(), "N",
            "Set all 52 expressions to zero.", has_head, separator=True),
    Command("edit.reset_head", "Reset head", "Edit", lambda verbs: verbs.editing.reset(), "",
            "Back to the head as it was reconstructed.", has_edits),
)  # fmt: skip
