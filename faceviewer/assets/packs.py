"""What an asset pack is: the files of a published system, what each is for, and what it unlocks. Data, no behaviour."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

Length: TypeAlias = int | str
"""A number, or a letter that stands for the same number wherever a file's shapes name it."""


@dataclass(frozen=True)
class TensorSpec:
    """A tensor of a checkpoint."""

    key: str
    shape: tuple[int, ...]
    dtype: Literal["float32", "int64"] = "float32"


@dataclass(frozen=True)
class StateDict:
    """The content of a checkpoint: a network's weights."""

    network: str
    """What errors call the network."""
    tensors: tuple[TensorSpec, ...]
    wrapped_in: str | None = None
    """The key of the outer dict that holds the weights; other entries are of no interest."""
    strip: str = ""
    """What is removed from every key, wherever it stands in it."""
    any_float: bool = False
    """Whether numbers of another precision than declared will do: they are cast when they are used."""
    may_be_wrapped_in: str | None = None
    """A key that the weights may lie under as well as in the file itself."""


@dataclass(frozen=True)
class ArraySpec:
    """An array of a dict of arrays, or a list of such arrays."""

    key: str
    shape: tuple[Length, ...]
    meaning: str
    top: Length | None = None
    """The largest index, for whole numbers from 0; None for any finite numbers."""
    count: int | None = None
    """How many arrays the list has; None for one array that is no list."""


@dataclass(frozen=True)
class ArrayDict:
    """The content of a pickled ``.npy``, a pickle, a ``.mat`` or an ``.npz``: arrays by name.

    Other names are of no interest.
    """

    kind: Literal["npy", "pickle", "mat", "npz"]
    arrays: tuple[ArraySpec, ...]


@dataclass(frozen=True)
class OneArray:
    """The content of a ``.npy`` that is a single array."""

    array: ArraySpec
    """Its key is what errors call it."""


@dataclass(frozen=True)
class IndexMap:
    """The content of a ``.npy`` that names, for each vertex of the smaller mesh, a vertex of the larger."""

    larger: int
    smaller: int


@dataclass(frozen=True)
class ObjFile:
    """The content of an OBJ of triangles, or of polygons, which are cut into triangles."""

    vertices: int
    polygons: bool = False


@dataclass(frozen=True)
class OneTensor:
    """The content of a checkpoint that is a single tensor."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class SquarePng:
    """The content of a PNG: a square picture, ``side`` pixels wide unless it is resized when it is used."""

    side: int
    grey: bool
    """Whether a picture in shades of grey will do; colours always do."""


@dataclass(frozen=True)
class Foreign:
    """A file of another program that is not taken apart here: its first bytes are all that is looked at."""

    kind: str
    """What it is, behind an article."""
    starts: bytes = b""


Content: TypeAlias = StateDict | ArrayDict | OneArray | IndexMap | ObjFile | OneTensor | SquarePng | Foreign


@dataclass(frozen=True)
class Origin:
    """Who made a file, and under which terms."""

    title: str
    page: str
    licence: str


@dataclass(frozen=True)
class AssetFile:
    """One file of a pack."""

    name: str
    """Its path in the pack's folder, with slashes."""
    purpose: str
    needed: bool
    """Whether the system does nothing without it."""
    content: Content
    size_range: tuple[int, int]
    """The fewest and the most bytes that such a file has; larger ones are not read."""
    origins: tuple[Origin, ...]
    stands_for: tuple[str, ...] = ()
    """Names of files whose content it holds as well, so that they are not needed beside it."""


@dataclass(frozen=True)
class Capability:
    """Something that works when certain files are there."""

    id: str
    title: str
    needs: tuple[str, ...]
    """Names of files, all of which it needs."""


@dataclass(frozen=True)
class AssetPack:
    """The files of one published system."""

    id: str
    """How commands and folders name it; an engine of the same id uses it."""
    title: str
    page: str
    """Where its authors offer the files for download."""
    terms: str
    """One sentence on what the files may be used for."""
    files: tuple[AssetFile, ...]
    capabilities: tuple[Capability, ...]
    also_in: tuple[str, ...] = ()
    """Folders beneath the pack's own in which its files may lie as well, where its authors keep them."""

    @cached_property
    def by_name(self) -> dict[str, AssetFile]:
        """Name -> file, in the pack's order."""
        return {file.name: file for file in self.files}

    def given(self, names: Collection[str]) -> frozenset[str]:
        """``names`` and all that these files stand for."""
        return frozenset(names).union(*(self.by_name[name].stands_for for name in names))

    def unlocked(self, names: Collection[str]) -> tuple[Capability, ...]:
        """What works with the files called ``names``."""
        given = self.given(names)
        return tuple(capability for capability in self.capabilities if given.issuperset(capability.needs))

    def unlocks(self, name: str) -> tuple[Capability, ...]:
        """What the file called ``name`` is one of the needs of, or stands for one."""
        given = self.given([name])
        return tuple(capability for capability in self.capabilities if not given.isdisjoint(capability.needs))
