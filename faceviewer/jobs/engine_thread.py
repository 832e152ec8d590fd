"""The one thread that computes: detection, reconstruction, following.

1. Jobs are done one after the other: one user of the graphics card, and no races for the networks.
2. Whatever a job meets, the thread lives on; each job ends with exactly one ``JobEnded``.
3. Once a job is cancelled, none of its results is told any more, even those on the way.
4. After ``stop`` has returned, nothing is told at all: whoever listened may be gone.
5. Importing this module brings neither torch nor OpenCV; they come with the first job.
"""

from __future__ import annotations

import logging
import queue
import threading
import traceback
from collections.abc import Callable

from faceviewer.engines.registry import DEFAULT_CHOICE, EngineChoice
from faceviewer.jobs.engine_work import do_job
from faceviewer.jobs.events import (
    JobCancelled,
    JobEnded,
    JobEvent,
    JobFailed,
    JobFinished,
    JobStarted,
    RecordingEnded,
)
from faceviewer.jobs.jobs import Job, WarmUp
from faceviewer.jobs.workshop import Workshop
from faceviewer.types import Cancelled, FaceviewerError

logger = logging.getLogger(__name__)

_ALWAYS_TOLD = (JobEnded, RecordingEnded)


class EngineThread:
    """Does jobs in the order in which they are submitted. All methods may be called from any thread."""

    def __init__(self, on_event: Callable[[JobEvent], None], *, workshop: Workshop | None = None) -> None:
        """``on_event`` is called in the engine thread; it should pass the event on and return."""
        self._on_event = on_event
        self._workshop = workshop or Workshop()
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._unfinished: list[Job] = []
        self._lock = threading.Lock()
        self._stopping = False
        self._silent = False
        self._thread = threading.Thread(target=self._run, name="faceviewer-engine", daemon=True)

    def start(self) -> None:
        """Begin with what was submitted so far. To be called once."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Do ``job`` after those before it; what comes after ``stop`` is not done."""
        with self._lock:
            if not self._stopping:
                self._unfinished.append(job)
                self._queue.put(job)

    def warm_up(self, engine: EngineChoice = DEFAULT_CHOICE) -> None:
        """Load everything that the first photo will need, as a job of generation 0."""
        self.submit(WarmUp(0, engine=engine))

    def cancel(self, generation: int) -> None:
        """Cancel the jobs of this generation, running or waiting. They stop at their next check."""
        self._cancel(lambda job: job.generation == generation)

    def cancel_all(self) -> None:
        """Cancel all jobs but warming up, which whatever comes next would have to begin again."""
        self._cancel(lambda job: not isinstance(job, WarmUp))

    def stop(self, timeout_s: float = 3.0) -> bool:
        """Cancel everything and wait for the thread to end; False when it is still inside a job after ``timeout_s``.

        It then ends with the process. Nothing is told any more in either case.
        """
        with self._lock:
            self._stopping = True
            self._queue.put(None)
        self._cancel(lambda _: True)
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        self._silent = True
        return not self._thread.is_alive()

    def _cancel(self, chosen: Callable[[Job], bool]) -> None:
        with self._lock:
            for job in filter(chosen, self._unfinished):
                job.cancel.cancel()

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            end = self._do(job)
            with self._lock:
                self._unfinished.remove(job)
            self._send(end)

    def _do(self, job: Job) -> JobEnded:
        def tell(event: JobEvent) -> None:
            if not isinstance(event, _ALWAYS_TOLD):
                job.cancel.check()
            self._send(event)

        try:
            tell(JobStarted(job.generation, job))
            do_job(job, self._workshop, tell)
            job.cancel.check()
            return JobFinished(job.generation)
        except Cancelled:
            return JobCancelled(job.generation)
        except Exception as error:
            if job.cancel.cancelled:
                logger.info("a cancelled job failed", exc_info=True)
                return JobCancelled(job.generation)
            return _failure(job, error)

    def _send(self, event: JobEvent) -> None:
        if self._silent:
            return
        try:
            self._on_event(event)
        except Exception:
            logger.exception("the listener failed at %s", type(event).__name__)


def _failure(job: Job, error: Exception) -> JobFailed:
    details = "".join(traceback.format_exception(error))
    if isinstance(error, FaceviewerError):
        return JobFailed(job.generation, str(error), details, "user")
    if isinstance(error, MemoryError):
        return JobFailed(job.generation, "There is not enough memory for this.", details, "user")
    sentence = f"An unexpected error stopped this ({type(error).__name__}: {error}); the log has the details."
    return JobFailed(job.generation, sentence, details, "bug")
