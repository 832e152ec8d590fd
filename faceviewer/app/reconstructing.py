"""Verbs that give the engine thread work, and what becomes of its answers.

At most one job is worked on for the user. Every job has a generation number; asking for another one, or cancelling,
raises the number, and what arrives for an older one is dropped. So the user is answered at once, even while the thread
is still inside a network.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np

from faceviewer.app.documents import with_changes, without_document
from faceviewer.app.settings import Settings
from faceviewer.app.state import AppState, Document, DocumentStatus, HeadRef, JobStatus, Notice
from faceviewer.app.store import Store
from faceviewer.engines.options import ReconstructOptions
from faceviewer.io.photo import load_photo
from faceviewer.jobs.background import Outcome, Work
from faceviewer.jobs.events import (
    FacesFound,
    HeadsReady,
    JobCancelled,
    JobEvent,
    JobFailed,
    JobProgressed,
    WarmedUp,
)
from faceviewer.jobs.jobs import FindFaces, Job, ReconstructFaces, Search, WarmUp
from faceviewer.types import CancelToken, Face, FaceviewerError, Photo, Progress, ProgressCallback

logger = logging.getLogger(__name__)

NO_FACE_COMMANDS = ("photo.search_small", "photo.rotate_left", "photo.draw_box")


class Worker(Protocol):
    """``jobs.engine_thread.EngineThread``."""

    def submit(self, job: Job) -> None: ...

    def cancel_all(self) -> None: ...


class Reader(Protocol):
    """``jobs.background.Background``: photos are read beside the engine thread, to be seen while that starts up."""

    def submit(self, title: str, work: Work, done: Callable[[Outcome], None]) -> CancelToken: ...


@dataclass(frozen=True, eq=False)
class _Request:
    """What the current generation was asked for."""

    document: int
    then_reconstruct: bool = False
    adds_face: bool = False
    """The faces that are known stay, what is found comes in addition."""
    rotation_deg: int = 0
    """How the photo is turned for this search."""
    found: FacesFound | None = None
    """A new search whose faces replace the document's heads once theirs are made, not before."""


class Reconstructing:
    """Searching photos for faces and making heads of them."""

    def __init__(self, store: Store, worker: Worker, reader: Reader, settings: Settings) -> None:
        self._store = store
        self._worker = worker
        self._reader = reader
        self._settings = settings
        self._generation = 0
        self._request: _Request | None = None
        self._waiting: list[int] = []
        self._opened_alone: set[int] = set()
        self._before: int | None = None

    def warm_up(self) -> None:
        """Load torch, the networks and the head while the user looks for a photo."""
        self._store.update(replace(self._store.state, engine="warming"))
        self._worker.submit(
            WarmUp(
                generation=0,
                cancel=CancelToken(),
                engine=self._settings.text("reconstruct.engine"),
                device=self._settings.text("reconstruct.device"),
            )
        )

    def remember_opened(self, documents: Sequence[int], *, alone: bool) -> None:
        """These were just opened; one that was opened alone and cannot be read leaves the list again."""
        if alone:
            self._opened_alone.update(documents)
            shown = self._store.state.shown.document
            self._before = shown.id if shown is not None else None

    def next_generation(self) -> int:
        """Drop whatever is under way and number the next job."""
        self._worker.cancel_all()
        self._generation += 1
        return self._generation

    @property
    def generation(self) -> int:
        return self._generation

    def search(self, document_id: int) -> None:
        """Look for the faces of a document and, as the settings say, make heads of them."""
        document = self._store.state.document(document_id)
        if document is not None:
            at_once = bool(document.heads) or self._settings.flag("reconstruct.on_open")
            self._search(
                document, self._usual_search(), _Request(document_id, at_once, rotation_deg=document.rotation_deg)
            )

    def search_turned(self, by_deg: int) -> None:
        """Turn the shown photo counter-clockwise by quarter turns and look for faces again."""
        document = self._searchable()
        if document is not None:
            rotation = (document.rotation_deg + by_deg) % 360
            request = _Request(document.id, then_reconstruct=True, rotation_deg=rotation)
            self._search(replace(document, rotation_deg=rotation), self._usual_search(), request)

    def search_small(self) -> None:
        """Look again for faces that are small in the picture."""
        document = self._searchable()
        if document is not None:
            request = _Request(document.id, then_reconstruct=True, rotation_deg=document.rotation_deg)
            self._search(document, Search(small_faces=True), request)

    def search_in_box(self, box_xyxy: np.ndarray) -> None:
        """Look for a face in a box (4,) drawn by hand, photo pixels."""
        left, top, right, bottom = (float(value) for value in box_xyxy)
        document = self._searchable()
        if document is not None:
            request = _Request(document.id, then_reconstruct=True, adds_face=True, rotation_deg=document.rotation_deg)
            self._search(document, Search(box_xyxy=(left, top, right, bottom)), request)

    def reconstruct(self, document_id: int, numbers: Sequence[int]) -> None:
        """Make heads of the faces ``numbers`` of a document whose faces are known."""
        document = self._store.state.document(document_id)
        if document is None or document.photo is None:
            return
        self._reconstruct(_Request(document_id), document, document.photo, document.faces, numbers)

    def reconstruct_shown(self, *, all_faces: bool = False) -> None:
        """Make the chosen face of the shown photo anew, or all of its faces."""
        document = self._store.state.shown.document
        if document is None:
            return
        if not document.faces:
            self.search(document.id)
            return
        numbers = tuple(range(1, len(document.faces) + 1)) if all_faces else (document.shown_face,)
        self.reconstruct(document.id, numbers)

    def reconstruct_list(self) -> None:
        """Work through all photos of the list that have no head yet, one after the other."""
        state = self._store.state
        self._waiting = [d.id for d in state.documents if d.kind == "photo" and not d.heads and d.status != "no face"]
        self._next_waiting()

    def cancel(self) -> None:
        """Stop the job; what was there before stays as it is."""
        self._waiting.clear()
        if self._store.state.job is None:
            return
        self.next_generation()
        self._end_job(cancelled=True)

    def forget(self, document_id: int) -> None:
        """A document leaves the list: nothing more is done for it."""
        self._waiting = [waiting for waiting in self._waiting if waiting != document_id]
        if self._request is not None and self._request.document == document_id and self._store.state.job is not None:
            self.next_generation()
            self._end_job(cancelled=True)

    def handle(self, event: JobEvent) -> None:
        """Take one event of the engine thread into the state; those of older generations are dropped."""
        if isinstance(event, WarmedUp):
            self._store.update(replace(self._store.state, engine="ready", device=event.device))
            return
        if event.generation == 0 and isinstance(event, JobFailed):
            state = replace(self._store.state, engine="failed", notice=Notice(event.sentence, "error"))
            self._store.update(state)
            return
        if event.generation != self._generation or self._request is None:
            return
        match event:
            case JobProgressed():
                self._show_progress(event.progress)
            case FacesFound():
                self._faces_found(self._request, event)
            case HeadsReady():
                self._heads_ready(self._request, event)
            case JobFailed():
                if event.kind == "bug":
                    logger.error("%s", event.details)
                self._failed(self._request, event.sentence)
            case JobCancelled():
                self._end_job(cancelled=True)
            case _:
                pass

    def _usual_search(self) -> Search:
        return Search(small_faces=self._settings.text("reconstruct.search") == "small")

    def _searchable(self) -> Document | None:
        document = self._store.state.shown.document
        return document if document is not None and document.kind == "photo" else None

    def _search(self, document: Document, search: Search, request: _Request) -> None:
        self._request = request
        generation = self.next_generation()
        self._announce(document, f"Looking for faces in {document.title}", "Reading the photo")
        known = self._store.state.document(document.id)
        if document.photo is not None and known is not None and known.rotation_deg == document.rotation_deg:
            self._find_faces(generation, document.id, search, document.photo)
            return

        def work(_: ProgressCallback, __: CancelToken) -> Photo:
            return _load(document)

        self._reader.submit(f"Reading {document.title}", work, partial(self._photo_read, generation, search))

    def _photo_read(self, generation: int, search: Search, outcome: Outcome) -> None:
        request = self._request
        if generation != self._generation or request is None:
            return
        if outcome.value is None:
            self._failed(request, outcome.error)
            return
        document = self._store.state.document(request.document)
        if document is not None and not document.heads:  # heads stay with the photo they were made from
            self._store.update(with_changes(self._store.state, document.id, photo=outcome.value))
        self._find_faces(generation, request.document, search, outcome.value)

    def _find_faces(self, generation: int, document_id: int, search: Search, photo: Photo) -> None:
        job = FindFaces(generation, CancelToken(), document=document_id, load=partial(_given, photo), search=search)
        self._worker.submit(job)

    def _reconstruct(
        self, request: _Request, document: Document, photo: Photo, faces: Sequence[Face], numbers: Sequence[int]
    ) -> None:
        numbers = tuple(number for number in numbers if 1 <= number <= len(faces))
        if not numbers:
            return
        self._request = request
        job = ReconstructFaces(
            self.next_generation(),
            CancelToken(),
            document=document.id,
            photo=photo,
            faces=tuple(faces[number - 1] for number in numbers),
            numbers=numbers,
            options=ReconstructOptions(
                texture_size=int(self._settings.number("reconstruct.texture_size")) or None,
                delight=self._settings.flag("reconstruct.delight"),
            ),
            engine=self._settings.text("reconstruct.engine"),
            device=self._settings.text("reconstruct.device"),
        )
        self._announce(document, f"Reconstructing {document.title}", "Waiting for the engine")
        self._worker.submit(job)

    def _announce(self, document: Document, title: str, stage: str) -> None:
        state = with_changes(self._store.state, document.id, status="working", message="")
        status = JobStatus(self._generation, document.id, title, Progress(stage, None))
        tool = "select" if state.tool == "box" else state.tool
        self._store.update(replace(state, job=status, notice=None, tool=tool))

    def _show_progress(self, progress: Progress) -> None:
        job = self._store.state.job
        if job is not None:
            self._store.update(replace(self._store.state, job=replace(job, progress=progress)))

    def _faces_found(self, request: _Request, event: FacesFound) -> None:
        document = self._store.state.document(request.document)
        if document is None:
            return
        self._opened_alone.discard(document.id)
        if not event.faces:
            self._nobody_found(request, document, event)
            return
        if request.adds_face:
            faces = (*document.faces, *event.faces)
            state = with_changes(self._store.state, document.id, photo=event.photo, faces=faces)
            self._store.update(state)
            self._reconstruct(_Request(document.id), document, event.photo, faces, (len(document.faces) + 1,))
        elif request.then_reconstruct:
            if not document.heads:
                self._store.update(_with_faces(self._store.state, request, event, "working"))
            numbers = range(1, len(event.faces) + 1) if self._settings.text("reconstruct.faces") == "all" else (1,)
            self._reconstruct(replace(request, found=event), document, event.photo, event.faces, numbers)
        else:
            self._store.update(replace(_with_faces(self._store.state, request, event, "done"), job=None))
            self._next_waiting()

    def _nobody_found(self, request: _Request, document: Document, event: FacesFound) -> None:
        state = replace(self._store.state, job=None)
        advice = "Search for small faces, turn the photo, or draw a box around the face."
        text = f"No face was found in {document.title}. {advice}"
        if document.heads:
            state = with_changes(state, document.id, status="done")
            text = f"No face was found in {document.title} this time; the earlier result is kept."
        else:
            state = with_changes(state, document.id, photo=event.photo, status="no face", message="No face was found.")
        self._store.update(replace(state, notice=Notice(text, "warning", NO_FACE_COMMANDS)))
        self._next_waiting()

    def _heads_ready(self, request: _Request, event: HeadsReady) -> None:
        state, fresh = self._store.state, dict(zip(event.numbers, event.reconstructions, strict=True))
        document = state.document(request.document)
        if document is None:
            return
        if request.found is not None:
            state = _without_work(_with_faces(state, request, request.found, "done"), document.id)
            heads, shown_face = fresh, event.numbers[0]
        else:
            for number in event.numbers:
                state = _without_work(state, document.id, number)
            heads = {**document.heads, **fresh}
            shown_face = document.shown_face if document.shown_face in fresh else event.numbers[0]
        state = with_changes(state, document.id, heads=heads, status="done", message="", shown_face=shown_face)
        device = event.reconstructions[0].device
        self._store.update(replace(state, job=None, device=device, engine="ready"))
        self._next_waiting()

    def _failed(self, request: _Request, sentence: str) -> None:
        logger.error("%s", sentence)
        state = replace(self._store.state, job=None, notice=Notice(sentence, "error"))
        document = state.document(request.document)
        if document is not None and document.id in self._opened_alone and document.photo is None:
            self._opened_alone.discard(document.id)
            state = without_document(state, document.id)
            state = replace(state, current=self._before if state.document(self._before) is not None else state.current)
        elif document is not None:
            status = "done" if document.heads else "failed"
            state = with_changes(state, document.id, status=status, message=sentence)
        self._store.update(state)
        self._next_waiting()

    def _end_job(self, *, cancelled: bool) -> None:
        state = replace(self._store.state, job=None)
        request, self._request = self._request, None
        document = state.document(request.document) if request is not None else None
        if document is not None and document.status == "working":
            status = "done" if document.faces else "new"
            state = with_changes(state, document.id, status=status)
        if cancelled:
            state = replace(state, notice=Notice("Cancelled. What was there before is still there.", "info"))
        self._store.update(state)

    def _next_waiting(self) -> None:
        if self._waiting:
            self.search(self._waiting.pop(0))


def _with_faces(state: AppState, request: _Request, event: FacesFound, status: DocumentStatus) -> AppState:
    """The faces of a new search in the place of what was known of the document."""
    return with_changes(
        state,
        request.document,
        photo=event.photo,
        rotation_deg=request.rotation_deg,
        faces=tuple(event.faces),
        heads={},
        shown_face=1,
        status=status,
        message="",
    )


def _without_work(state: AppState, document_id: int, number: int | None = None) -> AppState:
    """Edits and measurements of heads that are being replaced do not fit the new ones."""

    def stays(ref: HeadRef) -> bool:
        return ref.document != document_id or (number is not None and ref.face_number != number)

    work = replace(
        state.work,
        edits={ref: edits for ref, edits in state.work.edits.items() if stays(ref)},
        measurements=tuple(m for m in state.work.measurements if stays(m.head)),
    )
    return replace(state, work=work)


def _load(document: Document) -> Photo:
    """The document's picture, turned as the user wants it; runs in the reading thread. Raises PhotoError."""
    photo = document.pasted if document.path is None else load_photo(document.path)
    if photo is None:
        raise FaceviewerError(f"{document.title}: there is no file to read it from")
    quarter_turns = document.rotation_deg // 90
    return replace(photo, rgb=np.rot90(photo.rgb, quarter_turns)) if quarter_turns else photo


def _given(photo: Photo) -> Photo:
    return photo
