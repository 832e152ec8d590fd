"""What a head was asked for besides its photo and its engine, as the JSON of the result says it.

Without it nobody could tell a head that is there already from one that was asked for in another way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from faceviewer.io.json_node import JsonNode

_MAX_SIDE = 1_000_000


@dataclass(frozen=True)
class Asked:
    """Choices that change a head; which files are written beside it can be seen from them."""

    texture_size: int | None = None
    """Texels; None for a head without texture."""
    delight: bool = False
    focal_px: float | None = None
    fov_deg: float | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    """Option of the engine -> value, those that nobody chose as well."""
    morph_targets: bool = False
    person: tuple[str, ...] = ()
    """The SHA-256 of all photos from which one person was made together, sorted; empty for a photo alone."""

    def encoded(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "texture_size": self.texture_size,
            "delight": self.delight,
            "focal_px": self.focal_px,
            "fov_deg": self.fov_deg,
            "options": dict(self.options),
            "morph_targets": self.morph_targets,
            "person": list(self.person),
        }


def read_asked(node: JsonNode) -> Asked:
    """What ``encoded`` gave. Raises FaceviewerError with the place of what is wrong."""
    size, focal, fov = node["texture_size"], node["focal_px"], node["fov_deg"]
    return Asked(
        texture_size=None if size.is_null() else size.integer(1, _MAX_SIDE),
        delight=node["delight"].flag(),
        focal_px=None if focal.is_null() else focal.number(),
        fov_deg=None if fov.is_null() else fov.number(),
        options={name: value.text() for name, value in node["options"].items()},
        morph_targets=node["morph_targets"].flag(),
        person=node["person"].texts(),
    )
