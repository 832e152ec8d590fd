"""What ``reconstruct`` shows while it works and at the end: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from abc import ABC, abstractmethod
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from faceviewer.cli.errors import is_debugging, printable, say
from faceviewer.jobs.tasks import Outcome
from faceviewer.types import Progress

MAX_ROWS = 40
"""Longest table of photos; of more, only the totals are shown."""
MAX_WARNINGS = 10


class Reporter(ABC):
    """Follows a batch. Failures go to stderr as they happen, one line each; the rest is for people to read."""

    def __init__(self, total: int, directory: Path) -> None:
        self.total = total
        self.interrupted = False
        self._directory = directory
        self._outcomes: list[Outcome] = []
        self._start = time.perf_counter()

    @abstractmethod
    def progress(self, label: str, step: Progress) -> None:
        """A picture has come further."""

    @abstractmethod
    def show(self, outcome: Outcome) -> None:
        """A picture is done, was skipped or failed."""

    @abstractmethod
    def close(self) -> None:
        """The batch is over."""

    def done(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        self.show(outcome)

    def count(self, status: str) -> int:
        return sum(outcome.status == status for outcome in self._outcomes)

    def rows(self) -> list[Outcome]:
        return self._outcomes

    def summarise(self) -> None:
        """Print what is to be known about the results, and the totals in one line."""
        seconds = time.perf_counter() - self._start
        self._tell_warnings()
        counts = Counter(outcome.status for outcome in self._outcomes)
        heads = sum(outcome.faces for outcome in self._outcomes if outcome.status == "done")
        parts = [f"{_counted(counts['done'], 'photo')} done ({_counted(heads, 'head')})"]
        if counts["skipped"]:
            parts.append(f"{counts['skipped']} already there")
        if counts["failed"]:
            parts.append(f"{counts['failed']} failed")
        if len(self._outcomes) < self.total:
            parts.append(f"{self.total - len(self._outcomes)} not tried")
        rate = f", {counts['done'] / seconds:.2f} photos/s" if counts["done"] > 1 else ""
        say(f"{', '.join(parts)} in {seconds:.1f} s{rate}; results in {self._directory}")

    def _tell_warnings(self) -> None:
        """Each sentence once, with the photo or the number of photos that it is about."""
        about: dict[str, list[str]] = {}
        for outcome in self._outcomes:
            for warning in outcome.warnings:
                about.setdefault(warning, []).append(outcome.label)
        for warning, labels in list(about.items())[:MAX_WARNINGS]:
            where = labels[0] if len(labels) == 1 else f"{len(labels)} photos"
            say(f"note: {where}: {warning}")
        if len(about) > MAX_WARNINGS:
            say(f"note: {len(about) - MAX_WARNINGS} more, under warnings in the JSON of each result")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class PlainReporter(Reporter):
    """A line per picture on stdout."""

    def progress(self, label: str, step: Progress) -> None:
        """Lines cannot be taken back: only whole pictures are told."""

    def show(self, outcome: Outcome) -> None:
        if outcome.status == "failed":
            _tell_failure(outcome)
            return
        say(f"[{len(self._outcomes)}/{self.total}] {outcome.label}: {describe(outcome)}")

    def close(self) -> None:
        pass


class LiveReporter(Reporter):
    """A bar on stderr with stage, rate and time left, and a table on stdout at the end."""

    def __init__(self, total: int, directory: Path) -> None:
        super().__init__(total, directory)
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("Starting", total=total, rate="")
        self._bar.start()

    def progress(self, label: str, step: Progress) -> None:
        stage = step.stage if step.fraction is None else f"{step.stage} {step.fraction:.0%}"
        self._bar.update(self._task, description=printable(f"{Path(label).name}: {stage}"))

    def show(self, outcome: Outcome) -> None:
        if outcome.status == "failed":
            _tell_failure(outcome)
        rate = len(self._outcomes) / (time.perf_counter() - self._start)
        self._bar.update(self._task, completed=len(self._outcomes), rate=f"{rate:.2f}/s")

    def close(self) -> None:
        self._bar.stop()

    def summarise(self) -> None:
        if 1 < len(self.rows()) <= MAX_ROWS:
            table = Table("photo", "heads", "seconds", "result", box=None)
            for outcome in self.rows():
                name = Text(printable(outcome.label), overflow="fold")
                table.add_row(name, str(outcome.faces or ""), f"{outcome.seconds:.1f}", outcome.status)
            Console().print(table)
        super().summarise()


def make_reporter(total: int, directory: Path) -> Reporter:
    """The display that fits where stderr goes."""
    return LiveReporter(total, directory) if sys.stderr.isatty() else PlainReporter(total, directory)


def describe(outcome: Outcome) -> str:
    """What became of a picture, in a few words."""
    if outcome.status == "skipped":
        return f"{_counted(outcome.faces, 'head')} already there"
    return f"{_counted(outcome.faces, 'head')} in {outcome.seconds:.1f} s"


def _tell_failure(outcome: Outcome) -> None:
    say(outcome.reason, error=True)
    if is_debugging():
        sys.stderr.write(outcome.trace)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
