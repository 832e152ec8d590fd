"""The one state: listeners, undo, redo, merged steps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import make_reconstruction

from faceviewer.app.documents import with_changes, without_document
from faceviewer.app.state import AppState, Document, DocumentKind, Edits, HeadRef, Notice, Work
from faceviewer.app.store import MAX_HISTORY, Store

HEAD = HeadRef(1)


def same(state: AppState, _: AppState) -> AppState:
    return state


@pytest.fixture
def store() -> Store:
    return Store(same)


def work(value: float) -> Work:
    return Work({HEAD: Edits({"nose-hump": value})})


def value(store: Store) -> float:
    edits = store.state.work.edits.get(HEAD)
    return edits.shape["nose-hump"] if edits else 0.0


def test_listeners_get_both_states_until_they_leave(store):
    seen = []
    leave = store.subscribe(lambda state, before: seen.append((state, before)))
    first = store.state
    store.update(replace(first, notice=Notice("hello")))
    assert seen == [(store.state, first)]
    store.update(store.state)  # nothing new, nothing told
    leave()
    store.update(first)
    assert len(seen) == 1


def test_what_follows_from_a_change_is_told_with_it_and_once(store):
    seen = []
    store.subscribe(lambda state, _: seen.append((state.device, state.engine)))
    store.derive_also(lambda state, before: state if state.device == before.device else replace(state, engine="ready"))
    store.update(replace(store.state, device="cpu"))
    store.update(replace(store.state, engine="cold"))
    assert seen == [("cpu", "ready"), ("cpu", "cold")]


def test_undo_and_redo_walk_through_all_steps(store):
    for number in (1.0, 2.0, 3.0):
        store.edit(f"step {number}", work(number))
    seen = []
    while store.state.undo_label:
        seen.append((value(store), store.state.undo_label))
        store.undo()
    assert seen == [(3.0, "step 3.0"), (2.0, "step 2.0"), (1.0, "step 1.0")]
    assert value(store) == 0.0 and store.state.redo_label == "step 1.0"
    store.redo()
    store.redo()
    assert value(store) == 2.0
    store.edit("another way", work(9.0))
    assert store.state.redo_label == ""  # the old future is gone
    store.undo()
    assert value(store) == 2.0


def test_undo_with_nothing_to_undo_is_harmless(store):
    store.undo()
    store.redo()
    assert store.state.work == store.state.work and not store.state.undo_label


def test_a_dragged_slider_is_one_step(store):
    for number in (0.1, 0.2, 0.3):
        store.edit("nose", work(number), merge_key="nose")
    store.end_merge()
    for number in (0.5, 0.6):
        store.edit("nose", work(number), merge_key="nose")
    store.undo()
    assert value(store) == 0.3
    store.undo()
    assert value(store) == 0.0 and not store.state.undo_label


def test_the_view_is_not_part_of_undo(store):
    store.edit("step", work(1.0))
    store.update(replace(store.state, view=replace(store.state.view, display="points")))
    store.undo()
    assert store.state.view.display == "points"


def test_history_is_bounded(store):
    for number in range(MAX_HISTORY + 50):
        store.edit("step", work(float(number + 1)))
    count = 0
    while store.state.undo_label:
        store.undo()
        count += 1
    assert count == MAX_HISTORY


def of_two_heads(kind: DocumentKind = "photo") -> Store:
    """Documents 1 and 2 with a head each."""
    documents = tuple(Document(k, f"{k}.jpg", kind, heads={1: make_reconstruction(texture_size=None)}) for k in (1, 2))
    return Store(same, AppState(documents=documents, current=1))


def edit_both(store: Store) -> None:
    """A step on the first head, one on the second and another one on the first."""
    other = HeadRef(2)
    store.edit("first", Work({HEAD: Edits({"nose-hump": 1.0})}))
    store.edit("second", Work({**store.state.work.edits, other: Edits({"nose-hump": 2.0})}))
    store.edit("third", Work({HEAD: Edits({"nose-hump": 3.0}), other: store.state.work.edits[other]}))


def test_heads_that_have_left_leave_the_history_too():
    """Undo gave their edits to the head that had got their number."""
    store = of_two_heads()
    edit_both(store)
    store.undo()
    store.update(without_document(store.state, 2))
    assert store.state.undo_label == "first" and store.state.redo_label == "third"
    store.redo()
    assert value(store) == 3.0 and set(store.state.work.edits) == {HEAD}
    seen = []
    while store.state.undo_label:
        store.undo()
        seen.append(value(store))
        assert HeadRef(2) not in store.state.work.edits
    assert seen == [1.0, 0.0], "and no step does nothing"


def test_a_head_that_is_made_anew_begins_without_history():
    store = of_two_heads()
    edit_both(store)
    edits = {HeadRef(2): store.state.work.edits[HeadRef(2)]}
    anew = with_changes(store.state, 1, heads={1: make_reconstruction(texture_size=None)})
    store.update(replace(anew, work=Work(edits)))
    assert store.state.undo_label == "second"
    store.undo()
    assert not store.state.work.edits and not store.state.undo_label and store.state.redo_label == "second"


@pytest.mark.parametrize("has_face", [True, False])
def test_frames_of_a_video_are_one_head(has_face):
    store = of_two_heads("video")
    edit_both(store)
    head = store.state.documents[0].heads[1]
    moved = replace(head, mesh=replace(head.mesh, vertices=head.mesh.vertices + 1))
    store.update(with_changes(store.state, 1, heads={1: moved} if has_face else {}))
    assert store.state.undo_label == "third"
    store.undo()
    assert value(store) == 1.0


def test_other_changes_of_a_head_keep_its_history():
    store = of_two_heads()
    edit_both(store)
    worn = replace(store.state.documents[0].heads[1], textures={})
    store.update(with_changes(store.state, 1, heads={1: worn}, title="another"))
    assert store.state.undo_label == "third"
