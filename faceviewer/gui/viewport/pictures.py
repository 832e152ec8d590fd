"""The pictures that are wrapped around the head, as arrays."""

from __future__ import annotations

from functools import cache

import numpy as np

from faceviewer.app.palette import ORIGIN_COLORS
from faceviewer.gui.viewport.looks import Picture
from faceviewer.types import Reconstruction, Texture

DISPLAY_LIMIT = 4096
"""Larger textures are shrunk for the screen: software drivers take seconds for 8192 and quietly resample 16385."""
_CHECKER_SIZE, _CHECKER_CELLS = 1024, 32


def wrapped_picture(result: Reconstruction, texture_name: str, picture: Picture) -> np.ndarray | None:
    """(H, W, 3) uint8, row 0 at v = 1; None when there is nothing to wrap around the head."""
    if picture == "checker":
        return checker()
    texture = shown_texture(result, texture_name)
    if texture is None or picture == "none":
        return None
    return origin_picture(texture) if picture == "origin" else limited(texture.rgb)


def shown_texture(result: Reconstruction, name: str) -> Texture | None:
    """The texture of that name, or else the first there is."""
    return result.textures.get(name) or next(iter(result.textures.values()), None)


def limited(rgb: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 shrunk so that no side is above ``DISPLAY_LIMIT``; the same array when it is small enough."""
    height, width = rgb.shape[:2]
    scale = DISPLAY_LIMIT / max(height, width)
    if scale >= 1:
        return rgb
    from faceviewer.io.cv import cv2  # the window does not wait for OpenCV; the engine thread brings it

    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)


def origin_picture(texture: Texture) -> np.ndarray:
    """Where every texel comes from, (S, S, 3) uint8 in the colours of the legend."""
    colors = np.zeros((max(ORIGIN_COLORS) + 1, 3), np.uint8)
    for origin, rgb in ORIGIN_COLORS.items():
        colors[origin] = rgb
    shrunk = texture.origin[:: -(-len(texture.origin) // DISPLAY_LIMIT), :: -(-len(texture.origin) // DISPLAY_LIMIT)]
    return colors[shrunk]


@cache
def checker() -> np.ndarray:
    """Squares in two greys, the rows and columns of every eighth tinted, to see stretch and orientation by."""
    cell = np.arange(_CHECKER_SIZE) * _CHECKER_CELLS // _CHECKER_SIZE
    row, column = cell[:, None], cell[None]
    rgb = np.where(((row + column) % 2 == 0)[..., None], (232, 232, 234), (120, 124, 132)).astype(np.int16)
    block = (row // 8 + column // 8) % 2 == 0
    rgb[block] = rgb[block] * (0.85, 0.95, 1.0)
    return rgb.astype(np.uint8)
