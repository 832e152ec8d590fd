"""Whether a photo is the one that its annotation was made for, as far as its size tells."""

from __future__ import annotations

from pathlib import Path

from faceviewer.io.photo import photo_size
from faceviewer.types import FaceviewerError


def check_photo_size(photo: Path, size: tuple[int, int], where: Path) -> None:
    """Raises FaceviewerError when a photo is not of the (width, height) that ``where``, its annotation, is for.

    Photos that had been made smaller were once measured against the pixels of the large ones, and nothing said so. One
    that is missing or damaged is told by who reads it.
    """
    try:
        there = photo_size(photo)
    except FaceviewerError:
        return
    if there != size:
        own, expected = (f"{width} x {height}" for width, height in (there, size))
        raise FaceviewerError(f"{photo}: has {own} pixels, but its annotation is for {expected} ({where})")
