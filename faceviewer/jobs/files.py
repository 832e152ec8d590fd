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

_RESULT_STEM = re.compile(r"(?<=.)_face\d+(?=[._])")
"""Where the stem of a result may end within a file's name; its pictures are called so, whatever follows."""


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
        is_wanted = Path(name).suffix.lower() in PHOTO_SUFFIXES | VIDEO_SUFFIXES
        if is_wanted and name not in leave_out and not _is_of_result(name, siblings):
            yield name


def _is_of_result(name: str, siblings: Set[str]) -> bool:
    """Whether it is a picture that an earlier run wrote, by the JSON that stands beside it."""
    stems = (name[: match.end()] for match in _RESULT_STEM.finditer(name))
    return name.lower().endswith(".png") and any(f"{stem}.json" in siblings for stem in stems)


def _natural(name: str) -> tuple[list[str | int], str]:
    """Sorts numbers in names by value; upper and lower case together."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], name


def is_mesh(path: Path) -> bool:
    """Whether a file is a mesh without a photo, or has one inside, by its name."""
    return path.suffix.lower() in MESH_SUFFIXES or path.name in MODEL_NAMES
