"""Names, legends and points on pictures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from faceviewer.io.cv import cv2

_INK = (45, 47, 52)
_HALO = (236, 237, 240)
_SEEN_RGB = (20, 200, 120)
_HIDDEN_RGB = (235, 80, 70)
_SHIFT = 4  # cv2 takes coordinates as integers of 1/16 pixel


def caption(picture: np.ndarray, text: str) -> np.ndarray:
    """The picture (H, W, 3) uint8 with a name in its lower left corner."""
    image = Image.fromarray(picture)
    size = max(10, len(picture) // 32)
    position = 0.6 * size, len(picture) - 0.5 * size
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    pen.text(position, text, _INK, font, anchor="ls", stroke_width=max(1, size // 8), stroke_fill=_HALO)
    return np.asarray(image)


def draw_legend(picture: np.ndarray, colors: Mapping[str, tuple[int, int, int]]) -> np.ndarray:
    """The picture (H, W, 3) uint8 with named swatches down its left side."""
    image = Image.fromarray(picture)
    pen = ImageDraw.Draw(image)
    size = max(10, len(picture) // 32)
    font = ImageFont.load_default(size)
    for row, (name, rgb) in enumerate(colors.items()):
        top = size * (1 + 1.7 * row)
        pen.rounded_rectangle((0.6 * size, top, 1.6 * size, top + size), 0.25 * size, rgb)
        pen.text((2 * size, top + size / 2), name.replace("_", " "), _INK, font, anchor="lm")
    return np.asarray(image)


def draw_points(picture: np.ndarray, xy_px: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """The picture (H, W, 3) uint8 with dots at (L, 2) pixels: green where seen (L,), small and red elsewhere."""
    drawn = np.ascontiguousarray(picture).copy()
    crowding = 0.5 if len(xy_px) > 200 else 1.0
    radius_px = max(1.2, len(picture) / 160 * crowding)
    order = np.argsort(seen, kind="stable")  # hidden ones first: what is seen lies on top
    for (x, y), visible in zip(xy_px[order], seen[order], strict=True):
        if not np.isfinite((x, y)).all() or max(abs(x), abs(y)) > 1e5:
            continue
        center = round((x - 0.5) * (1 << _SHIFT)), round((y - 0.5) * (1 << _SHIFT))
        dots = ((radius_px + 0.8, _INK), (radius_px, _SEEN_RGB)) if visible else ((0.7 * radius_px, _HIDDEN_RGB),)
        for size, rgb in dots:
            cv2.circle(drawn, center, round(size * (1 << _SHIFT)), rgb, cv2.FILLED, cv2.LINE_AA, _SHIFT)
    return drawn
