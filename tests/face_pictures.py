"""Pictures with faces whose place is known, made from portraits: pasted small, turned, mirrored, moved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceviewer.detection.canonical import canonical_face
from faceviewer.io.cv import cv2
from faceviewer.io.photo import load_photo
from faceviewer.types import Face

SAMPLE = Path(__file__).resolve().parents[1] / "resources" / "sample.jpg"
WALL = (92, 120, 138)


@dataclass(frozen=True, eq=False)
class Portrait:
    """A picture with one face and its 478 points in continuous photo pixels."""

    rgb: np.ndarray
    xy_px: np.ndarray

    @property
    def width_px(self) -> float:
        return float(np.ptp(self.xy_px[:, 0]))

    def error(self, face: Face) -> float:
        """Mean distance of a found face's points, over the face's width (of the upright face, or a turned one's)."""
        side = min(np.ptp(self.xy_px, axis=0))
        return float(np.linalg.norm(face.landmarks["478"].xy_px - self.xy_px, axis=1).mean() / side)


def sample_rgb() -> np.ndarray:
    return load_photo(SAMPLE).rgb


def moved(portrait: Portrait, matrix: np.ndarray, size: tuple[int, int]) -> Portrait:
    """Draw a portrait into a wall of (width, height) pixels by a (2, 3) map of continuous coordinates."""
    xy_px = portrait.xy_px @ matrix[:, :2].T + matrix[:, 2]
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    rgb, linear = portrait.rgb, matrix[:, :2]
    if scale < 1:  # average first, as a camera does
        height, width = rgb.shape[:2]
        small = max(round(width * scale), 1), max(round(height * scale), 1)
        linear = linear @ np.diag([width / small[0], height / small[1]])
        rgb = cv2.resize(rgb, small, interpolation=cv2.INTER_AREA)
    shift = matrix[:, 2] + linear @ [0.5, 0.5] - 0.5  # OpenCV counts from pixel centres
    picture = cv2.warpAffine(rgb, np.column_stack([linear, shift]), size, flags=cv2.INTER_LINEAR, borderValue=WALL)
    return Portrait(picture, xy_px)


def placed(portrait: Portrait, *, share: float, side: int, at: tuple[float, float]) -> Portrait:
    """Paste a portrait at ``share`` of the side of a square wall, at a relative place (0 to 1)."""
    height, width = portrait.rgb.shape[:2]
    scale = share * side / max(height, width)
    x, y = at[0] * (side - width * scale), at[1] * (side - height * scale)
    return moved(portrait, np.array([[scale, 0, x], [0, scale, y]]), (side, side))


def rotated(portrait: Portrait, degrees: float) -> Portrait:
    """Turn a portrait clockwise about its middle, in a square that holds all of it."""
    height, width = portrait.rgb.shape[:2]
    side = int(np.hypot(height, width)) if degrees % 90 else max(height, width)
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.array([[c, -s, 0.0], [s, c, 0.0]])
    matrix[:, 2] = side / 2 - matrix[:, :2] @ [width / 2, height / 2]
    return moved(portrait, matrix, (side, side))


def mirrored(portrait: Portrait) -> Portrait:
    """The portrait in a mirror: each point takes the place of its partner."""
    xy_px = portrait.xy_px * [-1, 1] + [portrait.rgb.shape[1], 0]
    return Portrait(np.ascontiguousarray(portrait.rgb[:, ::-1]), xy_px[canonical_face().mirrored])


def blobs(height: int, width: int, *, seed: int = 0, sigma: float = 8.0) -> np.ndarray:
    """A face-free picture of soft coloured spots."""
    noise = np.random.default_rng(seed).normal(size=(height, width, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), sigma)
    return np.clip(128 + 50 * soft / soft.std(), 0, 255).astype(np.uint8)
