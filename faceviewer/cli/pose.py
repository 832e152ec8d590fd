"""``faceviewer pose``: the head poses of everybody in a video, as a table or JSON."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faceviewer.cli.errors import FAILED, errors_told, say

if TYPE_CHECKING:
    from faceviewer.jobs.pose_series import PoseSeries
    from faceviewer.jobs.pose_video import PoseRequest

_LARGEST_PEOPLE = 50
_RATES = (0.001, 10_000)


def pose(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="FILE.csv or FILE.json; always needed.")
    ] = None,
    source: Annotated[
        Path | None, typer.Argument(metavar="VIDEO|FOLDER", help="A video, or a folder of photos as its frames.")
    ] = None,
    engine: Annotated[str, typer.Option(help="The engine that finds the pose.")] = "builtin",
    option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="A choice for the engine alone, repeatable; help lists those there are."
        ),
    ] = None,
    assets: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Files that an engine needs; the built-in one needs none.")
    ] = None,
    device: Annotated[str, typer.Option(help="Where to compute: auto, cpu, cuda or mps.")] = "auto",
    fov: Annotated[
        float | None, typer.Option(metavar="DEG", help="Field of view across the picture's longer side, degrees.")
    ] = None,
    focal: Annotated[
        float | None, typer.Option(metavar="PX", help="Focal length in pixels of the picture, not in millimetres.")
    ] = None,
    every: Annotated[int, typer.Option(metavar="N", help="Look at every N-th frame.")] = 1,
    people: Annotated[int, typer.Option(metavar="N", help="Follow at most N people at the same time.")] = 4,
    rate: Annotated[float, typer.Option(metavar="FPS", help="Frames per second of a folder of photos.")] = 25.0,
    smooth: Annotated[
        float, typer.Option(metavar="SECONDS", help="Average poses over time, with this standard deviation; 0: raw.")
    ] = 0.0,
) -> None:
    """Write yaw, pitch, roll and place of everybody's head in every frame; people are followed by their place.

    Frames in which somebody is not seen are gaps, never filled in. Exit status: 0 done; 1 the video or the engine
    failed; 2 wrong usage; 130 interrupted, nothing was written.
    """
    with errors_told():
        from faceviewer.cli.engine_options import check_files, engine_or_help, parse_choices
        from faceviewer.engines.options import ReconstructOptions
        from faceviewer.engines.registry import EngineChoice
        from faceviewer.jobs.pose_frames import PoseSource
        from faceviewer.jobs.pose_video import PoseRequest
        from faceviewer.jobs.tasks import check_focal

        spec = engine_or_help(engine, option or [])
        output, source = _checked_paths(output, source)
        _check_numbers(every, people, rate, smooth)
        choices = parse_choices(spec, option or [])
        options = ReconstructOptions(focal_px=focal, fov_deg=fov, texture_size=None, choices=choices)
        check_focal(spec, options)
        check_files(spec, assets)
        _check_target(output)
        request = PoseRequest(PoseSource(source, every, rate), EngineChoice(spec.id, device, assets), options, people)
        series = _analyse(request, smooth)
        _write(series, output)
        if not series.people:
            raise typer.Exit(FAILED)


def _checked_paths(output: Path | None, source: Path | None) -> tuple[Path, Path]:
    from faceviewer.engines.options import UsageError
    from faceviewer.jobs.pose_files import POSE_SUFFIXES

    if source is None:
        raise UsageError("name a video, or a folder of photos")
    if output is None or output.suffix.lower() not in POSE_SUFFIXES:
        raise UsageError(f"name the file to write with -o; it ends in {' or '.join(POSE_SUFFIXES)}")
    return output, source


def _check_target(output: Path) -> None:
    """See that the file can be written before minutes are spent. Raises FaceviewerError when it cannot."""
    from faceviewer.io.atomic import AtomicFileSet
    from faceviewer.types import FaceviewerError

    if os.path.isdir(output):
        raise FaceviewerError(f"{output}: a folder of that name is in the way")
    there = next(folder for folder in output.absolute().parents if os.path.exists(folder))
    with AtomicFileSet(there):
        pass  # what is missing below it is made when there is something to write


def _check_numbers(every: int, people: int, rate: float, smooth: float) -> None:
    from faceviewer.engines.options import UsageError

    if every < 1 or not 1 <= people <= _LARGEST_PEOPLE:
        raise UsageError(f"--every takes numbers from 1, --people from 1 to {_LARGEST_PEOPLE}")
    if not _RATES[0] <= rate <= _RATES[1]:
        raise UsageError(f"--rate takes frames per second from {_RATES[0]} to {_RATES[1]}")
    if not 0 <= smooth <= 10:
        raise UsageError("--smooth takes seconds from 0 to 10")


def _analyse(request: PoseRequest, smooth: float) -> PoseSeries:
    from faceviewer.cli.tables import progress_shown
    from faceviewer.jobs.pose_smoothing import smoothed
    from faceviewer.jobs.pose_video import analyse_poses
    from faceviewer.types import CancelToken

    with progress_shown() as progress:
        return smoothed(analyse_poses(request, progress=progress, cancel=CancelToken()), smooth)


def _write(series: PoseSeries, output: Path) -> None:
    from faceviewer.jobs.pose_files import write_poses
    from faceviewer.jobs.pose_series import SCALE_SENTENCE

    write_poses(series, output)
    for note in series.notes:
        say(f"note: {note}", error=True)
    for person in series.people:
        begin_s, end_s = series.time_s[person.rows[[0, -1]]]
        when = f"{begin_s:.2f} s to {end_s:.2f} s" if len(person.rows) > 1 else f"at {begin_s:.2f} s"
        say(f"{person.title}: {_frames(len(person.rows))}, {when}")
    if series.people:
        for sentence in (*series.focal_sentences(), SCALE_SENTENCE):
            say(sentence)
    say(f"{_frames(len(series.frames))} looked at; written to {output}")


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"
