"""Why bytes are not a picture, said so that a person knows what to do."""

from __future__ import annotations

import re
import struct
from collections.abc import Collection

_KNOWN_KINDS = "JPEG, PNG, WebP, BMP, TIFF, GIF, HEIC or AVIF"
_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_AVIF_BRANDS = frozenset((b"avif", b"avis"))
_MAGIC = (b"\xff\xd8", b"\x89PNG", b"RIFF", b"BM", b"GIF8")
_TIFF_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_CUT_OFF = re.compile(r"truncat|premature|end of file|end of data|\bEOF\b|too short|incomplete", re.IGNORECASE)

ENDS_EARLY = "the file ends in the middle of the picture"


def unidentified_reason(data: bytes, formats: Collection[str]) -> str:
    """Why no reader took the file's bytes; ``formats`` are the Pillow formats that were tried."""
    brand = data[8:12] if data[4:8] == b"ftyp" else b""
    if brand in _HEIF_BRANDS and "HEIF" not in formats:
        return "HEIC pictures need pillow-heif (pip install 'faceviewer[heif]')"
    if brand in _AVIF_BRANDS and "AVIF" not in formats:
        return "the installed Pillow cannot read AVIF pictures"
    if _ends_early(data):
        return ENDS_EARLY
    if data[:4] in _TIFF_ORDERS:
        return "this kind of TIFF cannot be read; save it as 8-bit or 16-bit RGB"
    if brand in _HEIF_BRANDS | _AVIF_BRANDS or data.startswith(_MAGIC):
        return "the beginning of the picture is damaged or cut off"
    return f"it is not a picture ({_KNOWN_KINDS})"


def decoding_reason(error: Exception, data: bytes) -> str:
    """What went wrong while the pixels of ``data`` were read."""
    detail = one_line(error)
    if _CUT_OFF.search(detail) or _ends_early(data):
        return ENDS_EARLY
    return f"the picture is damaged ({detail})"


def one_line(error: BaseException) -> str:
    """An error's own words without line breaks, or its type's name."""
    return " ".join(str(error).split())[:120] or type(error).__name__


def _ends_early(data: bytes) -> bool:
    """Whether the file's own bookkeeping points past its end; False for formats that keep none."""
    if data[:4] == b"RIFF" and len(data) >= 8:
        return struct.unpack_from("<I", data, 4)[0] + 8 > len(data)
    if data[:4] in _TIFF_ORDERS:
        return _directory_ends_early(data, _TIFF_ORDERS[data[:4]])
    if data[4:8] == b"ftyp":
        return _boxes_end_early(data)
    return False


def _directory_ends_early(data: bytes, order: str) -> bool:
    """Whether the first directory of a TIFF is not all there."""
    if len(data) < 8:
        return True
    start = struct.unpack_from(order + "I", data, 4)[0]
    if start + 2 > len(data):
        return True
    return start + 2 + 12 * struct.unpack_from(order + "H", data, start)[0] > len(data)


def _boxes_end_early(data: bytes) -> bool:
    """Whether the last top-level box of an ISO media file (HEIC, AVIF) is cut."""
    start = 0
    while start + 8 <= len(data):
        size = struct.unpack_from(">I", data, start)[0]
        if size == 1 and start + 16 <= len(data):
            size = struct.unpack_from(">Q", data, start + 8)[0]
        if size == 0:  # the box runs to the end of the file, whatever that is
            return False
        if size < 8:
            return True
        start += size
    return start != len(data)
