"""``faceviewer uv-map``: UV maps as pictures, brought to each other's colours, blended, completed and unwrapped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faceviewer.cli.errors import errors_told, say
from faceviewer.cli.uv_map_files import (
    beside,
    check_output,
    picture_of,
    read_like,
    read_map,
    read_mask,
    write_maps,
)
from faceviewer.cli.uv_map_unwrap import unwrap

if TYPE_CHECKING:
    import numpy as np

    from faceviewer.assets.places import Located
    from faceviewer.raster.uv_maps.complete import Completed

uv_map = typer.Typer(
    help="Work on UV maps: match colours, blend, complete what is missing, unwrap photos. Maps and masks are pictures "
    "of one size.",
    no_args_is_help=True,
)
METHODS = ("pyramid", "poisson")
MAX_LEVELS = 16
_PROVENANCE = "provenance"
_Output = Annotated[Path, typer.Option("--output", "-o", metavar="OUT.png", help="The map to write.")]


@uv_map.command()
def match(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="The map whose colours change.")],
    reference: Annotated[Path, typer.Option("--to", metavar="REFERENCE", help="The map that has the colours.")],
    output: _Output,
    mask: Annotated[
        Path | None, typer.Option(metavar="MASK", help="White where the colours are compared; otherwise everywhere.")
    ] = None,
    flattening: Annotated[
        float, typer.Option(metavar="X", help="So much less contrast than the reference; FFHQ-UV takes 1.5.")
    ] = 1.0,
) -> None:
    """Carry the colours of one map to another: the means and spreads of brightness and colour, within the mask.

    Exit status: 0 done; 1 a file cannot be used; 2 wrong usage.
    """
    with errors_told():
        import numpy as np

        from faceviewer.engines.options import UsageError
        from faceviewer.io.images import encode_png
        from faceviewer.raster.uv_maps.color_match import match_colors

        if not 0.1 <= flattening <= 10:
            raise UsageError(f"--flattening takes 0.1 to 10, not {flattening:g}")
        check_output(output, [path for path in (source, reference, mask) if path is not None])
        rgb = read_map(source)
        wanted = read_like(reference, rgb, source)
        chosen = np.ones(rgb.shape[:2], np.float32) if mask is None else read_mask(mask, rgb, source)
        matched = match_colors(rgb, wanted, chosen, flattening=flattening)
        write_maps(output, {output.name: encode_png(picture_of(matched))})
        say(str(output))


@uv_map.command()
def blend(
    first: Annotated[Path, typer.Argument(metavar="FIRST", help="The map that shows where the mask is white.")],
    second: Annotated[Path, typer.Argument(metavar="SECOND", help="The map that shows where it is black.")],
    mask: Annotated[Path, typer.Option(metavar="MASK", help="A grey picture of the same size.")],
    output: _Output,
    method: Annotated[
        str,
        typer.Option(help="pyramid keeps both maps' colours; poisson lays the first one's detail in the second's."),
    ] = METHODS[0],
    levels: Annotated[
        int | None, typer.Option(metavar="N", help="Levels of the pyramid: more make wider seams; otherwise 5.")
    ] = None,
) -> None:
    """Blend two maps without a seam.

    Exit status: 0 done; 1 a file cannot be used; 2 wrong usage.
    """
    with errors_told():
        from faceviewer.engines.options import UsageError
        from faceviewer.io.images import encode_png

        if method not in METHODS:
            raise UsageError(f"--method is {' or '.join(METHODS)}, not {method!r}")
        if levels is not None and method != METHODS[0]:
            raise UsageError(f"--levels belongs to --method {METHODS[0]}")
        if levels is not None and not 1 <= levels <= MAX_LEVELS:
            raise UsageError(f"--levels takes 1 to {MAX_LEVELS}, not {levels}")
        check_output(output, [first, second, mask])
        rgb = read_map(first)
        below, share = read_like(second, rgb, first), read_mask(mask, rgb, first)
        mixed = _cloned(rgb, below, share, mask) if method == "poisson" else _blended(rgb, below, share, levels)
        write_maps(output, {output.name: encode_png(mixed)})
        say(str(output))


@uv_map.command()
def complete(
    partial: Annotated[Path, typer.Argument(metavar="PARTIAL", help="A map with parts that no photo shows.")],
    seen: Annotated[Path, typer.Option(metavar="MASK", help="White where a photo shows the map.")],
    output: _Output,
    template: Annotated[
        Path | None, typer.Option(metavar="TEMPLATE", help="A whole map of the same layout and size.")
    ] = None,
    assets: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="FFHQ-UV's folder, for maps of its layout: its masks keep the scalp and solve eyes, nostrils and "
            "mouth; its template, unless --template names another.",
        ),
    ] = None,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Also write OUT_provenance.png: what comes from where.")
    ] = False,
) -> None:
    """Complete a map from a template, in the map's colours.

    Exit status: 0 done; 1 a file cannot be used; 2 wrong usage.
    """
    with errors_told():
        from faceviewer.engines.options import UsageError
        from faceviewer.io.head_files import encode_origin
        from faceviewer.io.images import encode_png
        from faceviewer.types import Origin

        if template is None and assets is None:
            raise UsageError("--template names the map to complete from, or --assets FFHQ-UV's folder")
        located = None if assets is None else _located(assets)
        inputs = [path for path in (partial, seen, template) if path is not None]
        inputs += [] if located is None else located.files.values()
        check_output(output, inputs, (_PROVENANCE,) if provenance else ())
        rgb = read_map(partial)
        mask = read_mask(seen, rgb, partial)
        base = None if template is None else read_like(template, rgb, partial)
        if located is not None:
            completed = _completed(rgb, mask, located, base, partial)
        else:
            completed = _completed_plainly(rgb, mask, base)
        texture = completed.texture()
        files = {beside(output, _PROVENANCE).name: encode_origin(texture)} if provenance else {}
        write_maps(output, {**files, output.name: encode_png(texture.rgb)})
        share = (texture.origin == Origin.PHOTO).mean()
        say(f"{output}: {share:.1%} from {partial.name}, the rest from the template")


uv_map.command()(unwrap)


def _blended(first: np.ndarray, second: np.ndarray, share: np.ndarray, levels: int | None) -> np.ndarray:
    import numpy as np

    from faceviewer.raster.uv_maps import pyramid

    count = pyramid.LEVELS if levels is None else levels
    return picture_of(pyramid.blend(first.astype(np.float32), second.astype(np.float32), share, count))


def _cloned(first: np.ndarray, second: np.ndarray, share: np.ndarray, mask: Path) -> np.ndarray:
    from faceviewer.raster.poisson import cloned_part, seamless_clone
    from faceviewer.types import FaceviewerError

    inside = picture_of(share * 255)
    if not cloned_part(inside).any():
        raise FaceviewerError(f"{mask}: the mask is too narrow for --method poisson, which takes 3 pixels off its rim")
    return seamless_clone(first, second, inside)


def _located(folder: Path) -> Located:
    """FFHQ-UV's files in a folder. Raises UsageError where there is no such folder."""
    from faceviewer.assets.ffhq_uv import FFHQ_UV
    from faceviewer.assets.places import asset_place, locate
    from faceviewer.engines.options import UsageError

    if not os.path.isdir(folder):
        raise UsageError(f"--assets {folder}: there is no such folder")
    return locate(FFHQ_UV, asset_place(folder))


def _completed_plainly(rgb: np.ndarray, mask: np.ndarray, template: np.ndarray | None) -> Completed:
    import numpy as np

    from faceviewer.raster.uv_maps.plain import complete_plainly

    assert template is not None  # checked before
    return complete_plainly(rgb.astype(np.float32), mask, template.astype(np.float32))


def _completed(
    rgb: np.ndarray, mask: np.ndarray, located: Located, template: np.ndarray | None, partial: Path
) -> Completed:
    """By the masks of FFHQ-UV's layout."""
    from dataclasses import replace

    import numpy as np

    from faceviewer.models.hifi3d.uv_assets import guides_in
    from faceviewer.raster.uv_maps.complete import complete_map
    from faceviewer.types import FaceviewerError

    height, width = rgb.shape[:2]
    if height != width:
        raise FaceviewerError(f"{partial}: {width} x {height} pixels; maps of FFHQ-UV's layout are square")
    guides = guides_in(located, width)
    if template is not None:
        guides = replace(guides, template=template.astype(np.float32))
    return complete_map(rgb, mask, guides)
