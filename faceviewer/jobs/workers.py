"""A batch spread over processes, each with an engine of its own.

1. Processes are spawned, never forked: torch, OpenCV and CUDA do not survive a fork.
2. A process that dies (out of memory, a crash in native code) costs the picture it was at, not the batch.
3. Ctrl-C reaches the whole process group: the workers ignore it and are ended by the parent.
4. A worker whose parent was killed finds its pipe closed and ends by itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from faceviewer.jobs.photo_worker import PhotoWorker, failed
from faceviewer.jobs.tasks import BatchProgress, BatchRequest, Outcome, Task
from faceviewer.types import CancelToken, FaceviewerError, Progress

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
_PROGRESS_STEP = 0.05


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    task: Task


def run_in_processes(
    tasks: Sequence[Task], request: BatchRequest, count: int, progress: BatchProgress
) -> Iterator[Outcome]:
    """The outcomes of ``tasks`` as they come, from ``count`` processes that share this machine's cores.

    Raises what ``PhotoWorker.run`` raises. When the iterator is closed, the processes are ended.
    """
    waiting = deque(tasks)
    workers: list[_Worker] = []
    threads = max(1, (os.cpu_count() or 1) // count)
    try:
        while waiting and len(workers) < count:
            workers.append(_start(request, waiting.popleft(), threads))
        while workers:
            ready = wait([worker.pipe for worker in workers])
            for worker in [worker for worker in workers if worker.pipe in ready]:
                outcome = _receive(worker, progress)
                if outcome is None:
                    continue
                yield outcome
                if not waiting:
                    _end(worker)
                    workers.remove(worker)
                elif worker.process.is_alive():
                    _send(worker, waiting.popleft())
                else:
                    workers[workers.index(worker)] = _start(request, waiting.popleft(), threads)
    finally:
        for worker in workers:
            worker.process.terminate()
        for worker in workers:
            _end(worker)


def _send(worker: _Worker, task: Task) -> None:
    worker.task = task
    try:
        worker.pipe.send(task)
    except OSError:
        pass  # it has just died: receiving will say so


def _receive(worker: _Worker, progress: BatchProgress) -> Outcome | None:
    """The outcome of the worker's picture when it has come, None when only progress has."""
    try:
        message = worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join()
        code = worker.process.exitcode or 0
        how = f"signal {-code}, out of memory perhaps" if code < 0 else f"status {code}"
        return failed(worker.task, FaceviewerError(f"{worker.task.item.path}: its worker process died ({how})"), 0.0)
    if isinstance(message, BaseException):
        raise message
    if isinstance(message, Outcome):
        return message
    progress(*message)
    return None


def _start(request: BatchRequest, task: Task, threads: int) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(request, task, theirs), name="faceviewer-worker", daemon=True)
    with _threads(threads), _interrupts_ignored():
        process.start()
    theirs.close()
    return _Worker(process, ours, task)


def _end(worker: _Worker) -> None:
    worker.pipe.close()
    worker.process.join(timeout=10)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let processes started now use ``count`` threads; the variables are read when the libraries load."""
    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, str(count)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Processes started now ignore Ctrl-C from their first moment."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work(request: BatchRequest, first: Task, pipe: Connection) -> None:
    """What a worker process does until its parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker, told = PhotoWorker(request), ("", Progress(""))

    def report(label: str, step: Progress) -> None:
        nonlocal told
        advance = (step.fraction or 0) - (told[1].fraction or 0)
        if (label, step.stage) != (told[0], told[1].stage) or advance >= _PROGRESS_STEP:
            told = (label, step)
            pipe.send(told)

    task: Task = first
    try:
        while True:
            try:
                (outcome,) = worker.run([task], report, CancelToken())
                pipe.send(outcome)
            except FaceviewerError as error:
                pipe.send(error)
            task = pipe.recv()
    except (EOFError, OSError):
        return
