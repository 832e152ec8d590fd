"""The threads beside the window, as the verbs see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from faceviewer.jobs.background import Outcome, Work
from faceviewer.jobs.jobs import Job
from faceviewer.types import CancelToken


class Worker(Protocol):
    """``jobs.engine_thread.EngineThread``."""

    def submit(self, job: Job) -> None: ...

    def cancel_all(self) -> None: ...


class Reader(Protocol):
    """``jobs.background.Background``: photos are read beside the engine thread, to be seen while that starts up."""

    def submit(self, title: str, work: Work, done: Callable[[Outcome], None]) -> CancelToken: ...
