"""One file against what the metadata say of it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from faceviewer.datasets.ffhq.entry import PictureFile
from faceviewer.io.images import decode_png
from faceviewer.io.photo import load_photo
from faceviewer.types import FaceviewerError

Problem = Literal["", "missing", "wrong size", "wrong md5", "wrong pixels", "re-encoded", "surplus"]
PROBLEMS: tuple[Problem, ...] = ("missing", "wrong size", "wrong md5", "wrong pixels", "re-encoded", "surplus")
DAMAGES: tuple[Problem, ...] = PROBLEMS[:4]
"""The others leave every picture whole."""
Checked = tuple[Problem, str]
"""What is wrong, "" for nothing, and the details."""
_MAX_BYTES = 1 << 30


def check_presence(path: Path, about: PictureFile | None) -> Checked:
    """Whether the file is there and, with ``about``, has its size in bytes."""
    try:
        nbytes = path.stat().st_size
    except OSError as error:
        return "missing", "" if isinstance(error, FileNotFoundError) else (error.strerror or str(error))
    if about is not None and nbytes != about.nbytes:
        return "wrong size", _other_size(nbytes, about)
    return "", ""


def check_picture(path: Path, about: PictureFile) -> Checked:
    """Size in bytes, md5 of the file, size in pixels, md5 of the pixels.

    A file that is decoded and shows other pixels has "wrong pixels"; one that cannot be decoded has a "wrong size" or,
    where that agrees, a "wrong md5"; one with other bytes and the right pixels is "re-encoded".
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            return "wrong size", _other_size(path.stat().st_size, about)
        data = path.read_bytes()
    except OSError as error:
        return "missing", "" if isinstance(error, FileNotFoundError) else (error.strerror or str(error))
    details = []
    if len(data) != about.nbytes:
        details.append(_other_size(len(data), about))
    if hashlib.md5(data, usedforsecurity=False).hexdigest() != about.md5:
        details.append("the md5 of the file differs")
    if unlike := _pixel_problem(data, about):
        readable, reason = unlike
        problem = "wrong pixels" if readable else "wrong size" if len(data) != about.nbytes else "wrong md5"
        return problem, "; ".join([*details, reason])
    return ("re-encoded", "; ".join(details)) if details else ("", "")


def check_copy(path: Path) -> Checked:
    """Whether a copy of another size is a picture at all; there is nothing to compare it with."""
    if (checked := check_presence(path, None))[0]:
        return checked
    try:
        load_photo(path)
    except FaceviewerError as error:
        return "wrong pixels", str(error).removeprefix(f"{path}: ")
    return "", ""


def pixel_md5(rgb_bytes: bytes | memoryview) -> str:
    """The metadata's digest of pixels: uint8, row by row, RGB."""
    return hashlib.md5(rgb_bytes, usedforsecurity=False).hexdigest()


def _pixel_problem(data: bytes, about: PictureFile) -> tuple[bool, str] | None:
    """(whether it can be decoded, what differs), or None when the pixels agree."""
    try:
        rgb = decode_png(data, "")
    except FaceviewerError as error:
        return False, str(error).removeprefix(": ")
    height, width = rgb.shape[:2]
    if (width, height) != about.size:
        return True, f"{width} x {height} pixels in place of {about.size[0]} x {about.size[1]}"
    return None if pixel_md5(rgb.data) == about.pixel_md5 else (True, "the pixels differ")


def _other_size(nbytes: int, about: PictureFile) -> str:
    return f"{nbytes} bytes in place of {about.nbytes}"
