"""``faceviewer dataset ffhq-uv``: what belongs to FFHQ-UV's heads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from faceviewer.cli.errors import errors_told, say

ffhq_uv = typer.Typer(help="Heads of FFHQ-UV: eyeballs for them.", no_args_is_help=True)


@ffhq_uv.callback()
def _several() -> None:
    """Keeps the name of the only command: there will be more."""


@ffhq_uv.command()
def eyeballs(
    mesh: Annotated[Path, typer.Argument(metavar="MESH.obj", help="A HiFi3D++ head, which has no eyeballs.")],
    assets: Annotated[
        Path, typer.Option("--assets", metavar="DIR", help="FFHQ-UV's folder, or its folder eye_ball_assets.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to write to.")],
) -> None:
    """Fit FFHQ-UV's eyeballs into the sockets of a head: L_ball.obj and R_ball.obj, in the head's unit.

    Exit status: 0 done; 1 the head or the eyeballs cannot be used; 2 wrong usage.
    """
    with errors_told():
        from faceviewer.engines.options import UsageError
        from faceviewer.io.obj_polygons import read_polygons
        from faceviewer.models.hifi3d.eyeball_files import write_eyeballs
        from faceviewer.models.hifi3d.eyeballs import load_templates

        if not assets.is_dir():
            raise UsageError(f"--assets {assets}: there is no such folder")
        for path in write_eyeballs(read_polygons(mesh), mesh, load_templates(assets), assets, output):
            say(str(path))
