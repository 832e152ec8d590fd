"""Which pictures there are: in the published layout, in flat copies, in other sizes, with or without the JSON."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from faceviewer.datasets.ffhq.facts import FOLDERS, JSON_NAME, KINDS, LICENCE_NAME, Kind
from faceviewer.types import CancelToken, FaceviewerError

Layout = Literal["published", "flat"]
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
_NUMBER = re.compile(r"\d{5,7}")
_PUBLISHED_SIDE: dict[Kind, int] = {"image": 1024, "thumbnail": 128}


@dataclass(frozen=True, eq=False)
class PictureFolder:
    """One folder of pictures that are named by their numbers."""

    kind: Kind
    folder: Path
    layout: Layout
    numbers: np.ndarray
    """(n,) int32, ascending."""
    suffix: str
    """That most files have."""
    other_suffixes: Mapping[int, str] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    """(width, height) of the first picture, or None when it cannot be read."""

    def path(self, number: int) -> Path:
        """Where this picture is, or would be."""
        below = [f"{number // 1000 * 1000:05d}"] if self.layout == "published" else []
        return self.folder.joinpath(*below, f"{number:05d}{self.other_suffixes.get(number, self.suffix)}")

    @property
    def has_published_size(self) -> bool:
        """False for copies of another size, which cannot agree with the metadata's checksums."""
        side = _PUBLISHED_SIDE.get(self.kind)
        return side is None or self.size is None or self.size == (side, side)


@dataclass(frozen=True, eq=False)
class FfhqFiles:
    """What a folder holds of the data set."""

    root: Path
    json: Path | None
    licence: Path | None
    folders: tuple[PictureFolder, ...]

    def of(self, kind: Kind) -> PictureFolder | None:
        """The folder with pictures of a kind: the published one before others, then the fullest."""
        return next((folder for folder in self.folders if folder.kind == kind), None)

    def numbers(self) -> np.ndarray:
        """(n,) int32, ascending: the pictures of which there is any file."""
        return np.unique(np.concatenate([np.zeros(0, np.int32), *(folder.numbers for folder in self.folders)]))


def scan_files(root: Path, cancel: CancelToken) -> FfhqFiles:
    """Look through a data set's folder, or one of its picture folders. Only names are read, and one picture per folder.

    Raises FaceviewerError when the folder cannot be read, Cancelled when ``cancel`` was set.
    """
    try:
        below = sorted(path for path in root.iterdir() if os.path.isdir(path) and not _NUMBER.fullmatch(path.name))
    except OSError as error:
        raise FaceviewerError(f"{root}: the folder cannot be read ({error.strerror or error})") from error
    found = [one for folder in (root, *below) if (one := _scan_folder(folder, cancel)) is not None]
    found.sort(key=lambda one: (KINDS.index(one.kind), one.folder.name != FOLDERS[one.kind], -len(one.numbers)))
    return FfhqFiles(root, _beside(root, JSON_NAME), _beside(root, LICENCE_NAME), tuple(found))


def _beside(root: Path, name: str) -> Path | None:
    """A file of the folder, or of the one around it when the folder is one of pictures."""
    around = Path(os.path.abspath(root)).parent
    return next((folder / name for folder in (root, around) if os.path.isfile(folder / name)), None)


def _scan_folder(folder: Path, cancel: CancelToken) -> PictureFolder | None:
    for layout in ("published", "flat"):
        found: dict[int, str] = {}
        for name, below in _names(folder, layout, cancel):
            stem, suffix = os.path.splitext(name)
            if suffix.lower() in SUFFIXES and _is_number(stem) and below in ("", f"{int(stem) // 1000 * 1000:05d}"):
                found[int(stem)] = suffix
        if found:
            return _described(folder, layout, found)
    return None


def _names(folder: Path, layout: Layout, cancel: CancelToken) -> Iterator[tuple[str, str]]:
    """(file name, its numbered folder or "")."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if layout == "flat":
                    yield entry.name, ""
                elif _NUMBER.fullmatch(entry.name) and entry.is_dir():
                    cancel.check()
                    yield from ((name, entry.name) for name in os.listdir(entry.path))
    except OSError:
        return  # a folder that cannot be read holds nothing for us


def _is_number(stem: str) -> bool:
    return _NUMBER.fullmatch(stem) is not None and stem.isascii() and stem == f"{int(stem):05d}"


def _described(folder: Path, layout: Layout, found: dict[int, str]) -> PictureFolder:
    suffix = Counter(found.values()).most_common(1)[0][0]
    others = {number: other for number, other in found.items() if other != suffix}
    numbers = np.array(sorted(found), np.int32)
    plain = PictureFolder("image", folder, layout, numbers, suffix, others)
    size = _picture_size(plain.path(int(numbers[0])))
    return PictureFolder(_kind(folder, size), folder, layout, numbers, suffix, others, size)


def _kind(folder: Path, size: tuple[int, int] | None) -> Kind:
    name = Path(os.path.abspath(folder)).name
    for kind, published in FOLDERS.items():
        if name == published:
            return kind
    if size == (_PUBLISHED_SIDE["thumbnail"],) * 2:
        return "thumbnail"
    return "image" if size is None or size[0] == size[1] else "wild"


def _picture_size(path: Path) -> tuple[int, int] | None:
    try:
        with Image.open(path, formats=["PNG", "JPEG", "WEBP"]) as picture:
            return picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
