"""An evaluation from start to end: every chosen photo once, to be stopped and continued."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from faceviewer.datasets.head_pose.sample import Angles, HeadPoseDataset
from faceviewer.engines.options import UsageError
from faceviewer.evaluation.bench import Bench, digest_of, stamps_of
from faceviewer.evaluation.columns import columns_of
from faceviewer.evaluation.offsets import Moved, Offset, find_offset, move, with_add
from faceviewer.evaluation.request import EvaluationRequest
from faceviewer.evaluation.rows import Row
from faceviewer.evaluation.tables import JOURNAL, TABLE, about_of_table, read_table
from faceviewer.evaluation.workers import measured_in_processes
from faceviewer.io.journal import Journal
from faceviewer.types import CancelToken, FaceviewerError, Progress, ProgressCallback

_KEPT = {"ok", "no face"}
"""What is not tried again when a run goes on."""


@dataclass(frozen=True, eq=False)
class Run:
    """What was measured."""

    about: dict[str, Any]
    """What was asked for; see ``EvaluationRequest.about``."""
    rows: tuple[Row, ...]
    """In the data set's order."""
    listed: int
    """How many photos the data set lists."""
    problems: tuple[str, ...]
    """Of the data set as a whole."""
    left_out: int
    """How many photos were left out because they do not fill the published program's last batch."""
    offset: Offset | None
    moved: dict[str, Moved]
    """Key -> pose without the offset; empty when there is none."""

    @property
    def angles(self) -> Angles:
        return self.about["angles"]

    @property
    def columns(self) -> dict[str, Any]:
        """See ``columns.columns_of``; of all rows."""
        return columns_of(self.rows, self.moved)

    def only(self, keys: set[str], order: Mapping[str, int]) -> Run:
        """The same of some photos, in this order; the offset stays that of all."""
        return replace(self, rows=tuple(sorted((row for row in self.rows if row.key in keys), key=_place(order))))


def _place(order: Mapping[str, int]) -> Callable[[Row], int]:
    return lambda row: order[row.key]


def evaluate(
    dataset: HeadPoseDataset,
    request: EvaluationRequest,
    folder: Path,
    output: Path,
    *,
    progress: ProgressCallback,
    told: Callable[[Row], None],
    cancel: CancelToken,
    bench: Bench | None = None,
) -> Run:
    """Measure a data set that lies in ``folder``; ``output`` gets the journal, which ``write_run`` takes away.

    told: is called with each row as it comes, of several workers in any order. bench: measures where there is one
    worker only. With its journal or its table ``request.resume`` goes on where an earlier run ended, however it did;
    photos that failed or changed are tried again. Raises UsageError, also when what is to be resumed was asked for
    something else or for more photos; FaceviewerError when the engine cannot be loaded; Cancelled.
    """
    keys, about = request.chosen(dataset.keys), request.about(dataset, folder)
    journal = Journal(output / JOURNAL, about)
    known = _earlier(journal, output, about) if request.resume else {}
    _check_none_is_lost(known, keys, dataset, output)
    kept = {key: row for key in keys if (row := known.get(key)) is not None and _holds(row, dataset)}
    missing = [key for key in keys if key not in kept]
    count = _Count(len(keys), len(kept), progress)
    if missing:
        progress(Progress("Loading the engine"))
    if min(request.workers, len(missing)) > 1:
        fresh = measured_in_processes(missing, dataset, folder, request, count.begun, cancel)
    else:
        fresh = _measured_here(missing, bench or Bench(dataset, request), count.begun, cancel)
    try:
        with closing(fresh):
            known = _measured(kept, fresh, count, journal, told)
        rows = [known[key] for key in keys]
        offset = find_offset(rows)
        moved = {} if offset is None else move(rows, offset, dataset.angles)

        def step(number: int, count: int) -> None:
            cancel.check()
            progress(Progress("Taking out the constant offset", number / count))

        rows = with_add(rows, moved, dataset.sample, step)
    finally:
        journal.close(finished=False)
    return Run(
        about, tuple(rows), len(dataset.keys), tuple(dataset.problems), request.left_out(dataset.keys), offset, moved
    )


class _Count:
    """Tells how many photos have their rows, and how fast they come."""

    def __init__(self, total: int, kept: int, progress: ProgressCallback) -> None:
        self._total, self._kept, self._fresh, self._progress = total, kept, 0, progress
        self._start: float | None = None
        """When the first photo was begun: loading the engine does not count."""

    def begun(self, key: str) -> None:
        """A photo is worked on."""
        self._start = self._start or time.perf_counter()
        done = self._kept + self._fresh
        rate = f", {self._fresh / (time.perf_counter() - self._start):.2f} photos/s" if self._fresh else ""
        self._progress(Progress(f"Measuring {key} ({done + 1} of {self._total}{rate})", done / self._total))

    def ended(self) -> None:
        """A photo has its row."""
        self._fresh += 1


def _measured(
    kept: Mapping[str, Row], fresh: Iterable[Row], count: _Count, journal: Journal, told: Callable[[Row], None]
) -> dict[str, Row]:
    """The rows that were kept and those that come, in any order; the latter go into the journal at once."""
    rows = dict(kept)
    for row in kept.values():
        told(row)
    for row in fresh:
        if len(rows) == len(kept):  # begun no sooner: an engine that cannot be loaded leaves the folder as it was
            journal.begin([row.as_json() for row in kept.values()])
        journal.add(row.as_json())
        rows[row.key] = row
        count.ended()
        told(row)
    return rows


def _measured_here(
    keys: Sequence[str], bench: Bench, begun: Callable[[str], None], cancel: CancelToken
) -> Generator[Row, None, None]:
    """The rows of ``keys`` one after the other, measured in this process."""
    if keys:
        bench.load()
    for key in keys:
        cancel.check()
        begun(key)
        yield bench.measure(key, cancel)


def read_run(folder: Path) -> Run:
    """The run that lies in a folder. Raises FaceviewerError when there is none."""
    if not os.path.exists(folder / TABLE):
        stopped = os.path.exists(folder / JOURNAL)
        why = "the run was stopped before its end, --resume goes on" if stopped else "no run of evaluate engine"
        raise FaceviewerError(f"{folder}: {why}")
    about, listed, rows = read_table(folder / TABLE)
    offset = find_offset(rows)
    return Run(about, tuple(rows), listed, (), 0, offset, {} if offset is None else move(rows, offset, about["angles"]))


def _holds(row: Row, dataset: HeadPoseDataset) -> bool:
    """Whether a row would be measured alike again. A changed list of all annotations need not change this one."""
    stamp, annotation = stamps_of(dataset, row.key)
    if row.status not in _KEPT or row.stamp != stamp:
        return False
    return row.annotation == annotation or _is_true_still(row, dataset)


def _is_true_still(row: Row, dataset: HeadPoseDataset) -> bool:
    try:
        return row.truth == digest_of(dataset.sample(row.key).truth)
    except FaceviewerError:
        return False


def check_place(dataset: HeadPoseDataset, request: EvaluationRequest, folder: Path, output: Path) -> None:
    """Raises UsageError where a run of another data set or engine lies, which may have taken hours."""
    about = request.about(dataset, folder)
    journal = Journal(output / JOURNAL, about)
    if request.resume and journal.is_there and not journal.is_of_another_run:
        return  # the table beside it may be of a run in whose place this one was begun
    telling = ["dataset", "title", "engine"]
    if dataset.id == "heads":
        telling.append("folder")  # others of one's own may have the same title
    for path, before in ((journal.path, journal.about_there), (output / TABLE, about_of_table(output / TABLE))):
        if isinstance(before, dict) and any(before.get(name) != about[name] for name in telling):
            engine, title = before.get("engine"), before.get("title")
            is_run = isinstance(engine, str) and isinstance(title, str)
            what = f"a run of {engine} on {title}" if is_run else "something else"
            raise UsageError(f"{path}: holds {what}; choose another folder, or remove it")


def _earlier(journal: Journal, output: Path, about: dict[str, Any]) -> dict[str, Row]:
    """Key -> row of a run that was stopped, or else of one that ended. Raises UsageError for one of something else.

    A journal holds all rows of its run. The table beside it may be of a run before, in whose place another was begun.
    """
    asked_otherwise = UsageError(
        f"{output}: the run that lies there was asked for something else; leave out --resume to begin anew"
    )
    if journal.is_of_another_run:
        raise asked_otherwise
    if journal.is_there:
        return {row.key: row for row in _rows_of(journal)}
    if not os.path.exists(output / TABLE):
        return {}
    try:
        before, _, rows = read_table(output / TABLE)
    except FaceviewerError as error:
        raise UsageError(f"{error}; leave out --resume to begin anew") from error
    if before != about:
        raise asked_otherwise
    return {row.key: row for row in rows}


def _rows_of(journal: Journal) -> Iterator[Row]:
    for node in journal.earlier():
        try:
            yield Row.from_json(node)
        except (ValueError, TypeError):
            continue


def _check_none_is_lost(known: Mapping[str, Row], keys: Sequence[str], dataset: HeadPoseDataset, output: Path) -> None:
    """Raise UsageError when rows of photos that the data set has would go because fewer are asked for."""
    if lost := (known.keys() & set(dataset.keys)) - set(keys):
        raise UsageError(
            f"{output}: --resume with fewer photos would lose {len(lost)} of the {len(known)} rows that lie there; "
            "choose another folder, or leave out --resume to begin anew"
        )
