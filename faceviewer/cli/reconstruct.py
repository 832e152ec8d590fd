"""``faceviewer reconstruct``: photos, folders and videos to textured heads in files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faceviewer.cli.errors import FAILED, INTERRUPTED, errors_told, say

if TYPE_CHECKING:
    from faceviewer.cli.reporting import Reporter
    from faceviewer.jobs.tasks import BatchRequest, Task

_FORMATS = ("obj", "glb", "ply")


def reconstruct(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Where the results go; always needed.")
    ] = None,
    photos: Annotated[
        list[Path] | None, typer.Argument(metavar="PHOTO|DIR|VIDEO...", help="Photos, folders of them, videos.")
    ] = None,
    engine: Annotated[str, typer.Option(help="The reconstruction engine: builtin, 3ddfa-v3 or trg.")] = "builtin",
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
    faces: Annotated[
        str, typer.Option(help="all, largest, or the number N of one face: 1 is the photo's largest.")
    ] = "all",
    fov: Annotated[
        float | None, typer.Option(metavar="DEG", help="Field of view across the photo's longer side, degrees.")
    ] = None,
    focal: Annotated[
        float | None, typer.Option(metavar="PX", help="Focal length in pixels of the photo, not in millimetres.")
    ] = None,
    texture_size: Annotated[int, typer.Option(help="Side of the texture; 0 for a head without texture.")] = 1024,
    delight: Annotated[bool, typer.Option("--delight", help="Remove the photo's lighting from the texture.")] = False,
    formats: Annotated[str, typer.Option(help="Comma-separated, of obj, glb and ply.")] = "obj",
    overlay: Annotated[bool, typer.Option("--overlay", help="Also write the photo with the mesh over it.")] = False,
    pictures: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="Also write these pictures of the head on its photo; comma-separated, of overlay, texture, model, "
            "shape, parts, parts-seen, landmarks and sheet.",
        ),
    ] = "",
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
    together: Annotated[
        int, typer.Option(metavar="N", help="Photos whose faces the networks see in one go; pays on graphics cards.")
    ] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Skip photos whose results are there already.")] = False,
    sample: Annotated[bool, typer.Option("--sample", help="Use the portrait that comes with faceviewer.")] = False,
) -> None:
    """Turn the faces in photos into textured 3D heads: per face an OBJ with texture and a JSON.

    Exit status: 0 all done; 1 some photos failed, each with a line on stderr; 2 wrong usage; 130 interrupted.
    """
    with errors_told():
        from faceviewer.cli.engine_options import check_files, engine_or_help, parse_choices
        from faceviewer.engines.options import ReconstructOptions, UsageError
        from faceviewer.io.resources import resource_path
        from faceviewer.jobs.batch import prepare_directory
        from faceviewer.jobs.photo_job import FaceChoice
        from faceviewer.jobs.sources import expand_inputs
        from faceviewer.jobs.tasks import BatchRequest, make_tasks

        spec = engine_or_help(engine, option or [])
        if output is None:
            raise UsageError("name the folder for the results with -o")
        inputs = [*(photos or []), *([resource_path("sample.jpg")] if sample else [])]
        if not inputs:
            raise UsageError("name at least one photo, folder or video, or use --sample")
        if min(workers, every, together) < 1:
            raise UsageError("--workers, --together and --every take numbers from 1")
        if workers > 1 and together > 1:
            raise UsageError("choose --workers, for processors, or --together, for a graphics card")
        if same_person and workers > 1:
            raise UsageError("--same-person fits all photos together: it takes one worker")
        request = BatchRequest(
            directory=output,
            engine=spec,
            device=device,
            assets=assets,
            faces=FaceChoice.parse(faces),
            options=ReconstructOptions(
                focal_px=focal,
                fov_deg=fov,
                texture_size=texture_size or None,
                delight=delight,
                choices=parse_choices(spec, option or []),
            ),
            formats=_parse_formats(formats),
            pictures=_parse_pictures(pictures, overlay),
            origins=origins,
            morph_targets=morph_targets,
            resume=resume,
            together=together,
        )
        check_files(spec, assets)
        prepare_directory(output)
        tasks = make_tasks(expand_inputs(inputs, every=every))
        raise typer.Exit(_run(request, tasks, workers, same_person))


def _parse_formats(text: str) -> tuple[str, ...]:
    from faceviewer.engines.options import UsageError

    chosen = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    if not chosen or not set(chosen) <= set(_FORMATS):
        raise UsageError(f"--formats is a comma-separated list of {', '.join(_FORMATS)}, not {text!r}")
    return chosen


def _parse_pictures(text: str, overlay: bool) -> tuple[str, ...]:
    """The names as they were given, once each; the request knows which there are."""
    named = [part.strip().lower() for part in text.split(",") if part.strip()]
    return tuple(dict.fromkeys([*(["overlay"] if overlay else []), *named]))


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
