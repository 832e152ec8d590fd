"""Verbs on the files of published systems: where they lie, whether they are whole, bringing them.

Everything that touches a disk runs in the background, and whatever knows the packs is imported there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faceviewer.app.models_state import ModelsJob, ModelsTask, Said, SaidLevel
from faceviewer.app.settings import Settings, SettingValue
from faceviewer.app.store import Store
from faceviewer.app.ui import UserInterface
from faceviewer.jobs.background import Background, Outcome, Work
from faceviewer.types import CancelToken, Progress, ProgressCallback

if TYPE_CHECKING:
    from faceviewer.app.models_work import Looked
    from faceviewer.assets.packs import AssetPack
    from faceviewer.assets.places import Place

FOLDER_SETTING = "models.folder"


def chosen_folder(settings: Settings) -> Path | None:
    """The folder of files that the user chose; None for the usual one."""
    chosen = settings.text(FOLDER_SETTING)
    return Path(os.path.expanduser(chosen)) if chosen.strip() else None  # Path's own raises half-typed


def models_place(settings: Settings) -> Place:
    """The folder that files of published systems are taken from, and who chose it."""
    from faceviewer.assets.places import asset_place

    return asset_place(chosen_folder(settings))


class Models:
    """Keeps ``AppState.models``. Does one thing at a time; what was done is told there in sentences."""

    def __init__(self, store: Store, ui: UserInterface, settings: Settings, background: Background) -> None:
        self._store = store
        self._ui = ui
        self._settings = settings
        self._background = background
        self._cancel: CancelToken | None = None
        settings.subscribe(self._setting_changed)

    def look(self) -> None:
        """See which files are in the folder in use; what was said before is forgotten."""
        self._look()

    def ask_folder(self) -> None:
        """Ask for a folder to use in place."""
        folder = self._ui.choose_folder("Choose the folder that holds the files")
        if folder is not None:
            self.choose_folder(folder)

    def choose_folder(self, folder: Path) -> None:
        """Use the files of ``folder`` from now on, where they lie. One without known files is refused."""
        folder, known = folder.absolute(), self._store.state.models.packs

        def work(_: ProgressCallback, __: CancelToken) -> Looked:
            from faceviewer.app import models_work

            return models_work.look_for_choice(folder, known)

        if not self._is_busy():
            self._begin("choose", f"Looking into {folder.name}", work, self._chosen)

    def use_own_folder(self) -> None:
        """Back to the default: the folder that the environment names, or faceviewer's own."""
        self._settings.reset(FOLDER_SETTING)

    def ask_import_folder(self) -> None:
        """Ask for a folder to copy files from."""
        folder = self._ui.choose_folder("Import the known files of a folder")
        if folder is not None:
            self.import_from(folder)

    def ask_import_zip(self) -> None:
        """Ask for a zip to copy files from."""
        path = self._ui.choose_file("Import the known files of a zip", ["*.zip"])
        if path is not None:
            self.import_from(path)

    def import_from(self, source: Path) -> None:
        """Copy the known files of a folder or zip into faceviewer's folder, each one checked before."""
        from faceviewer.assets.places import asset_place

        target, place, known = asset_place(), models_place(self._settings), self._store.state.models.packs

        def work(progress: ProgressCallback, cancel: CancelToken) -> Looked:
            from faceviewer.app import models_work

            return models_work.bring(source, target, place, known, progress, cancel)

        if not self._is_busy():
            self._begin("import", f"Looking into {source.name}", work, self._show)

    def take_drop(self, path: Path) -> None:
        """Something was dropped: a zip is imported; of a folder the user says what to do with it."""

        def work(_: ProgressCallback, __: CancelToken) -> str:
            from faceviewer.app import models_work

            return models_work.kind_of_drop(path)

        if not self._is_busy():
            self._begin("look", f"Looking at {path.name}", work, partial(self._dropped, path))

    def decline(self) -> None:
        """Do nothing with the folder that was dropped."""
        self._put(offered=None)

    def check(self) -> None:
        """Open every file that is there, and see whether it is whole."""
        place = models_place(self._settings)

        def work(progress: ProgressCallback, cancel: CancelToken) -> Looked:
            from faceviewer.app import models_work

            return models_work.check(place, progress, cancel)

        if not self._is_busy():
            self._begin("check", "Looking for files", work, self._show)

    def cancel(self) -> None:
        """Stop what is being done; files that were brought before are whole and stay."""
        job = self._store.state.models.job
        if self._cancel is not None and job is not None:
            self._cancel.cancel()
            self._put(job=replace(job, progress=Progress("Cancelling")))

    def show_folder(self) -> None:
        """Show the folder in use in the system's file manager."""
        state = self._store.state.models
        if state.place is not None and state.is_there:
            self._ui.reveal(state.place.folder)
        elif state.place is not None:
            self._say(f"{state.place.folder}: there is no such folder yet; importing files makes it.", "warning")

    def open_page(self, pack: AssetPack) -> None:
        """Show in the browser where the authors of ``pack`` offer its files."""
        self._ui.open_page(pack.page)

    def copy_link(self, pack: AssetPack) -> None:
        """Put the address of that page on the clipboard."""
        self._ui.copy_text(pack.page)
        self._say(f"The address {pack.page} is on the clipboard.", "info")

    def _is_busy(self) -> bool:
        if self._store.state.models.is_working:
            self._say("Something is still being done: wait for it or cancel it first.", "warning")
        return self._store.state.models.is_working

    def _begin(self, task: ModelsTask, stage: str, work: Work, done: Callable[[Any], None]) -> None:
        """Do ``work`` in the background in place of what was being done; ``done`` gets what it returns."""
        if self._cancel is not None:
            self._cancel.cancel()
        current: list[CancelToken] = []

        def ended(outcome: Outcome) -> None:
            if self._cancel is current[0]:
                self._cancel = None
                self._end(task, outcome, done)

        def progressed(progress: Progress) -> None:
            if self._cancel is current[0] and not current[0].cancelled:
                self._progressed(task, progress)

        self._put(job=ModelsJob(task, Progress(stage)), said=(), offered=None)
        self._cancel = self._background.submit(stage, work, ended, progressed)
        current.append(self._cancel)

    def _progressed(self, task: ModelsTask, progress: Progress) -> None:
        packs = getattr(progress, "packs", self._store.state.models.packs)  # a check tells what it has found so far
        self._put(job=ModelsJob(task, progress), packs=packs)

    def _end(self, task: ModelsTask, outcome: Outcome, done: Callable[[Any], None]) -> None:
        self._put(job=None)
        if outcome.error:
            self._say(outcome.sentence, "error")
        elif outcome.cancelled and task == "check":
            self._say("The check was cancelled; files that it had not reached are not checked.", "info")
        elif outcome.cancelled and task == "import":
            self._look(Said("The import was cancelled; files that were imported before it are whole and stay."))
        elif not outcome.cancelled:
            done(outcome.value)
        if self._cancel is None:
            self._look_where_settings_say()

    def _look(self, *said: Said) -> None:
        place, known = models_place(self._settings), self._store.state.models.packs

        def work(_: ProgressCallback, __: CancelToken) -> Looked:
            from faceviewer.app import models_work

            looked = models_work.look(place, known)
            return replace(looked, said=(*said, *looked.said))

        self._begin("look", "Looking for files", work, self._show)

    def _show(self, looked: Looked) -> None:
        self._put(place=looked.place, is_there=looked.is_there, packs=looked.packs, said=looked.said)

    def _chosen(self, looked: Looked) -> None:
        self._show(looked)  # before the setting is told, which would have somebody look once more
        self._settings.set(FOLDER_SETTING, str(looked.place.folder))
        if self._settings.trouble:
            trouble = Said(f"{self._settings.trouble.removesuffix('.')}.", "warning")
            self._put(said=(*looked.said, trouble))

    def _dropped(self, path: Path, kind: str) -> None:
        if kind == "zip":
            self.import_from(path)
        else:
            self._put(offered=path)

    def _setting_changed(self, key: str, _: SettingValue) -> None:
        state = self._store.state.models
        if key == FOLDER_SETTING and not state.is_working:
            self._look_where_settings_say()

    def _look_where_settings_say(self) -> None:
        """Look again when another folder is in use by now; nobody looks before somebody wants to see it."""
        place = self._store.state.models.place
        if place is not None and models_place(self._settings) != place:
            self.look()

    def _say(self, text: str, level: SaidLevel) -> None:
        self._put(said=(Said(text, level),))

    def _put(self, **changes: Any) -> None:
        state = self._store.state
        self._store.update(replace(state, models=replace(state.models, **changes)))
