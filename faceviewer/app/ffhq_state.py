"""What is known of a folder of Flickr-Faces-HQ at one moment: its pictures, what was searched, what was checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from faceviewer.app.models_state import Said
from faceviewer.types import Progress

if TYPE_CHECKING:  # the data set's modules would cost the start-up
    from faceviewer.datasets.ffhq.entry import FfhqEntry, FfhqQuery, PictureFile
    from faceviewer.datasets.ffhq.facts import Kind
    from faceviewer.datasets.ffhq.files import FfhqFiles, PictureFolder
    from faceviewer.datasets.ffhq.index import FfhqIndex
    from faceviewer.datasets.ffhq.recreate import Recreated
    from faceviewer.datasets.ffhq.statistics import Statistics
    from faceviewer.datasets.ffhq.verify_report import VerifyReport

WorkTask = Literal["verify", "recreate"]


@dataclass(frozen=True, eq=False)
class FfhqSet:
    """An open data set."""

    files: FfhqFiles
    index: FfhqIndex | None
    """None when there are no metadata: pictures are then known by their numbers alone."""
    indexed: np.ndarray
    """(n,) int32, ascending: the numbers that have metadata."""
    licences: tuple[tuple[str, str], ...] = ()
    """(name, address) of those that occur."""
    countries: tuple[str, ...] = ()
    """That occur, by name."""

    def folder(self, place: int) -> PictureFolder | None:
        """One of the folders with pictures; None when there is no such."""
        return self.files.folders[place] if 0 <= place < len(self.files.folders) else None


@dataclass(frozen=True, eq=False)
class FfhqFound:
    """The pictures that a search has."""

    numbers: np.ndarray
    """(n,) int32, in the order wished for: what is shown."""
    matches: int
    """How many there are, with or without a file."""
    absent: int
    """Of how many of them the folder has no file."""


@dataclass(frozen=True)
class FfhqFile:
    """One file of the chosen picture."""

    kind: Kind
    path: Path
    nbytes: int | None
    """None when it is not there."""
    about: PictureFile | None
    """What the metadata say of it."""


@dataclass(frozen=True, eq=False)
class FfhqChosen:
    """The chosen picture, as far as anything is known of it."""

    number: int
    split: str
    entry: FfhqEntry | None
    """None without metadata."""
    files: tuple[FfhqFile, ...]
    rgb: np.ndarray | None = None
    """(h, w, 3) uint8, not larger than can be shown."""
    trouble: str = ""
    """Why there is no picture."""


@dataclass(frozen=True)
class FfhqJob:
    """What is being done for long."""

    task: WorkTask
    progress: Progress
    stopping: bool = False


@dataclass(frozen=True, eq=False)
class FfhqRecreation:
    """What came of making aligned pictures anew."""

    output: Path
    total: int
    counts: Mapping[str, int]
    """Status -> number of pictures."""
    troubles: tuple[Recreated, ...]
    """The first of those that are not as they should be."""
    absent: int = 0
    """Pictures left out because there is no original."""
    stopped: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", MappingProxyType(dict(self.counts)))


@dataclass(frozen=True, eq=False)
class FfhqState:
    """The default is that of nobody having looked."""

    folder: Path | None = None
    """The folder in use, whether or not it could be opened."""
    dataset: FfhqSet | None = None
    opening: Progress | None = None
    query: FfhqQuery | None = None
    """None for everything."""
    place: int = 0
    """Which of the data set's folders is shown."""
    only_there: bool = True
    """Leave out pictures of which that folder has no file."""
    found: FfhqFound | None = None
    searching: bool = False
    chosen: FfhqChosen | None = None
    statistics: Statistics | None = None
    job: FfhqJob | None = None
    verification: VerifyReport | None = None
    recreation: FfhqRecreation | None = None
    said: tuple[Said, ...] = field(default=())
    """What came of the last action in the album."""
    work_said: tuple[Said, ...] = ()
    """The same of checking files and of making pictures."""
