"""What a command is, and the questions that tell when one can be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from faceviewer.app.state import FILE_ENGINE, AppState
from faceviewer.app.verbs import Verbs


def always(_: AppState) -> bool:
    """For commands that need nothing."""
    return True


@dataclass(frozen=True)
class Command:
    """One thing that a person can do; menus, keys, palette, cheat sheet and tests read it from here."""

    id: str
    """As ``menu.thing``; settings, notices and tests name it by this."""
    title: str
    """As menus show it; "..." at its end when a dialog asks for more."""
    menu: str
    """Where it stands: "File", or "View/Landmarks" for a submenu."""
    action: Callable[[Verbs], None]
    shortcut: str = ""
    """In Qt's portable form, such as "Ctrl+Shift+P"; empty for none."""
    explanation: str = ""
    """What it is good for, in one sentence, for tooltips and the palette."""
    enabled: Callable[[AppState], bool] = always
    checked: Callable[[AppState], bool] | None = None
    """For commands that switch something: whether it is on."""
    icon: str = ""
    toolbar: Literal["", "icon", "text"] = ""
    """Whether the toolbar has it, as an icon alone or with its title."""
    separator: bool = False
    """A line above it in the menu."""


def has_documents(state: AppState) -> bool:
    """Something is in the list."""
    return bool(state.documents)


def has_photo(state: AppState) -> bool:
    """A photo is shown."""
    return state.shown.photo is not None and state.shown.document is not None and state.shown.document.kind == "photo"


def can_reconstruct(state: AppState) -> bool:
    """A photo is shown, or a frame in which a face was found."""
    return has_photo(state) or (state.shown.photo is not None and bool(state.shown.faces))


def has_photos(state: AppState) -> bool:
    """A photo is in the list."""
    return any(document.kind == "photo" for document in state.documents)


def has_faces(state: AppState) -> bool:
    """The shown photo has faces."""
    return bool(state.shown.faces)


def has_head(state: AppState) -> bool:
    """A head is shown."""
    return state.shown.result is not None


def has_head_of_photo(state: AppState) -> bool:
    """A head is shown that was made from a photo: where its camera stood and what it saw is known."""
    return state.shown.result is not None and state.shown.result.engine != FILE_ENGINE


def has_texture(state: AppState) -> bool:
    """The shown head has a texture."""
    return state.shown.result is not None and bool(state.shown.result.textures)


def has_colors(state: AppState) -> bool:
    """The shown head has a texture, or colours of its vertices."""
    return has_texture(state) or (state.shown.mesh is not None and state.shown.mesh.colors is not None)


def has_uv(state: AppState) -> bool:
    """The shown head has texture coordinates; a single one stands for none."""
    return state.shown.mesh is not None and len(state.shown.mesh.topology.uv) > 1


def has_parts(state: AppState) -> bool:
    """The shown head has face parts: TRG's has none, nor has the mesh of a file that no model is known for."""
    return state.shown.mesh is not None and bool(state.shown.mesh.topology.parts)


def has_edits(state: AppState) -> bool:
    """The shown head was changed by the user."""
    return state.shown.head is not None and state.shown.head in state.work.edits


def is_busy(state: AppState) -> bool:
    """A job can be cancelled."""
    return state.job is not None and state.job.cancellable
