"""Verbs that measure on the head: distances, ways over the skin, angles. Every one can be undone."""

from __future__ import annotations

from dataclasses import replace

from faceviewer.app.state import Measurement
from faceviewer.app.store import Store
from faceviewer.geometry.surface import SurfacePoint

_POINTS = {"distance": 2, "surface": 2, "angle": 3}
_LABELS = {"distance": "distance", "surface": "distance along the surface", "angle": "angle"}


class Measuring:
    """Collects clicked points into measurements."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add_point(self, point: SurfacePoint) -> None:
        """One more click of the measuring tool in hand; the last one completes the measurement."""
        state = self._store.state
        kind = state.tool
        if kind == "select" or kind == "box" or state.shown.head is None:
            return
        points = (*state.pending_points, point)
        if len(points) < _POINTS[kind]:
            self._store.update(replace(state, pending_points=points))
            return
        self._store.update(replace(state, pending_points=()))
        measurement = Measurement(state.shown.head, kind, points)
        work = self._store.state.work
        self._store.edit(_LABELS[kind], replace(work, measurements=(*work.measurements, measurement)))

    def show_named(self, name: str) -> None:
        """Draw one of the named measures of the face on the head; "" for none."""
        state = self._store.state
        if name != state.named_measure:
            self._store.update(replace(state, named_measure=name))

    def remove(self, index: int) -> None:
        """Take one measurement away, by its place in ``Work.measurements``."""
        work = self._store.state.work
        if 0 <= index < len(work.measurements):
            kept = work.measurements[:index] + work.measurements[index + 1 :]
            self._store.edit("removal of a measurement", replace(work, measurements=kept))

    def clear(self) -> None:
        """Take all measurements away."""
        state = self._store.state
        self._store.update(replace(state, pending_points=()))
        if state.work.measurements:
            self._store.edit("removal of all measurements", replace(state.work, measurements=()))
