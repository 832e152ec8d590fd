"""An evaluation from start to end: every chosen photo once, to be stopped and continued."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from faceviewer.datasets.head_pose.sample import Angles, HeadPoseDataset
from faceviewer.engines.options import UsageError
from faceviewer.evaluation.bench import Bench
from faceviewer.evaluation.columns import columns_of
from faceviewer.evaluation.offsets import Moved, Offset, find_offset, move, with_add
from faceviewer.evaluation.request import EvaluationRequest
from faceviewer.evaluation.rows import Row
from faceviewer.evaluation.tables import JOURNAL, TABLE, read_table
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

    told: is called with each row as it comes. With its journal or its table ``request.resume`` goes on where an earlier
    run ended, however it did; photos that failed or changed are tried again. Raises UsageError, also when what is to
    be resumed had been asked for something else; FaceviewerError when the engine cannot be loaded; Cancelled.
    """
    keys, about = request.chosen(dataset.keys), request.about(dataset, folder)
    journal = Journal(output / JOURNAL, about)
    known = _earlier(journal, output, about) if request.resume else {}
    kept = {key: row for key in keys if (row := known.get(key)) is not None and _holds(row, dataset.photo_path(key))}
    bench = bench or Bench(dataset, request)
    if len(kept) < len(keys):
        progress(Progress("Loading the engine"))
        bench.load()
    journal.begin([row.as_json() for row in kept.values()])
    try:
        rows = _measured(keys, kept, dataset, bench, journal, progress, told, cancel)
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


def _measured(
    keys: Sequence[str],
    kept: dict[str, Row],
    dataset: HeadPoseDataset,
    bench: Bench,
    journal: Journal,
    progress: ProgressCallback,
    told: Callable[[Row], None],
    cancel: CancelToken,
) -> list[Row]:
    rows, start, fresh = [], time.perf_counter(), 0
    for number, key in enumerate(keys):
        cancel.check()
        row = kept.get(key)
        if row is None:
            rate = f", {fresh / (time.perf_counter() - start):.2f} photos/s" if fresh else ""
            progress(Progress(f"Measuring {key} ({number + 1} of {len(keys)}{rate})", number / len(keys)))
            stamp = stamp_of(dataset.photo_path(key))
            row = replace(bench.measure(key, cancel), stamp=stamp)
            journal.add(row.as_json())
            fresh += 1
        rows.append(row)
        told(row)
    return rows


def read_run(folder: Path) -> Run:
    """The run that lies in a folder. Raises FaceviewerError when there is none."""
    if not (folder / TABLE).exists():
        stopped = (folder / JOURNAL).exists()
        why = "the run was stopped before its end, --resume goes on" if stopped else "no run of evaluate engine"
        raise FaceviewerError(f"{folder}: {why}")
    about, listed, rows = read_table(folder / TABLE)
    offset = find_offset(rows)
    return Run(about, tuple(rows), listed, (), 0, offset, {} if offset is None else move(rows, offset, about["angles"]))


def stamp_of(path: Path) -> tuple[int, int]:
    """(bytes, time of the last change in ns), -1 for a file that is not there."""
    try:
        status = path.stat()
    except OSError:
        return -1, -1
    return status.st_size, status.st_mtime_ns


def _holds(row: Row, photo: Path) -> bool:
    return row.status in _KEPT and tuple(row.stamp) == stamp_of(photo)


def _earlier(journal: Journal, output: Path, about: dict[str, Any]) -> dict[str, Row]:
    """Key -> row of a run that was stopped, or of one that ended. Raises UsageError for one of something else."""
    asked_otherwise = UsageError(
        f"{output}: the run that lies there was asked for something else; leave out --resume to begin anew"
    )
    if journal.is_of_another_run:
        raise asked_otherwise
    known: dict[str, Row] = {}
    if (output / TABLE).exists():
        try:
            before, _, rows = read_table(output / TABLE)
        except FaceviewerError as error:
            raise UsageError(f"{error}; leave out --resume to begin anew") from error
        if before != about:
            raise asked_otherwise
        known = {row.key: row for row in rows}
    for node in journal.earlier():
        try:
            row = Row.from_json(node)
        except (ValueError, TypeError):
            continue
        known[row.key] = row
    return known
