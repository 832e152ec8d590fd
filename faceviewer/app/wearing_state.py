"""What is known at one moment of maps on heads, and of the light on textures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from faceviewer.app.models_state import Said
from faceviewer.types import FaceMesh, Reconstruction, Texture

if TYPE_CHECKING:
    from faceviewer.app.state import HeadRef

MAP_PREFIX = "map "
"""Textures of this name were put on; the name is what sessions keep of it."""
EVEN = (1.0, *(0.0,) * 8)
"""The same light from all sides: it leaves a texture as it is."""
Numbers = tuple[float, ...]
"""Nine, in the order of ``raster.uv_maps.relight``."""


@dataclass(frozen=True)
class Light:
    """The light that the shown texture is put under."""

    on: bool = False
    numbers: Numbers = EVEN
    strength: float = 1.0
    """How far the light goes from the even one: 0 is even, 1 as the numbers say."""
    source: str = "Even"
    """Where the numbers come from, in words; empty for those that were set by hand."""

    @property
    def effective(self) -> Numbers:
        """The nine numbers with the strength in them."""
        pairs = zip(self.numbers, EVEN, strict=True)
        return tuple(even + self.strength * (number - even) for number, even in pairs)


@dataclass(frozen=True, eq=False)
class Lit:
    """A texture under a light, and what it was made from."""

    source: Texture
    mesh: FaceMesh
    light: Light
    texture: Texture


@dataclass(frozen=True, eq=False)
class Worn:
    """A map on one head."""

    path: Path
    texture: str
    """Name of the texture that it is."""
    before: str
    """Name of the texture that was shown before."""
    light: Numbers | None = None
    """Of the data set's face; None when it is not known."""


@dataclass(frozen=True, eq=False)
class WearState:
    """The default is that of nothing worn, and no light."""

    worn: Mapping[HeadRef, Worn] = field(default_factory=dict)
    putting_on: str = ""
    """Name of the map that is being put on; empty for none."""
    light: Light = Light()
    lit: Lit | None = None
    trouble: str = ""
    """Why the shown texture cannot be lit."""
    said: tuple[Said, ...] = ()
    """What came of the last map that was put on or taken off."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "worn", MappingProxyType(dict(self.worn)))


def is_map(name: str) -> bool:
    """Whether a texture of that name is a map that was put on."""
    return name.startswith(MAP_PREFIX)


def shown_name(result: Reconstruction, chosen: str) -> str | None:
    """Name of the texture that is shown: the chosen one, or else the first there is."""
    return chosen if chosen in result.textures else next(iter(result.textures), None)


def in_light(result: Reconstruction, chosen: str, wear: WearState) -> Reconstruction:
    """``result`` with its shown texture under the light; the very same while there is none.

    The texture in the light before stays until that in the new one is there.
    """
    if not wear.light.on or wear.lit is None:
        return result
    name = shown_name(result, chosen)
    if name is None or result.textures[name] is not wear.lit.source:
        return result
    return with_texture(result, name, wear.lit.texture)


@lru_cache(maxsize=2)
def with_texture(result: Reconstruction, name: str, texture: Texture) -> Reconstruction:
    """``result`` with one of its textures exchanged; the same object for the same question."""
    return replace(result, textures={**result.textures, name: texture})
