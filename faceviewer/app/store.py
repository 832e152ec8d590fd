"""Holds the state, tells views when it changes, and keeps the history that undo goes through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from faceviewer.app.documents import is_same_head, work_on
from faceviewer.app.state import AppState, HeadRef, Work

Listener = Callable[[AppState, AppState], None]
"""Called with (state, state before)."""
Derive = Callable[[AppState, AppState], AppState]
"""(new state, state before) -> the new state with what follows from the rest filled in."""

MAX_HISTORY = 200


@dataclass(frozen=True)
class _Step:
    label: str
    merge_key: str
    work: Work
    """The work before the step (in the undo list) or after it (in the redo list)."""


class Store:
    """The one place where the state changes. Used by one thread, the one that shows the window."""

    def __init__(self, derive: Derive, state: AppState | None = None) -> None:
        self._derivations = [derive]
        self._state = derive(state or AppState(), AppState())
        self._listeners: list[Listener] = []
        self._undo: list[_Step] = []
        self._redo: list[_Step] = []

    @property
    def state(self) -> AppState:
        return self._state

    def derive_also(self, derive: Derive) -> None:
        """Fill in with ``derive`` too, after all others, before anybody is told of a change.

        What follows from a change is in the state with it; a listener that updates has others hear of it twice.
        """
        self._derivations.append(derive)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` after every change; returns the function that ends this."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def update(self, state: AppState) -> None:
        """Make ``state`` the state and tell everybody. What is not worth undoing goes here."""
        before = self._state
        if state is before:
            return
        if state.documents is not before.documents:
            state = self._without_lost_heads(state, before)
        for derive in self._derivations:
            state = derive(state, before)
        self._state = state
        for listener in tuple(self._listeners):
            listener(self._state, before)

    def edit(self, label: str, work: Work, *, merge_key: str = "") -> None:
        """Change the user's work as a step that can be undone.

        Steps that follow each other with one ``merge_key`` (a slider being dragged) become a single step.
        """
        before = self._state.work
        if not (merge_key and self._undo and self._undo[-1].merge_key == merge_key and not self._redo):
            self._undo.append(_Step(label, merge_key, before))
            del self._undo[:-MAX_HISTORY]
        self._redo.clear()
        self._show(work)

    def end_merge(self) -> None:
        """The slider was let go: the next step is a step of its own."""
        if self._undo:
            self._undo[-1] = replace(self._undo[-1], merge_key="")

    def undo(self) -> None:
        """Take the last step back, if there is one."""
        self._exchange(self._undo, self._redo)

    def redo(self) -> None:
        """Do again what was undone last, if anything."""
        self._exchange(self._redo, self._undo)

    def forget_history(self) -> None:
        """After a session was opened there is nothing to undo."""
        self._undo.clear()
        self._redo.clear()
        self._show(self._state.work)

    def _without_lost_heads(self, state: AppState, before: AppState) -> AppState:
        """``state`` with a history that says nothing of heads that have left or were made anew since ``before``.

        Undo gave their edits and measurements to other heads, and a session saved after it could not be opened.
        """
        refs = {ref for step in (*self._undo, *self._redo) for ref in _heads_of(step.work)}
        lost = {ref for ref in refs if not is_same_head(ref, state, before)}
        if not lost:
            return state
        self._undo = _without(self._undo, lost, state.work)
        self._redo = _without(self._redo, lost, state.work)
        return self._with_labels(state)

    def _exchange(self, source: list[_Step], target: list[_Step]) -> None:
        if source:
            step = source.pop()
            target.append(_Step(step.label, "", self._state.work))
            self._show(step.work)

    def _show(self, work: Work) -> None:
        self.update(self._with_labels(replace(self._state, work=work)))

    def _with_labels(self, state: AppState) -> AppState:
        undo_label = self._undo[-1].label if self._undo else ""
        redo_label = self._redo[-1].label if self._redo else ""
        return replace(state, undo_label=undo_label, redo_label=redo_label)


def _heads_of(work: Work) -> set[HeadRef]:
    return {*work.edits, *(measurement.head for measurement in work.measurements)}


def _without(steps: list[_Step], lost: set[HeadRef], now: Work) -> list[_Step]:
    """The steps without what they say of the heads ``lost``; those that then change nothing are left out.

    The last of ``steps`` is the one next to the present work ``now``.
    """
    kept: list[_Step] = []
    for step in reversed(steps):
        work = work_on(step.work, lambda ref: ref not in lost)
        if work.edits != now.edits or work.measurements != now.measurements:
            kept.insert(0, replace(step, work=work))
            now = work
    return kept
