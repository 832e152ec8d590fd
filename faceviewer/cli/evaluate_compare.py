"""``faceviewer evaluate compare``: runs of ``evaluate engine`` beside each other."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from faceviewer.cli.errors import errors_told, say


def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Output folders of evaluate engine.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The page to write: .html.")],
) -> None:
    """Put runs beside each other on the photos that all of them measured: engines, or before and after a change.

    Exit status: 0 written; 1 a run cannot be read; 2 wrong usage, also when the runs share nothing.
    """
    with errors_told():
        from faceviewer.engines.options import UsageError
        from faceviewer.evaluation.report_compare import compare_html, compare_runs, left_out_of, photos_of
        from faceviewer.evaluation.run import read_run
        from faceviewer.io.atomic import write_atomically

        if output.suffix.lower() != ".html":
            raise UsageError(f"-o {output}: the page is written as .html")
        for folder in runs:
            if not os.path.isdir(folder):
                raise UsageError(f"{folder}: there is no such folder")
        compared = compare_runs(dict(zip(_names(runs), map(read_run, runs), strict=True)))
        text = compare_html(compared)
        write_atomically(output, lambda path: path.write_text(text, "utf-8", "surrogateescape", newline=""))
        if sentence := left_out_of(compared):
            say(f"note: {sentence}", error=True)
        say(f"{photos_of(compared)} measured by all {len(runs)} runs; {output}")


def _names(runs: list[Path]) -> list[str]:
    """What tells the folders apart: their names, or else their paths, and a number for one that is named twice."""
    short = [folder.absolute().name for folder in runs]
    names = short if len(set(short)) == len(short) else [str(folder) for folder in runs]
    return [name if names.index(name) == k else f"{name} ({k + 1})" for k, name in enumerate(names)]
