"""Any photo aligned in the manner of the data set, from the 68 landmarks of a face in it.

Here points are photo pixels as everywhere in faceviewer, (0, 0) the corner of the top-left pixel; the data set's own
count from that pixel's centre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import RandomState

from faceviewer.datasets.ffhq.cut import cut_square, plan_cut
from faceviewer.datasets.ffhq.options import PUBLISHED, AlignOptions
from faceviewer.datasets.ffhq.quad import QuadFrame, check_square, corners, face_squares
from faceviewer.datasets.ffhq.shifts import SEED, shifts
from faceviewer.types import FaceviewerError, Reconstruction

_CENTER_PX = 0.5


@dataclass(frozen=True, eq=False)
class AlignedFace:
    """An aligned picture and where it was in the photo."""

    rgb: np.ndarray
    """(size, size, 3) uint8."""
    quad_px: np.ndarray
    """(4, 2) float64, photo pixels: its corners, top-left, bottom-left, bottom-right, top-right."""

    @property
    def frame(self) -> QuadFrame:
        """Carries photo pixels to pixels of the aligned picture and back."""
        return QuadFrame(self.quad_px, self.rgb.shape[0])


def align_face(
    photo_rgb: np.ndarray, landmarks68: np.ndarray, options: AlignOptions = PUBLISHED, *, seed: int = SEED
) -> AlignedFace:
    """Cut out one face: photo_rgb (H, W, 3) uint8 sRGB, landmarks68 (68, 2) photo pixels in iBUG's order.

    ``seed`` is that of the random shift, when the options ask for one. Raises FaceviewerError when the landmarks make
    no face, the square lies outside the photo, or no shift keeps it inside; ValueError for other arrays.
    """
    photo_rgb, points = np.asarray(photo_rgb), np.asarray(landmarks68, np.float64)
    if photo_rgb.dtype != np.uint8 or photo_rgb.ndim != 3 or photo_rgb.shape[2] != 3 or photo_rgb.size == 0:
        raise ValueError(f"a photo is (H, W, 3) uint8, not {photo_rgb.shape} {photo_rgb.dtype}")
    if points.shape != (68, 2) or not np.isfinite(points).all():
        raise ValueError(f"68 finite points expected, not {points.shape}")
    size = photo_rgb.shape[1], photo_rgb.shape[0]
    quad = shifted_quad(points - _CENTER_PX, size, options, seed)
    return AlignedFace(cut_square(photo_rgb, plan_cut(quad, size, options), options), quad + _CENTER_PX)


def shifted_quad(landmarks: np.ndarray, size: tuple[int, int], options: AlignOptions, seed: int) -> np.ndarray:
    """(4, 2): the square around landmarks (68, 2) of a picture of (width, height), shifted as the options ask.

    All points count from the centre of the top-left pixel. Raises FaceviewerError as ``align_face``.
    """
    centers, half_sides = face_squares(landmarks[None], rotation=options.rotation)
    check_square(half_sides[0])
    # RandomState: the data set's generator, so that shifts have the same distribution and the same seeds
    moved = shifts(RandomState(seed), (centers, half_sides), np.array([size]), np.zeros(1, int), options)[0]
    if np.isnan(moved).any():
        raise FaceviewerError("no random shift keeps the square inside the picture")
    return corners(centers[0] + moved, half_sides[0])


def landmarks68(result: Reconstruction) -> np.ndarray:
    """(68, 2) photo pixels: those of a result that resemble dlib's most, whose jaw follows the visible outline."""
    points = result.landmarks.get("68_2d") or result.landmarks.get("68")
    if points is None:
        raise FaceviewerError(f"{result.photo_name}: the engine {result.engine} gives no 68 landmarks to align by")
    return points.xy_px.astype(np.float64)
