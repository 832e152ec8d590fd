"""What a reconstruction can be asked for, and the error for asking the impossible."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from faceviewer.types import FaceviewerError, FocalSource

TEXTURE_SIZES = (64, 8192)
"""Smallest and largest side of a texture, texels."""
FOV_DEG = (1.0, 150.0)
"""Narrowest and widest view across a photo's longer side, degrees, whether named by an angle or a focal length."""


class UsageError(FaceviewerError):
    """The request itself cannot be met, whatever the photo; the command line ends with status 2."""


@dataclass(frozen=True)
class EngineOption:
    """Something that can be chosen for one engine alone. Settings, command line and checks are made from it."""

    name: str
    """How the command line names it: ``--option NAME=VALUE``."""
    label: str
    choices: tuple[tuple[str, str], ...]
    """(value, label); the first is the default."""
    explanation: str

    @property
    def default(self) -> str:
        return self.choices[0][0]

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(value for value, _ in self.choices)


def settle(options: Sequence[EngineOption], chosen: Mapping[str, str]) -> dict[str, str]:
    """The value of each of an engine's ``options``, by name: the chosen one or the default.

    Raises UsageError, naming those there are, for an unknown option or value.
    """
    known = {option.name: option for option in options}
    for name, value in chosen.items():
        if name not in known:
            there = f"choose one of {', '.join(known)}" if known else "it has none"
            raise UsageError(f"the engine has no option {name!r}: {there}")
        if value not in known[name].values:
            raise UsageError(f"the option {name} is one of {', '.join(known[name].values)}, not {value!r}")
    return {name: chosen.get(name, option.default) for name, option in known.items()}


@dataclass(frozen=True)
class ReconstructOptions:
    """What every engine understands, and choices for one. Raises UsageError for values out of range."""

    focal_px: float | None = None
    """Focal length in pixels of the photo, when known better than EXIF says."""
    fov_deg: float | None = None
    """Or the field of view across the photo's longer side, degrees."""
    focal_from: FocalSource = "setting"
    """Who named either of them. Jobs that hold an engine's first guesses for the frames that follow say "guess"."""
    texture_size: int | None = 1024
    """Side of the square texture in texels; None for a head without texture."""
    delight: bool = False
    """Remove the photo's lighting from the texture."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Option name -> value, of the ``EngineSpec.options`` of the engine that is used; what is missing is default."""

    def __post_init__(self) -> None:
        if self.focal_px is not None and self.fov_deg is not None:
            raise UsageError("give the focal length or the field of view, not both")
        if self.focal_px is not None and not (math.isfinite(self.focal_px) and self.focal_px > 0):
            raise UsageError(f"the focal length must be a positive number of pixels, not {self.focal_px:g}")
        narrowest, widest = FOV_DEG
        if self.fov_deg is not None and not narrowest <= self.fov_deg <= widest:
            raise UsageError(
                f"the field of view must be between {narrowest:g} and {widest:g} degrees, not {self.fov_deg:g}"
            )
        smallest, largest = TEXTURE_SIZES
        if self.texture_size is not None and not smallest <= self.texture_size <= largest:
            raise UsageError(f"the texture size must be between {smallest} and {largest}, not {self.texture_size}")

    def focal_for(self, size: tuple[int, int]) -> float | None:
        """The focal length in pixels that was asked for, for a photo of ``size`` (width, height), or None."""
        if self.fov_deg is not None:
            return _focal_px(self.fov_deg, size)
        return self.focal_px


def focal_limits(size: tuple[int, int]) -> tuple[float, float]:
    """The least and the greatest focal length, pixels, of a photo of ``size`` (width, height): those of ``FOV_DEG``."""
    narrowest, widest = FOV_DEG
    return _focal_px(widest, size), _focal_px(narrowest, size)


def _focal_px(fov_deg: float, size: tuple[int, int]) -> float:
    return max(size) / 2 / math.tan(math.radians(fov_deg) / 2)


DEFAULT_OPTIONS = ReconstructOptions()
