"""What the user named on the command line, as one item per picture: photos, folders, frames of videos."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from faceviewer.io.photo import PHOTO_SUFFIXES, PhotoError, load_photo
from faceviewer.jobs.video import VIDEO_SUFFIXES, LoadFrame, scan_frames
from faceviewer.types import Photo

_RESULT_PICTURE = re.compile(r"(?P<result>.+_face\d+)(_overlay)?\.png", re.IGNORECASE)


@dataclass(frozen=True)
class SourceItem:
    """One picture to work on, not read yet."""

    path: Path
    """The photo's file, or the video's."""
    stem: str
    """What results are named after; not unique, not yet safe as a file name (``io.names.unique_slugs`` makes it so)."""
    load: Callable[[], Photo]
    """Reads the picture, or raises ``PhotoError`` saying why it cannot be read. Can be sent to another process."""
    frame_index: int | None = None
    """Number of the video's frame from 0; None for photos."""
    time_s: float | None = None
    """When that frame is shown, in seconds from the start; None for photos."""


def expand_inputs(paths: Sequence[Path | str], *, every: int = 1) -> Iterator[SourceItem]:
    """One item per photo, and per ``every``-th frame of each video, in the order given.

    Folders are searched to the bottom in natural order (2 before 10, files before folders): files with the suffix of
    a photo or video, hidden ones and pictures that an earlier run wrote beside its JSON left out. A file reached twice
    comes once. What cannot be read becomes an item whose ``load`` raises, so that the rest goes on.
    """
    if every < 1:
        raise ValueError("every must be 1 or more")
    return _expand([Path(path) for path in paths], every)


def _expand(paths: Sequence[Path], every: int) -> Iterator[SourceItem]:
    seen: set[str] = set()
    for path in paths:
        files = _files_below(path) if os.path.isdir(path) else iter([path])
        found = False
        for file in files:
            found = True
            if isinstance(file, SourceItem):
                yield file
            elif (absolute := os.path.abspath(file)) not in seen:
                seen.add(absolute)
                yield from _items_of_file(file, every)
        if not found:
            yield _unreadable(path, "the folder holds no photo or video")


def _items_of_file(path: Path, every: int) -> Iterator[SourceItem]:
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        yield SourceItem(path, path.stem, partial(load_photo, path))
        return
    try:
        for frame in scan_frames(path, every=every):
            stem = f"{path.stem}_frame{frame.index:06d}"
            yield SourceItem(path, stem, LoadFrame(path, every, frame.index), frame.index, frame.seconds)
    except PhotoError as error:
        yield SourceItem(path, path.stem, _Refuse(str(error)))


def _files_below(top: Path) -> Iterator[Path | SourceItem]:
    """Photos and videos of a folder, then those of its sub-folders; each folder once, whatever links lead to it."""
    waiting = [top]
    visited: set[tuple[int, int]] = set()
    while waiting:
        folder = waiting.pop()
        try:
            status = folder.stat()
            names = sorted((name for name in os.listdir(folder) if not name.startswith(".")), key=_natural)
        except OSError as error:
            yield _unreadable(folder, f"the folder cannot be read ({error.strerror})")
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


def _unreadable(path: Path, reason: str) -> SourceItem:
    return SourceItem(path, path.stem, _Refuse(f"{path}: {reason}"))


@dataclass(frozen=True)
class _Refuse:
    """A ``load`` that says why there is nothing to load."""

    sentence: str

    def __call__(self) -> Photo:
        raise PhotoError(self.sentence)
