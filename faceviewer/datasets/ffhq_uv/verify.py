"""Every map decoded and looked at, in several threads, to be stopped and continued."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from faceviewer.datasets.ffhq.pool import each_in_threads
from faceviewer.datasets.ffhq_uv.entry import UvMapEntry
from faceviewer.datasets.ffhq_uv.index import UvMapIndex, index_folder
from faceviewer.datasets.ffhq_uv.maps import mode_notes, open_uv_map
from faceviewer.datasets.ffhq_uv.verify_report import Finding, MapProblem, VerifyReport
from faceviewer.io.file_stamp import file_stamp
from faceviewer.io.journal import Journal
from faceviewer.types import CancelToken, FaceviewerError, Progress, ProgressCallback

_PAGE = 500
_Earlier = dict[str, list[Any]]
"""By path: problem, detail, bytes, time of the last change."""


@dataclass(frozen=True)
class VerifyRequest:
    """How to check. Raises ValueError for less than one thread."""

    threads: int = os.cpu_count() or 1
    resume: bool = False
    """Go on where a run over the same folder was stopped; files changed since are checked again."""

    def __post_init__(self) -> None:
        if self.threads < 1:
            raise ValueError(f"at least one thread is needed, not {self.threads}")


@dataclass(frozen=True)
class _Done:
    entry: UvMapEntry
    problem: MapProblem
    detail: str
    stamp: tuple[int, int]
    was_known: bool


def verify(index: UvMapIndex, request: VerifyRequest, progress: ProgressCallback, cancel: CancelToken) -> VerifyReport:
    """Open every map of an index that is up to date, and add what the index itself found.

    Raises Cancelled when ``cancel`` was set; a run with ``resume`` then goes on.
    """
    total, findings, checked = max(len(index), 1), [], 0
    journal, earlier = _begun(index, request)
    finished = False

    def check(entry: UvMapEntry) -> _Done:
        stamp = file_stamp(entry.path)
        match earlier.get(str(entry.path)):
            case [("" | "missing" | "damaged" | "other size" | "other pixels") as problem, str() as detail, *before]:
                if before == [*stamp]:
                    return _Done(entry, problem, detail, stamp, was_known=True)
        return _Done(entry, *check_map(entry), stamp, was_known=False)

    try:
        for checked, done in enumerate(each_in_threads(check, _entries(index), request.threads, cancel), 1):
            if not done.was_known:
                journal.add([str(done.entry.path), done.problem, done.detail, *done.stamp])
            if done.problem:
                findings.append(
                    Finding(done.entry.part, done.entry.id, str(done.entry.path), done.problem, done.detail)
                )
            progress(Progress(f"Checking {done.entry.part}/{done.entry.id}", min(checked / total, 1.0)))
        finished = True
    finally:
        journal.close(finished=finished)
    findings.sort(key=lambda one: (one.part, one.id, one.path))
    return VerifyReport(
        str(index.layout.root), checked, tuple(findings), tuple(index.problems()), index.problem_counts()
    )


def check_map(entry: UvMapEntry) -> tuple[MapProblem, str]:
    """(what is wrong, "" for nothing; the details) of one map."""
    if not os.path.exists(entry.path):
        return "missing", ""
    try:
        found = open_uv_map(entry.path)
    except FaceviewerError as error:
        return "damaged", str(error).removeprefix(f"{entry.path}: ")
    details = "; ".join(found.notes)
    others = mode_notes(entry.path)
    return ("other pixels" if others else "other size", details) if details else ("", "")


def _entries(index: UvMapIndex) -> Iterator[UvMapEntry]:
    keys = index.keys()
    for start in range(0, len(keys), _PAGE):
        yield from index.entries(keys[start : start + _PAGE])


def _begun(index: UvMapIndex, request: VerifyRequest) -> tuple[Journal, _Earlier]:
    """The journal of this run, and what is to be taken over from an earlier one."""
    about = {"root": str(index.layout.root), "version": 1}
    name = hashlib.sha256(os.fsencode(index.layout.root)).hexdigest()[:24]
    journal = Journal(index_folder() / f"verify-{name}.jsonl", about)
    lines = list(journal.earlier()) if request.resume else []
    earlier = {line[0]: line[1:] for line in lines if isinstance(line, list) and len(line) == 5}
    journal.begin([[path, *rest] for path, rest in earlier.items()])
    return journal, earlier
