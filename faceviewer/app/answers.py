"""Pure changes of the state by what the engine thread answers: each takes a state and gives the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from faceviewer.app.documents import with_changes, without_document, work_on
from faceviewer.app.state import AppState, DocumentStatus, HeadRef, Notice
from faceviewer.jobs.events import FacesFound, HeadsReady

NO_FACE_COMMANDS = ("photo.search_small", "photo.rotate_left", "photo.draw_box")
_ADVICE = "Search for small faces, turn the photo, or draw a box around the face."


@dataclass(frozen=True, eq=False)
class Request:
    """What a job was asked for."""

    document: int
    then_reconstruct: bool = False
    adds_face: bool = False
    """The faces that are known stay, what is found comes in addition."""
    rotation_deg: int = 0
    """How the photo is turned for this search."""
    like_xyxy: np.ndarray | None = None
    """(4,) photo px: of the faces that will be found, make the head of the one that is most like this box."""
    found: FacesFound | None = None
    """A new search whose faces replace the document's heads once theirs are made, not before."""


def with_faces(state: AppState, request: Request, event: FacesFound, status: DocumentStatus) -> AppState:
    """The faces of a new search in the place of what was known of the document."""
    return with_changes(
        state,
        request.document,
        photo=event.photo,
        rotation_deg=request.rotation_deg,
        faces=tuple(event.faces),
        searched_by=event.engine,
        heads={},
        shown_face=1,
        status=status,
        message="",
    )


def with_nobody(state: AppState, request: Request, event: FacesFound) -> AppState:
    """A search that found no face: it is said, with offers; earlier heads stay."""
    document = state.document(request.document)
    if document is None:
        return state
    if document.heads:
        state = with_changes(state, document.id, status="done")
        text = f"No face was found in {document.title} this time; the earlier result is kept."
    else:
        state = with_changes(
            state,
            document.id,
            photo=event.photo,
            rotation_deg=request.rotation_deg,
            status="no face",
            message="No face was found.",
        )
        text = f"No face was found in {document.title}. {_ADVICE}"
    return replace(state, notice=Notice(text, "warning", NO_FACE_COMMANDS))


def with_heads(state: AppState, request: Request, event: HeadsReady) -> AppState:
    """Finished heads in their document, in the place of all earlier ones after a new search."""
    document, fresh = state.document(request.document), dict(zip(event.numbers, event.reconstructions, strict=True))
    if document is None:
        return state
    if request.found is not None:
        state = _without_work(with_faces(state, request, request.found, "done"), document.id)
        heads, shown_face = fresh, event.numbers[0]
    else:
        for number in event.numbers:
            state = _without_work(state, document.id, number)
        heads = {**document.heads, **fresh}
        shown_face = document.shown_face if document.shown_face in fresh else event.numbers[0]
    state = with_changes(
        state, document.id, photo=event.photo, heads=heads, status="done", message="", shown_face=shown_face
    )
    return replace(state, device=event.reconstructions[0].device, engine="ready")


def with_failure(state: AppState, document_id: int, sentence: str) -> AppState:
    """Work on a document that could not be done; its earlier heads stay."""
    document = state.document(document_id)
    if document is None:
        return state
    status: DocumentStatus = "done" if document.heads else "failed"
    return with_changes(state, document_id, status=status, message=sentence)


def as_if_never_opened(state: AppState, document_id: int, shown_before: int | None) -> AppState:
    """A document off the list again, and the one that was shown before it chosen."""
    state = without_document(state, document_id)
    return replace(state, current=shown_before) if state.document(shown_before) is not None else state


def with_work_ended(state: AppState, request: Request | None) -> AppState:
    """No job any more; the document that was worked on is as finished as it was before.

    One that has no head yet can be chosen to try again; what is still shown instead of it is the chosen one again.
    """
    document, shown = state.document(request.document) if request is not None else None, state.shown.document
    if document is not None and document.status == "working":
        status: DocumentStatus = "done" if document.heads else "new"
        state = with_changes(state, document.id, status=status)
        if shown is not None and state.current == document.id:
            state = replace(state, current=shown.id)
    return replace(state, job=None)


def with_following_ended(state: AppState, document_id: int) -> AppState:
    """A document that waited for its first frame waits no more."""
    document = state.document(document_id)
    if document is None or document.status != "working":
        return state
    status: DocumentStatus = "done" if document.heads else "no face" if document.photo is not None else "new"
    return with_changes(state, document_id, status=status)


def _without_work(state: AppState, document_id: int, number: int | None = None) -> AppState:
    """Edits and measurements of heads that are being replaced do not fit the new ones."""

    def stays(ref: HeadRef) -> bool:
        return ref.document != document_id or (number is not None and ref.face_number != number)

    return replace(state, work=work_on(state.work, stays))
