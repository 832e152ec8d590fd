"""Verbs on the browser of head-pose data sets: which folder, which samples, what an engine makes of one.

Everything that touches a disk runs in the background, and whatever knows the data sets is imported there.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faceviewer.app.comparing import Comparing
from faceviewer.app.head_pose_compare import with_pair
from faceviewer.app.head_pose_sets_state import (
    HeadPoseChosen,
    HeadPoseFound,
    HeadPoseLayers,
    HeadPoseMade,
    HeadPoseSetsState,
)
from faceviewer.app.head_pose_trial import HeadPoseTrial, Question
from faceviewer.app.head_pose_turns import HeadPoseTurns
from faceviewer.app.latest import Latest, shown_or_told
from faceviewer.app.models_state import Said, SaidLevel
from faceviewer.app.opening import Opening
from faceviewer.app.settings import Settings
from faceviewer.app.store import Store
from faceviewer.app.ui import UserInterface
from faceviewer.engines.registry import engine_spec
from faceviewer.jobs.background import Background, Outcome
from faceviewer.types import CancelToken, Progress, ProgressCallback, Reconstruction

if TYPE_CHECKING:
    from faceviewer.datasets.head_pose.sample import HeadPoseDataset

FOLDER_SETTING = "datasets.head_pose"


class HeadPoseSets:
    """Keeps ``AppState.head_pose_sets``. ``reader`` opens data sets, ``asker`` searches and reads meanwhile."""

    def __init__(
        self,
        store: Store,
        ui: UserInterface,
        settings: Settings,
        opening: Opening,
        comparing: Comparing,
        trial: HeadPoseTrial,
        *,
        reader: Background,
        asker: Background,
    ) -> None:
        self._store = store
        self._ui = ui
        self._settings = settings
        self._opening = opening
        self._comparing = comparing
        self.trial = trial
        self._opener = Latest(reader)
        self._searcher = Latest(asker)
        self._sample = Latest(asker)
        self._turns = HeadPoseTurns(store, asker)

    def look(self) -> None:
        """Open the folder that was used last, unless it is open: then look anew for what was being looked for in it."""
        remembered = self._settings.text(FOLDER_SETTING).strip()
        state = self._state
        if remembered and state.dataset is None and not self._opener.is_busy:
            self._open(Path(os.path.expanduser(remembered)), state.kind, state.part)
        elif state.dataset is not None:
            self._search()

    def ask_folder(self) -> None:
        """Ask for the folder of a data set."""
        folder = self._ui.choose_folder("Choose the folder of a head-pose data set")
        if folder is not None:
            self.choose_folder(folder)

    def choose_folder(self, folder: Path) -> None:
        """Show the data set in ``folder``, whichever it is, and remember it."""
        self._open(folder.absolute(), "auto", None)

    def choose_kind(self, kind: str) -> None:
        """Which data set of the folder is meant."""
        if kind != self._state.kind:
            self._reopen(kind, None)

    def choose_part(self, part: str) -> None:
        """Which part of the data set is meant."""
        if part != (self._state.part or "test"):
            self._reopen(self._state.kind, part)

    def search(self, text: str) -> None:
        """Show the samples whose keys hold the words of ``text``."""
        if text != self._state.text:
            self._put(text=text)
            self._search()

    def turn(self, turned: int) -> None:
        """Show samples whose heads are turned so far, see ``HeadPoseSetsState.turned``."""
        if turned != self._state.turned or not self._turns.is_busy:
            self._turns.choose(turned)

    def choose(self, key: str | None) -> None:
        """Read one sample; None for none."""
        dataset, chosen = self._state.dataset, self._state.chosen
        if dataset is None or key is None:
            self._sample.cancel()
            if chosen is not None or self._state.reading:
                self._put(chosen=None, reading=False, made=None, rows=())
            return
        if chosen is not None and chosen.key == key and not self._state.reading:
            return

        def work(_: ProgressCallback, cancel: CancelToken) -> HeadPoseChosen:
            from faceviewer.app import head_pose_sets_work

            return head_pose_sets_work.read(dataset, key, cancel)

        self._stop_engine()
        self._put(reading=True)
        self._sample.start("The sample", work, shown_or_told(self._was_read, self._failed))

    def show_layers(self, **changes: bool) -> None:
        """Switch what is drawn over the photos, by field of ``HeadPoseLayers``."""
        layers: HeadPoseLayers = replace(self._state.layers, **changes)
        if layers != self._state.layers:
            self._put(layers=layers)

    def choose_engine(self, engine: str) -> None:
        """Which engine makes heads here."""
        if engine != self.engine():
            self._stop_engine()
            self._put(engine=engine)
            self._show_known()

    def tell_focal(self, on: bool) -> None:
        """Whether the engine is told the focal length of the data set's camera."""
        if on != self._state.true_focal:
            self._stop_engine()
            self._put(true_focal=on)
            self._show_known()

    def focal_px(self) -> float | None:
        """What the engine is told of the chosen sample's camera; None for nothing."""
        chosen = self._state.chosen
        K = None if chosen is None or chosen.sample is None else chosen.sample.truth.K
        follows = engine_spec(self.engine()).follows_focal
        return float(K[0, 0]) if K is not None and follows and self._state.true_focal else None

    def engine(self) -> str:
        """Id of the engine that makes heads here."""
        return self.trial.engine(self._state.engine)

    def reconstruct(self) -> None:
        """Have the engine make the head of the chosen sample."""
        state, engine = self._state, self.engine()
        chosen = state.chosen
        if state.dataset is None or chosen is None or chosen.photo is None or state.reading:
            return
        if (missing := self.trial.missing_for(engine)) is not None:
            self._say(f"{missing[0].upper()}{missing[1:]}. Tools > Models tells more.", "warning")
            return
        box = None
        if chosen.sample is not None:
            from faceviewer.evaluation.given import true_box  # loaded with the sample, in the background

            box = true_box(chosen.sample.truth, chosen.photo.size)
        self._put(said=(), failed=False)
        self.trial.ask(Question(state.dataset, chosen.key, chosen.photo, box, engine, self.focal_px()), self)

    def stop(self) -> None:
        """Stop the engine, the opening of a folder, or looking how far heads are turned."""
        if self.trial.is_busy:
            self._stop_engine()
            self._say("Cancelled.", "info")
        elif self._opener.is_busy:
            self._opener.cancel()
            self._put(opening=False)
            self._say("Opening the folder was cancelled.", "info")
        elif self._turns.is_busy:
            self._turns.stop()
            self._say("Not all samples were looked at; choosing the same under Turned again goes on with it.", "info")

    def open_photo(self) -> None:
        """Open the chosen sample's photo in the window."""
        chosen = self._state.chosen
        if chosen is not None and chosen.photo is not None and chosen.photo.path is not None:
            self._opening.open_paths([chosen.photo.path])
            self._say(f"{chosen.photo.path.name} is in the list of the window.", "ok")

    def compare_in_3d(self) -> None:
        """Set the true head and the engine's beside each other in the window."""
        chosen, made = self._state.chosen, self._state.made
        pair = None if chosen is None or made is None else with_pair(self._store.state, chosen, made)
        if pair is None:
            return
        state, reference, other = pair
        self._store.update(state)
        self._comparing.start(reference, other)
        self._say("The two are compared in the window: H shows the distance as a heat map.", "ok")

    def cancel(self) -> None:
        """Stop all of it, without a word: nobody looks any more."""
        for line in (self._opener, self._searcher, self._sample):
            line.cancel()
        self._turns.stop()
        self._stop_engine()
        state = self._state
        if state.opening or state.searching or state.reading:
            self._put(opening=False, searching=False, reading=False)

    # told by the engine

    def progressed(self, progress: Progress) -> None:
        """The engine works."""
        self._put(job=progress)

    def made(self, made: HeadPoseMade) -> None:
        """The engine has made a head."""
        self._put(job=None, said=tuple(Said(note, "warning") for note in made.notes))
        chosen = self._state.chosen
        if chosen is not None and chosen.key == made.key and made.engine == self.engine():
            self._show_made(chosen, made)

    def ended(self, sentence: str, *, failed: bool) -> None:
        """The engine has made none."""
        self._put(job=None, failed=failed)
        self._say(sentence, "error" if failed else "info")

    @property
    def _state(self) -> HeadPoseSetsState:
        return self._store.state.head_pose_sets

    def _reopen(self, kind: str, part: str | None) -> None:
        folder = self._state.folder
        self._put(kind=kind, part=part)
        if folder is not None:
            self._open(folder, kind, part)

    def _open(self, folder: Path, kind: str, part: str | None) -> None:
        def work(_: ProgressCallback, __: CancelToken) -> HeadPoseDataset:
            from faceviewer.app import head_pose_sets_work

            return head_pose_sets_work.open_set(folder, kind, part)

        def done(outcome: Outcome) -> None:
            self._put(opening=False)
            if outcome.value is None:
                self._say(outcome.sentence, "error")
            else:
                self._opened(outcome.value)

        for line in (self._searcher, self._sample):
            line.cancel()
        self._turns.stop()
        self._stop_engine()
        self.trial.forget()
        before = self._state
        self._store.update(replace(self._store.state, head_pose_sets=HeadPoseSetsState(
            folder=folder, kind=kind, part=part, opening=True, text=before.text, layers=before.layers,
            turned=before.turned, engine=before.engine, true_focal=before.true_focal,
        )))  # fmt: skip
        self._opener.start("The data set", work, done)

    def _opened(self, dataset: HeadPoseDataset) -> None:
        self._put(dataset=dataset, said=())  # its problems are shown as long as it is open
        self._settings.set(FOLDER_SETTING, str(self._state.folder))
        self._search()

    def _search(self) -> None:
        dataset, text = self._state.dataset, self._state.text
        if dataset is None:
            return

        def work(_: ProgressCallback, cancel: CancelToken) -> HeadPoseFound:
            from faceviewer.app import head_pose_sets_work

            return head_pose_sets_work.find(dataset, text, cancel)

        self._put(searching=True)
        self._searcher.start("The search", work, shown_or_told(self._was_found, self._failed))

    def _was_found(self, named: HeadPoseFound) -> None:
        self._put(named=named, searching=False)
        self._turns.show()

    def _was_read(self, chosen: HeadPoseChosen) -> None:
        self._put(chosen=chosen, reading=False, said=())
        self._show_known()

    def _show_known(self) -> None:
        """Beside the chosen sample, what its engine made of it before, if that is still there."""
        chosen, dataset = self._state.chosen, self._state.dataset
        if chosen is not None and dataset is not None:
            self._show_made(chosen, self.trial.known(dataset, chosen.key, self.engine(), self.focal_px()))

    def _show_made(self, chosen: HeadPoseChosen, made: HeadPoseMade | None) -> None:
        dataset, rows = self._state.dataset, ()
        if chosen.sample is not None and dataset is not None:
            from faceviewer.app.head_pose_rows import pose_rows

            result: Reconstruction | None = None if made is None else made.result
            rows = pose_rows(chosen.sample.truth, result, dataset.angles)
        self._put(made=made, failed=False, rows=rows)

    def _stop_engine(self) -> None:
        self.trial.cancel()
        if self._state.job is not None:
            self._put(job=None)

    def _failed(self, sentence: str) -> None:
        self._put(searching=False, reading=False)
        self._say(sentence, "error")

    def _say(self, text: str, level: SaidLevel) -> None:
        self._put(said=(Said(text, level),))

    def _put(self, **changes: Any) -> None:
        state = self._store.state
        self._store.update(replace(state, head_pose_sets=replace(state.head_pose_sets, **changes)))
