"""The size of a photo from the head of its file, which is much quicker than reading the photo."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from faceviewer.io.exif import read_orientation
from faceviewer.io.input_file import open_input
from faceviewer.types import FaceviewerError

_FORMATS = ("JPEG", "PNG")
_SIDEWAYS = 5
"""EXIF orientations from here on swap width and height."""


def photo_size(path: Path) -> tuple[int, int]:
    """(width, height) in pixels as ``load_photo`` gives the photo, upright. Raises FaceviewerError."""
    with open_input(path, "picture") as stream:
        try:
            with Image.open(stream, formats=_FORMATS) as image:
                width, height = image.size
                return (height, width) if _orientation(image) >= _SIDEWAYS else (width, height)
        except Exception as error:  # decoders meet hostile bytes with almost any exception
            raise FaceviewerError(f"{path}: not a whole JPEG or PNG picture") from error


def _orientation(image: Image.Image) -> int:
    try:
        return read_orientation(image.getexif())
    except Exception:  # noqa: BLE001  (damaged EXIF says nothing, but the picture may be fine)
        return 1
