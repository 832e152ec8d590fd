"""``faceviewer dataset ffhq-uv``: what belongs to FFHQ-UV's heads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from faceviewer.cli.errors import errors_told, say

ffhq_uv = typer.Typer(help="Heads of FFHQ-UV: eyeballs for them, and textures.", no_args_is_help=True)


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

        if not os.path.isdir(assets):
            raise UsageError(f"--assets {assets}: there is no such folder")
        for path in write_eyeballs(read_polygons(mesh), mesh, load_templates(assets), assets, output):
            say(str(path))


@ffhq_uv.command()
def wear(
    head: Annotated[
        Path,
        typer.Argument(metavar="HEAD.obj", help="A HiFi3D++ head, a head of the built-in engine, or one of FLAME."),
    ],
    texture: Annotated[
        Path, typer.Argument(metavar="TEXTURE", help="A map of FFHQ-UV, or the OBJ of a head whose texture is taken.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT.obj", help="The OBJ to write, with .mtl and .png beside it.")
    ],
    layout: Annotated[
        Path | None,
        typer.Option(
            "--layout",
            metavar="OBJ",
            help="For a map on the built-in head: any HiFi3D++ head. For FLAME heads: FFHQ-UV's OBJ for FLAME.",
        ),
    ] = None,
) -> None:
    """Put a texture on a head, carried over to its layout where that is another.

    Exit status: 0 done; 1 the head or the texture cannot be used; 2 wrong usage.
    """
    with errors_told():
        from faceviewer.io.atomic import AtomicFileSet
        from faceviewer.models.hifi3d.wear_files import read_head, read_worn
        from faceviewer.models.hifi3d.wear_files import wear as files_of

        _check_output(output, (head, texture, *([layout] if layout is not None else [])))
        worn = read_worn(texture)
        files = files_of(read_head(head), worn, layout, output.stem)
        with AtomicFileSet(output.parent) as target:
            for name, data in files.items():
                target.path(name).write_bytes(data)
        for name in files:
            say(str(output.parent / name))
        for note in worn.notes:
            say(f"  {note}")


def _check_output(output: Path, inputs: tuple[Path, ...]) -> None:
    """Refuse names that programs read differently, and to write over what is read."""
    from faceviewer.engines.options import UsageError
    from faceviewer.io.names import slug

    if output.suffix.lower() != ".obj" or output.stem != slug(output.stem):
        raise UsageError(f"-o {output}: not a safe name for an OBJ, take {slug(output.stem)}.obj")
    written = {output.with_suffix(suffix).resolve() for suffix in (".obj", ".mtl", ".png")}
    for path in inputs:
        if path.resolve() in written:
            raise UsageError(f"-o {output}: that would write over {path}")
