"""Verbs that take heads away: export to files, pictures of the 3D view, turntables."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from faceviewer.app.export_plan import (
    ExportDone,
    ExportPlan,
    PlannedFile,
    have_expressions,
    heads_of,
    planned_files,
    possible_pictures,
    run_export,
    suggested_stem,
)
from faceviewer.app.setting_table import PICTURE_SETTING
from faceviewer.app.settings import Settings
from faceviewer.app.state import Notice
from faceviewer.app.store import Store
from faceviewer.app.ui import UserInterface
from faceviewer.io.atomic import write_atomically
from faceviewer.io.images import encode_png, encode_png_alpha
from faceviewer.jobs.background import Background, Outcome
from faceviewer.raster.photo_picture_table import PICTURES
from faceviewer.types import CancelToken, FaceviewerError, Progress

logger = logging.getLogger(__name__)

REVEAL_COMMAND = "file.show_export"
_SWITCHES = ("obj", "glb", "ply", "json", "landmarks", "normals", "morph_targets", "origins", "light")
"""Fields of ``ExportPlan`` that are remembered as settings ``export.<name>``; pictures have ``PICTURE_SETTING``."""


@dataclass(frozen=True)
class ExportWatch:
    """How a dialog follows an export that it started."""

    progress: Callable[[Progress], None]
    done: Callable[[Outcome], None]
    """The outcome's value is an ``ExportDone``."""


class Exporting:
    """Writes heads and pictures; slow work runs in the background."""

    def __init__(self, store: Store, ui: UserInterface, settings: Settings, background: Background) -> None:
        self._store = store
        self._ui = ui
        self._settings = settings
        self._background = background
        self._last: ExportPlan | None = None
        self._running: list[CancelToken] = []
        """Of exports that have not ended, in the order in which they will."""

    def plan(self) -> ExportPlan:
        """The choices to begin with: the remembered ones, named after the shown photo."""
        switches = {name: self._settings.flag(f"export.{name}") for name in _SWITCHES}
        return ExportPlan(
            folder=self.folder(),
            stem=suggested_stem(self._store.state),
            texture_side=int(self._settings.number("export.texture_side")) or None,
            pictures=tuple(name for name in PICTURES if self._settings.flag(PICTURE_SETTING + name)),
            scope=self._last.scope if self._last is not None else "shown",
            edited=self._last.edited if self._last is not None else True,
            **switches,
        )

    def folder(self) -> Path:
        """Where files went last, or the user's own folder."""
        remembered = self._settings.text("export.folder")
        return Path(remembered) if remembered else Path.home()

    def preview(self, plan: ExportPlan) -> tuple[PlannedFile, ...]:
        """The files that ``plan`` would write."""
        return planned_files(plan, heads_of(self._store.state, plan))

    def possible_pictures(self, plan: ExportPlan) -> frozenset[str]:
        """Which of ``PICTURES`` the heads that ``plan`` names can have."""
        return possible_pictures(heads_of(self._store.state, plan))

    def can_animate(self, plan: ExportPlan) -> bool:
        """Whether any of the heads that ``plan`` names has expressions for the GLB."""
        return have_expressions(heads_of(self._store.state, plan))

    def start(self, plan: ExportPlan, watch: ExportWatch | None = None) -> CancelToken:
        """Export in the background and remember the choices; the end is told in a notice. Returns what cancels it."""
        self._remember(plan)
        heads = heads_of(self._store.state, plan)
        token = self._background.submit(
            "The export",
            partial(run_export, plan, heads),
            partial(self._done, watch),
            watch.progress if watch is not None else None,
        )
        self._running.append(token)
        return token

    @property
    def is_writing(self) -> bool:
        """Whether an export has still to end."""
        return len(self._running) > 0

    def cancel(self) -> None:
        """End all exports with the head that is being written; what was written stays."""
        for token in self._running:
            token.cancel()

    def again(self) -> None:
        """Export the shown head with the choices made last, without asking."""
        self.start(replace(self.plan(), scope="shown"))

    def reveal(self) -> None:
        """Show what was written last in the system's file manager."""
        written = self._store.state.last_export
        if written is not None:
            self._ui.reveal(written)

    def ask_picture(self, transparent: bool) -> None:
        """Open the dialog for a picture of the 3D view, with or without background."""
        self._settings.set("export.picture_transparent", transparent)
        self._ui.open_dialog("picture")

    def save_picture(self, scale: int, transparent: bool) -> bool:
        """Ask where to and write the 3D view as PNG at ``scale`` times its size; False when nothing will be.

        It is drawn now, and encoded and written in the background; the end is told in a notice. ``cancel`` leaves it
        alone: it is soon written, and a window that closes waits for it.
        """
        picture = self._picture(scale, transparent)
        if picture is None:
            return False
        suggestion = self.folder() / f"{suggested_stem(self._store.state)}.png"
        path = self._ui.choose_target("Save the picture", suggestion, ["*.png"])
        if path is None:
            return False
        path = path if path.suffix.lower() == ".png" else path.with_name(path.name + ".png")
        if self.is_writing:
            self._say(Notice(f"{path.name} will be written after the export."))
        write = partial(_write_picture, path, picture)
        self.in_background(f"The picture {path.name}", write, partial(self._picture_done, path))
        return True

    def copy_picture(self, scale: int, transparent: bool) -> bool:
        """Put the 3D view on the clipboard; False, which is told, when there is none."""
        picture = self._picture(scale, transparent)
        if picture is None:
            return False
        self._ui.copy_picture(picture)
        height, width = picture.shape[:2]
        self._say(Notice(f"A picture of {width} × {height} pixels is on the clipboard."))
        return True

    def in_background(self, title: str, write: Callable[[], Any], done: Callable[[Outcome], None]) -> None:
        """Let ``write`` run in the background; what it returns is the value of the outcome that ``done`` gets."""
        self._background.submit(title, lambda _progress, _cancel: write(), done)

    def tell_written(self, sentence: str, path: Path) -> None:
        """Say that something was written, and offer to show it."""
        notice = Notice(sentence, commands=(REVEAL_COMMAND,))
        self._store.update(replace(self._store.state, last_export=path, notice=notice))

    def _picture(self, scale: int, transparent: bool) -> np.ndarray | None:
        self._settings.set("export.picture_scale", scale)
        self._settings.set("export.picture_transparent", transparent)
        picture = self._ui.viewport_picture(scale, transparent)
        if picture is None:
            self._say(Notice("There is no 3D view to take a picture of.", "error"))
        return picture

    def _picture_done(self, path: Path, outcome: Outcome) -> None:
        if outcome.error:
            self._say(Notice(outcome.sentence, "error"))
            return
        self._settings.set("export.folder", str(path.parent))
        self.tell_written(f"{path.name} was written.", path)

    def _remember(self, plan: ExportPlan) -> None:
        self._last = plan
        self._settings.set("export.texture_side", plan.texture_side or 0)
        for name in _SWITCHES:
            self._settings.set(f"export.{name}", getattr(plan, name))
        for name in PICTURES:
            self._settings.set(PICTURE_SETTING + name, name in plan.pictures)

    def _done(self, watch: ExportWatch | None, outcome: Outcome) -> None:
        self._running.pop(0)
        if isinstance(outcome.value, ExportDone):
            done = outcome.value
            self._settings.set("export.folder", str(done.folder))
            heads = "1 head" if done.heads == 1 else f"{done.heads} heads"
            files = "1 file" if len(done.files) == 1 else f"{len(done.files)} files"
            self.tell_written(f"{files} of {heads} written to {done.folder}.", done.files[-1])
        elif outcome.cancelled:
            self._say(Notice("The export was cancelled; what was written is complete."))
        else:
            logger.error("export failed: %s", outcome.error)
            self._say(Notice(f"The export stopped: {outcome.error.rstrip('.')}.", "error"))
        if watch is not None:
            watch.done(outcome)

    def _say(self, notice: Notice) -> None:
        self._store.update(replace(self._store.state, notice=notice))


def _write_picture(path: Path, picture: np.ndarray) -> None:
    """``write_picture``, telling the log of an error itself: once the window has closed, nobody takes the outcome."""
    try:
        write_picture(path, picture)
    except FaceviewerError as error:
        logger.error("a picture was not written: %s", error)
        raise


def write_picture(path: Path, picture: np.ndarray) -> None:
    """Write (H, W, 3 or 4) uint8 as PNG, whole or not at all. Raises FaceviewerError naming path and reason."""
    data = encode_png_alpha(picture) if picture.shape[2] == 4 else encode_png(picture)
    write_atomically(path, lambda target: target.write_bytes(data))
