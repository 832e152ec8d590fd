"""Which files a check looks at, and which nobody has named."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from faceviewer.datasets.ffhq.entry import PictureFile
from faceviewer.datasets.ffhq.facts import FOLDERS, LICENCE_NAME, Kind
from faceviewer.datasets.ffhq.files import PictureFolder
from faceviewer.datasets.ffhq.index import FfhqIndex
from faceviewer.datasets.ffhq.verify_report import Finding
from faceviewer.types import CancelToken


@dataclass(frozen=True)
class Task:
    """One file to check."""

    kind: Kind
    number: int
    path: Path
    about: PictureFile | None
    """None for copies of another size, which have nothing to be compared with."""


def tasks_of(folder: PictureFolder, index: FfhqIndex) -> list[Task]:
    """One task per entry of the metadata, for the files of a folder."""
    is_copy, around = holds_copies(folder, index), folder.folder.parent
    place = (lambda number, about: around / about.path) if _is_published(folder) else lambda n, _: folder.path(n)
    return [
        Task(folder.kind, number, place(number, about), None if is_copy else about)
        for number, about in index.files(folder.kind)
    ]


def holds_copies(folder: PictureFolder, index: FfhqIndex) -> bool:
    """Whether the pictures have another size than the metadata say, judged by the first. Published folders never do."""
    if _is_published(folder) or folder.size is None or folder.kind == "wild":
        return False
    try:
        return index.entry(int(folder.numbers[0])).files[folder.kind].size != folder.size
    except KeyError:
        return not folder.has_published_size


def surplus(folder: PictureFolder, tasks: Iterable[Task], root: Path, cancel: CancelToken) -> Iterator[Finding]:
    """The files of a picture folder that no task is about."""
    known = {os.path.abspath(task.path) for task in tasks}
    for path in _present(folder, root, cancel):
        if os.path.abspath(path) not in known and path.name != LICENCE_NAME:
            yield Finding(folder.kind, -1, relative(path, root), "surplus", "the metadata do not name it")


def relative(path: Path, root: Path) -> str:
    """The path from the data set's folder, with forward slashes."""
    return Path(os.path.relpath(path, root)).as_posix()


def _is_published(folder: PictureFolder) -> bool:
    return folder.layout == "published" and Path(os.path.abspath(folder.folder)).name == FOLDERS[folder.kind]


def _present(folder: PictureFolder, root: Path, cancel: CancelToken) -> Iterator[Path]:
    """All files of a picture folder; of the data set's own folder only the pictures, as it holds other things too."""
    if folder.folder == root and not _is_published(folder):
        yield from (folder.path(int(number)) for number in folder.numbers)
        return
    for place, _, names in os.walk(folder.folder):
        cancel.check()
        yield from (Path(place, name) for name in names)
