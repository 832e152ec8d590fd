"""From 68 landmarks to the square that the aligned picture shows, and points between both frames.

After Karras, Laine, Aila, arXiv 1812.04948, appendix C, in the form of the published data set. Corners go top-left,
bottom-left, bottom-right, top-right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.types import FaceviewerError

EYES_TO_SIDE, MOUTH_TO_SIDE, TOWARDS_MOUTH = 2.0, 1.8, 0.1
_CORNERS = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]])


def face_squares(landmarks: np.ndarray, *, rotation: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """(centres (..., 2), half sides (..., 2, 2)): the vectors x and y from the middle to the right and lower side.

    landmarks: (..., 68, 2) in iBUG's order. Without ``rotation`` the sides follow the picture's. A face whose points
    all coincide gives sides that are not finite.
    """
    points = np.asarray(landmarks, np.float64)
    left, right = points[..., 36:42, :].mean(-2), points[..., 42:48, :].mean(-2)
    eyes, eye_to_eye = (left + right) / 2, right - left
    eye_to_mouth = (points[..., 48, :] + points[..., 54, :]) / 2 - eyes
    half = np.maximum(EYES_TO_SIDE * _length(eye_to_eye), MOUTH_TO_SIDE * _length(eye_to_mouth))[..., None]
    if rotation:
        x = eye_to_eye + np.stack([eye_to_mouth[..., 1], -eye_to_mouth[..., 0]], -1)
        with np.errstate(invalid="ignore", divide="ignore"):
            x = x / _length(x)[..., None] * half
    else:
        x = np.concatenate([half, np.zeros_like(half)], -1)
    y = np.stack([-x[..., 1], x[..., 0]], -1)
    return eyes + TOWARDS_MOUTH * eye_to_mouth, np.stack([x, y], -2)


def corners(center: np.ndarray, half_sides: np.ndarray) -> np.ndarray:
    """(..., 4, 2): the corners of squares as ``face_squares`` gives them."""
    return center[..., None, :] + _CORNERS @ half_sides


def side_px(half_sides: np.ndarray) -> np.ndarray:
    """(...): the length of the squares' sides."""
    return 2 * _length(half_sides[..., 0, :])


def face_quad(landmarks: np.ndarray, *, rotation: bool = True) -> np.ndarray:
    """(4, 2) float64: the square around one face. Raises FaceviewerError when its points do not make one."""
    landmarks = np.asarray(landmarks, np.float64)
    if landmarks.shape != (68, 2) or not np.isfinite(landmarks).all():
        raise ValueError(f"68 finite points expected, not {landmarks.shape}")
    center, half_sides = face_squares(landmarks, rotation=rotation)
    check_square(half_sides)
    return corners(center, half_sides)


def check_square(half_sides: np.ndarray) -> None:
    """Raise FaceviewerError for a square (2, 2) that is none, or smaller than a pixel."""
    if not (np.isfinite(half_sides).all() and side_px(half_sides) >= 1):
        raise FaceviewerError("its landmarks do not make a face")


@dataclass(frozen=True, eq=False)
class QuadFrame:
    """Carries points between the picture in which a square lies and the one that shows it: a similarity."""

    quad: np.ndarray
    """(4, 2) float64 corners."""
    size: int
    """Side of the picture that shows it, pixels; (0, 0) is the corner that the first corner became."""

    def to_aligned(self, xy: np.ndarray) -> np.ndarray:
        """(..., 2) points of the original, in the frame of ``quad``, to the aligned picture."""
        return (
            np.linalg.solve(self._sides(), (np.asarray(xy, np.float64) - self.quad[0])[..., None])[..., 0] * self.size
        )

    def to_original(self, xy: np.ndarray) -> np.ndarray:
        """(..., 2) points of the aligned picture to the original; inverse of ``to_aligned``."""
        return np.asarray(xy, np.float64) / self.size @ self._sides().T + self.quad[0]

    def _sides(self) -> np.ndarray:
        """(2, 2): the upper and the left side as columns."""
        return np.stack([self.quad[3] - self.quad[0], self.quad[1] - self.quad[0]], -1)


def _length(vectors: np.ndarray) -> np.ndarray:
    return np.hypot(vectors[..., 0], vectors[..., 1])
