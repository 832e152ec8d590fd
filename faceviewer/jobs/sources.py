"""What the user named on the command line, as one item per picture: photos, folders, frames of videos."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from faceviewer.io.photo import PhotoError, load_photo
from faceviewer.jobs.files import VIDEO_SUFFIXES, Unreadable, files_below
from faceviewer.jobs.video import LoadFrame, scan_frames
from faceviewer.types import Photo


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
        files = files_below(path) if os.path.isdir(path) else iter([path])
        found = False
        for file in files:
            found = True
            if isinstance(file, Unreadable):
                yield _unreadable(file.folder, file.reason)
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


def _unreadable(path: Path, reason: str) -> SourceItem:
    return SourceItem(path, path.stem, _Refuse(f"{path}: {reason}"))


@dataclass(frozen=True)
class _Refuse:
    """A ``load`` that says why there is nothing to load."""

    sentence: str

    def __call__(self) -> Photo:
        raise PhotoError(self.sentence)
