"""Verbs that align faces of photos in the manner of FFHQ. Faces without a head get one first, from the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from faceviewer.app.aligning_state import AlignChoices, AlignState
from faceviewer.app.exporting import Exporting
from faceviewer.app.latest import Latest
from faceviewer.app.models_state import Said
from faceviewer.app.reconstructing import Reconstructing
from faceviewer.app.state import FILE_ENGINE, AppState, Document, HeadRef
from faceviewer.app.store import Store
from faceviewer.app.ui import UserInterface
from faceviewer.io.names import slug, unique_slugs
from faceviewer.jobs.background import Background, Outcome
from faceviewer.types import CancelToken, Progress, ProgressCallback

if TYPE_CHECKING:
    from faceviewer.app.aligning_work import Aligned, FaceToAlign

_MAX_TOLD = 3


@dataclass(eq=False)
class _Order:
    """What is being done, from the first head that lacks to the last picture."""

    choices: AlignChoices
    documents: tuple[int, ...]
    target: Path
    """The file of a single face, the folder of several."""
    head: HeadRef | None = None
    """The one whose face ``target`` is called after; None while it is still to be made."""
    asked: set[tuple[int, str]] = field(default_factory=set)
    """What the engine was asked for already."""


class Aligning:
    """Keeps ``AppState.align``."""

    def __init__(
        self,
        store: Store,
        ui: UserInterface,
        reconstructing: Reconstructing,
        exporting: Exporting,
        background: Background,
    ) -> None:
        self._store = store
        self._ui = ui
        self._reconstructing = reconstructing
        self._exporting = exporting
        self._background = background
        self._previewer, self._writer = Latest(background), Latest(background)
        self._order: _Order | None = None
        store.subscribe(self._state_changed)

    def preview(self, choices: AlignChoices) -> None:
        """Show what the chosen face would look like."""
        shown = self._store.state.shown
        photo, result = shown.photo, shown.result
        if photo is None or result is None or result.engine == FILE_ENGINE:
            self._previewer.cancel()
            self._put(preview=None, preview_trouble="Its head is not made yet; saving makes it first.")
            return
        rgb = photo.rgb

        def work(_: ProgressCallback, __: CancelToken) -> np.ndarray:
            from faceviewer.app import aligning_work

            return aligning_work.preview(rgb, result, choices)

        def done(outcome: Outcome) -> None:
            self._put(preview=outcome.value, preview_trouble=_sentence(outcome.error))

        self._previewer.start("The preview", work, done)

    def save(self, choices: AlignChoices) -> None:
        """Ask where to, and write the faces as PNG files."""
        state = self._store.state
        shown, number = state.shown.document, state.shown.face_number
        if self._order is not None or self._writer.is_busy or shown is None:
            return
        if choices.scope == "shown":
            name = f"{slug(Path(shown.title).stem)}_face{number}_aligned.png"
            target = self._ui.choose_target("Save the aligned face", self._exporting.folder() / name, ["*.png"])
            if target is not None and target.suffix.lower() != ".png":
                target = target.with_name(target.name + ".png")
        else:
            target = self._ui.choose_folder("Choose the folder for the aligned faces")
        if target is None:
            return
        everyone = choices.scope == "all"
        documents = [one.id for one in state.documents if one.kind == "photo"] if everyone else [shown.id]
        self._order = _Order(choices, tuple(documents), target, state.shown.head)
        self._put(job=Progress("Looking which heads are there"), said=())
        self._go_on()

    def cancel(self) -> None:
        """Stop; pictures that were written are whole and stay."""
        self._previewer.cancel()
        if self._order is not None:
            self._order = None
            self._put(job=None, said=(Said("Cancelled; nothing was written."),))
            self._reconstructing.cancel()
        self._writer.ask_to_stop()

    def _state_changed(self, state: AppState, before: AppState) -> None:
        if self._order is not None and state.job is None and before.job is not None:
            # not at once: whoever ended the job has not finished telling so
            self._background.submit("Going on", lambda _, __: None, lambda _: self._go_on())

    def _go_on(self) -> None:
        """Have the next head made that lacks, or write when there is none."""
        order, state = self._order, self._store.state
        if order is None or state.job is not None:
            return
        for place, number in enumerate(order.documents):
            document = state.document(number)
            if document is None:
                continue
            step = _next_step(order, document)
            if step and (number, step) not in order.asked:
                order.asked.add((number, step))
                share = place / len(order.documents)
                self._put(job=Progress(f"Making the head of {document.title}", share))
                if step == "search":
                    self._reconstructing.search(number)
                else:
                    self._reconstructing.reconstruct(number, _lacking(order, document))
                return
            if step == "search":  # asked for and not there: somebody has cancelled it
                self._order = None
                self._put(job=None, said=(Said("Cancelled; nothing was written."),))
                return
        self._order = None
        self._write(order)

    def _write(self, order: _Order) -> None:
        faces, lacking = self._faces(order)
        if not faces:
            self._put(job=None, said=(Said(f"Nothing was written: {_told(lacking) or 'there is no face'}.", "error"),))
            return

        def work(progress: ProgressCallback, cancel: CancelToken) -> Aligned:
            from faceviewer.app import aligning_work

            return aligning_work.align_all(faces, order.choices, progress, cancel)

        def done(outcome: Outcome) -> None:
            self._put(job=None)
            if outcome.value is None:
                self._put(said=(Said(_sentence(outcome.error) or "Cancelled; nothing was written.", "error"),))
            else:
                self._written(order, outcome.value, lacking)

        self._put(job=Progress("Aligning"))
        self._writer.start("Aligning faces", work, done, lambda step: self._put(job=step))

    def _faces(self, order: _Order) -> tuple[list[FaceToAlign], list[str]]:
        """The faces that have heads, and why others have none."""
        from faceviewer.app.aligning_work import FaceToAlign

        state = self._store.state
        documents = [one for number in order.documents if (one := state.document(number)) is not None]
        stems = unique_slugs(Path(one.title).stem for one in documents)
        faces, lacking = [], []
        for document, stem in zip(documents, stems, strict=True):
            for number in _wanted(order, document):
                head, photo = document.heads.get(number), document.photo
                if head is None or photo is None:
                    continue
                single = order.choices.scope == "shown"
                target = order.target if single else order.target / f"{stem}_face{number}_aligned.png"
                faces.append(FaceToAlign(f"{document.title}, face {number}", photo.rgb, head, target))
            if not document.heads:
                lacking.append(f"{document.title}: {document.message.removesuffix('.') or 'no face was found'}")
        return faces, lacking

    def _written(self, order: _Order, aligned: Aligned, lacking: Sequence[str]) -> None:
        troubles = [*lacking, *aligned.troubles]
        count = "1 face was" if len(aligned.written) == 1 else f"{len(aligned.written)} faces were"
        folder = order.target.parent if order.choices.scope == "shown" else order.target
        text = f"{count} written to {folder}." + (" Then it was cancelled." if aligned.stopped else "")
        said = [Said(text, "ok" if aligned.written else "warning")]
        said += [Said(f"Not aligned: {_told(troubles)}.", "warning")] if troubles else []
        self._put(said=tuple(said))
        if aligned.written:
            self._exporting.tell_written(text, aligned.written[-1])

    def _put(self, **changes: Any) -> None:
        state: AlignState = self._store.state.align
        self._store.update(replace(self._store.state, align=replace(state, **changes)))


def _wanted(order: _Order, document: Document) -> tuple[int, ...]:
    if order.choices.scope == "shown":
        return (order.head.face_number if order.head is not None else document.shown_face,)
    return tuple(range(1, len(document.faces) + 1)) or tuple(sorted(document.heads))


def _lacking(order: _Order, document: Document) -> tuple[int, ...]:
    return tuple(number for number in _wanted(order, document) if number not in document.heads)


def _next_step(order: _Order, document: Document) -> str:
    """What the engine has to do for a document: "search", "heads", or "" for nothing."""
    if not document.faces and not document.heads:
        return "" if document.status in ("no face", "failed") else "search"
    return "heads" if _lacking(order, document) and document.status != "failed" else ""


def _told(troubles: Sequence[str]) -> str:
    more = len(troubles) - _MAX_TOLD
    return "; ".join(troubles[:_MAX_TOLD]) + (f"; and {more} more" if more > 0 else "")


def _sentence(error: str) -> str:
    return f"{error.removesuffix('.')}." if error else ""
