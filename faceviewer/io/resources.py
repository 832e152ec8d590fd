"""Finding the data files that come with the application."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from faceviewer.types import FaceviewerError


def resource_path(name: str) -> Path:
    """The path of the shipped file ``name``: inside the installed package, or beside it in a checkout.

    Raises FaceviewerError when the installation lacks it.
    """
    package = Path(str(files("faceviewer")))
    for folder in (package / "resources", package.parent / "resources"):
        if (folder / name).is_file():
            return folder / name
    raise FaceviewerError(f"{name} is missing from this installation of faceviewer: install it again")
