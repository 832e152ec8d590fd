"""The pictures that show a head on its photo: their names and files, and drawing them. torch comes with the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from faceviewer.types import Photo, Reconstruction


@dataclass(frozen=True)
class PhotoPicture:
    """One kind of picture."""

    name: str
    """How the command line names it."""
    ending: str
    """How the name of its file goes on after the head's."""
    label: str
    explanation: str
    texture: str = ""
    """The texture that it shows: heads without it have no such picture. "" for pictures that every head has."""


PHOTO_PICTURES = (
    PhotoPicture("overlay", "_overlay.png", "Mesh", "Mesh, 68 landmarks, axes and box over the photo."),
    PhotoPicture("texture", "_on_photo.png", "Texture", "The textured head where the photo's camera sees it."),
    PhotoPicture(
        "model", "_model_on_photo.png", "Model's colours", "The head in the colours of its face model.", "model"
    ),
    PhotoPicture("shape", "_shape.png", "Shape", "The head as grey clay."),
    PhotoPicture("parts", "_parts.png", "Parts", "The 8 face parts, each whole even where the head hides it."),
    PhotoPicture("parts-seen", "_parts_seen.png", "Seen parts", "What the camera sees of the 8 face parts."),
    PhotoPicture("landmarks", "_landmarks.png", "Landmarks", "Every landmark set on a panel of its own."),
    PhotoPicture("sheet", "_sheet.png", "All on one sheet", "All of these side by side, around the head."),
)
PICTURES = tuple(picture.name for picture in PHOTO_PICTURES)
"""The names of all, in their order."""


def pictures_of(names: Iterable[str], textures: Iterable[str]) -> tuple[PhotoPicture, ...]:
    """Those called ``names``, in the order of the table, that a head with these textures has."""
    wanted, there = set(names), {"", *textures}
    return tuple(picture for picture in PHOTO_PICTURES if picture.name in wanted and picture.texture in there)


def photo_pictures(
    photo: Photo, reconstruction: Reconstruction, names: Iterable[str] = PICTURES
) -> dict[str, Callable[[], np.ndarray]]:
    """Ending of the file's name -> what draws the picture, (H, W, 3) uint8, once it is called: for ``HeadFiles``.

    photo: the one that the head was made from. Pictures of a texture that the head has not are left out.
    """
    return {
        picture.ending: partial(_draw, picture.name, photo, reconstruction)
        for picture in pictures_of(names, reconstruction.textures)
    }


def _draw(name: str, photo: Photo, reconstruction: Reconstruction) -> np.ndarray:
    from faceviewer.raster.photo_pictures import draw_photo_picture

    return draw_photo_picture(name, photo, reconstruction)
