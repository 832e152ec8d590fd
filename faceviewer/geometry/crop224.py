"""The 224 x 224 crop that 3DDFA-V3 and Deep3D look at, and the way back from it to the photo.

Five points of the photo are laid on those of the mean face by scale and shift alone: the head's roll stays in the
picture. Positions are pixel indices, as in the published code: the middle of the photo's first pixel is (0, 0), and "y
up" counts from the middle of the last row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.geometry.resample import Axis, resize_bicubic, resize_nearest
from faceviewer.types import FaceviewerError

CROP_SIZE = 224
_FACE_SIZE = 102.0
"""Crop pixels per unit of the mean face's five points."""
_LONGEST_SIDE = 1 << 30
"""Pixels of a scaled photo, of which only the crop is ever computed."""
_NOSE, _EYES, _MOUTH = 30, ((36, 39), (42, 45)), (48, 54)
"""Where the 68 points hold the tip of the nose, both corners of the eyes, and the corners of the mouth."""


def five_of_68(points: np.ndarray) -> np.ndarray:
    """(68, D) to (5, D): the eyes, the nose and the corners of the mouth, what is left in the picture first."""
    eyes = [points[list(corners)].mean(0) for corners in _EYES]
    return np.stack([*eyes, points[_NOSE], *points[list(_MOUTH)]])


@dataclass(frozen=True)
class Crop224:
    """A photo scaled so that its face has a known size, and where in that the crop lies."""

    photo_size: tuple[int, int]
    """(width, height) in pixels."""
    scale: float
    """Crop pixels per photo pixel."""
    tx: float
    """Where the mean face's origin lies in the photo: x, pixels."""
    ty: float
    """The same for y, up."""

    @property
    def trans_params(self) -> np.ndarray:
        """(5,) float64, as the published code passes it on: width, height, scale, tx, ty."""
        return np.array([*self.photo_size, self.scale, self.tx, self.ty])

    @property
    def scaled_size(self) -> tuple[int, int]:
        """(width, height) of the scaled photo."""
        width, height = self.photo_size
        return int(width * self.scale), int(height * self.scale)

    @property
    def corner(self) -> tuple[int, int]:
        """(left, top) of the crop in the scaled photo, which it may exceed on all sides."""
        (width, height), (w, h), half = self.photo_size, self.scaled_size, CROP_SIZE / 2
        left = w / 2 - half + (self.tx - width / 2) * self.scale
        return int(left), int(h / 2 - half + (height / 2 - self.ty) * self.scale)

    def cut(self, rgb: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8 photo to (224, 224, 3) uint8; black where the photo ends."""
        crop = np.zeros((CROP_SIZE, CROP_SIZE, rgb.shape[2]), np.uint8)
        (w, h), (left, top), (width, height) = self.scaled_size, self.corner, self.photo_size
        columns, rows = _shared(left, w), _shared(top, h)
        if columns.count and rows.count:
            x, y = Axis(width, w, columns.there, columns.count), Axis(height, h, rows.there, rows.count)
            crop[rows.here : rows.here + y.count, columns.here : columns.here + x.count] = resize_bicubic(
                rgb, (0, 0), x, y
            )
        return crop

    def points_to_photo(self, xy: np.ndarray) -> np.ndarray:
        """(..., 2) positions in the crop, y down, to the photo, y down."""
        return (np.asarray(xy, np.float64) + self.corner) / self.scaled_size * self.photo_size

    def points_to_crop(self, xy: np.ndarray) -> np.ndarray:
        """(..., 2) positions in the photo to the crop, both y up: where the published code says that they are.

        Unlike ``points_to_photo`` this does not know that sizes and corners are rounded to whole pixels.
        """
        (width, height), (w, h), half = self.photo_size, self.scaled_size, CROP_SIZE / 2
        middle = np.array([width / 2 - self.tx, height / 2 - self.ty])
        return (np.asarray(xy, np.float64) + middle) * self.scale - np.array([w / 2 - half, h / 2 - half])

    def points_from_crop(self, xy: np.ndarray) -> np.ndarray:
        """(..., 2) positions in the crop to the photo, both y up; inverse of ``points_to_crop``."""
        (width, height), (w, h), half = self.photo_size, self.scaled_size, CROP_SIZE / 2
        corner = np.array([w / 2 - half, h / 2 - half])
        return (np.asarray(xy, np.float64) + corner) / self.scale - np.array(
            [width / 2 - self.tx, height / 2 - self.ty]
        )

    def picture_to_photo(self, picture: np.ndarray, *, nearest: bool = False) -> PhotoPatch:
        """A picture of the crop, (224, 224, C) uint8, as it lies in the photo.

        nearest: for masks and labels, whose values must not be mixed; these may be of any type and lack C.
        """
        (w, h), (left, top), (width, height) = self.scaled_size, self.corner, self.photo_size
        columns, rows = _shared(left, w), _shared(top, h)
        patch = picture[rows.here : rows.here + rows.count, columns.here : columns.here + columns.count]
        x = Axis(w, width, 0, width).sees(columns.there, columns.there + columns.count)
        y = Axis(h, height, 0, height).sees(rows.there, rows.there + rows.count)
        if not (patch.size and x.count and y.count):
            return PhotoPatch(0, 0, picture[:0, :0])
        resize = resize_nearest if nearest else resize_bicubic
        return PhotoPatch(x.start, y.start, resize(patch, (columns.there, rows.there), x, y))


@dataclass(frozen=True, eq=False)
class PhotoPatch:
    """The part of a photo that a crop can change; everything else is black."""

    left: int
    top: int
    pixels: np.ndarray
    """(h, w, ...)"""

    def on_black(self, photo_size: tuple[int, int]) -> np.ndarray:
        """(height, width, ...): the whole photo's size."""
        width, height = photo_size
        whole = np.zeros((height, width, *self.pixels.shape[2:]), self.pixels.dtype)
        rows, columns = self.pixels.shape[:2]
        whole[self.top : self.top + rows, self.left : self.left + columns] = self.pixels
        return whole


def crop_around(five_xy: np.ndarray, photo_size: tuple[int, int], mean_five: np.ndarray) -> Crop224:
    """The crop for a face.

    five_xy: (5, 2) its eyes, nose and mouth corners in the photo, left first, y up. photo_size: (width, height).
    mean_five: (5, 3) the same points of the mean face. Raises FaceviewerError where the points span no face.
    """
    five_xy = np.asarray(five_xy, np.float64)
    if np.isfinite(five_xy).all():
        design = np.column_stack([mean_five, np.ones(5)]).astype(np.float64)
        (*r1, tx), (*r2, ty) = np.linalg.lstsq(design, five_xy, rcond=None)[0].T
        size = float(np.linalg.norm(r1) + np.linalg.norm(r2)) / 2
        if max(photo_size) / _LONGEST_SIDE < size / _FACE_SIZE <= min(photo_size):
            return Crop224(photo_size, _FACE_SIZE / size, float(tx), float(ty))
    raise FaceviewerError("a face's five points lie so that no face fits them")


@dataclass(frozen=True)
class _Shared:
    """The stretch that the crop and the scaled photo have in common along one side."""

    here: int
    """Its start in the crop."""
    there: int
    """Its start in the scaled photo."""
    count: int


def _shared(start: int, size: int) -> _Shared:
    there = max(start, 0)
    return _Shared(there - start, there, max(min(start + CROP_SIZE, size) - there, 0))
