"""One thread for work that only waits for disks and encoders: exports, sessions, turntables.

It never computes heads (that is the engine thread's), so a large export does not keep the next photo waiting. What it
has to say travels back as a ``Delivery``, which the thread that shows the window hands over: receivers therefore run
there and need no locks.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from faceviewer.types import Cancelled, CancelToken, FaceviewerError, Progress, ProgressCallback

logger = logging.getLogger(__name__)

Work = Callable[[ProgressCallback, CancelToken], Any]
"""Called in the thread with (progress, cancel); what it returns is the outcome's value."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """How a piece of work ended."""

    value: Any = None
    """What the work returned; None when it did not come to its end."""
    error: str = ""
    """One sentence for the user, with or without its full stop; empty when it went well."""
    cancelled: bool = False

    @property
    def sentence(self) -> str:
        """The error with its full stop."""
        return f"{self.error.removesuffix('.')}."


@dataclass(frozen=True, eq=False)
class Delivery:
    """One message on its way to the thread that asked for the work."""

    receiver: Callable[[Any], None]
    message: Any

    def hand_over(self) -> None:
        """Call the receiver; for the thread that shows the window."""
        self.receiver(self.message)


@dataclass(frozen=True, eq=False)
class _Task:
    title: str
    work: Work
    done: Callable[[Outcome], None]
    progress: Callable[[Progress], None] | None
    cancel: CancelToken


class Background:
    """Runs pieces of work one after the other in one plain thread, which starts with the first of them."""

    def __init__(self, deliver: Callable[[Delivery], None]) -> None:
        """``deliver`` is called in the thread and takes the delivery to where it will be handed over."""
        self._deliver = deliver
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(
        self,
        title: str,
        work: Work,
        done: Callable[[Outcome], None],
        progress: Callable[[Progress], None] | None = None,
    ) -> CancelToken:
        """Do ``work`` after what was asked for before; returns what cancels it.

        ``done`` and ``progress`` are delivered. ``title`` names the work in the log.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="faceviewer-background", daemon=True)
            self._thread.start()
        cancel = CancelToken()
        self._tasks.put(_Task(title, work, done, progress, cancel))
        return cancel

    def close(self, timeout_s: float = 10.0) -> bool:
        """Let what was asked for come to its end and stop; False when it takes longer than ``timeout_s``."""
        if self._thread is None:
            return True
        self._tasks.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            self._deliver(Delivery(task.done, self._outcome(task)))

    def _outcome(self, task: _Task) -> Outcome:
        def report(progress: Progress) -> None:
            if task.progress is not None:
                self._deliver(Delivery(task.progress, progress))

        try:
            task.cancel.check()
            return Outcome(task.work(report, task.cancel))
        except Cancelled:
            return Outcome(cancelled=True)
        except FaceviewerError as error:
            return Outcome(error=str(error))
        except MemoryError:
            return Outcome(error=f"{task.title}: there is not enough memory.")
        except Exception:  # the thread must live on, whatever one piece of work meets
            logger.exception("%s failed", task.title)
            return Outcome(error=f"{task.title} failed unexpectedly; the log has the details.")
