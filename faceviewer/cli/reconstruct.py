"""``faceviewer reconstruct``: photos, folders and videos to textured heads in files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faceviewer.cli.errors import FAILED, INTERRUPTED, errors_told, say

if TYPE_CHECKING:
    from faceviewer.cli.reporting import Reporter
    from faceviewer.jobs.batch import BatchRequest, Task

_FORMATS = ("obj", "glb", "ply")


def reconstruct(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where the results go.")],
    photos: Annotated[
        list[Path] | None, typer.Argument(metavar="PHOTO|DIR|VIDEO...", help="Photos, folders of them, videos.")
    ] = None,
    engine: Annotated[str, typer.Option(help="The reconstruction engine: builtin.")] = "builtin",
    assets: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Files that an engine needs; the built-in one needs none.")
    ] = None,
    device: Annotated[str, typer.Option(help="Where to compute: auto, cpu, cuda or mps.")] = "auto",
    faces: Annotated[
        str, typer.Option(help="all, largest, or the number N of one face: 1 is the photo's largest.")
    ] = "all",
    fov: Annotated[
        float | None, typer.Option(metavar="DEG", help="Field of view across the photo's longer side, degrees.")
    ] = None,
    focal: Annotated[float | None, typer.Option(metavar="PX", help="Focal length in pixels of the photo.")] = None,
    texture_size: Annotated[int, typer.Option(help="Side of the texture; 0 for a head without texture.")] = 1024,
    delight: Annotated[bool, typer.Option("--delight", help="Remove the photo's lighting from the texture.")] = False,
    formats: Annotated[str, typer.Option(help="Comma-separated, of obj, glb and ply.")] = "obj",
    overlay: Annotated[bool, typer.Option("--overlay", help="Also write the photo with the head over it.")] = False,
    origins: Annotated[
        bool, typer.Option("--origins", help="Also write a picture of where each texel of the texture came from.")
    ] = False,
    morph_targets: Annotated[
        bool, typer.Option("--morph-targets", help="Put the 52 expressions into the GLB, to animate the head.")
    ] = False,
    same_person: Annotated[
        bool, typer.Option("--same-person", help="All photos show one person: fit one identity to all of them.")
    ] = False,
    every: Annotated[int, typer.Option(metavar="N", help="Of videos, take every N-th frame.")] = 1,
    workers: Annotated[int, typer.Option(metavar="N", help="Photos to work on at the same time.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Skip photos whose results are there already.")] = False,
    sample: Annotated[bool, typer.Option("--sample", help="Use the portrait that comes with faceviewer.")] = False,
) -> None:
    """Turn the faces in photos into textured 3D heads: per face an OBJ with texture and a JSON.

    Exit status: 0 all done; 1 some photos failed, each with a line on stderr; 2 wrong usage; 130 interrupted.
    """
    with errors_told():
        from faceviewer.engines.options import ReconstructOptions, UsageError
        from faceviewer.engines.registry import engine_spec
        from faceviewer.io.resources import resource_path
        from faceviewer.jobs.batch import BatchRequest, make_tasks, prepare_directory
        from faceviewer.jobs.photo_job import FaceChoice
        from faceviewer.jobs.sources import expand_inputs

        inputs = [*(photos or []), *([resource_path("sample.jpg")] if sample else [])]
        if not inputs:
            raise UsageError("name at least one photo, folder or video, or use --sample")
        if workers < 1 or every < 1:
            raise UsageError("--workers and --every take numbers from 1")
        if same_person and workers > 1:
            raise UsageError("--same-person fits all photos together: it takes one worker")
        request = BatchRequest(
            directory=output,
            engine=engine_spec(engine),
            device=device,
            faces=FaceChoice.parse(faces),
            options=ReconstructOptions(focal_px=focal, fov_deg=fov, texture_size=texture_size or None, delight=delight),
            formats=_parse_formats(formats),
            overlay=overlay,
            origins=origins,
            morph_targets=morph_targets,
            resume=resume,
        )
        if assets is not None:
            _check_assets(assets, request)
        prepare_directory(output)
        tasks = make_tasks(expand_inputs(inputs, every=every))
        raise typer.Exit(_run(request, tasks, workers, same_person))


def _parse_formats(text: str) -> tuple[str, ...]:
    from faceviewer.engines.options import UsageError

    chosen = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    if not chosen or not set(chosen) <= set(_FORMATS):
        raise UsageError(f"--formats is a comma-separated list of {', '.join(_FORMATS)}, not {text!r}")
    return chosen


def _check_assets(assets: Path, request: BatchRequest) -> None:
    from faceviewer.engines.options import UsageError

    if not assets.is_dir():
        raise UsageError(f"--assets {assets}: there is no such folder")
    if not request.engine.needs:
        say(f"note: the engine {request.engine.id} needs no assets, --assets has no effect", error=True)


def _run(request: BatchRequest, tasks: list[Task], workers: int, same_person: bool) -> int:
    """Work through the tasks; returns the exit status."""
    from faceviewer.cli.reporting import make_reporter
    from faceviewer.jobs.batch import run_batch

    with make_reporter(len(tasks), request.directory) as reporter:
        try:
            for outcome in run_batch(tasks, request, reporter.progress, workers=workers, same_person=same_person):
                reporter.done(outcome)
        except KeyboardInterrupt:
            reporter.interrupted = True
    return _conclude(reporter)


def _conclude(reporter: Reporter) -> int:
    reporter.summarise()
    if reporter.interrupted:
        say("interrupted: what was written is complete; --resume goes on from there", error=True)
        return INTERRUPTED
    return FAILED if reporter.count("failed") else 0
