"""Trying an engine on a sample of a data set: a search and a reconstruction in the engine thread, outside of the list.

The engine thread does one thing at a time for the user: what the window was doing gives way, and the other way round.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from faceviewer.app.engine_choice import engine_or_usual
from faceviewer.app.head_pose_sets_state import HeadPoseMade
from faceviewer.app.orders import Orders
from faceviewer.app.settings import Settings
from faceviewer.app.state import Document
from faceviewer.app.threads import Worker
from faceviewer.jobs.events import FacesFound, HeadsReady, JobCancelled, JobEvent, JobFailed, JobProgressed
from faceviewer.jobs.jobs import Job, Search
from faceviewer.types import Photo, Progress

logger = logging.getLogger(__name__)

NOT_ASKED = -2
"""The generation while the engine does nothing for this."""
_KEPT = 16
_NO_DOCUMENT = 0
"""Documents are numbered from 1."""
_ELSEWHERE = "A face was found, but none where the data set has one; the most likely was taken."
_IN_BOX = "No face was found in the photo as a whole, so the data set's own box was searched."


class Listener(Protocol):
    """Who is told how it goes."""

    def progressed(self, progress: Progress) -> None: ...

    def made(self, made: HeadPoseMade) -> None: ...

    def ended(self, sentence: str, *, failed: bool) -> None:
        """Without a result, for this reason."""
        ...


@dataclass(frozen=True, eq=False)
class Question:
    """What is to be reconstructed."""

    owner: object
    """The data set; results are kept under it and the key."""
    key: str
    photo: Photo
    box_ltrb: np.ndarray | None
    """(4,) where the face is, as far as the data set says."""
    engine: str
    focal_px: float | None = None
    """Of the photo's camera, to be told to the engine; None for what it assumes of any photo."""
    in_box: bool = False
    """The whole photo showed no face: the box is searched now."""
    notes: tuple[str, ...] = field(default_factory=tuple)


class HeadPoseTrial:
    """One question at a time; the newest counts."""

    def __init__(
        self, worker: Worker, settings: Settings, *, before_job: Callable[[], None], give_way: Callable[[], int]
    ) -> None:
        """``give_way`` ends what the engine does for the window and numbers what comes in its place."""
        self._worker = worker
        self._settings = settings
        self._orders = Orders(settings)
        self._before_job = before_job
        self._give_way = give_way
        self._question: Question | None = None
        self._job: Job | None = None
        self._listener: Listener | None = None
        self._kept: OrderedDict[tuple[object, str, str, float | None], HeadPoseMade] = OrderedDict()
        self.generation = NOT_ASKED

    @property
    def is_busy(self) -> bool:
        return self._question is not None

    def engine(self, wished: str) -> str:
        """The engine to use: the one wished for, or that of the settings."""
        return engine_or_usual(self._settings, wished)

    def missing_for(self, engine: str) -> str | None:
        """One sentence on the files that an engine lacks; None when it has all it needs."""
        return self._orders.missing_for(engine)

    def known(self, owner: object, key: str, engine: str, focal_px: float | None) -> HeadPoseMade | None:
        """What was made of a sample not long ago."""
        return self._kept.get((owner, key, engine, focal_px))

    def ask(self, question: Question, listener: Listener) -> None:
        """Look for the face and make its head."""
        self.cancel()
        self._before_job()
        self._listener = listener
        self.generation = self._give_way()
        listener.progressed(Progress("Waiting for the engine"))
        self._search(question, Search())

    def cancel(self) -> None:
        """Stop; nobody is told."""
        if self._job is not None:
            self._job.cancel.cancel()
        self._question = self._job = self._listener = None
        self.generation = NOT_ASKED

    def forget(self) -> None:
        """Drop what was made."""
        self._kept.clear()

    def handle(self, event: JobEvent) -> None:
        """Take one event of the engine thread of this generation."""
        question, listener = self._question, self._listener
        if question is None or listener is None:
            return
        match event:
            case JobProgressed():
                listener.progressed(event.progress)
            case FacesFound():
                self._faces_found(question, event)
            case HeadsReady():
                self._made(question, event)
            case JobFailed():
                if event.kind == "bug":
                    logger.error("%s", event.details)
                self._end(f"{question.key}: {event.sentence}", failed=True)
            case JobCancelled():
                self._end("The engine was asked for something else meanwhile.", failed=False)
            case _:
                pass

    def _search(self, question: Question, search: Search) -> None:
        self._question = question
        self._submit(self._orders.find_faces(self.generation, _document(question), question.photo, search))

    def _faces_found(self, question: Question, event: FacesFound) -> None:
        box = question.box_ltrb
        if not event.faces:
            if box is not None and not question.in_box:
                left, top, right, bottom = (float(value) for value in box)
                again = replace(question, in_box=True, notes=(_IN_BOX,))
                self._search(again, Search(box_xyxy=(left, top, right, bottom)))
                return
            self._end(f"{question.key}: no face was found.", failed=True)
            return
        number, notes = 0, question.notes
        if box is not None:
            from faceviewer.detection.overlap import covered_share, most_alike  # brings OpenCV, which found the faces

            boxes = [face.box_xyxy for face in event.faces]
            number = most_alike(box, boxes)
            if covered_share(boxes[number], box) == 0:
                notes = (*notes, _ELSEWHERE)
        self._question = replace(question, notes=notes)
        job = self._orders.reconstruct(
            self.generation, _document(question), event.photo, event.faces, (number + 1,), event.seconds
        )
        if question.focal_px is not None:
            job = replace(job, options=replace(job.options, focal_px=question.focal_px, fov_deg=None))
        self._submit(job)

    def _made(self, question: Question, event: HeadsReady) -> None:
        from faceviewer.app.head_pose_truth import result_drawing

        result, listener = event.reconstructions[0], self._listener
        made = HeadPoseMade(
            question.key, question.engine, result, result_drawing(result), question.focal_px, question.notes
        )
        self._kept[question.owner, question.key, question.engine, question.focal_px] = made
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self._question = self._job = self._listener = None
        if listener is not None:
            listener.made(made)

    def _end(self, sentence: str, *, failed: bool) -> None:
        listener = self._listener
        self._question = self._job = self._listener = None
        if listener is not None:
            listener.ended(sentence, failed=failed)

    def _submit(self, job: Job) -> None:
        self._job = job
        self._worker.submit(job)


def _document(question: Question) -> Document:
    """As which the engine's orders know the photo; it is never in the list."""
    return Document(_NO_DOCUMENT, question.key, photo=question.photo, engine=question.engine)
