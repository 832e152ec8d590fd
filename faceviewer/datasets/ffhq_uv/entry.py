"""One map of the data set, and questions about many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Gender = Literal["", "female", "male"]
Order = Literal["id", "age", "beard", "expression", "random"]
ORDERS: tuple[Order, ...] = ("id", "age", "beard", "expression", "random")
ATTRIBUTES = ("gender", "age", "beard", "baldness", "expression", "glasses", "pitch", "yaw")
Span = tuple[float | None, float | None]
"""From, to, both included; None for no limit."""
ANY: Span = (None, None)


@dataclass(frozen=True, eq=False)
class UvMapEntry:
    """One map: where it lies and what is known of it. Attributes that nobody told are None or ""."""

    key: int
    """In the index that gave the entry; another after that was made anew."""
    id: str
    """The file's name without suffix: the only name that a face has."""
    part: str
    """"ffhq-uv", "ffhq-uv-interpolate", or the name of the folder."""
    folder: str
    """Below the part's folder of maps, such as "000"; "" for none."""
    path: Path
    gender: Gender = ""
    age: float | None = None
    """Years."""
    beard: float | None = None
    """0 to 1, as ``baldness`` and ``expression``, which is how much the face smiles."""
    baldness: float | None = None
    expression: float | None = None
    glasses: bool | None = None
    pitch: float | None = None
    """Degrees, as ``yaw``; of the face before it was turned to the front."""
    yaw: float | None = None
    light_source: str = ""
    """The file or folder that has its light, "" for none."""
    latent_source: str = ""
    """The file or folder that has its latent codes, "" for none."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Name of an attribute -> the file or folder that told it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))

    @property
    def has_light(self) -> bool:
        return bool(self.light_source)

    @property
    def has_latent(self) -> bool:
        return bool(self.latent_source)


@dataclass(frozen=True)
class UvMapQuery:
    """Which maps, in which order. What is left as it is asks nothing; ranges leave out maps that lack the attribute."""

    id: str = ""
    """Part of the id, in upper and lower case alike."""
    part: str = ""
    gender: Gender = ""
    age: Span = ANY
    beard: Span = ANY
    expression: Span = ANY
    yaw: Span = ANY
    pitch: Span = ANY
    glasses: bool | None = None
    has_light: bool | None = None
    has_latent: bool | None = None
    order: Order = "id"
    """Maps without the attribute come last."""
    descending: bool = False
    seed: int = 0
    """Of the random order, which is the same for the same maps everywhere."""


@dataclass(frozen=True)
class Facets:
    """How many maps there would be with each choice of a filter, the query's other filters kept."""

    total: int
    """With the query as it is."""
    gender: Mapping[str, int]
    """"female", "male" and "" for unknown."""
    glasses: Mapping[str, int]
    """"yes", "no" and "" for unknown, as for the following."""
    light: Mapping[str, int]
    latent: Mapping[str, int]
    part: Mapping[str, int]
