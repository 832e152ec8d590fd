"""The command ``faceviewer``. Commands import what they need when they run, so that ``--help`` answers at once."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from faceviewer import __version__
from faceviewer.cli.assets import assets
from faceviewer.cli.dataset import dataset
from faceviewer.cli.doctor import doctor
from faceviewer.cli.errors import say
from faceviewer.cli.evaluate import evaluate
from faceviewer.cli.pose import pose
from faceviewer.cli.reconstruct import reconstruct
from faceviewer.cli.render import render
from faceviewer.cli.uv_map import uv_map
from faceviewer.cli.window import window

_WINDOW = "window"


class _Commands(TyperGroup):
    """Commands, or photos to open in the window where a command is expected."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands and (Path(args[0]).suffix or os.path.exists(Path(args[0]))):
            args = [_WINDOW, *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Commands,
    help="Turn photographs into textured 3D heads. Without a command, or with photos alone, the window opens.",
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(reconstruct)
app.command()(render)
app.command()(pose)
app.add_typer(assets, name="assets")
app.add_typer(dataset, name="dataset")
app.add_typer(uv_map, name="uv-map")
app.add_typer(evaluate, name="evaluate")
app.command()(doctor)
app.command(name=_WINDOW, hidden=True)(window)


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        say(f"faceviewer {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        window(None)


def run() -> None:
    """Run the command line of this process and exit with its status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files may hold anything
    app(prog_name="faceviewer")
