"""Which samples of a head-pose data set are shown, by how far their heads are turned.

Only a sample's own file tells that, so samples are read when somebody asks, slice by slice in the background, and what
was read is kept as long as the data set is open.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from faceviewer.app.head_pose_sets_state import ANY_TURN, NOT_LOOKED, HeadPoseFound, HeadPoseSetsState
from faceviewer.app.latest import Latest, shown_or_told
from faceviewer.app.models_state import Said
from faceviewer.app.store import Store
from faceviewer.jobs.background import Background
from faceviewer.types import CancelToken, ProgressCallback


class HeadPoseTurns:
    """Keeps ``turned``, ``turns``, ``looking`` and ``found`` of ``AppState.head_pose_sets``."""

    def __init__(self, store: Store, asker: Background) -> None:
        self._store = store
        self._line = Latest(asker)

    @property
    def is_busy(self) -> bool:
        return self._line.is_busy

    def choose(self, turned: int) -> None:
        """Show heads that are turned so far, see ``HeadPoseSetsState.turned``; or go on with looking for them."""
        self._put(turned=turned, said=())
        self.show()

    def show(self) -> None:
        """Show those of the search that are turned as is wished, and look at those of which that is not known."""
        state = self._state
        found = _found(state)
        if found is not None and (state.found is None or not np.array_equal(found.rows, state.found.rows)):
            self._put(found=found)
        rows = not_looked_at(state)
        if len(rows):
            self._look(rows)
        else:
            self.stop()

    def stop(self) -> None:
        """Look no further; what was seen so far stays."""
        self._line.cancel()
        if self._state.looking:
            self._put(looking=False)

    @property
    def _state(self) -> HeadPoseSetsState:
        return self._store.state.head_pose_sets

    def _look(self, rows: np.ndarray) -> None:
        dataset = self._state.dataset

        def work(_: ProgressCallback, cancel: CancelToken) -> np.ndarray:
            from faceviewer.app import head_pose_sets_work

            assert dataset is not None
            return head_pose_sets_work.turns(dataset, rows, cancel)

        if not self._state.looking:
            self._put(looking=True)
        self._line.start("How far heads are turned", work, shown_or_told(partial(self._looked, rows), self._failed))

    def _looked(self, rows: np.ndarray, numbers: np.ndarray) -> None:
        turns = _turns(self._state).copy()
        turns[rows[: len(numbers)]] = numbers
        self._put(turns=turns)
        self.show()

    def _failed(self, sentence: str) -> None:
        self._put(looking=False, said=(Said(sentence, "error"),))

    def _put(self, **changes: Any) -> None:
        state = self._store.state
        self._store.update(replace(state, head_pose_sets=replace(state.head_pose_sets, **changes)))


def not_looked_at(state: HeadPoseSetsState) -> np.ndarray:
    """(n,) int32, growing: samples that may have to be shown, once somebody has looked how far they are turned."""
    if state.turned == ANY_TURN or state.named is None or state.dataset is None:
        return np.zeros(0, np.int32)
    return state.named.rows[_turns(state)[state.named.rows] == NOT_LOOKED]


def _found(state: HeadPoseSetsState) -> HeadPoseFound | None:
    if state.turned == ANY_TURN or state.named is None or state.dataset is None:
        return state.named
    return HeadPoseFound(state.named.rows[_turns(state)[state.named.rows] == state.turned])


def _turns(state: HeadPoseSetsState) -> np.ndarray:
    count = 0 if state.dataset is None else len(state.dataset.keys)
    return np.full(count, NOT_LOOKED, np.int8) if state.turns is None else state.turns
