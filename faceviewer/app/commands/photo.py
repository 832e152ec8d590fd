"""Commands of the menu Photo."""

from __future__ import annotations

from functools import partial

from faceviewer.app.commands.command import (
    Command,
    can_reconstruct,
    has_documents,
    has_faces,
    has_photo,
    has_photos,
    is_busy,
)
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.engines.registry import engine_ids, engine_spec


def _remove(verbs: Verbs) -> None:
    document = verbs.store.state.document(verbs.store.state.current)
    if document is not None:
        verbs.opening.remove(document.id)


def _use_engine(engine_id: str, verbs: Verbs) -> None:
    verbs.engines.use(engine_id)


def _is_made_by(engine_id: str, state: AppState) -> bool:
    return state.shown.result is not None and state.shown.result.engine == engine_id


def _engine_commands() -> tuple[Command, ...]:
    return tuple(
        Command(
            f"photo.engine.{name}",
            engine_spec(name).title,
            "Photo/Engine",
            partial(_use_engine, name),
            "",
            "Make the heads of this photo with this engine; settings choose the one for all others.",
            can_reconstruct,
            partial(_is_made_by, name),
        )
        for name in engine_ids()
    )


PHOTO_COMMANDS = (
    Command("photo.reconstruct", "Reconstruct", "Photo", lambda verbs: verbs.reconstructing.reconstruct_shown(),
            "Ctrl+R", "Make the head of the chosen face, with the settings of now.", can_reconstruct, icon="face",
            toolbar="text"),
    Command("photo.reconstruct_all", "Reconstruct all faces", "Photo",
            lambda verbs: verbs.reconstructing.reconstruct_shown(all_faces=True), "Ctrl+Shift+R",
            "Make a head of every face in this photo.", has_faces),
    Command("photo.reconstruct_list", "Reconstruct all photos", "Photo",
            lambda verbs: verbs.reconstructing.reconstruct_list(), "",
            "Work through all photos of the list that have no head yet.", has_photos),
    *_engine_commands(),
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
    Command("photo.align_ffhq", "Align like FFHQ...", "Photo", lambda verbs: verbs.ui.open_dialog("align"), "",
            "Cut faces out as the data set Flickr-Faces-HQ does: upright, centred, square.", can_reconstruct,
            icon="align", separator=True),
    Command("photo.next", "Next photo", "Photo", lambda verbs: verbs.opening.step(1), "PgDown",
            "Show the next photo of the list.", has_documents, separator=True),
    Command("photo.previous", "Previous photo", "Photo", lambda verbs: verbs.opening.step(-1), "PgUp",
            "Show the previous photo of the list.", has_documents),
    Command("photo.remove", "Remove from the list", "Photo", _remove, "Ctrl+Backspace",
            "Take the photo off the list; its file stays.", has_documents, icon="delete"),
)  # fmt: skip
