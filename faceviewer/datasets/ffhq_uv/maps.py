"""Maps as textures, and what is unusual about a map's file."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from faceviewer.datasets.ffhq_uv.entry import UvMapEntry
from faceviewer.datasets.ffhq_uv.facts import SIDE
from faceviewer.io.photo import load_photo
from faceviewer.types import FaceviewerError, Origin, Texture

_PNG_HEADER = struct.Struct(">8x4x4sIIBB")
_PNG_COLORS = {0: "grey", 2: "RGB", 3: "a palette", 4: "grey with alpha", 6: "RGB with alpha"}


@dataclass(frozen=True)
class UvMap:
    """A map with what is unusual about its file."""

    texture: Texture
    notes: tuple[str, ...]
    """Such as "512 x 512 pixels in place of 1024 x 1024" and "16 bits per channel"."""


def load_uv_map(entry: UvMapEntry) -> Texture:
    """The map as a texture of 8-bit RGB; all of its texels come from a model.

    Other sizes and kinds of pixels are taken, too: ``open_uv_map`` tells them. Raises FaceviewerError when the file is
    missing, damaged or not square.
    """
    return open_uv_map(entry.path).texture


def open_uv_map(path: Path) -> UvMap:
    """As ``load_uv_map``, with notes."""
    rgb = load_photo(path).rgb
    height, width = rgb.shape[:2]
    if height != width:
        raise FaceviewerError(f"{path}: {width} x {height} pixels, but a UV map is square")
    origin = np.broadcast_to(np.uint8(Origin.MODEL), rgb.shape[:2])
    return UvMap(Texture(rgb, origin, "model"), (*size_notes((width, height)), *mode_notes(path)))


def size_notes(size: tuple[int, int]) -> tuple[str, ...]:
    """What to know about (width, height)."""
    return () if size == (SIDE, SIDE) else (f"{size[0]} x {size[1]} pixels in place of {SIDE} x {SIDE}",)


def mode_notes(path: Path) -> tuple[str, ...]:
    """What to know about the kind of pixels in a file that can be read."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_PNG_HEADER.size)
        if head.startswith(b"\x89PNG") and len(head) == _PNG_HEADER.size:
            *_, bits, color = _PNG_HEADER.unpack(head)
            notes = [] if color == 2 else [f"{_PNG_COLORS.get(color, 'an unknown kind of pixels')} in place of RGB"]
            return (*notes, *([f"{bits} bits per channel"] if bits > 8 else []))
        with Image.open(path, formats=["JPEG"]) as image:
            return () if image.mode == "RGB" else (f"{image.mode} in place of RGB",)
    except (OSError, ValueError, SyntaxError):
        return ()
