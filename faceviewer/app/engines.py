"""Verbs that choose the engine of a photo, and compare what two engines make of one face."""

from __future__ import annotations

from dataclasses import replace

from faceviewer.app.comparing import Comparing
from faceviewer.app.documents import next_id, with_changes, with_documents
from faceviewer.app.orders import Orders
from faceviewer.app.reconstructing import Reconstructing
from faceviewer.app.settings import Settings
from faceviewer.app.state import AppState, Document, HeadRef, Notice
from faceviewer.app.store import Store
from faceviewer.engines.registry import engine_spec


class Engines:
    """Beside the engine of the settings, each photo can have one of its own."""

    def __init__(self, store: Store, settings: Settings, reconstructing: Reconstructing, comparing: Comparing) -> None:
        self._store = store
        self._orders = Orders(settings)
        self._reconstructing = reconstructing
        self._comparing = comparing
        self._awaited: dict[int, HeadRef] = {}
        store.subscribe(self._follow)

    def use(self, engine_id: str) -> None:
        """Make the shown photo's heads with another engine from now on; those there are stay until it has done so."""
        shown = self._store.state.shown
        document = shown.document
        if document is None or self._refused(engine_id):
            return
        self._store.update(with_changes(self._store.state, document.id, engine=engine_id))
        if document.kind != "photo":
            return
        face = document.faces[shown.face_number - 1] if document.faces else None
        self._reconstructing.search(document.id, like=face)

    def compare(self, engine_id: str) -> None:
        """Let another engine make the shown head, too, as an entry of its own in the list, and compare the two."""
        state = self._store.state
        document, head = state.shown.document, state.shown.head
        if document is None or head is None or state.shown.result is None or self._refused(engine_id):
            return
        twin = self._twin(document, engine_id)
        known = next((ref for ref in state.heads() if ref.document == twin.id), None)
        if known is not None:
            self._comparing.start(head, known)
            return
        if state.document(twin.id) is None:
            self._store.update(with_documents(state, [twin]))
        self._awaited[twin.id] = head
        self._reconstructing.search(twin.id, like=state.shown.result.face)

    def _twin(self, document: Document, engine_id: str) -> Document:
        """The entry for the same picture with another engine, perhaps one that is in the list already."""
        state = self._store.state
        title = f"{document.title} ({engine_spec(engine_id).title})"
        known = next((d for d in state.documents if d.title == title and d.engine == engine_id), None)
        return known or replace(
            document,
            id=next_id(state),
            title=title,
            kind="photo",
            status="new",
            message="",
            engine=engine_id,
            searched_by="",
            faces=(),
            heads={},
            shown_face=1,
            pasted=document.pasted if document.kind == "photo" else document.photo,
            path=document.path if document.kind == "photo" else None,
        )

    def _refused(self, engine_id: str) -> bool:
        """Whether the files of the engine are missing, which is said with a way to bring them."""
        missing = self._orders.missing_for(engine_id)
        if missing is None:
            return False
        text = f"{missing[0].upper()}{missing[1:]}."
        self._store.update(replace(self._store.state, notice=Notice(text, "warning", ("tools.models",))))
        return True

    def _follow(self, state: AppState, before: AppState) -> None:
        """Start a comparison that was waited for, once its second head is there."""
        if not self._awaited or state.documents is before.documents:
            return
        for twin, head in list(self._awaited.items()):
            document = state.document(twin)
            if document is None or state.result(head) is None or _was_given_up(document, before.document(twin)):
                del self._awaited[twin]
            elif document.heads:
                del self._awaited[twin]
                self._comparing.start(head, HeadRef(twin, document.shown_face))


def _was_given_up(document: Document, before: Document | None) -> bool:
    """Whether the work on a document has ended without a head: cancelled ones are new again."""
    cancelled = document.status == "new" and before is not None and before.status == "working"
    return cancelled or document.status in ("no face", "failed")
