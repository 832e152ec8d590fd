"""Where asset packs lie: the folder that the user names, that of the environment, or the application's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from faceviewer.assets.ffhq_uv import FFHQ_UV
from faceviewer.assets.packs import AssetPack, Capability
from faceviewer.assets.tddfa_v3 import TDDFA_V3
from faceviewer.assets.trg import TRG
from faceviewer.io.folders import data_folder
from faceviewer.io.input_file import folder_named
from faceviewer.types import FaceviewerError

PACKS: tuple[AssetPack, ...] = (TDDFA_V3, FFHQ_UV, TRG)
"""All that are known."""
VARIABLE = "FACEVIEWER_ASSETS"


@dataclass(frozen=True)
class Place:
    """A folder to look for packs in."""

    folder: Path
    why: str
    """Who chose it, in a few words."""


@dataclass(frozen=True)
class Located:
    """A pack's files in one folder."""

    pack: AssetPack
    folder: Path
    """Where they lie; where they would be brought when there are none."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """Name -> path of the files that are there, whole or not."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", MappingProxyType(dict(self.files)))

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the files that are not there, in the pack's order."""
        return tuple(name for name in self.pack.by_name if name not in self.files)

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """What works if the files are whole: none was opened for this, but files that cannot be whole do not count."""
        return self.pack.unlocked(
            [name for name, path in self.files.items() if _has_fitting_size(self.pack, name, path)]
        )

    def path(self, name: str) -> Path:
        """The path of a file; raises FaceviewerError, saying what is missing, where and how to get it."""
        if name in self.files:
            return self.files[name]
        purpose = self.pack.by_name[name].purpose
        raise FaceviewerError(
            f"{folder_named(self.folder)}: lacks {name} ({purpose}); it is offered at {self.pack.page}"
        )


def pack_of(pack_id: str) -> AssetPack:
    """The pack called ``pack_id``; raises FaceviewerError naming those that there are."""
    for pack in PACKS:
        if pack.id == pack_id:
            return pack
    raise FaceviewerError(f"there is no asset pack {pack_id!r}, but {', '.join(pack.id for pack in PACKS)}")


def asset_place(chosen: Path | None = None) -> Place:
    """The folder for packs: ``chosen`` by the user, else that of ``FACEVIEWER_ASSETS``, else the application's own."""
    if chosen is not None:
        return Place(chosen, "chosen")
    if os.environ.get(VARIABLE):
        return Place(Path(os.environ[VARIABLE]), f"the environment variable {VARIABLE}")
    return Place(data_folder() / "assets", "faceviewer's own")


def own_folder(pack: AssetPack, place: Place) -> Path:
    """Where the files of ``pack`` are brought to."""
    return place.folder / pack.id


def locate(pack: AssetPack, place: Place) -> Located:
    """Find a pack's files in a folder: in it, in its ``assets``, or under the pack's id. The fullest of them counts."""
    folder = place.folder
    candidates = [own_folder(pack, place), folder, folder / "assets", own_folder(pack, place) / "assets"]
    found = [Located(pack, candidate, _present(pack, candidate)) for candidate in candidates]
    return max(found, key=lambda located: len(located.files))  # the first of equals


def find(folder: Path) -> tuple[Located, ...]:
    """The packs of which ``folder`` has at least one file."""
    located = (locate(pack, Place(folder, "chosen")) for pack in PACKS)
    return tuple(one for one in located if one.files)


def _present(pack: AssetPack, folder: Path) -> dict[str, Path]:
    inner = [folder, *(folder / below for below in pack.also_in)]
    return {name: path for name in pack.by_name for path in _first_file([one / name for one in inner])}


def _first_file(paths: list[Path]) -> list[Path]:
    return [path for path in paths if os.path.isfile(path)][:1]


def _has_fitting_size(pack: AssetPack, name: str, path: Path) -> bool:
    low, high = pack.by_name[name].size_range
    try:
        return low <= path.stat().st_size <= high
    except OSError:
        return False
