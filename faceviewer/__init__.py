"""Turns photographs into textured 3D heads.

>>> import faceviewer
>>> head = faceviewer.reconstruct("photo.jpg")  # doctest: +SKIP
>>> faceviewer.write_reconstruction(head, "out", "photo")  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faceviewer.engines.options import ReconstructOptions
    from faceviewer.io.photo import load_photo
    from faceviewer.io.result_files import read_reconstruction, write_reconstruction
    from faceviewer.jobs.api import reconstruct, reconstruct_all, reconstruct_person
    from faceviewer.raster.photo_picture_table import photo_pictures
    from faceviewer.types import FaceviewerError, Photo, Reconstruction

__version__ = "0.1.0"
__all__ = [
    "FaceviewerError",
    "Photo",
    "ReconstructOptions",
    "Reconstruction",
    "load_photo",
    "photo_pictures",
    "read_reconstruction",
    "reconstruct",
    "reconstruct_all",
    "reconstruct_person",
    "write_reconstruction",
]

_HOMES = {
    "FaceviewerError": "faceviewer.types",
    "Photo": "faceviewer.types",
    "ReconstructOptions": "faceviewer.engines.options",
    "Reconstruction": "faceviewer.types",
    "load_photo": "faceviewer.io.photo",
    "photo_pictures": "faceviewer.raster.photo_picture_table",
    "read_reconstruction": "faceviewer.io.result_files",
    "reconstruct": "faceviewer.jobs.api",
    "reconstruct_all": "faceviewer.jobs.api",
    "reconstruct_person": "faceviewer.jobs.api",
    "write_reconstruction": "faceviewer.io.result_files",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: ``import faceviewer`` alone costs next to nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'faceviewer' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
