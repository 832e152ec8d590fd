"""Verbs on the browser of FFHQ-UV's maps: which folder, which maps, what is known of one, wearing one.

Everything that touches a disk runs in the background, and whatever knows the data set is imported there.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faceviewer.app.latest import Latest, shown_or_told
from faceviewer.app.models_state import Said, SaidLevel
from faceviewer.app.opening import Opening
from faceviewer.app.settings import Settings
from faceviewer.app.store import Store
from faceviewer.app.ui import UserInterface
from faceviewer.app.uv_maps_state import UvMapChosen, UvMapsFound, UvMapsState, UvMapsWish
from faceviewer.app.wearing import Wearing
from faceviewer.jobs.background import Background, Outcome
from faceviewer.types import CancelToken, Progress, ProgressCallback

if TYPE_CHECKING:
    from faceviewer.datasets.ffhq_uv.index import UvMapIndex

FOLDER_SETTING = "datasets.ffhq_uv"
_AGAIN_S = 0.5
"""Until the search is made again while the folder is looked through, once it has found anything; then twice that, and
so on: a search of very many maps takes time from the looking."""


class UvMaps:
    """Keeps ``AppState.uv_maps``. ``reader`` looks through folders, ``asker`` answers meanwhile."""

    def __init__(
        self,
        store: Store,
        ui: UserInterface,
        settings: Settings,
        opening: Opening,
        wearing: Wearing,
        *,
        reader: Background,
        asker: Background,
    ) -> None:
        self._store = store
        self._ui = ui
        self._settings = settings
        self._opening = opening
        self._wearing = wearing
        self._updater = Latest(reader)
        self._opener = Latest(asker)
        self._searcher = Latest(asker)
        self._describer = Latest(asker)
        self._wearer = Latest(asker)
        self._searched_at = 0.0

    def look(self) -> None:
        """Open the folder that was used last, unless it is open, and see what has changed in it."""
        remembered = self._settings.text(FOLDER_SETTING).strip()
        folder = Path(os.path.expanduser(remembered)) if remembered else None
        state = self._state
        if self._opener.is_busy or self._updater.is_busy:
            return
        if folder is not None and (state.index is None or state.folder != folder):
            self.choose_folder(folder)
        elif state.index is not None:
            self._update(state.index)

    def ask_folder(self) -> None:
        """Ask for a folder of maps."""
        folder = self._ui.choose_folder("Choose the folder of FFHQ-UV's maps, or any folder of such maps")
        if folder is not None:
            self.choose_folder(folder)

    def choose_folder(self, folder: Path) -> None:
        """Show the maps in ``folder`` and remember it. They can be browsed while it is looked through."""
        folder = folder.absolute()

        def work(_: ProgressCallback, __: CancelToken) -> UvMapIndex:
            from faceviewer.datasets.ffhq_uv.index import UvMapIndex

            return UvMapIndex(folder)

        def done(outcome: Outcome) -> None:
            if outcome.value is None:
                self._put(opening=False)
                self._say(outcome.sentence, "error")
                return
            wish = self._state.wish
            fresh = UvMapsState(folder=folder, index=outcome.value, wish=wish)
            self._store.update(replace(self._store.state, uv_maps=fresh))
            self._settings.set(FOLDER_SETTING, str(folder))
            self._search()
            self._update(outcome.value)

        for line in (self._updater, self._searcher, self._describer, self._wearer):
            line.cancel()
        self._put(opening=True, updating=None, searching=False, said=())
        self._opener.start("The folder of maps", work, done)

    def search(self, wish: UvMapsWish) -> None:
        """Show the maps that ``wish`` has."""
        if wish != self._state.wish:
            self._put(wish=wish)
            self._search()

    def choose(self, key: int | None) -> None:
        """Find out about one map; None for none."""
        index = self._state.index
        if index is None or key is None:
            self._describer.cancel()
            if self._state.chosen is not None:
                self._put(chosen=None)
            return

        def work(_: ProgressCallback, __: CancelToken) -> tuple[UvMapChosen | None]:
            from faceviewer.app import uv_maps_work

            return (uv_maps_work.describe(index, key),)

        self._describer.start("The map", work, shown_or_told(lambda found: self._put(chosen=found[0]), self._failed))

    def wear(self, key: int) -> None:
        """Put a map on the shown head."""
        index = self._state.index
        if index is None:
            return

        def work(_: ProgressCallback, __: CancelToken) -> tuple[Any, Any]:
            from faceviewer.app import uv_maps_work

            entries = index.entries([key])
            return (entries[0], uv_maps_work.light_for(index, entries[0])) if entries else (None, None)

        def worn(found: tuple[Any, Any]) -> None:
            if found[0] is None:
                self._say("This map has gone.", "warning")
            else:
                self._wearing.wear(*found)

        self._put(said=())
        self._wearer.start("The map", work, shown_or_told(worn, self._failed))

    def open_picture(self, key: int) -> None:
        """Open a map's file as a picture."""
        index = self._state.index
        entries = index.entries([key]) if index is not None else []
        if entries:
            self._opening.open_paths([entries[0].path])
            self._say(f"The picture of map {entries[0].id} is in the list.", "ok")

    def cancel_update(self) -> None:
        """Stop looking through the folder; what was found stays."""
        if self._updater.is_busy:
            self._updater.cancel()
            self._put(updating=None)
            self._say("Looking through the folder was cancelled: what was found so far is shown.", "info")
            self._search()

    def cancel(self) -> None:
        """Stop all of it, without a word: nobody looks any more."""
        for line in (self._updater, self._opener, self._searcher, self._describer, self._wearer):
            line.cancel()
        if self._state.opening or self._state.updating is not None or self._state.searching:
            self._put(opening=False, updating=None, searching=False)

    @property
    def _state(self) -> UvMapsState:
        return self._store.state.uv_maps

    def _update(self, index: UvMapIndex) -> None:
        again_s = _AGAIN_S

        def work(progress: ProgressCallback, cancel: CancelToken) -> tuple[bool]:
            return (index.update(progress, cancel),)

        def step(progress: Progress) -> None:
            nonlocal again_s
            self._put(updating=progress)
            found = self._state.found
            has_none = found is None or not len(found.keys)
            if not self._searcher.is_busy and (has_none or time.monotonic() - self._searched_at > again_s):
                again_s *= 1 if has_none else 2
                self._search()

        def done(outcome: Outcome) -> None:
            self._put(updating=None)
            if outcome.value is None:
                self._say(outcome.sentence, "error")
            elif outcome.value[0]:
                self._search()

        self._put(updating=Progress("Looking for maps"))
        self._updater.start("The folder of maps", work, done, step)

    def _search(self) -> None:
        state = self._state
        if (index := state.index) is None:
            return

        def work(_: ProgressCallback, cancel: CancelToken) -> UvMapsFound:
            from faceviewer.app import uv_maps_work

            return uv_maps_work.find(index, state.wish, cancel)

        self._searched_at = time.monotonic()
        self._put(searching=True)
        done = shown_or_told(lambda found: self._put(found=found, searching=False), self._failed)
        self._searcher.start("The search", work, done)

    def _failed(self, sentence: str) -> None:
        self._put(searching=False)
        self._say(sentence, "error")

    def _say(self, text: str, level: SaidLevel) -> None:
        self._put(said=(Said(text, level),))

    def _put(self, **changes: Any) -> None:
        state = self._store.state
        self._store.update(replace(state, uv_maps=replace(state.uv_maps, **changes)))
