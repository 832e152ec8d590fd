"""Rows of a state, a name and a sentence: a coloured table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from faceviewer.cli.errors import printable, say
from faceviewer.types import Progress, ProgressCallback

_COLORS = {
    "there": "green", "present": "green", "imported": "green",
    "optional": "dim", "missing": "yellow", "unknown": "yellow", "damaged": "red", "refused": "red",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line."""

    state: str
    name: str
    text: str


def tell_rows(rows: Iterable[Row]) -> None:
    """Print rows to stdout."""
    rows = list(rows)
    if not sys.stdout.isatty():
        width = max((len(row.state) for row in rows), default=0)
        for row in rows:
            say(f"  {row.state:<{width}}  {row.name}  {row.text}")
        return
    table = Table(box=None, show_header=False)
    for row in rows:
        state = Text(row.state, _COLORS.get(row.state, ""))
        table.add_row(state, Text(row.name, overflow="fold"), Text(printable(row.text), overflow="fold"))
    Console().print(table)


@contextmanager
def progress_shown() -> Iterator[ProgressCallback]:
    """Show a job's progress as a bar on stderr when that is a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=1.0)

        def show(step: Progress) -> None:
            bar.update(task, description=printable(step.stage), completed=step.fraction or 0.0)

        yield show
