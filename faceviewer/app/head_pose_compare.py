"""The true head of a sample and the one that an engine made, as two entries of the list that can be compared."""

from __future__ import annotations

from dataclasses import replace

from faceviewer.app.documents import next_id, with_documents
from faceviewer.app.head_pose_sets_state import HeadPoseChosen, HeadPoseMade
from faceviewer.app.state import AppState, Document, HeadRef
from faceviewer.engines.registry import engine_spec


def with_pair(state: AppState, chosen: HeadPoseChosen, made: HeadPoseMade) -> tuple[AppState, HeadRef, HeadRef] | None:
    """The state with both in its list, once, and where they are: truth, then result. None without a true mesh."""
    if chosen.true_head is None or chosen.photo is None:
        return None
    truth = Document(0, f"{chosen.key} (truth)", "mesh", status="done", heads={1: chosen.true_head})
    title = f"{chosen.key} ({engine_spec(made.engine).title})"
    head = Document(
        0,
        title,
        status="done",
        photo=chosen.photo,
        pasted=chosen.photo,
        faces=(made.result.face,),
        heads={1: made.result},
        engine=made.engine,
        searched_by=made.engine,
    )
    state, reference = _listed(state, truth)
    state, other = _listed(state, head)
    return state, reference, other


def _listed(state: AppState, document: Document) -> tuple[AppState, HeadRef]:
    """With that entry, unless one of its name and head is there."""
    for one in state.documents:
        if one.title == document.title and one.heads.get(1) is document.heads[1]:
            return state, HeadRef(one.id)
    listed = replace(document, id=next_id(state))
    return with_documents(state, [listed]), HeadRef(listed.id)
