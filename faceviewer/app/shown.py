"""Works out what the panes show from the rest of the state."""

from __future__ import annotations

from dataclasses import replace

from faceviewer.app.editing import edited_mesh
from faceviewer.app.state import NO_EDITS, AppState, Document, HeadRef, Shown
from faceviewer.app.wearing_state import in_light
from faceviewer.types import FaceMesh, Reconstruction

_UNFINISHED = ("new", "queued", "working")


def derive(state: AppState, before: AppState) -> AppState:
    """``state`` with its ``shown`` filled in; parts that did not change stay the same objects."""
    if (
        state.documents is before.documents
        and state.current == before.current
        and state.work is before.work
        and state.comparison is before.comparison
        and state.wear.lit is before.wear.lit
        and state.wear.light.on == before.wear.light.on
        and (state.view.texture == before.view.texture or not state.wear.light.on)
    ):
        return state if state.shown is before.shown else replace(state, shown=before.shown)
    document = _shown_document(state, before)
    if document is None:
        return replace(state, shown=Shown(), pending_points=())
    number = state.comparison.reference.face_number if state.comparison is not None else document.shown_face
    result = document.heads.get(number)
    head = HeadRef(document.id, number) if result is not None else None
    other_ref = state.comparison.other if state.comparison is not None else None
    other = state.result(other_ref)
    shown = Shown(
        document=document,
        photo=document.photo,
        faces=document.faces,
        head=head,
        result=in_light(result, state.view.texture, state.wear) if result is not None else None,
        mesh=_mesh(state, before, head, result, before.result(before.shown.head), before.shown.mesh, before.shown.head),
        other=other,
        other_mesh=_mesh(
            state,
            before,
            other_ref,
            other,
            before.shown.other,
            before.shown.other_mesh,
            before.comparison.other if before.comparison else None,
        ),
    )
    pending_points = state.pending_points if _is_same_surface(shown, before.shown) else ()
    return replace(state, shown=shown, pending_points=pending_points)


def _is_same_surface(shown: Shown, before: Shown) -> bool:
    """Whether points of the head that was shown before are those of the one that is shown now.

    A measurement begun on one head was completed on another, or met triangles that this one does not have.
    """
    if shown.head != before.head or shown.mesh is None or before.mesh is None:
        return False
    return shown.mesh.topology is before.mesh.topology


def _shown_document(state: AppState, before: AppState) -> Document | None:
    """The chosen document, or the one shown so far while the chosen one is still being worked on.

    The last good result stays until a new one is complete. In a comparison it is the reference.
    """
    if state.comparison is not None:
        return state.document(state.comparison.reference.document)
    chosen = state.document(state.current)
    if chosen is None or chosen.heads or chosen.status not in _UNFINISHED:
        return chosen
    previous = state.document(before.shown.document.id) if before.shown.document is not None else None
    return previous if previous is not None and (previous.heads or chosen.photo is None) else chosen


def _mesh(
    state: AppState,
    before: AppState,
    ref: HeadRef | None,
    result: Reconstruction | None,
    result_before: Reconstruction | None,
    mesh_before: FaceMesh | None,
    ref_before: HeadRef | None,
) -> FaceMesh | None:
    """The edited mesh of ``ref``, the one before when nothing of it changed."""
    if result is None or ref is None:
        return None
    edits = state.work.edits.get(ref, NO_EDITS)
    same_head = mesh_before is not None and result is result_before and ref == ref_before
    if same_head and edits == before.work.edits.get(ref, NO_EDITS):
        return mesh_before
    return edited_mesh(result, edits)
