"""An engine thread with stand-ins for its tools, and what it said."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
from factories import make_reconstruction

from faceviewer.jobs.engine_thread import EngineThread
from faceviewer.jobs.events import JobEnded, JobEvent, JobProgressed
from faceviewer.jobs.workshop import Workshop
from faceviewer.types import Face

E = TypeVar("E", bound=JobEvent)
PATIENCE_S = 20.0
FACE = make_reconstruction().face


class Listener:
    """Keeps all events of an engine thread."""

    def __init__(self) -> None:
        self._heard = threading.Condition()
        self.events: list[JobEvent] = []
        self.threads: set[str] = set()

    def __call__(self, event: JobEvent) -> None:
        with self._heard:
            self.events.append(event)
            self.threads.add(threading.current_thread().name)
            self._heard.notify_all()

    def of(self, kind: type[E], generation: int | None = None) -> list[E]:
        with self._heard:
            events = list(self.events)
        return [e for e in events if isinstance(e, kind) and generation in (None, e.generation)]

    def wait(self, kind: type[E], generation: int | None = None, *, count: int = 1) -> E:
        """The ``count``-th event of that kind, when it has come."""
        with self._heard:
            came = self._heard.wait_for(lambda: len(self.of(kind, generation)) >= count, PATIENCE_S)
        assert came, f"no {kind.__name__}, but {self.names()}"
        return self.of(kind, generation)[count - 1]

    def end(self, generation: int) -> JobEnded:
        return self.wait(JobEnded, generation)

    def names(self, generation: int | None = None) -> list[str]:
        """Names of the events in order, reports of progress left out."""
        with self._heard:
            events = list(self.events)
        wanted = [e for e in events if not isinstance(e, JobProgressed) and generation in (None, e.generation)]
        return [type(e).__name__ for e in wanted]


class FakeDetector:
    """Finds one face, two in a small search, and one in every box but those at the left border."""

    def __init__(self) -> None:
        self.thread = threading.current_thread()

    def detect(self, rgb: np.ndarray, *, search: str = "thorough", cancel: object = None) -> list[Face]:
        assert threading.current_thread() is self.thread
        return [FACE] * (2 if search == "small" else 1)

    def detect_in_box(self, rgb: np.ndarray, box_xyxy: np.ndarray) -> Face | None:
        return FACE if box_xyxy[0] > 0 else None


class FakeTracker:
    """Sees a face in every frame that is not black."""

    def reset(self) -> None:
        pass

    def update(self, rgb: np.ndarray) -> list[Face]:
        return [FACE] if rgb.any() else []


def fake_workshop() -> Workshop:
    return Workshop(build_detector=FakeDetector, build_tracker=FakeTracker)


@contextmanager
def running(listener: Listener, workshop: Workshop | None = None) -> Iterator[EngineThread]:
    """A started engine thread that is stopped in the end, and must obey."""
    thread = EngineThread(listener, workshop=workshop or fake_workshop())
    thread.start()
    try:
        yield thread
    finally:
        began = time.monotonic()
        assert thread.stop(PATIENCE_S), "the engine thread does not stop"
        assert time.monotonic() - began < PATIENCE_S
