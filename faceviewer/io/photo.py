"""Photos from files and arrays: upright 8-bit sRGB, whatever they were.

Files are read by Pillow, as are their EXIF tags and colour profiles, and told apart by content, never by suffix. Only
the formats below are tried, because some of Pillow's other readers start programs or are rarely tested. Of animated
and multi-page files the first picture is taken. ``io.color`` says what becomes of each kind of pixel.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from faceviewer.io import tiff
from faceviewer.io.color import NEUTRAL_GREY, to_srgb
from faceviewer.io.diagnosis import decoding_reason, unidentified_reason
from faceviewer.io.exif import focal_px, read_orientation, upright
from faceviewer.io.input_file import PhotoError, open_input
from faceviewer.types import Photo

_JPEG_SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo")
_OTHER_SUFFIXES = (".png", ".webp", ".bmp", ".dib", ".tif", ".tiff", ".gif", ".heic", ".heif", ".hif", ".avif")
PHOTO_SUFFIXES = frozenset(_JPEG_SUFFIXES + _OTHER_SUFFIXES)
"""Suffixes (lower case) by which photos are recognised in folders."""

MAX_FILE_BYTES = 1 << 30
_FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "BMP", "DIB", "TIFF", "GIF", "AVIF")

_SIDEWAYS = 5
"""EXIF orientations from here on swap width and height."""

__all__ = ["MAX_FILE_BYTES", "PHOTO_SUFFIXES", "PhotoError", "load_photo", "photo_from_array", "photo_size"]

# Pillow's remarks on odd files are not for the user's terminal.
logging.getLogger("PIL").addHandler(logging.NullHandler())


def load_photo(path: Path | str, *, max_megapixels: float = 100, enough_px: int | None = None) -> Photo:
    """Read a photo file: upright, opaque, sRGB, with its focal length from EXIF where that is known.

    ``max_megapixels`` is checked on the file's header, before anything is decoded; Pillow's own limit of 179 megapixels
    holds as well. ``enough_px`` lets JPEG files be decoded at a half, quarter or eighth of their size, many times as
    quickly, as long as both sides keep that many pixels. Raises ``PhotoError`` for whatever is wrong with the file, and
    nothing else.
    """
    path = Path(path)
    data = _read(path)
    with _errors_told(path, lambda: data, max_megapixels):
        stored, orientation, focal = _decode(data, path, max_megapixels, enough_px)
        rgb = upright(stored, orientation)
    return Photo(rgb=rgb, path=path, sha256=hashlib.sha256(data).hexdigest(), focal_px=focal)


def photo_size(path: Path, *, max_megapixels: float = 100) -> tuple[int, int]:
    """(width, height) of the upright photo that ``load_photo`` gives, from the head of its file, which is much quicker.

    Only PNG files without EXIF data in their head are read to the end, where it may stand as well. Raises
    ``PhotoError`` as ``load_photo`` does, but for damage further down in the file.
    """
    with (
        open_input(path, "picture") as stream,
        _errors_told(path, lambda: _read(path), max_megapixels),
        _quiet_pillow(),
        Image.open(stream, formats=_formats()) as image,
    ):
        _check_header(image, path, max_megapixels)
        width, height = image.size
        is_turned = image.format != "TIFF" and _read_exif(image)[0] >= _SIDEWAYS  # Pillow itself turns TIFF files
        return (height, width) if is_turned else (width, height)


def photo_from_array(array: np.ndarray) -> Photo:
    """A photo from upright sRGB pixels: (H, W), (H, W, 1 to 4) of uint8, uint16, bool, or float from 0 to 1.

    Two and four channels end in an alpha channel, not premultiplied, which goes over neutral grey. The array is copied.
    Raises ``PhotoError`` for other shapes and types, and for floats that are clearly not between 0 and 1.
    """
    array = np.asarray(array)
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 2, 3, 4) or 0 in array.shape:
        raise PhotoError(f"photo: an array of shape {array.shape} is no picture; give (H, W), (H, W, 3) or (H, W, 4)")
    shares = _as_shares(array)
    if shares is None:
        rgb = np.array(np.broadcast_to(array, (*array.shape[:2], 3)))
    else:
        color = shares if shares.shape[2] in (1, 3) else _shares_over_grey(shares)
        rgb = np.broadcast_to(np.rint(color * 255), (*color.shape[:2], 3)).astype(np.uint8)
    return Photo(rgb=rgb, sha256=hashlib.sha256(rgb.tobytes()).hexdigest())


def _as_shares(array: np.ndarray) -> np.ndarray | None:
    """The array as float32 from 0 to 1, or None where uint8 values can stay as they are."""
    if array.dtype == np.uint8:
        return None if array.shape[2] in (1, 3) else array.astype(np.float32) / 255
    if array.dtype == np.uint16:
        return array.astype(np.float32) / 65535
    if array.dtype == np.bool_:
        return array.astype(np.float32)
    if not np.issubdtype(array.dtype, np.floating):
        raise PhotoError(f"photo: an array of {array.dtype} is no picture; give uint8, uint16 or float from 0 to 1")
    if not np.isfinite(array).all() or array.min() < -0.5 or array.max() > 1.5:  # resampling may overshoot a little
        raise PhotoError("photo: a float array must hold finite values from 0 to 1")
    return array.astype(np.float32).clip(0, 1)


def _shares_over_grey(shares: np.ndarray) -> np.ndarray:
    color, alpha = shares[..., :-1], shares[..., -1:]
    return color * alpha + (NEUTRAL_GREY / 255) * (1 - alpha)


def _read(path: Path) -> bytes:
    with open_input(path, "picture") as file:
        if os.fstat(file.fileno()).st_size > MAX_FILE_BYTES:
            raise PhotoError(f"{path}: the file is larger than {MAX_FILE_BYTES >> 20} MiB")
        try:
            return file.read()
        except OSError as error:
            raise PhotoError(f"{path}: it cannot be read ({error.strerror})") from error


@contextmanager
def _errors_told(path: Path, data: Callable[[], bytes], max_megapixels: float) -> Iterator[None]:
    """Turn whatever decoders raise into ``PhotoError``; ``data`` gives the file's bytes, which tell the reason."""
    try:
        yield
    except PhotoError:
        raise
    except UnidentifiedImageError as error:
        raise PhotoError(f"{path}: {unidentified_reason(data(), _formats())}") from error
    except Image.DecompressionBombError as error:
        raise PhotoError(f"{path}: {_bomb_reason(error, max_megapixels)}") from error
    except MemoryError as error:
        raise PhotoError(f"{path}: there is not enough memory to read it") from error
    except Exception as error:  # decoders meet hostile bytes with almost any exception
        raise PhotoError(f"{path}: {decoding_reason(error, data())}") from error


@cache
def _formats() -> tuple[str, ...]:
    """The formats to try; HEIF joins them when pillow-heif is installed."""
    Image.init()
    formats = tuple(name for name in _FORMATS if name in Image.OPEN)
    try:
        import pillow_heif
    except ImportError:
        return formats
    pillow_heif.register_heif_opener()
    return (*formats, "HEIF")


def _check_header(image: ImageFile.ImageFile, path: Path, max_megapixels: float) -> None:
    width, height = image.size
    if width * height > max_megapixels * 1e6:
        raise PhotoError(f"{path}: {_size_reason(width * height, max_megapixels)}")
    if tiff.is_raw_file(image):
        raise PhotoError(f"{path}: it is a camera's raw file (DNG); export it as JPEG or TIFF first")


def _size_reason(pixels: int, max_megapixels: float) -> str:
    return f"the picture has {pixels / 1e6:.1f} megapixels, more than the limit of {max_megapixels:g}"


def _bomb_reason(error: Image.DecompressionBombError, max_megapixels: float) -> str:
    """The same sentence where Pillow refused first; its message holds the number of pixels."""
    pixels = re.search(r"\((\d+) pixels\)", str(error))
    limit = min(max_megapixels, 2e-6 * (Image.MAX_IMAGE_PIXELS or 0) or max_megapixels)
    return _size_reason(int(pixels[1]), round(limit)) if pixels else "the picture is too large"


def _decode(
    data: bytes, path: Path, max_megapixels: float, enough_px: int | None
) -> tuple[np.ndarray, int, float | None]:
    """((H, W, 3) uint8 sRGB as stored, orientation tag, focal length in pixels or None); Pillow's copy is gone then.

    EXIF is read after the pixels, because Pillow's TIFF reader turns the picture itself and then drops the tag.
    """
    with _quiet_pillow(), Image.open(io.BytesIO(data), formats=_formats()) as image:
        _check_header(image, path, max_megapixels)
        if enough_px is not None:
            image.draft(None, (enough_px, enough_px))
        tiff.repair_planes(image)
        image.load()
        return to_srgb(image, str(path)), *_read_exif(image)


def _read_exif(image: Image.Image) -> tuple[int, float | None]:
    try:
        exif = image.getexif()
        return read_orientation(exif), focal_px(exif, image.size)
    except Exception:  # noqa: BLE001  (damaged EXIF says nothing, but the picture may be fine)
        return 1, None


class _Quiet:
    """How many threads are inside ``_quiet_pillow``, and what restores the warning filters after the last."""

    lock = threading.Lock()
    depth = 0
    filters: warnings.catch_warnings | None = None


@contextmanager
def _quiet_pillow() -> Iterator[None]:
    """Keep Pillow's warnings (odd EXIF, large pictures) from the user, who can do nothing about them.

    ``warnings.catch_warnings`` is process-wide: the first thread in sets the filter, the last one out restores it.
    """
    with _Quiet.lock:
        if _Quiet.depth == 0:
            _Quiet.filters = warnings.catch_warnings()
            _Quiet.filters.__enter__()
            warnings.filterwarnings("ignore", module=r"(PIL|pillow_heif)(\.|$)")
            warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
        _Quiet.depth += 1
    try:
        yield
    finally:
        with _Quiet.lock:
            _Quiet.depth -= 1
            if _Quiet.depth == 0 and _Quiet.filters is not None:
                _Quiet.filters.__exit__(None, None, None)
