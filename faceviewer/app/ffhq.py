"""Verbs on the album of Flickr-Faces-HQ: which folder, which pictures, what is known of one.

Everything that touches a disk runs in the background, and whatever knows the data set is imported there.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from faceviewer.app.ffhq_state import FfhqChosen, FfhqFound, FfhqSet, FfhqState
from faceviewer.app.latest import Latest, shown_or_told
from faceviewer.app.models_state import Said, SaidLevel
from faceviewer.app.opening import Opening
from faceviewer.app.settings import Settings
from faceviewer.app.store import Store
from faceviewer.app.ui import UserInterface
from faceviewer.jobs.background import Background, Outcome
from faceviewer.types import CancelToken, Progress, ProgressCallback

if TYPE_CHECKING:
    from faceviewer.app.ffhq_work import Opened
    from faceviewer.datasets.ffhq.entry import FfhqQuery
    from faceviewer.datasets.ffhq.facts import Kind
    from faceviewer.datasets.ffhq.statistics import Statistics

FOLDER_SETTING = "datasets.ffhq"
ASK_ABOVE = 50
"""More pictures than that are opened only after a question."""


class Ffhq:
    """Keeps ``AppState.ffhq``, but for what ``FfhqWork`` does; what came of an action is told there in sentences."""

    def __init__(
        self, store: Store, ui: UserInterface, settings: Settings, opening: Opening, background: Background
    ) -> None:
        self._store = store
        self._ui = ui
        self._settings = settings
        self._opening = opening
        self._opener = Latest(background)
        self._searcher = Latest(background)
        self._describer = Latest(background)
        self._copier = Latest(background)
        self._counter = Latest(background)

    def look(self) -> None:
        """Open the folder that was used last, unless it is open."""
        remembered = self._settings.text(FOLDER_SETTING).strip()
        folder = Path(os.path.expanduser(remembered)) if remembered else None
        state = self._state
        if folder is not None and (state.dataset is None or state.folder != folder) and not self._opener.is_busy:
            self.choose_folder(folder)

    def ask_folder(self) -> None:
        """Ask for the folder of the data set."""
        folder = self._ui.choose_folder("Choose the folder of Flickr-Faces-HQ, or one of its folders of pictures")
        if folder is not None:
            self.choose_folder(folder)

    def choose_folder(self, folder: Path) -> None:
        """Show the data set in ``folder``, and remember it."""
        folder = folder.absolute()

        def work(progress: ProgressCallback, cancel: CancelToken) -> Opened:
            from faceviewer.app import ffhq_work

            return ffhq_work.open_dataset(folder, progress, cancel)

        def done(outcome: Outcome) -> None:
            self._opened(folder, outcome)

        for line in (self._searcher, self._describer, self._copier, self._counter):
            line.cancel()
        self._put(opening=Progress("Looking for pictures"), said=(), searching=False)
        self._opener.start("The folder of FFHQ", work, done, lambda step: self._put(opening=step))

    def search(self, query: FfhqQuery) -> None:
        """Show the pictures that ``query`` has."""
        if query != self._state.query:
            self._put(query=query)
            self._search()

    def show_place(self, place: int) -> None:
        """Show the pictures of another of the data set's folders."""
        if place != self._state.place:
            self._put(place=place)
            self._search()

    def show_only_there(self, wanted: bool) -> None:
        """Whether pictures of which there is no file are left out."""
        if wanted != self._state.only_there:
            self._put(only_there=wanted)
            self._search()

    def choose(self, number: int | None) -> None:
        """Find out about one picture; None for none."""
        dataset, place = self._state.dataset, self._state.place
        if dataset is None or number is None:
            self._describer.cancel()
            self._put(chosen=None)
            return

        def work(_: ProgressCallback, cancel: CancelToken) -> FfhqChosen:
            from faceviewer.app import ffhq_work

            return ffhq_work.describe(dataset, place, number)

        self._describer.start(
            f"Picture {number:05d}", work, shown_or_told(lambda chosen: self._put(chosen=chosen), self._failed)
        )

    def open_pictures(self, numbers: np.ndarray, kind: Kind) -> None:
        """Open pictures as photos, from the folder that has them aligned, or from that of the originals."""
        dataset = self._state.dataset
        folder = dataset.files.of(kind) if dataset is not None else None
        if folder is None:
            self._say("There is no folder with such pictures.", "warning")
            return
        there = numbers[np.isin(numbers, folder.numbers)]
        if not len(there):
            self._say(f"{folder.folder}: none of the chosen pictures is in it.", "warning")
        elif len(there) <= ASK_ABOVE or self._ui.confirm(f"Open {len(there)} pictures as photos?", "Open"):
            self._opening.open_paths([folder.path(number) for number in there.tolist()])
            self._say("1 picture is open." if len(there) == 1 else f"{len(there)} pictures are open.", "ok")

    def copy_attribution(self, numbers: np.ndarray) -> None:
        """Put onto the clipboard who made the pictures, and on which terms."""
        dataset, place = self._state.dataset, self._state.place
        if dataset is None or not len(numbers):
            return
        folder = dataset.folder(place)
        kind = folder.kind if folder is not None else "image"

        def work(_: ProgressCallback, cancel: CancelToken) -> str:
            from faceviewer.app import ffhq_work

            return ffhq_work.attributions(dataset, kind, numbers, cancel)

        def copy(text: str) -> None:
            self._ui.copy_text(text)
            lines = "1 attribution is" if len(numbers) == 1 else f"{len(numbers)} attributions are"
            self._say(f"{lines} on the clipboard.", "ok")

        self._copier.start("Attributions", work, shown_or_told(copy, self._failed))

    def open_link(self, address: str) -> None:
        """Show a page that the metadata name in the browser; only http and https, whatever they say."""
        from faceviewer.datasets.ffhq.entry import safe_link

        if safe_link(address):
            self._ui.open_page(address)

    def count(self) -> None:
        """Count pictures by split, licence and country."""
        dataset = self._state.dataset
        if dataset is None or self._state.statistics is not None:
            return

        def work(_: ProgressCallback, __: CancelToken) -> Statistics:
            from faceviewer.app import ffhq_work

            return ffhq_work.count_all(dataset)

        done = shown_or_told(lambda counted: self._put(statistics=counted), self._failed)
        self._counter.start("Statistics", work, done)

    def copy_text(self, text: str, what: str) -> None:
        """Put a text onto the clipboard and say so."""
        self._ui.copy_text(text)
        self._say(f"{what} on the clipboard.", "ok")

    def cancel_opening(self) -> None:
        """Stop reading the metadata; what was open before stays."""
        if self._opener.is_busy:
            self._opener.cancel()
            self._put(opening=None)
            self._say("Opening the folder was cancelled.", "info")

    def cancel(self) -> None:
        """Stop all of it, without a word: nobody looks any more."""
        for line in (self._opener, self._searcher, self._describer, self._copier, self._counter):
            line.cancel()
        if self._state.opening is not None or self._state.searching:
            self._put(opening=None, searching=False)

    @property
    def _state(self) -> FfhqState:
        return self._store.state.ffhq

    def _opened(self, folder: Path, outcome: Outcome) -> None:
        if outcome.value is None:
            self._put(opening=None, folder=folder if self._state.dataset is None else self._state.folder)
            self._say(outcome.sentence, "error")
            return
        opened: Opened = outcome.value
        fresh = FfhqState(folder=folder, dataset=opened.dataset, place=_first_place(opened.dataset), said=opened.said)
        kept = {"query": self._state.query, "only_there": self._state.only_there, "job": self._state.job}
        self._store.update(replace(self._store.state, ffhq=replace(fresh, **kept)))
        self._settings.set(FOLDER_SETTING, str(folder))
        self._search()

    def _search(self) -> None:
        state = self._state
        if (dataset := state.dataset) is None:
            return

        def work(_: ProgressCallback, __: CancelToken) -> FfhqFound:
            from faceviewer.app import ffhq_work
            from faceviewer.datasets.ffhq.entry import FfhqQuery

            return ffhq_work.find(dataset, state.query or FfhqQuery(), state.place, only_there=state.only_there)

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
        self._store.update(replace(state, ffhq=replace(state.ffhq, **changes)))


def _first_place(dataset: FfhqSet) -> int:
    """Thumbnails when there are any: they are quick to look at."""
    kinds = [folder.kind for folder in dataset.files.folders]
    return kinds.index("thumbnail") if "thumbnail" in kinds else 0
