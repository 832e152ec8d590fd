"""``faceviewer evaluate engine``: an engine measured against a data set of which the truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faceviewer.cli.dataset_head_pose import opened
from faceviewer.cli.errors import FAILED, INTERRUPTED, errors_told, say

if TYPE_CHECKING:
    from faceviewer.datasets.head_pose.sample import HeadPoseDataset
    from faceviewer.evaluation.request import EvaluationRequest
    from faceviewer.evaluation.rows import Row
    from faceviewer.evaluation.summary import Summary

_MAX_TOLD = 20
"""Problems that are told one by one; the table has all of them."""


def engine(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="AFLW2000-3D, 300W-LP, BIWI, ARKitFace, or a folder with truth.json.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where tables and report go.")],
    engine: Annotated[str, typer.Option(help="The engine to measure.")] = "builtin",
    option: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A choice for the engine alone; help lists those there are."),
    ] = None,
    assets: Annotated[Path | None, typer.Option(metavar="DIR", help="Files that the engine needs.")] = None,
    device: Annotated[str, typer.Option(help="Where to compute: auto, cpu, cuda or mps.")] = "auto",
    dataset: Annotated[
        str, typer.Option(help="Which data set it is: auto, arkitface, 300w-lp, aflw2000, biwi or heads.")
    ] = "auto",
    part: Annotated[str | None, typer.Option(help="Of ARKitFace: test or train.")] = None,
    resources: Annotated[
        Path | None, typer.Option(metavar="DIR", help="TRG's small files, which ARKitFace needs.")
    ] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", help="Measure at most N photos.")] = None,
    every: Annotated[int, typer.Option(metavar="N", help="Take every N-th photo of the list.")] = 1,
    faces: Annotated[
        str, typer.Option(help="found: the engine's search finds the face; given: it gets the box of the truth.")
    ] = "found",
    focal: Annotated[
        str, typer.Option(help="engine: the engine assumes a focal length; true: it is told the camera's.")
    ] = "engine",
    published_protocol: Annotated[
        bool, typer.Option("--published-protocol", help="Leave out what does not fill the last batch of 64.")
    ] = False,
    workers: Annotated[int, typer.Option(metavar="N", help="Photos to work on at the same time.")] = 1,
    worst: Annotated[int, typer.Option(metavar="N", help="Worst photos of each kind to show in the report.")] = 4,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what lies in the output folder.")] = False,
) -> None:
    """Measure head pose, landmarks and shape of an engine on every photo of a data set.

    Writes table.csv, table.json, summary.json and report.html. Exit status: 0 all photos were measured; 1 some could
    not be, each with a reason; 2 wrong usage; 130 interrupted, --resume goes on.
    """
    with errors_told():
        from faceviewer.cli.engine_options import check_files, engine_or_help, parse_choices
        from faceviewer.engines.options import UsageError
        from faceviewer.evaluation.request import EvaluationRequest

        spec = engine_or_help(engine, option or [])
        if faces not in ("found", "given"):
            raise UsageError(f"--faces is found or given, not {faces!r}")
        if focal not in ("engine", "true"):
            raise UsageError(f"--focal is engine or true, not {focal!r}")
        if worst < 0:
            raise UsageError("--worst takes numbers from 0")
        check_files(spec, assets)
        request = EvaluationRequest(
            engine=spec,
            device=device,
            assets=assets,
            choices=parse_choices(spec, option or []),
            faces=faces,  # pyright: ignore[reportArgumentType]
            focal=focal,  # pyright: ignore[reportArgumentType]
            every=every,
            limit=limit,
            published_protocol=published_protocol,
            resume=resume,
            workers=workers,
            part=part,
            resources=resources,
        )
        raise typer.Exit(_run(_open(folder, dataset, part, resources), folder, output, request, worst))


def _open(folder: Path, kind: str, part: str | None, resources: Path | None) -> HeadPoseDataset:
    """The data set; what it complains about goes to stderr."""
    dataset = opened(folder, kind, part, resources)
    for problem in dataset.problems:
        say(f"note: {problem}", error=True)
    return dataset


def _run(dataset: HeadPoseDataset, folder: Path, output: Path, request: EvaluationRequest, worst: int) -> int:
    """Measure, write, tell; returns the exit status."""
    from faceviewer.cli.tables import progress_shown
    from faceviewer.evaluation.bench import Bench
    from faceviewer.evaluation.outputs import write_run
    from faceviewer.evaluation.report_html import report_html
    from faceviewer.evaluation.run import check_place, evaluate
    from faceviewer.evaluation.summary import summarise
    from faceviewer.evaluation.worst import worst_cases
    from faceviewer.io.atomic import remove_stale
    from faceviewer.types import CancelToken

    troubles: list[Row] = []

    def told(row: Row) -> None:
        if row.status != "ok":
            troubles.append(row)
            if len(troubles) <= _MAX_TOLD:
                say(f"{row.status}: {row.reason}", error=True)

    check_place(dataset, request, folder, output)
    cancel, bench = CancelToken(), Bench(dataset, request)
    try:
        with progress_shown() as progress:
            run = evaluate(dataset, request, folder, output, progress=progress, told=told, cancel=cancel, bench=bench)
            summary = summarise(run)
            cases = worst_cases(run, bench, worst, progress, cancel)
            remove_stale(output)
            write_run(output, run, summary, report_html(run, summary, cases))
    except KeyboardInterrupt:
        say("interrupted: --resume goes on from there", error=True)
        return INTERRUPTED
    if len(troubles) > _MAX_TOLD:
        say(
            f"note: {len(troubles) - _MAX_TOLD} more photos without figures; {output / 'table.csv'} has all", error=True
        )
    tell_summary(summary)
    say(f"tables and report in {output}")
    return FAILED if troubles else 0


def tell_summary(summary: Summary) -> None:
    """Print the figures, each with the number of photos behind it."""
    from faceviewer.evaluation.figures import MOVED_PREFIX

    about = summary.about
    say(f"{about['engine']} on {about['title']}: {_counts(summary)}")
    told = f"of the camera in {summary.focal_told} photos" if summary.focal_told else "assumed"
    say(f"faces: {about['faces']}; focal length: {told}")
    group = ""
    for figure in summary.figures:
        if figure.id.startswith(MOVED_PREFIX):
            continue
        if figure.group != group:
            group = figure.group
            say(group)
        moved = summary.value(MOVED_PREFIX + figure.id)
        also = f"   ({moved.text} without the constant offset)" if moved else ""
        say(f"  {figure.title:<52} {figure.text:>12}   n={figure.photos}{also}")


def _counts(summary: Summary) -> str:
    told = [f"{number} {status}" for status, number in summary.counts.items() if number]
    return f"{summary.photos} of {summary.listed} photos ({', '.join(told)})"
