"""A batch spread over processes, each with an engine of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from faceviewer.jobs import processes
from faceviewer.jobs.photo_worker import PhotoWorker, failed
from faceviewer.jobs.processes import Report, Work
from faceviewer.jobs.tasks import BatchProgress, BatchRequest, Outcome, Task
from faceviewer.types import CancelToken, FaceviewerError, Progress

_PROGRESS_STEP = 0.05


def run_in_processes(
    tasks: Sequence[Task], request: BatchRequest, count: int, progress: BatchProgress
) -> Iterator[Outcome]:
    """The outcomes of ``tasks`` as they come, from ``count`` processes that share this machine's cores.

    Raises what ``PhotoWorker.run`` raises. When the iterator is closed, the processes are ended.
    """

    def told(message: tuple[str, Progress]) -> None:
        progress(*message)

    return processes.run_in_processes(tasks, partial(_photo_work, request), count, died=_died, told=told)


def _died(task: Task, how: str) -> Outcome:
    return failed(task, FaceviewerError(f"{task.item.path}: its worker process died ({how})"), 0.0)


def _photo_work(request: BatchRequest) -> Work[Task, Outcome]:
    """What a worker process does with a picture; of its progress every notable step is reported."""
    worker, last = PhotoWorker(request), ("", Progress(""))

    def work(task: Task, report: Report) -> Outcome:
        def progress(label: str, step: Progress) -> None:
            nonlocal last
            advance = (step.fraction or 0) - (last[1].fraction or 0)
            if (label, step.stage) != (last[0], last[1].stage) or advance >= _PROGRESS_STEP:
                last = (label, step)
                report(last)

        (outcome,) = worker.run([task], progress, CancelToken())
        return outcome

    return work
