"""Which files are photos, videos and meshes, and which of them a folder holds. Light: nothing is opened here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from faceviewer.io.photo import PHOTO_SUFFIXES

VIDEO_SUFFIXES = frozenset(
    (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".3gp", ".mts", ".m2ts", ".ogv")
)
"""Suffixes (lower case) by which videos are recognised."""
MESH_SUFFIXES = frozenset((".obj",))
"""Suffixes (lower case) of meshes without a photo; folders are not searched for them, as they hold those of results."""
MODEL_NAMES = frozenset(("face_model.npy",))
"""Names of files of published systems whose mean face can be looked at like a mesh."""

_RESULT_PICTURE = re.compile(r"(?P<result>.+_face\d+)(_overlay)?\.png", re.IGNORECASE)


@dataclass(frozen=True)
class Unreadable:
    """A folder that could not be looked into."""

    folder: Path
    reason: str


def files_below(top: Path) -> Iterator[Path | Unreadable]:
    """Photos and videos of a folder, then those of its sub-folders; each folder once, whatever links lead to it."""
    waiting = [top]
    visited: set[tuple[int, int]] = set()
    while waiting:
        folder = waiting.pop()
        try:
            status = folder.stat()
            names = sorted((name for name in os.listdir(folder) if not name.startswith(".")), key=_natural)
        except OSError as error:
            yield Unreadable(folder, f"the folder cannot be read ({error.strerror})")
            continue
        if (identity := (status.st_dev, status.st_ino)) in visited:
            continue
        visited.add(identity)
        folders = [name for name in names if os.path.isdir(folder / name)]
        yield from (folder / name for name in _wanted(names, leave_out=set(folders)))
        waiting.extend(folder / name for name in reversed(folders))


def _wanted(names: Sequence[str], *, leave_out: Set[str]) -> Iterator[str]:
    siblings = set(names)
    for name in names:
        own = _RESULT_PICTURE.fullmatch(name)
        is_result = own is not None and f"{own['result']}.json" in siblings
        if name not in leave_out and not is_result and Path(name).suffix.lower() in PHOTO_SUFFIXES | VIDEO_SUFFIXES:
            yield name


def _natural(name: str) -> tuple[list[str | int], str]:
    """Sorts numbers in names by value; upper and lower case together."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], name


def is_mesh(path: Path) -> bool:
    """Whether a file is a mesh without a photo, or has one inside, by its name."""
    return path.suffix.lower() in MESH_SUFFIXES or path.name in MODEL_NAMES
