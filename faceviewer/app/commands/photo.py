"""Commands of the menu Photo."""

from __future__ import annotations

from faceviewer.app.commands.command import Command, can_reconstruct, has_documents, has_faces, has_photo, is_busy
from faceviewer.app.verbs import Verbs


def _remove(verbs: Verbs) -> None:
    document = verbs.store.state.document(verbs.store.state.current)
    if document is not None:
        verbs.opening.remove(document.id)


PHOTO_COMMANDS = (
    Command("photo.reconstruct", "Reconstruct", "Photo", lambda verbs: verbs.reconstructing.reconstruct_shown(),
            "Ctrl+R", "Make the head of the chosen face, with the settings of now.", can_reconstruct, icon="face",
            toolbar="text"),
    Command("photo.reconstruct_all", "Reconstruct all faces", "Photo",
            lambda verbs: verbs.reconstructing.reconstruct_shown(all_faces=True), "Ctrl+Shift+R",
            "Make a head of every face in this photo.", has_faces),
    Command("photo.reconstruct_list", "Reconstruct all photos", "Photo",
            lambda verbs: verbs.reconstructing.reconstruct_list(), "",
            "Work through all photos of the list that have no head yet.", has_documents),
    Command("photo.cancel", "Cancel", "Photo", lambda verbs: verbs.reconstructing.cancel(), "Esc",
            "Stop what is being computed; earlier results stay.", is_busy, icon="cancel"),
    Command("photo.search_small", "Search for small faces", "Photo",
            lambda verbs: verbs.reconstructing.search_small(), "", "Look again, closely, for faces far away.",
            has_photo, icon="small-faces", separator=True),
    Command("photo.rotate_left", "Rotate left", "Photo", lambda verbs: verbs.reconstructing.search_turned(90),
            "Ctrl+[", "Turn the photo by a quarter turn and search it again.", has_photo, icon="rotate"),
    Command("photo.rotate_right", "Rotate right", "Photo", lambda verbs: verbs.reconstructing.search_turned(-90),
            "Ctrl+]", "Turn the photo by a quarter turn and search it again.", has_photo),
    Command("photo.draw_box", "Draw a box around a face", "Photo", lambda verbs: verbs.selecting.use_tool("box"), "B",
            "Show by hand where a face is that was not found.", has_photo, lambda state: state.tool == "box",
            icon="box"),
    Command("photo.next", "Next photo", "Photo", lambda verbs: verbs.opening.step(1), "PgDown",
            "Show the next photo of the list.", has_documents, separator=True),
    Command("photo.previous", "Previous photo", "Photo", lambda verbs: verbs.opening.step(-1), "PgUp",
            "Show the previous photo of the list.", has_documents),
    Command("photo.remove", "Remove from the list", "Photo", _remove, "Ctrl+Backspace",
            "Take the photo off the list; its file stays.", has_documents, icon="delete"),
)  # fmt: skip
