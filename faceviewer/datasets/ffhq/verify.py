"""The files of a data set against its metadata, in several threads, to be stopped and continued."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, cast

from faceviewer.datasets.ffhq.check_file import Checked, check_copy, check_picture, check_presence
from faceviewer.datasets.ffhq.facts import FOLDERS, KINDS
from faceviewer.datasets.ffhq.files import scan_files
from faceviewer.datasets.ffhq.index import FfhqIndex, index_folder
from faceviewer.datasets.ffhq.pool import each_in_threads
from faceviewer.datasets.ffhq.verify_report import Finding, KindReport, VerifyReport
from faceviewer.datasets.ffhq.verify_tasks import Task, holds_copies, relative, surplus, tasks_of
from faceviewer.io.file_stamp import file_stamp
from faceviewer.io.journal import Journal
from faceviewer.types import CancelToken, Progress, ProgressCallback

_Earlier = dict[tuple[str, int], list[Any]]
"""By kind and number: problem, detail, bytes, time of the last change."""


@dataclass(frozen=True)
class VerifyRequest:
    """How to check. Raises ValueError for less than one thread."""

    quick: bool = False
    """Presence and size alone."""
    threads: int = os.cpu_count() or 1
    resume: bool = False
    """Go on where a run over the same folder and metadata was stopped; files changed since are checked again."""

    def __post_init__(self) -> None:
        if self.threads < 1:
            raise ValueError(f"at least one thread is needed, not {self.threads}")


@dataclass(frozen=True)
class _Done:
    task: Task
    checked: Checked
    stamp: tuple[int, int]
    """(bytes, time of the last change in ns), -1 for a file that is not there."""
    was_known: bool


def verify(
    root: Path, index: FfhqIndex, request: VerifyRequest, progress: ProgressCallback, cancel: CancelToken
) -> VerifyReport:
    """Check every file that the metadata name, in the kinds of which there is a folder, and tell surplus ones.

    Raises FaceviewerError when the folder cannot be read, Cancelled when ``cancel`` was set.
    """
    progress(Progress("Looking for files", None))
    files = scan_files(root, cancel)
    folders = [folder for kind in KINDS if (folder := files.of(kind)) is not None]
    tasks = [tasks_of(folder, index) for folder in folders]
    total, findings = max(sum(map(len, tasks)), 1), []
    journal, earlier = _begun(root, index, request)
    finished = False
    try:
        for count, done in enumerate(_checked(chain.from_iterable(tasks), earlier, request, cancel), 1):
            task, (problem, detail) = done.task, done.checked
            if not done.was_known:
                journal.add([task.kind, task.number, problem, detail, *done.stamp])
            if problem:
                findings.append(Finding(task.kind, task.number, relative(task.path, root), problem, detail))
            progress(Progress(f"Checking {FOLDERS[task.kind]}/{task.number:05d}", count / total))
        for folder, expected in zip(folders, tasks, strict=True):
            findings.extend(surplus(folder, expected, root, cancel))
        finished = True
    finally:
        journal.close(finished=finished)
    reports = tuple(
        KindReport(one.kind, str(one.folder), len(expected), one.size if holds_copies(one, index) else None)
        for one, expected in zip(folders, tasks, strict=True)
    )
    findings.sort(key=lambda one: (KINDS.index(one.kind), one.number, one.path))
    return VerifyReport(str(root), index.about.sha256, request.quick, reports, tuple(findings))


def _checked(tasks: Iterator[Task], earlier: _Earlier, request: VerifyRequest, cancel: CancelToken) -> Iterator[_Done]:
    def check(task: Task) -> _Done:
        stamp = file_stamp(task.path)
        match earlier.get((task.kind, task.number)):
            case [str() as problem, str() as detail, *before] if before == [*stamp]:
                return _Done(task, cast("Checked", (problem, detail)), stamp, was_known=True)
        return _Done(task, _check(task, request.quick), stamp, was_known=False)

    return each_in_threads(check, tasks, request.threads, cancel)


def _check(task: Task, quick: bool) -> Checked:
    if quick:
        return check_presence(task.path, task.about)
    return check_copy(task.path) if task.about is None else check_picture(task.path, task.about)


def _begun(root: Path, index: FfhqIndex, request: VerifyRequest) -> tuple[Journal, _Earlier]:
    """The journal of this run, and what is to be taken over from an earlier one."""
    about = {"root": os.path.abspath(root), "json": index.about.sha256, "quick": request.quick, "version": 1}
    name = hashlib.sha256(repr(sorted(about.items())).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    journal = Journal(index_folder() / f"verify-{name}.jsonl", about)
    lines = list(journal.earlier()) if request.resume else []
    earlier = {(line[0], line[1]): line[2:] for line in lines if isinstance(line, list) and len(line) == 6}
    journal.begin([[*key, *rest] for key, rest in earlier.items()])
    return journal, earlier
