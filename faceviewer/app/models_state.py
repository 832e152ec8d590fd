"""What is known of the files of published systems at one moment: which are there, in which state, what works."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from faceviewer.types import Progress

if TYPE_CHECKING:  # the packs' declarations would cost the start-up
    from faceviewer.assets.packs import AssetFile, AssetPack, Capability
    from faceviewer.assets.places import Place

FileState = Literal["whole", "unchecked", "missing", "damaged", "unknown"]
"""Checked and whole; there, of a size that it may have; not there; not whole; readable, but not the known file."""
ModelsTask = Literal["look", "choose", "check", "import"]
SaidLevel = Literal["info", "ok", "warning", "error"]


@dataclass(frozen=True)
class ModelFile:
    """One file of a pack."""

    file: AssetFile
    state: FileState
    reason: str
    """What goes behind the file's name in a sentence."""
    path: Path | None = None
    """Where it lies; None when it is missing."""
    stamp: tuple[int, int] = (0, 0)
    """Its bytes, and when it was changed, in nanoseconds: what was found out holds as long as these stay."""

    @property
    def is_usable(self) -> bool:
        """Whether it is there and nothing speaks against it."""
        return self.state in ("whole", "unchecked")

    @property
    def was_opened(self) -> bool:
        """Whether its state comes from its content, not from its size alone."""
        return self.state in ("whole", "damaged", "unknown")

    @property
    def nbytes(self) -> int:
        return self.stamp[0]


@dataclass(frozen=True)
class ModelPack:
    """The files of one published system, as they were found."""

    pack: AssetPack
    folder: Path
    """Where they lie, or would be brought to."""
    files: tuple[ModelFile, ...]
    """One for each file that the pack has, in its order."""

    @property
    def works(self) -> tuple[Capability, ...]:
        """What works with the files that are usable."""
        return self.pack.unlocked([one.file.name for one in self.files if one.is_usable])

    def lacks(self, capability: Capability) -> tuple[str, ...]:
        """Names of the files that ``capability`` still needs."""
        given = self.pack.given([one.file.name for one in self.files if one.is_usable])
        return tuple(name for name in capability.needs if name not in given)


@dataclass(frozen=True)
class Said:
    """One sentence about what was done."""

    text: str
    level: SaidLevel = "info"


@dataclass(frozen=True)
class ModelsJob:
    """What is being done in the background."""

    task: ModelsTask
    progress: Progress


@dataclass(frozen=True, eq=False)
class ModelsState:
    """All packs in the folder in use; the default is that of nobody having looked."""

    place: Place | None = None
    """The folder in use, and who chose it; None until somebody looked."""
    is_there: bool = False
    """Whether that folder exists."""
    packs: tuple[ModelPack, ...] = ()
    job: ModelsJob | None = None
    said: tuple[Said, ...] = ()
    """What came of the last action."""
    offered: Path | None = None
    """A folder that was dropped; the user has not said yet whether to use it in place or to copy."""

    @property
    def is_working(self) -> bool:
        """Whether files are being checked or brought, which the user should wait for or cancel."""
        return self.job is not None and self.job.task in ("check", "import")

    @property
    def has_files(self) -> bool:
        """Whether any file is there."""
        return any(one.path is not None for pack in self.packs for one in pack.files)
