"""The same work on many files, by several threads: hashing, decoding and resampling let others run meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from faceviewer.types import CancelToken

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_AHEAD = 4
_LOOK_S = 0.2


def each_in_threads(
    work: Callable[[_Item], _Result], items: Iterable[_Item], threads: int, cancel: CancelToken
) -> Iterator[_Result]:
    """The results as they come, in no order. Few items are taken ahead of time.

    Raises what ``work`` raises, and Cancelled when ``cancel`` was set. When the iterator is closed, what runs is waited
    for and what waits is dropped.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix="ffhq")
    pending: set[Future[_Result]] = set()
    try:
        for item in items:
            cancel.check()
            pending.add(pool.submit(work, item))
            while len(pending) >= _AHEAD * threads:
                done, pending = _some(pending, cancel)
                yield from (future.result() for future in done)
        while pending:
            done, pending = _some(pending, cancel)
            yield from (future.result() for future in done)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _some(pending: set[Future[_Result]], cancel: CancelToken) -> tuple[set[Future[_Result]], set[Future[_Result]]]:
    cancel.check()
    return wait(pending, _LOOK_S, FIRST_COMPLETED)
