"""Work spread over processes, each with a worker of its own that does one task after the other.

1. Processes are spawned, never forked: torch, OpenCV and CUDA do not survive a fork.
2. A process that dies (out of memory, a crash in native code) costs the task it was at, not the rest. One that dies
   before it has begun any costs none: the others do without it, and when none is left, all ends.
3. Ctrl-C reaches the whole process group: the workers ignore it and are ended by the parent.
4. A worker whose parent was killed finds its pipe closed and ends by itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, Literal, TypeVar

from faceviewer.types import CancelToken, FaceviewerError

T = TypeVar("T")
R = TypeVar("R")
Report = Callable[[Any], None]
"""Called within a worker process; what it is given reaches the parent's ``told``."""
Work = Callable[[T, Report], R]
"""Does one task. FaceviewerErrors that it raises end everything, so it must turn those of a task into a result."""

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
_CANCEL_S = 0.2
"""How often the parent looks whether it was asked to stop."""


@dataclass
class _Worker(Generic[T]):
    process: BaseProcess
    pipe: Connection
    task: T
    has_begun: bool = False
    """Whether it has made what it works with."""


@dataclass(frozen=True)
class _Message:
    """What a worker process sends."""

    kind: Literal["begun", "result", "report", "error"]
    content: Any


def run_in_processes(
    tasks: Iterable[T],
    make: Callable[[], Work[T, R]],
    count: int,
    *,
    died: Callable[[T, str], R],
    told: Callable[[Any], None],
    cancel: CancelToken | None = None,
) -> Generator[R, None, None]:
    """The results of ``tasks`` as they come, from ``count`` processes that share this machine's cores.

    make: is called once in each process; it, the tasks and the results are pickled. died: makes the result of a task
    whose process died; it gets the task and how. Raises the FaceviewerErrors of ``make`` and of its work, Cancelled,
    and FaceviewerError when all processes died in ``make``. When the iterator is closed, the processes are ended.
    """
    some_began = False
    waiting = deque(tasks)
    workers: list[_Worker[T]] = []
    threads = max(1, (os.cpu_count() or 1) // count)
    try:
        while waiting and len(workers) < count:
            workers.append(_start(make, waiting.popleft(), threads))
        while workers:
            ready = wait([worker.pipe for worker in workers], None if cancel is None else _CANCEL_S)
            if cancel is not None:
                cancel.check()
            for worker in [worker for worker in workers if worker.pipe in ready]:
                try:
                    results = _receive(worker, died, told)
                except _DiedAtStart as death:
                    waiting.appendleft(worker.task)
                    workers.remove(worker)
                    if not workers and not some_began:
                        raise FaceviewerError(f"the worker processes died before they could begin ({death})") from None
                    if not workers:  # the others had done all the rest before this one died: one more try
                        some_began = False
                        workers.append(_start(make, waiting.popleft(), threads))
                    continue
                some_began = True
                if not results:
                    continue
                yield from results
                if not waiting:
                    _end(worker)
                    workers.remove(worker)
                elif worker.process.is_alive():
                    _send(worker, waiting.popleft())
                else:
                    workers[workers.index(worker)] = _start(make, waiting.popleft(), threads)
    finally:
        for worker in workers:
            worker.process.terminate()
        for worker in workers:
            _end(worker)


def _send(worker: _Worker[T], task: T) -> None:
    worker.task = task
    try:
        worker.pipe.send(task)
    except OSError:
        pass  # it has just died: receiving will say so


class _DiedAtStart(Exception):
    """A worker's process died before it had made what it works with; how it did."""


def _receive(worker: _Worker[T], died: Callable[[T, str], R], told: Callable[[Any], None]) -> list[R]:
    """The result of the worker's task when it has come, nothing when only a report has. Raises _DiedAtStart."""
    try:
        message: _Message = worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join()
        code = worker.process.exitcode or 0
        how = f"signal {-code}, out of memory perhaps" if code < 0 else f"status {code}"
        if not worker.has_begun:
            raise _DiedAtStart(how) from None
        return [died(worker.task, how)]
    if message.kind == "error":
        raise message.content
    if message.kind == "result":
        return [message.content]
    if message.kind == "begun":
        worker.has_begun = True
    else:
        told(message.content)
    return []


def _start(make: Callable[[], Work[T, R]], task: T, threads: int) -> _Worker[T]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(make, task, theirs), name="faceviewer-worker", daemon=True)
    with _threads(threads), _interrupts_ignored():
        process.start()
    theirs.close()
    return _Worker(process, ours, task)


def _end(worker: _Worker[Any]) -> None:
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


def _work(make: Callable[[], Work[T, R]], first: T, pipe: Connection) -> None:
    """What a worker process does until its parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def report(content: Any) -> None:
        pipe.send(_Message("report", content))

    task = first
    try:
        work = _made(make, pipe)
        if work is None:
            return
        pipe.send(_Message("begun", None))
        while True:
            try:
                pipe.send(_Message("result", work(task, report)))
            except FaceviewerError as error:
                pipe.send(_Message("error", error))
            task = pipe.recv()
    except (EOFError, OSError):
        return


def _made(make: Callable[[], Work[T, R]], pipe: Connection) -> Work[T, R] | None:
    """What ``make`` gives, None when it cannot: that would be so in every process, so it costs no task but ends all."""
    try:
        return make()
    except FaceviewerError as error:
        pipe.send(_Message("error", error))
    except Exception as error:  # noqa: BLE001
        sentence = f"a worker process could not begin: an unexpected error ({type(error).__name__}: {error})"
        pipe.send(_Message("error", FaceviewerError(sentence)))
    return None
