"""``faceviewer dataset ffhq-uv``: the maps of FFHQ-UV with attributes and lights, which users bring themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faceviewer.cli.errors import FAILED, INTERRUPTED, errors_told, say
from faceviewer.cli.ffhq_uv import ffhq_uv
from faceviewer.cli.ffhq_uv_search import search
from faceviewer.cli.ffhq_uv_shown import (
    Project,
    SameIds,
    face_as_json,
    opened,
    require_folder,
    tell_contents,
    tell_face,
    tell_problems,
)

if TYPE_CHECKING:
    from faceviewer.datasets.ffhq_uv.verify_report import VerifyReport

__all__ = ["ffhq_uv"]

MAX_TOLD = 50
"""Findings on stderr; the report has all."""
_Dir = Annotated[Path, typer.Argument(metavar="DIR", help="The data set's folder, or any folder of maps.")]
_Id = Annotated[str, typer.Argument(metavar="ID", help="A map's file name without suffix, such as 01223.")]


@ffhq_uv.command()
def index(place: _Dir, project: Project = None, same_ids: SameIds = None) -> None:
    """Look through the folder, say what is there and what does not fit together.

    Exit status: 0 everything can be read; 1 something is damaged, with a line on stderr each; 2 wrong usage.
    """
    with errors_told():
        from faceviewer.datasets.ffhq_uv.facts import TERMS
        from faceviewer.datasets.ffhq_uv.problems import DAMAGES

        there = opened(place, project, same_ids)
        tell_contents(there)
        for sentence in TERMS:
            say(sentence)
        tell_problems(there)
        raise typer.Exit(FAILED if there.problem_counts().keys() & set(DAMAGES) else 0)


@ffhq_uv.command()
def show(
    place: _Dir,
    name: _Id,
    project: Project = None,
    same_ids: SameIds = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print all that is known of a map: attributes with their sources, light, latent codes, the Face API's answer."""
    with errors_told():
        from faceviewer.types import FaceviewerError

        there = opened(place, project, same_ids)
        entries = there.named(name)
        if not entries:
            raise FaceviewerError(f"{place}: there is no map {name!r}")
        if as_json:
            say(json.dumps([face_as_json(there, entry) for entry in entries]))
            return
        for entry in entries:
            tell_face(there, entry)


@ffhq_uv.command()
def light(place: _Dir, name: _Id, project: Project = None, same_ids: SameIds = None) -> None:
    """Print the nine numbers of a face's light: spherical harmonics, in the published order."""
    with errors_told():
        from faceviewer.datasets.ffhq_uv.details import light_of
        from faceviewer.datasets.ffhq_uv.facts import NUMBERS_DIFFER
        from faceviewer.types import FaceviewerError

        there = opened(place, project, same_ids)
        found = light_of(there, name)
        if found is None:
            why = f" ({NUMBERS_DIFFER})" if there.left_out else ""
            raise FaceviewerError(f"{place}: no light is known of {name!r}{why}")
        say(" ".join(f"{number:.5f}" for number in found))


@ffhq_uv.command()
def verify(
    place: _Dir,
    threads: Annotated[
        int | None, typer.Option(metavar="N", help="Maps to open at the same time; otherwise one per core.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run was stopped.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all findings, as .json or .csv.")] = None,
) -> None:
    """Open every map; tell those that are damaged, of another size or of another kind, and what else is wrong.

    Exit status: 0 all maps can be used; 1 otherwise, with a line on stderr each; 2 wrong usage; 130 Ctrl-C.
    """
    with errors_told():
        from faceviewer.cli.tables import progress_shown
        from faceviewer.datasets.ffhq_uv.verify import VerifyRequest
        from faceviewer.datasets.ffhq_uv.verify import verify as examine
        from faceviewer.datasets.report_file import write_report
        from faceviewer.engines.options import UsageError
        from faceviewer.types import CancelToken

        require_folder(place)
        if report is not None and report.suffix.lower() not in (".json", ".csv"):
            raise UsageError(f"--report {report}: reports are written as .json or .csv")
        try:
            asked = VerifyRequest(resume=resume, **({} if threads is None else {"threads": threads}))
        except ValueError as error:
            raise UsageError(f"--threads: {error}") from None
        there = opened(place, None, None)
        try:
            with progress_shown() as progress:
                found = examine(there, asked, progress, CancelToken())
        except KeyboardInterrupt:
            say("interrupted: --resume goes on from there", error=True)
            raise typer.Exit(INTERRUPTED) from None
        _tell_report(found)
        if report is not None:
            write_report(found, report)
            say(f"report: {report}")
        raise typer.Exit(0 if found.is_sound else FAILED)


ffhq_uv.command()(search)


def _tell_report(report: VerifyReport) -> None:
    say(f"{report.checked} maps: " + ", ".join(f"{count} {name}" for name, count in report.counts().items()))
    sentences = [one.sentence for one in (*report.findings, *report.problems)]
    for sentence in sentences[:MAX_TOLD]:
        say(sentence, error=True)
    if len(sentences) > MAX_TOLD:
        say(f"{len(sentences) - MAX_TOLD} more; --report FILE lists all", error=True)
