"""Verbs that give the engine thread work, and what becomes of its answers.

At most one job is worked on for the user. Every job has a generation number; asking for another one, or cancelling,
raises the number, and what arrives for an older one is dropped. So the user is answered at once, even while the thread
is still inside a network.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from faceviewer.app.answers import (
    Request,
    as_if_never_opened,
    with_faces,
    with_failure,
    with_heads,
    with_nobody,
    with_work_ended,
)
from faceviewer.app.documents import with_changes
from faceviewer.app.orders import Orders
from faceviewer.app.reading import read_document, with_digest
from faceviewer.app.settings import Settings
from faceviewer.app.state import Document, JobStatus, Notice
from faceviewer.app.store import Store
from faceviewer.app.threads import Reader, Worker
from faceviewer.jobs.background import Outcome
from faceviewer.jobs.events import (
    FacesFound,
    HeadsReady,
    JobCancelled,
    JobEvent,
    JobFailed,
    JobProgressed,
    WarmedUp,
)
from faceviewer.jobs.jobs import Search
from faceviewer.types import CancelToken, Face, Photo, Progress, ProgressCallback

logger = logging.getLogger(__name__)


class Reconstructing:
    """Searching photos for faces and making heads of them."""

    def __init__(
        self, store: Store, worker: Worker, reader: Reader, settings: Settings, before_job: Callable[[], None]
    ) -> None:
        """``before_job`` is called before the engine thread is asked for something new."""
        self._store = store
        self._worker = worker
        self._reader = reader
        self._settings = settings
        self._orders = Orders(settings)
        self._before_job = before_job
        self._generation = 0
        self._request: Request | None = None
        self._waiting: list[int] = []
        self._turn: int | None = None
        """Which document of the list that is worked through was begun last."""
        self._opened_alone: set[int] = set()
        self._before: int | None = None
        self._search_seconds: dict[int, float] = {}

    def warm_up(self) -> None:
        """Load torch, the networks and the head while the user looks for a photo."""
        self._change(engine="warming")
        self._worker.submit(self._orders.warm_up())

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

    def give_way(self) -> int:
        """End what is under way and what waits, without a word, and number the job that takes its place."""
        self._leave_list()
        generation = self.next_generation()
        self._end_job()
        return generation

    def search(self, document_id: int, *, like: Face | None = None) -> None:
        """Look for the faces of a document and make heads of them, as the settings say or of one ``like`` another."""
        document = self._store.state.document(document_id)
        if document is not None:
            at_once = bool(document.heads) or like is not None or self._settings.flag("reconstruct.on_open")
            box = None if like is None else like.box_xyxy
            request = Request(document_id, at_once, rotation_deg=document.rotation_deg, like_xyxy=box)
            self._search(document, self._orders.usual_search(), request)

    def search_turned(self, by_deg: int) -> None:
        """Turn the shown photo counter-clockwise by quarter turns and look for faces again."""
        document = self._searchable()
        if document is not None:
            rotation = (document.rotation_deg + by_deg) % 360
            request = Request(document.id, then_reconstruct=True, rotation_deg=rotation)
            self._search(replace(document, rotation_deg=rotation), self._orders.usual_search(), request)

    def search_small(self) -> None:
        """Look again for faces that are small in the picture."""
        document = self._searchable()
        if document is not None:
            request = Request(document.id, then_reconstruct=True, rotation_deg=document.rotation_deg)
            self._search(document, Search(small_faces=True), request)

    def search_in_box(self, box_xyxy: np.ndarray) -> None:
        """Look for a face in a box (4,) drawn by hand, photo pixels."""
        left, top, right, bottom = (float(value) for value in box_xyxy)
        document = self._searchable()
        if document is not None:
            request = Request(document.id, then_reconstruct=True, adds_face=True, rotation_deg=document.rotation_deg)
            self._search(document, Search(box_xyxy=(left, top, right, bottom)), request)

    def reconstruct(self, document_id: int, numbers: Sequence[int]) -> None:
        """Make heads of the faces ``numbers`` of a document whose faces are known.

        Where its engine looks for faces itself and has not done so yet, it does, and takes what is most alike.
        """
        document = self._store.state.document(document_id)
        if document is None or document.photo is None:
            return
        if self._orders.needs_search(document) and document.kind == "photo":
            self.search(document_id, like=document.faces[numbers[0] - 1] if len(numbers) == 1 else None)
            return
        self._reconstruct(Request(document_id), document, with_digest(document.photo), document.faces, numbers)

    def reconstruct_shown(self, *, all_faces: bool = False) -> None:
        """Make the chosen face of the shown photo anew, or all of its faces."""
        shown = self._store.state.shown
        document = shown.document
        if document is None:
            return
        if not document.faces:
            self.search(document.id)
            return
        numbers = tuple(range(1, len(document.faces) + 1)) if all_faces else (shown.face_number,)
        self.reconstruct(document.id, numbers)

    def reconstruct_list(self) -> None:
        """Work through all photos of the list that have no head yet, one after the other."""
        state = self._store.state
        self._waiting = [d.id for d in state.documents if d.kind == "photo" and not d.heads and d.status != "no face"]
        self._next_waiting()

    def cancel(self) -> None:
        """Stop the job; what was there before stays as it is."""
        self._leave_list()
        self._opened_alone.clear()  # they stay listed; and a session that is opened now may use their numbers
        if self._store.state.job is None:
            return
        self.next_generation()
        self._cancelled()

    def refuse(self, document_id: int, sentence: str) -> None:
        """Say why a document cannot be worked on. One that was opened alone and never seen leaves the list again."""
        logger.error("%s", sentence)
        document = self._store.state.document(document_id)
        lacking = document is not None and self._orders.missing_for(self._orders.engine_of(document)) is not None
        offers = ("tools.models",) if lacking else ()
        state = replace(self._store.state, notice=Notice(sentence, "error", offers))
        if document is not None and document_id in self._opened_alone and document.photo is None:
            self._opened_alone.discard(document_id)
            self._store.update(as_if_never_opened(state, document_id, self._before))
        else:
            self._store.update(with_failure(state, document_id, sentence))

    def forget(self, document_id: int) -> None:
        """A document leaves the list: nothing more is done for it, and what waits has its turn."""
        self._waiting = [waiting for waiting in self._waiting if waiting != document_id]
        self._search_seconds.pop(document_id, None)
        self._opened_alone.discard(document_id)
        if self._request is not None and self._request.document == document_id and self._store.state.job is not None:
            self.next_generation()
            self._end_job()
            self._next_waiting()

    def handle(self, event: JobEvent) -> None:
        """Take one event of the engine thread into the state; those of older generations are dropped."""
        if isinstance(event, WarmedUp):
            self._change(engine="ready", device=event.device)
            return
        if event.generation == 0 and isinstance(event, JobFailed):
            self._change(engine="failed", notice=Notice(event.sentence, "error"))
            return
        if event.generation != self._generation or self._request is None:
            return
        match event:
            case JobProgressed():
                if job := self._store.state.job:
                    self._change(job=replace(job, progress=event.progress))
            case FacesFound():
                self._faces_found(self._request, event)
            case HeadsReady():
                self._heads_ready(self._request, event)
            case JobFailed():
                if event.kind == "bug":
                    logger.error("%s", event.details)
                self._failed(self._request, event.sentence)
            case JobCancelled():
                self._cancelled()
            case _:
                pass

    def _searchable(self) -> Document | None:
        document = self._store.state.shown.document
        return document if document is not None and document.kind == "photo" else None

    def _search(self, document: Document, search: Search, request: Request) -> None:
        self._make_room(document.id)
        self._before_job()
        self._request = request
        generation = self.next_generation()
        self._announce(document, f"Looking for faces in {document.title}", "Reading the photo")
        known = self._store.state.document(document.id)
        if document.photo is not None and known is not None and known.rotation_deg == document.rotation_deg:
            self._worker.submit(self._orders.find_faces(generation, document, document.photo, search))
            return

        def work(_: ProgressCallback, __: CancelToken) -> Photo:
            return read_document(document)

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
        if document is not None:
            self._worker.submit(self._orders.find_faces(generation, document, outcome.value, search))

    def _reconstruct(
        self, request: Request, document: Document, photo: Photo, faces: Sequence[Face], numbers: Sequence[int]
    ) -> None:
        numbers = tuple(number for number in numbers if 1 <= number <= len(faces))
        if not numbers:
            return
        self._make_room(document.id)
        self._before_job()
        self._request = request
        generation, seconds = self.next_generation(), self._search_seconds.get(document.id, 0.0)
        job = self._orders.reconstruct(generation, document, photo, faces, numbers, seconds)
        self._announce(document, f"Reconstructing {document.title}", "Waiting for the engine")
        self._worker.submit(job)

    def _make_room(self, document_id: int) -> None:
        """End the work on another document, so that it can be chosen again; in a list it waits for another turn.

        Left as it was it said "Working" for ever, and choosing it did nothing.
        """
        request = self._request
        if self._store.state.job is None or request is None or request.document == document_id:
            return
        displaced = self._store.state.document(request.document)
        in_list = bool(self._waiting) or self._turn == request.document
        self._waiting = [waiting for waiting in self._waiting if waiting not in (document_id, request.document)]
        if in_list and displaced is not None and displaced.kind == "photo" and not displaced.heads:
            self._waiting.insert(0, displaced.id)
        self._opened_alone.discard(request.document)
        self._end_job()

    def _announce(self, document: Document, title: str, stage: str) -> None:
        state = with_changes(self._store.state, document.id, status="working", message="")
        status = JobStatus(self._generation, document.id, title, Progress(stage, None))
        tool = "select" if state.tool == "box" else state.tool
        self._store.update(replace(state, job=status, notice=None, tool=tool))

    def _faces_found(self, request: Request, event: FacesFound) -> None:
        document = self._store.state.document(request.document)
        if document is None:
            return
        self._opened_alone.discard(document.id)
        if not event.faces:
            self._store.update(replace(with_nobody(self._store.state, request, event), job=None))
            self._next_waiting()
            return
        self._search_seconds[document.id] = event.seconds / len(event.faces)
        if request.adds_face:
            faces = (*document.faces, *event.faces)
            self._store.update(with_changes(self._store.state, document.id, photo=event.photo, faces=faces))
            self._reconstruct(Request(document.id), document, event.photo, faces, (len(document.faces) + 1,))
        elif request.then_reconstruct:
            if not document.heads:
                self._store.update(with_faces(self._store.state, request, event, "working"))
            numbers = self._wanted(request, event.faces)
            self._reconstruct(replace(request, found=event), document, event.photo, event.faces, numbers)
        else:
            self._store.update(replace(with_faces(self._store.state, request, event, "done"), job=None))
            self._next_waiting()

    def _wanted(self, request: Request, faces: Sequence[Face]) -> Sequence[int]:
        """Which of the ``faces`` that were found to make heads of."""
        if request.like_xyxy is None:
            return self._orders.first_numbers(len(faces))
        from faceviewer.detection.overlap import most_alike  # brings OpenCV, which has found the faces

        return (1 + most_alike(request.like_xyxy, [face.box_xyxy for face in faces]),)

    def _heads_ready(self, request: Request, event: HeadsReady) -> None:
        for number, head in zip(event.numbers, event.reconstructions, strict=True):
            logger.info("%s: the head of face %d was made in %.2f s", head.photo_name, number, event.seconds)
        self._store.update(replace(with_heads(self._store.state, request, event), job=None))
        self._next_waiting()

    def _failed(self, request: Request, sentence: str) -> None:
        self._change(job=None)
        self.refuse(request.document, sentence)
        self._next_waiting()

    def _end_job(self) -> None:
        self._store.update(with_work_ended(self._store.state, self._request))
        self._request = None

    def _cancelled(self) -> None:
        self._end_job()
        self._change(notice=Notice("Cancelled. What was there before is still there.", "info"))

    def _next_waiting(self) -> None:
        self._turn = self._waiting.pop(0) if self._waiting else None
        if self._turn is not None:
            self.search(self._turn)

    def _leave_list(self) -> None:
        self._waiting.clear()
        self._turn = None

    def _change(self, **fields: object) -> None:
        self._store.update(replace(self._store.state, **fields))  # type: ignore[arg-type]
