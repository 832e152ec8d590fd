"""What each vertex and triangle of a head is, as far as a texture cares, from the topology's regions and parts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np

from faceviewer.raster.texture.surface import surface_of
from faceviewer.types import Topology

_CORE_RINGS = 1
_FEATHER_SWEEPS = 12


class Layer(IntEnum):
    """Which thing a triangle belongs to; where two layers meet in a picture, one may hide the other."""

    SKIN = 0
    EYEBALL = 1
    SOCKET = 2
    MOUTH = 3
    TEETH = 4
    TONGUE = 5


_LAYER_REGIONS = (
    (Layer.SOCKET, ("eye_socket",)),
    (Layer.MOUTH, ("mouth_interior",)),
    (Layer.TEETH, ("teeth_upper", "teeth_lower")),
    (Layer.TONGUE, ("tongue",)),
    (Layer.EYEBALL, ("eyeball_right", "eyeball_left")),
)


@dataclass(frozen=True, eq=False)
class Zones:
    """Membership of the V vertices and F triangles; soft ones run from 0 to 1 over some millimetres."""

    layer: np.ndarray
    """(F,) uint8, values of ``Layer``."""
    vertex_layer: np.ndarray
    """(V,) uint8; a vertex shared by the skin and something inside is skin."""
    skin: np.ndarray
    """(V,) bool: everything but what lies inside: eyeballs, sockets, mouth."""
    core: np.ndarray
    """(V,) bool: eyes, nose and mouth with what is next to them."""
    eyes: np.ndarray
    """(V,) bool: the opening of the eyes and the lids."""
    plain: np.ndarray
    """(V,) bool: skin of the face without features: cheeks, forehead, chin."""
    face: np.ndarray
    """(V,) bool: all skin of the face, ears excluded."""
    hair: np.ndarray
    """(V,) float32, soft: where a head of hair grows."""
    lips: np.ndarray
    """(V,) float32, soft."""
    brows: np.ndarray
    """(V,) float32, soft."""
    cavities: np.ndarray
    """(V,) float32, soft: nostrils."""
    ears: np.ndarray
    """(V,) bool."""


@lru_cache(maxsize=4)
def zones_of(topology: Topology, n_vertices: int) -> Zones:
    """The zones of a topology; the last few are kept. A model without regions has plain skin, features and no hair."""
    surface = surface_of(topology, n_vertices)

    def mask(*names: str) -> np.ndarray:
        member = np.zeros(n_vertices, bool)
        for name in names:
            for named in (topology.regions.get(name), topology.parts.get(name)):
                if named is not None:
                    member[named] = True
        return member

    layer = np.zeros(len(topology.triangles), np.uint8)
    for kind, names in _LAYER_REGIONS:
        for name in names:
            layer[mask(name)[topology.triangles].all(1)] = kind
    vertex_layer = np.zeros(n_vertices, np.uint8)
    vertex_layer[topology.triangles[layer > 0].reshape(-1)] = np.repeat(layer[layer > 0], 3)
    vertex_layer[topology.triangles[layer == Layer.SKIN].reshape(-1)] = Layer.SKIN
    skin = vertex_layer == Layer.SKIN

    eyes, brows = mask("right_eye", "left_eye", "eyelids"), mask("right_eyebrow", "left_eyebrow")
    lips = mask("lips", "up_lip", "down_lip")
    features = eyes | brows | lips | mask("nose", "nostrils")
    core = surface.grow(features & ~brows, _CORE_RINGS) & skin
    ears, neck, scalp = mask("ears"), mask("neck"), mask("scalp")
    face = mask("face") if "face" in topology.regions else skin
    face = face & skin & ~ears & ~neck & ~scalp

    def soft(member: np.ndarray, sweeps: int = 2) -> np.ndarray:
        return surface.smooth(member.astype(np.float32), sweeps)

    return Zones(
        layer=layer,
        vertex_layer=vertex_layer,
        skin=skin,
        core=core,
        eyes=eyes,
        plain=face & ~surface.grow(features & ~mask("nose"), 1),
        face=face,
        hair=soft(scalp, _FEATHER_SWEEPS) * ~ears,
        lips=soft(lips),
        brows=soft(brows),
        cavities=soft(mask("nostrils")),
        ears=ears,
    )
