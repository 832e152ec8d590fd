"""``faceviewer render``: pictures of a result, without a screen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from faceviewer.cli.errors import errors_told, say


def render(
    result: Annotated[Path, typer.Argument(metavar="RESULT.json", help="What reconstruct wrote.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="PNG", help="The picture to write.")],
    views: Annotated[
        str | None,
        typer.Option(help="Comma-separated, such as front,profile-left,uv,parts,landmarks-68; otherwise all sides."),
    ] = None,
    size: Annotated[int, typer.Option(metavar="PX", help="Side of each view in pixels.")] = 512,
    device: Annotated[str, typer.Option(help="Where to compute: auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Draw a result from several sides, with its texture, parts and landmarks, in one picture."""
    with errors_told():
        from faceviewer.engines.devices import choose_device
        from faceviewer.engines.options import UsageError
        from faceviewer.io.atomic import write_atomically
        from faceviewer.io.images import write_image
        from faceviewer.io.result_files import read_reconstruction
        from faceviewer.raster.pictures import CONTACT_VIEWS, VIEWS, render_views

        chosen = CONTACT_VIEWS if views is None else [view.strip() for view in views.split(",") if view.strip()]
        if not chosen or not set(chosen) <= set(VIEWS):
            raise UsageError(f"--views is a comma-separated list of {', '.join(VIEWS)}; not {views!r}")
        if output.suffix.lower() not in (".png", ".jpg", ".jpeg"):
            raise UsageError(f"-o {output}: pictures are written as .png, .jpg or .jpeg")
        if not 64 <= size <= 4096:
            raise UsageError("--size takes 64 to 4096 pixels")
        picture = render_views(read_reconstruction(result), chosen, size, choose_device(device))
        write_atomically(output, lambda path: write_image(path, picture))
        say(str(output))
