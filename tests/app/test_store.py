"""The one state: listeners, undo, redo, merged steps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from faceviewer.app.state import AppState, Edits, HeadRef, Notice, Work
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
