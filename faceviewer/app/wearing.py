"""Verbs that put a texture map of FFHQ-UV on the shown head, and take it off again."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from faceviewer.app.documents import with_changes
from faceviewer.app.latest import Latest
from faceviewer.app.models import models_place
from faceviewer.app.models_state import Said
from faceviewer.app.settings import Settings
from faceviewer.app.state import AppState, HeadRef, Notice
from faceviewer.app.store import Store
from faceviewer.app.ui import UserInterface
from faceviewer.app.wearing_state import MAP_PREFIX, Worn, is_map
from faceviewer.jobs.background import Background, Outcome
from faceviewer.types import CancelToken, ProgressCallback, Reconstruction, Texture, Topology

if TYPE_CHECKING:
    from faceviewer.app.wearing_work import Ready, Wish
    from faceviewer.datasets.ffhq_uv.entry import UvMapEntry

logger = logging.getLogger(__name__)

NO_HEAD = (
    "No head is shown that could wear the map: open an OBJ of FFHQ-UV's head (HiFi3D++), or reconstruct a photo with "
    "the built-in engine."
)
_LIVE = "A head that follows a camera or video cannot wear a map: stop following first."
_KEPT = 4


class Wearing:
    """One map at a time on each head. What came of it is told in a notice and in ``AppState.wear.said``."""

    def __init__(self, store: Store, ui: UserInterface, settings: Settings, background: Background) -> None:
        self._store = store
        self._ui = ui
        self._settings = settings
        self._line = Latest(background)
        self._layout: Topology | None = None
        self._made: dict[tuple[Any, ...], Ready] = {}

    def ask_map(self) -> None:
        """Ask for a map and put it on."""
        path = self._ui.choose_file("Wear a map", ["*.png", "*.jpg", "*.jpeg"])
        if path is not None:
            self.wear(path)

    def wear(self, what: UvMapEntry | Path, light: np.ndarray | None = None) -> None:
        """Put a map on the shown head, in place of one that it wears.

        light: (9,) of the map's face, when it is known. The map is read, and carried over to the built-in head, in the
        background; what cannot be done is told in one sentence, and nothing changes.
        """
        path = what if isinstance(what, Path) else what.path
        state = self._store.state
        ref, result = state.shown.head, state.result(state.shown.head)
        if ref is None or result is None:
            self._say(NO_HEAD, "warning")
            return
        if state.live is not None and state.live.document == ref.document:
            self._say(_LIVE, "warning")
            return
        from faceviewer.app import wearing_work

        name = MAP_PREFIX + path.stem
        wish = wearing_work.Wish(path, result.mesh, _below(result), self._layouts(), models_place(self._settings))
        key = _key(wish)
        numbers = None if light is None else tuple(float(number) for number in np.ravel(light))

        def work(_: ProgressCallback, cancel: CancelToken) -> Ready:
            known = self._made.get(key) if key is not None else None
            return known or wearing_work.make_ready(wish, cancel)

        def done(outcome: Outcome) -> None:
            self._put(putting_on="")
            if outcome.value is None:
                logger.error("%s: %s", name, outcome.error)
                self._say(_sentence(outcome.error), "error")
                return
            self._remember(key, outcome.value)
            self._put_on(ref, wish, Worn(path, name, state.view.texture, numbers), outcome.value)

        self._put(putting_on=name, said=())
        self._line.start(f"The map {path.name}", work, done)

    def take_off(self) -> None:
        """The shown head as it was before it wore a map."""
        state = self._store.state
        ref, result = state.shown.head, state.result(state.shown.head)
        if ref is None or result is None or not any(is_map(name) for name in result.textures):
            return
        worn = state.wear.worn.get(ref)
        left = {name: texture for name, texture in result.textures.items() if not is_map(name)}
        before = worn.before if worn is not None else state.view.texture
        state = _with_textures(state, ref, result, left)
        view = state.view
        if is_map(view.texture):
            view = replace(view, texture=before if before in left else next(iter(left), "photo"))
        others = {head: one for head, one in state.wear.worn.items() if head != ref}
        self._store.update(replace(state, view=view, wear=replace(state.wear, worn=others)))
        self._say("The map is off.", "info")

    def cancel(self) -> None:
        """Stop putting a map on, without a word."""
        if self._line.is_busy:
            self._line.cancel()
            self._put(putting_on="")

    def _put_on(self, ref: HeadRef, wish: Wish, worn: Worn, ready: Ready) -> None:
        state = self._store.state
        result = state.result(ref)
        if result is None or result.mesh.topology is not wish.mesh.topology:
            self._say("The head that the map was for has gone.", "warning")
            return
        earlier = state.wear.worn.get(ref)
        before = earlier.before if earlier is not None else worn.before
        kept = {name: texture for name, texture in result.textures.items() if not is_map(name)}
        state = _with_textures(state, ref, result, {**kept, worn.texture: ready.texture})
        wear = replace(state.wear, worn={**state.wear.worn, ref: replace(worn, before=before)})
        display = state.view.display if state.view.display in ("textured", "textured lit") else "textured"
        view = replace(state.view, texture=worn.texture, uv_origin=False, display=display)
        self._store.update(replace(state, view=view, wear=wear))
        notes = f" The file has {' and '.join(ready.notes)}." if ready.notes else ""
        self._say(f"The head wears {worn.texture}.{notes}", "info")

    def _layouts(self) -> tuple[Topology, ...]:
        """Of heads of FFHQ-UV that are open, or were when a map was put on."""
        meshes = (head.mesh for document in self._store.state.documents for head in document.heads.values())
        found = (mesh.topology for mesh in meshes if mesh.topology.name == "hifi3d" and len(mesh.topology.uv) > 1)
        first = next(found, self._layout)
        return () if first is None else (first,)

    def _remember(self, key: tuple[Any, ...] | None, ready: Ready) -> None:
        self._layout = ready.layout
        if key is not None:
            self._made.pop(key, None)
            self._made = {**dict(list(self._made.items())[1 - _KEPT :]), key: ready}

    def _say(self, text: str, level: Any) -> None:
        state = self._store.state
        said = Said(text, "ok" if level == "info" else level)
        self._store.update(replace(state, notice=Notice(text, level), wear=replace(state.wear, said=(said,))))

    def _put(self, **changes: Any) -> None:
        state = self._store.state
        self._store.update(replace(state, wear=replace(state.wear, **changes)))


def _below(result: Reconstruction) -> Texture | None:
    """What stays to be seen where a map has nothing: the first texture that is none."""
    return next((texture for name, texture in result.textures.items() if not is_map(name)), None)


def _with_textures(state: AppState, ref: HeadRef, result: Reconstruction, textures: dict[str, Texture]) -> AppState:
    document = state.document(ref.document)
    assert document is not None
    heads = {**document.heads, ref.face_number: replace(result, textures=textures)}
    return with_changes(state, document.id, heads=heads)


def _key(wish: Wish) -> tuple[Any, ...] | None:
    """What a map on a head depends on; None when its file cannot be looked at, which reading it will tell."""
    try:
        status = wish.path.stat()
    except OSError:
        return None
    return str(wish.path), status.st_size, status.st_mtime_ns, wish.mesh.topology, wish.below, wish.layouts


def _sentence(error: str) -> str:
    """With a capital at its start, unless a file name stands there, and one stop at its end."""
    text = error.removesuffix(".")
    first = text.split(maxsplit=1)[0] if text else ""
    return f"{text if '/' in first or '.' in first else text[:1].upper() + text[1:]}."
