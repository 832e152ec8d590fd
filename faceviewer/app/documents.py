"""Pure changes of the list of documents: each takes a state and gives the next one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from faceviewer.app.state import AppState, Document


def next_id(state: AppState) -> int:
    """A document id that was never used in this list."""
    return 1 + max((document.id for document in state.documents), default=0)


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
    work = replace(
        state.work,
        edits={ref: edits for ref, edits in state.work.edits.items() if ref.document != document_id},
        measurements=tuple(m for m in state.work.measurements if m.head.document != document_id),
    )
    comparison = state.comparison
    if comparison is not None and document_id in (comparison.reference.document, comparison.other.document):
        comparison = None
    return replace(state, documents=documents, current=current, work=work, comparison=comparison, selection=None)


def document_of_path(state: AppState, path: Path) -> Document | None:
    """The document made from that file, or None."""
    return next((document for document in state.documents if document.path == path), None)
