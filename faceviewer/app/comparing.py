"""Verbs that compare two heads. The distances are computed away from the window's thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from faceviewer.app.live import Live
from faceviewer.app.state import AppState, Comparison, HeadRef, Notice
from faceviewer.app.store import Store
from faceviewer.app.viewing import without_frustum
from faceviewer.jobs.background import Background, Outcome
from faceviewer.types import CancelToken, FaceMesh, ProgressCallback

if TYPE_CHECKING:
    from faceviewer.geometry.compare import Alignment, MeshComparison


class Comparing:
    """Starts, changes and ends ``AppState.comparison``."""

    def __init__(self, store: Store, background: Background, live: Live) -> None:
        self._store = store
        self._live = live
        self._background = background
        self._pending: CancelToken | None = None
        store.subscribe(self._follow)

    def start(self, reference: HeadRef, other: HeadRef) -> None:
        """Compare ``other`` with ``reference``, side by side at first."""
        state = self._store.state
        if reference == other or state.result(reference) is None or state.result(other) is None:
            self._store.update(replace(state, notice=Notice("Choose two different heads to compare.", "warning")))
            return
        self._live.give_way_to(reference.document)
        state = without_frustum(replace(self._store.state, current=reference.document))
        self._store.update(replace(state, comparison=Comparison(reference, other)))

    def start_or_stop(self) -> None:
        """Compare the shown head with the next one of the list, or end the comparison."""
        state = self._store.state
        if state.comparison is not None:
            self.stop()
            return
        heads, shown = state.heads(), state.shown.head
        others = [head for head in heads if head != shown]
        if shown is None or not others:
            text = "A comparison needs two heads: reconstruct another face or photo first."
            self._store.update(replace(state, notice=Notice(text, "warning")))
            return
        later = [head for head in others if heads.index(head) > heads.index(shown)]
        self.start(shown, (later or others)[0])

    def set(self, **changes: Any) -> None:
        """Set fields of ``Comparison`` by name; what changes the distances has them computed anew."""
        state = self._store.state
        if state.comparison is None:
            return
        comparison = replace(state.comparison, **changes)
        self._live.give_way_to(comparison.reference.document)
        if {"reference", "other", "alignment"} & changes.keys():
            comparison = replace(comparison, outcome=None)
        state = replace(self._store.state, current=comparison.reference.document, comparison=comparison)
        self._store.update(state)

    def swap(self) -> None:
        """Exchange the two heads."""
        comparison = self._store.state.comparison
        if comparison is not None:
            self.set(reference=comparison.other, other=comparison.reference)

    def toggle_heat_map(self) -> None:
        """Side by side or the heat map."""
        comparison = self._store.state.comparison
        if comparison is not None:
            self.set(layout="side by side" if comparison.layout == "heat map" else "heat map")

    def stop(self) -> None:
        """Back to one head."""
        self._store.update(replace(self._store.state, comparison=None))

    def _follow(self, state: AppState, before: AppState) -> None:
        """Compute the distances anew when heads, edits or alignment have changed."""
        question = _question(state)
        if question is None or question == _question(before):
            return
        if self._pending is not None:
            self._pending.cancel()

        def work(_: ProgressCallback, cancel: CancelToken) -> MeshComparison:
            from faceviewer.geometry.compare import compare_meshes  # brings scipy

            cancel.check()
            return compare_meshes(question.reference, question.other, alignment=question.alignment)

        self._pending = self._background.submit("Comparing two heads", work, partial(self._done, question))

    def _done(self, question: _Question, outcome: Outcome) -> None:
        state = self._store.state
        if outcome.cancelled or state.comparison is None or _question(state) != question:
            return
        if outcome.error:
            self._store.update(replace(state, comparison=None, notice=Notice(outcome.error, "error")))
        else:
            self._store.update(replace(state, comparison=replace(state.comparison, outcome=outcome.value)))


@dataclass(frozen=True)
class _Question:
    """What the distances depend on; meshes are equal only when they are the same object."""

    reference: FaceMesh
    other: FaceMesh
    alignment: Alignment


def _question(state: AppState) -> _Question | None:
    comparison, shown = state.comparison, state.shown
    if comparison is None or shown.mesh is None or shown.other_mesh is None:
        return None
    return _Question(shown.mesh, shown.other_mesh, comparison.alignment)
