"""Many photos to heads in files: whatever happens to one of them, the rest is done and nothing is half-written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from faceviewer.io.atomic import remove_stale, write_atomically
from faceviewer.jobs.photo_worker import PhotoWorker
from faceviewer.jobs.tasks import BatchProgress, BatchRequest, Outcome, Task
from faceviewer.types import CancelToken


def prepare_directory(directory: Path) -> None:
    """Make the target folder, clear away what killed runs left, and see that it can be written.

    Raises FaceviewerError, naming folder and reason, when it cannot.
    """
    probe = directory / ".faceviewer-probe"
    write_atomically(probe, lambda path: path.write_bytes(b"\0"))
    probe.unlink(missing_ok=True)
    remove_stale(directory)


def run_batch(
    tasks: Sequence[Task],
    request: BatchRequest,
    progress: BatchProgress,
    *,
    workers: int = 1,
    same_person: bool = False,
    cancel: CancelToken | None = None,
) -> Iterator[Outcome]:
    """The outcome of every task as it comes: one by one, in ``workers`` processes, or all as one person.

    Closing the iterator, or Ctrl-C, ends it with nothing half-written. Raises as ``PhotoWorker.run``.
    """
    cancel = cancel or CancelToken()
    try:
        if same_person:
            yield from PhotoWorker(request).run_person(tasks, progress, cancel)
        elif min(workers, len(tasks)) > 1:
            from faceviewer.jobs.workers import run_in_processes

            yield from run_in_processes(tasks, request, min(workers, len(tasks)), progress)
        else:
            worker = PhotoWorker(request)
            for first in range(0, len(tasks), request.together):
                yield from worker.run(tasks[first : first + request.together], progress, cancel)
    finally:
        remove_stale(request.directory)
