"""``faceviewer [PHOTO...]``: the application with its window."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from faceviewer.cli.errors import FAILED, say

_NEEDED = ("PySide6", "pyvista", "pyvistaqt", "vtkmodules")


def window(
    photos: Annotated[
        list[Path] | None, typer.Argument(help="Photos, folders, videos, meshes (OBJ) or a session to open.")
    ] = None,
) -> None:
    """Open the window, with photos when some are named."""
    if missing := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
        _refuse(f"the window needs {', '.join(missing)}; faceviewer doctor says how to get what is missing")
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        _refuse("there is no screen here for the window; without one: faceviewer reconstruct PHOTO -o DIR")
    from faceviewer.engines.devices import load_torch_before_qt

    load_torch_before_qt()
    from faceviewer.gui.application import run

    raise typer.Exit(run(photos or []))


def _refuse(sentence: str) -> NoReturn:
    say(f"error: {sentence}", error=True)
    raise typer.Exit(FAILED)
