"""Pictures to bytes and back: RGB uint8 in memory, PNG or JPEG in files.

This is for the pictures that the application makes; photographs come in through ``io.photo``. OpenCV is imported by the
first picture that is encoded: the window can write files, and stands before that.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, UnidentifiedImageError

from faceviewer.types import FaceviewerError

MAX_SIDE = 16384


def encode_png(picture: np.ndarray, *, compression: int = 1) -> bytes:
    """PNG bytes of an (H, W, 3) RGB or (H, W) grey uint8 picture; ``compression`` 0 to 9, 1 is quick."""
    from faceviewer.io.cv import cv2

    return _encode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, compression])


def encode_png_alpha(picture: np.ndarray, *, compression: int = 1) -> bytes:
    """PNG bytes of an (H, W, 4) RGBA uint8 picture, alpha not premultiplied."""
    from faceviewer.io.cv import cv2

    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 4 or picture.size == 0:
        raise ValueError(f"a picture with alpha is (H, W, 4) uint8, not {picture.shape} {picture.dtype}")
    return _encoded(".png", cv2.cvtColor(picture, cv2.COLOR_RGBA2BGRA), [cv2.IMWRITE_PNG_COMPRESSION, compression])


def encode_jpeg(picture: np.ndarray, *, quality: int = 92) -> bytes:
    """JPEG bytes of an (H, W, 3) RGB or (H, W) grey uint8 picture, colours at full resolution."""
    from faceviewer.io.cv import cv2

    sampling = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    return _encode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality, *sampling])


def write_image(path: Path, picture: np.ndarray) -> None:
    """Write a picture as its suffix says: ``.png`` (exact), ``.jpg`` or ``.jpeg``. Raises OSError as any write."""
    encoders = {".png": encode_png, ".jpg": encode_jpeg, ".jpeg": encode_jpeg}
    encode = encoders.get(path.suffix.lower())
    if encode is None:
        raise FaceviewerError(f"{path}: pictures are written as .png, .jpg or .jpeg")
    path.write_bytes(encode(picture))


def read_png(path: Path, mode: Literal["RGB", "L", "P"] = "RGB") -> np.ndarray:
    """The (H, W, 3) RGB, (H, W) grey ("L") or (H, W) palette index ("P") uint8 picture in a PNG file, exactly.

    Raises FaceviewerError when the file is missing, no PNG, larger than ``MAX_SIDE`` or damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FaceviewerError(f"{path}: cannot be read ({error.strerror or error})") from None
    return decode_png(data, str(path), mode)


def decode_png(data: bytes, where: str, mode: Literal["RGB", "L", "P"] = "RGB") -> np.ndarray:
    """As ``read_png``, from bytes; ``where`` names them in errors."""
    try:
        with Image.open(BytesIO(data), formats=["PNG"]) as image:
            if max(image.size) > MAX_SIDE:
                raise FaceviewerError(f"{where}: {image.width} x {image.height} pixels, more than {MAX_SIDE} on a side")
            if mode == "P" and image.mode != "P":
                raise FaceviewerError(f"{where}: not a picture with a palette")
            return np.array(image if mode == "P" else image.convert(mode))
    except UnidentifiedImageError:
        raise FaceviewerError(f"{where}: not a PNG picture") from None
    except (OSError, ValueError, SyntaxError, EOFError, zlib.error, Image.DecompressionBombError) as error:
        raise FaceviewerError(f"{where}: the PNG picture is damaged ({error})") from None


def _encode(suffix: str, picture: np.ndarray, options: list[int]) -> bytes:
    from faceviewer.io.cv import cv2

    if (
        picture.dtype != np.uint8
        or picture.ndim not in (2, 3)
        or picture.size == 0
        or picture.shape[2:] not in ((), (3,))
    ):
        raise ValueError(f"a picture is (H, W, 3) or (H, W) uint8, not {picture.shape} {picture.dtype}")
    ordered = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    return _encoded(suffix, ordered, options)


def _encoded(suffix: str, ordered: np.ndarray, options: list[int]) -> bytes:
    """The picture in OpenCV's order of channels as a file."""
    from faceviewer.io.cv import cv2

    done, data = cv2.imencode(suffix, ordered, options)
    if not done:
        raise FaceviewerError(
            f"a picture of {ordered.shape[1]} x {ordered.shape[0]} pixels cannot be stored as {suffix}"
        )
    return data.tobytes()
