"""Pure changes of the list of documents: each takes a state and gives the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from faceviewer.app.state import AppState, Document, HeadRef, Work


def next_id(state: AppState) -> int:
    """A document id that was never used in this list, not even by documents that have left it.

    Work on a document that was gone came back by undo, onto the one that had got its number.
    """
    return 1 + highest_id(state)


def highest_id(state: AppState) -> int:
    """The highest document id that was ever given; 0 when there was none."""
    return max((state.last_id, *(document.id for document in state.documents)))


def with_documents(state: AppState, documents: Iterable[Document]) -> AppState:
    """``documents`` added at the end of the list."""
    return replace(state, documents=(*state.documents, *documents))


def with_changes(state: AppState, document_id: int, **changes: Any) -> AppState:
    """Fields of one document replaced; the same state when there is no such document."""
    if state.document(document_id) is None:
        return state
    documents = tuple(replace(d, **changes) if d.id == document_id else d for d in state.documents)
    return replace(state, documents=documents)


def without_document(state: AppState, document_id: int) -> AppState:
    """One document gone with its heads, edits and measurements; its neighbour becomes the chosen one."""
    ids = [document.id for document in state.documents]
    if document_id not in ids:
        return state
    index = ids.index(document_id)
    documents = state.documents[:index] + state.documents[index + 1 :]
    current = state.current
    if current == document_id:
        current = documents[min(index, len(documents) - 1)].id if documents else None
    work = work_on(state.work, lambda ref: ref.document != document_id)
    comparison = state.comparison
    if comparison is not None and document_id in (comparison.reference.document, comparison.other.document):
        comparison = None
    return replace(
        state,
        documents=documents,
        current=current,
        last_id=highest_id(state),
        work=work,
        comparison=comparison,
        selection=None,
    )


def work_on(work: Work, stays: Callable[[HeadRef], bool]) -> Work:
    """What of ``work`` was done to the heads that ``stays`` says yes to; the very same object when that is all."""
    edits = {ref: edits for ref, edits in work.edits.items() if stays(ref)}
    measurements = tuple(measurement for measurement in work.measurements if stays(measurement.head))
    if len(edits) == len(work.edits) and len(measurements) == len(work.measurements):
        return work
    return replace(work, edits=edits, measurements=measurements)


def is_same_head(ref: HeadRef, state: AppState, before: AppState) -> bool:
    """Whether what was done to ``ref`` in the state ``before`` still fits what it names in ``state``.

    A head that was made anew is another one. The frames of a video or camera follow each other as one head.
    """
    document, result, result_before = state.document(ref.document), state.result(ref), before.result(ref)
    if document is None:
        return False
    if document.kind in ("video", "webcam"):
        return result is None or result_before is None or result.mesh.topology is result_before.mesh.topology
    return result is not None and (result_before is None or result.mesh is result_before.mesh)


def document_of_path(state: AppState, path: Path) -> Document | None:
    """The document made from that file, or None."""
    return next((document for document in state.documents if document.path == path), None)
