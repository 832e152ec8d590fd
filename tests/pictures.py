"""Picture files for tests: a small asymmetric picture in every format, and writers for what Pillow cannot write."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LOSSLESS = {"PNG": {}, "BMP": {}, "TIFF": {}, "WEBP": {"lossless": True}}
LOSSY = {"JPEG": {"quality": 95, "subsampling": 0}, "AVIF": {"quality": 95}, "HEIF": {"quality": 95}}
FORMATS = LOSSLESS | LOSSY
SUFFIX = {"TIFF": ".tif", "JPEG": ".jpg", "HEIF": ".heic"}


def picture(height: int = 32, width: int = 48) -> np.ndarray:
    """(H, W, 3) uint8: smooth, so that lossy formats keep it, and different in all eight orientations."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    return np.stack([40 + 180 * x, 30 + 150 * y, 60 + 120 * x * y], -1).round().astype(np.uint8)


def encoded(image: Image.Image | np.ndarray, kind: str, **options: Any) -> bytes:
    """The bytes of a picture file of Pillow format ``kind``."""
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    if isinstance(options.get("exif"), Image.Exif):  # some of the writers lose parts of the object, none of the bytes
        options["exif"] = options["exif"].tobytes()
    file = io.BytesIO()
    image.save(file, kind, **FORMATS.get(kind, {}) | options)
    return file.getvalue()


def write(folder: Path, image: Image.Image | np.ndarray, kind: str, **options: Any) -> Path:
    """A picture file in ``folder``."""
    path = folder / f"picture{SUFFIX.get(kind, '.' + kind.lower())}"
    path.write_bytes(encoded(image, kind, **options))
    return path


def deep_png(values: np.ndarray, *, transparent: tuple[int, ...] = ()) -> bytes:
    """A 16-bit PNG of (H, W, C) uint16 with 1 to 4 channels; ``transparent`` names one colour to be see-through."""
    height, width, channels = values.shape
    color_type = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, color_type, 0, 0, 0))]
    if transparent:
        chunks.append((b"tRNS", struct.pack(f">{len(transparent)}H", *transparent)))
    chunks += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def tiff(
    values: np.ndarray,
    *,
    planar: bool = False,
    photometric: int = 2,
    order: str = "<",
    deflate: bool = False,
    premultiplied: bool = False,
) -> bytes:
    """A TIFF of (H, W, C) values as they are, interleaved or in one plane per channel; ``order`` is "<" or ">"."""
    height, width, channels = values.shape
    values = values.astype(values.dtype.newbyteorder(order))
    strips = [values[..., c].tobytes() for c in range(channels)] if planar else [values.tobytes()]
    strips = [zlib.compress(strip) for strip in strips] if deflate else strips
    sample_format = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    tags: list[tuple[int, str, list[int]]] = [
        (256, "I", [width]),
        (257, "I", [height]),
        (258, "H", [values.itemsize * 8] * channels),
        (259, "H", [8 if deflate else 1]),
        (262, "H", [photometric]),
        (273, "I", [0] * len(strips)),
        (277, "H", [channels]),
        (278, "I", [height]),
        (279, "I", [len(strip) for strip in strips]),
        (284, "H", [2 if planar else 1]),
        *([(338, "H", [1])] if premultiplied else []),
        (339, "H", [sample_format] * channels),
    ]
    start = 8 + 2 + 12 * len(tags) + 4
    starts = np.cumsum([start, *(len(strip) for strip in strips)])
    tags[5] = (273, "I", [int(s) for s in starts[:-1]])
    extra_at, extra, entries = int(starts[-1]), b"", b""
    for tag, code, numbers in tags:
        data = struct.pack(f"{order}{len(numbers)}{code}", *numbers)
        if len(data) > 4:
            extra, data = extra + data, struct.pack(order + "I", extra_at + len(extra))
        entries += struct.pack(order + "HHI", tag, {"H": 3, "I": 4}[code], len(numbers)) + data.ljust(4, b"\0")
    header = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "IH", 8, len(tags))
    return header + entries + b"\0\0\0\0" + b"".join(strips) + extra
