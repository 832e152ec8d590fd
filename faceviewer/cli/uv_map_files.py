"""What the verbs of ``faceviewer uv-map`` read and write: maps, masks, and the checks that come first."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from faceviewer.types import Photo

_GREY_WITHIN = 32
"""Levels by which the channels of a mask may differ: JPEG files of grey pictures are a little coloured."""


def check_output(output: Path, inputs: Sequence[Path], companions: Sequence[str] = ()) -> None:
    """Raises UsageError where a result cannot be called ``output``, or would replace one of the inputs.

    companions: endings of the files that are written beside it.
    """
    from faceviewer.engines.options import UsageError

    if output.suffix.lower() != ".png":
        raise UsageError(f"-o {output}: maps are written as .png")
    if not os.path.isdir(output.parent):
        raise UsageError(f"-o {output}: there is no folder {output.parent}")
    for target in (output, *(beside(output, ending) for ending in companions)):
        for path in inputs:
            if _is_same(target, path):
                raise UsageError(f"-o {output}: it would replace {path}, which is read")


def beside(output: Path, ending: str) -> Path:
    """``OUT_ENDING.png`` for ``OUT.png``."""
    return output.with_name(f"{output.stem}_{ending}.png")


def read_map(path: Path) -> np.ndarray:
    """(H, W, 3) uint8: any picture that photos may be, upright, in sRGB. Raises FaceviewerError."""
    return _read(path).rgb


def read_like(path: Path, size_of: np.ndarray, other: Path) -> np.ndarray:
    """As ``read_map``. Raises FaceviewerError for a picture of another size than ``size_of``, which is ``other``."""
    rgb = read_map(path)
    _check_size(path, rgb, other, size_of)
    return rgb


def read_mask(path: Path, size_of: np.ndarray, other: Path) -> np.ndarray:
    """(H, W) float32, 0 to 1, with at least one pixel above a half.

    Raises FaceviewerError for pictures of another size than ``size_of``, in colour, partly transparent, or without a
    selected pixel.
    """
    import numpy as np

    from faceviewer.types import FaceviewerError

    rgb = read_map(path)
    _check_size(path, rgb, other, size_of)
    if _is_transparent(path):
        raise FaceviewerError(f"{path}: parts of the mask are transparent; save it without transparency")
    if np.ptp(rgb, axis=-1).max() > _GREY_WITHIN:
        raise FaceviewerError(f"{path}: a mask is grey, and this picture has colours")
    mask = rgb.mean(-1, dtype=np.float32) / np.float32(255)
    if mask.max() <= 0.5:
        raise FaceviewerError(f"{path}: the mask selects nothing, no pixel is brighter than half of white")
    return mask


def read_photo_of(path: Path, sha256: str) -> tuple[Photo, bool]:
    """(a photo, whether it is the very file with that digest)."""
    photo = _read(path)
    return photo, photo.sha256 == sha256


def picture_of(rgb: np.ndarray) -> np.ndarray:
    """uint8 of floats from 0 to 255, rounded."""
    import numpy as np

    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def write_maps(output: Path, contents: Mapping[str, bytes]) -> None:
    """Write PNG files beside each other, all or none; contents: name -> bytes, that of ``output`` last."""
    from faceviewer.io.atomic import AtomicFileSet

    with AtomicFileSet(output.parent) as files:
        for name, data in contents.items():
            files.path(name).write_bytes(data)


def _read(path: Path) -> Photo:
    from faceviewer.io.photo import load_photo

    return load_photo(path)


def _check_size(path: Path, rgb: np.ndarray, other: Path, size_of: np.ndarray) -> None:
    from faceviewer.types import FaceviewerError

    (height, width), (wanted_height, wanted_width) = rgb.shape[:2], size_of.shape[:2]
    if (height, width) != (wanted_height, wanted_width):
        raise FaceviewerError(
            f"{path}: {width} x {height} pixels, but {other} has {wanted_width} x {wanted_height}; they must agree"
        )


def _is_transparent(path: Path) -> bool:
    """Whether something shows through a picture that could be read: what that should select, nobody can tell."""
    from PIL import Image

    with Image.open(path) as image:
        if not image.has_transparency_data or image.mode.startswith(("I", "F")):
            return False
        return image.convert("RGBA").getchannel("A").getextrema() != (255, 255)


def _is_same(target: Path, path: Path) -> bool:
    try:
        return target.samefile(path)
    except (OSError, ValueError):
        return False
