"""``faceviewer dataset ffhq``: the metadata and files of Flickr-Faces-HQ, which users bring themselves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faceviewer.cli.dataset_align import align, recreate
from faceviewer.cli.dataset_ffhq_uv import ffhq_uv
from faceviewer.cli.dataset_head_pose import head_pose
from faceviewer.cli.dataset_search import search
from faceviewer.cli.dataset_shown import check_there, opened, tell_contents, tell_problems, tell_terms
from faceviewer.cli.errors import FAILED, INTERRUPTED, errors_told, say

if TYPE_CHECKING:
    from faceviewer.datasets.ffhq.verify_report import VerifyReport

dataset = typer.Typer(help="Published data sets of faces. faceviewer downloads none of them.", no_args_is_help=True)
ffhq = typer.Typer(
    help="Flickr-Faces-HQ: search its metadata, check its files, make its aligned pictures again, and align any photo "
    "in its manner.",
    no_args_is_help=True,
)
dataset.add_typer(ffhq, name="ffhq")
dataset.add_typer(ffhq_uv, name="ffhq-uv", help="FFHQ-UV: search its maps, check them, fit eyeballs into its heads.")
dataset.add_typer(head_pose, name="head-pose")
MAX_TOLD = 50
"""Findings on stderr; the report has all."""
_Dir = Annotated[Path, typer.Argument(metavar="DIR", help="The data set's folder, or its ffhq-dataset-v2.json.")]


@ffhq.command()
def index(
    place: Annotated[Path, typer.Argument(metavar="JSON|DIR", help="ffhq-dataset-v2.json, or the folder with it.")],
) -> None:
    """Read the metadata once, so that everything else is quick, and say what is there.

    Exit status: 0 every entry is whole; 1 some are not, each with a line on stderr; 2 wrong usage.
    """
    with errors_told():
        from faceviewer.datasets.ffhq.files import scan_files
        from faceviewer.types import CancelToken

        check_there(place)
        if os.path.isdir(place):
            tell_contents(scan_files(place, CancelToken()))
        there = opened(place)
        known = "the published metadata" if there.is_published else "not the published file to the byte"
        say(f"{len(there)} entries ({known}); index in {there.path}")
        tell_terms()
        tell_problems(there)
        raise typer.Exit(FAILED if there.about.problem_count or there.about.end_problem else 0)


@ffhq.command()
def stats(place: _Dir) -> None:
    """Print how many pictures there are by split, licence and country."""
    with errors_told():
        from faceviewer.datasets.ffhq.statistics import statistics

        check_there(place)
        there = opened(place)
        counted = statistics(there.column("split"), there.column("licence"), there.column("country"))
        for line in counted.text().split("\n")[1:-1]:
            say(line)
        tell_terms()


@ffhq.command()
def verify(
    place: Annotated[Path, typer.Argument(metavar="DIR", help="The data set's folder.")],
    quick: Annotated[bool, typer.Option("--quick", help="Check only that files are there and how long.")] = False,
    threads: Annotated[
        int | None, typer.Option(metavar="N", help="Files to check at the same time; otherwise one per core.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run was stopped.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all findings, as .json or .csv.")] = None,
) -> None:
    """Compare the files with the metadata: size, md5, size in pixels, md5 of the pixels.

    Exit status: 0 no file is missing or damaged; 1 otherwise, with a line on stderr each; 2 wrong usage; 130 Ctrl-C.
    """
    with errors_told():
        from faceviewer.cli.tables import progress_shown
        from faceviewer.datasets.ffhq.verify import VerifyRequest
        from faceviewer.datasets.ffhq.verify import verify as examine
        from faceviewer.datasets.report_file import write_report
        from faceviewer.engines.options import UsageError
        from faceviewer.types import CancelToken

        if not os.path.isdir(place):
            raise UsageError(f"{place}: there is no such folder")
        if report is not None and report.suffix.lower() not in (".json", ".csv"):
            raise UsageError(f"--report {report}: reports are written as .json or .csv")
        try:
            asked = VerifyRequest(quick, resume=resume, **({} if threads is None else {"threads": threads}))
        except ValueError as error:
            raise UsageError(f"--threads: {error}") from None
        there = opened(place)
        try:
            with progress_shown() as progress:
                found = examine(place, there, asked, progress, CancelToken())
        except KeyboardInterrupt:
            say("interrupted: --resume goes on from there", error=True)
            raise typer.Exit(INTERRUPTED) from None
        _tell_report(found)
        if report is not None:
            write_report(found, report)
            say(f"report: {report}")
        raise typer.Exit(0 if found.is_sound else FAILED)


@ffhq.command()
def attribution(
    place: _Dir,
    numbers: Annotated[list[int], typer.Argument(metavar="NUMBER...", help="Numbers of pictures.")],
) -> None:
    """Print who made a picture and on which terms: the line that belongs next to it wherever it is shown."""
    with errors_told():
        from faceviewer.datasets.ffhq.attribution import attribution as line_of

        check_there(place)
        there, missing = opened(place), 0
        for number in numbers:
            try:
                say(f"{number:05d}: {line_of(there.entry(number))}")
            except KeyError:
                say(f"{place}: the metadata have no picture {number}", error=True)
                missing += 1
        raise typer.Exit(FAILED if missing else 0)


ffhq.command()(search)
ffhq.command()(recreate)
ffhq.command()(align)


def _tell_report(report: VerifyReport) -> None:
    rows = report.table()
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for one in report.kinds:
        if one.copies_of is not None:
            size = f"{one.copies_of[0]} x {one.copies_of[1]} pixels"
            say(f"{one.folder}: copies of {size}, another size than the metadata say: only opened, not compared")
    if not report.kinds:
        say("there are no pictures to check")
    for finding in report.findings[:MAX_TOLD]:
        say(finding.sentence, error=True)
    if len(report.findings) > MAX_TOLD:
        say(f"{len(report.findings) - MAX_TOLD} more; --report FILE lists all", error=True)
