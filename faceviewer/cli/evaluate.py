"""``faceviewer evaluate``: measuring what others, or faceviewer, have made."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faceviewer.cli.errors import FAILED, errors_told, say
from faceviewer.cli.evaluate_compare import compare
from faceviewer.cli.evaluate_engine import engine

if TYPE_CHECKING:
    import numpy as np

evaluate = typer.Typer(
    help="Measure engines against known truth, and how even the light of UV maps is.", no_args_is_help=True
)
evaluate.command(name="engine")(engine)
evaluate.command(name="compare")(compare)
_KEEP_AFTER = 100
"""Maps after which the table is written, so that an interrupted run can go on."""


@evaluate.command(name="uv-maps")
def uv_maps(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of UV maps (PNG), searched to the bottom.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The table to write: .csv or .json.")
    ] = None,
    assets: Annotated[
        Path | None,
        typer.Option(
            "--assets", metavar="DIR", help="FFHQ-UV's folder; its masks say what the facial area of a map is."
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Keep rows of the table whose files are unchanged.")] = False,
) -> None:
    """Measure the brightness symmetry error of each map, and how much of the face its photos have shown.

    The second needs --assets and the masks that unwrapping writes beside each map. Exit status: 0 all were measured; 1
    some could not be, each with a reason; 2 wrong usage.
    """
    with errors_told():
        from faceviewer.cli.tables import progress_shown
        from faceviewer.engines.options import UsageError
        from faceviewer.models.hifi3d.map_report import MapRow, is_current, map_files, means, measured, write_rows
        from faceviewer.types import Progress

        if output is not None and output.suffix.lower() not in (".csv", ".json"):
            raise UsageError(f"-o {output}: tables are written as .csv or .json")
        if resume and output is None:
            raise UsageError("--resume goes on with the table that -o names")
        if not os.path.isdir(folder):
            raise UsageError(f"{folder}: there is no such folder")
        files, face = map_files(folder), None if assets is None else _facial_area(assets)
        known = _earlier(output) if resume and output is not None else {}
        rows: list[MapRow] = []
        with progress_shown() as progress:
            for number, path in enumerate(files):
                progress(Progress(f"Measuring {path.name}", number / len(files)))
                before = known.pop(path.relative_to(folder).as_posix(), None)
                rows.append(before if before and is_current(before, path, face) else measured(path, folder, face))
                if rows[-1].error:
                    say(f"error: {path}: {rows[-1].error}", error=True)
                if output is not None and number % _KEEP_AFTER == _KEEP_AFTER - 1:
                    write_rows(output, [*rows, *known.values()])  # what is not reached yet is not lost either
        if output is not None:
            write_rows(output, rows)
        failed = sum(bool(row.error) for row in rows)
        values = "".join(f", mean {name} {value:.3f}" for name, value in means(rows))
        say(f"{len(rows) - failed} maps measured{f', {failed} not' if failed else ''}{values}")
        raise typer.Exit(FAILED if failed else 0)


def _earlier(table: Path) -> dict:
    """File -> row of an earlier run, if there was one."""
    from faceviewer.models.hifi3d.map_report import read_rows

    return read_rows(table) if os.path.exists(table) else {}


def _facial_area(assets: Path) -> np.ndarray:
    """(1024, 1024) bool: what unwrapping may use of the face."""
    from faceviewer.assets.ffhq_uv import FFHQ_UV
    from faceviewer.assets.ffhq_uv_names import FACE_AREA
    from faceviewer.assets.loading import load_asset
    from faceviewer.assets.places import asset_place, locate

    picture = load_asset(locate(FFHQ_UV, asset_place(assets)), FACE_AREA)
    return picture[..., 0] > 127
