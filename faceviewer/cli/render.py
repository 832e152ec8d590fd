"""``faceviewer render``: pictures of a result, without a screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faceviewer.cli.errors import errors_told, say

if TYPE_CHECKING:
    from faceviewer.types import Reconstruction


def render(
    result: Annotated[Path, typer.Argument(metavar="RESULT.json", help="What reconstruct wrote.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="PNG", help="The picture to write.")],
    views: Annotated[
        str | None,
        typer.Option(help="Comma-separated, such as front,profile-left,uv,parts,landmarks-68; otherwise all sides."),
    ] = None,
    texture: Annotated[
        str | None, typer.Option(metavar="NAME", help="The texture to show, such as model; otherwise the photo's.")
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
        from faceviewer.raster.pictures import VIEWS, render_views

        chosen = None if views is None else [view.strip() for view in views.split(",") if view.strip()]
        if chosen is not None and not (chosen and set(chosen) <= set(VIEWS)):
            raise UsageError(f"--views is a comma-separated list of {', '.join(VIEWS)}; not {views!r}")
        if output.suffix.lower() not in (".png", ".jpg", ".jpeg"):
            raise UsageError(f"-o {output}: pictures are written as .png, .jpg or .jpeg")
        if not 64 <= size <= 4096:
            raise UsageError("--size takes 64 to 4096 pixels")
        head = read_reconstruction(result)
        if texture is not None:
            head = _with_texture(head, texture)
        picture = render_views(head, chosen, size, choose_device(device))
        write_atomically(output, lambda path: write_image(path, picture))
        say(str(output))


def _with_texture(head: Reconstruction, name: str) -> Reconstruction:
    """The head with one of its textures alone. Raises UsageError, naming those that there are."""
    from faceviewer.engines.options import UsageError

    if name not in head.textures:
        there = f"choose of {', '.join(head.textures)}" if head.textures else "it has none"
        raise UsageError(f"--texture {name}: the result has no such texture, {there}")
    return replace(head, textures={name: head.textures[name]})
