"""Sliders for 3DDFA-V3's heads: its identity and expression coefficients, which have numbers and no names.

Heads are known by their topology: the face model that gave it is remembered for as long as the topology lives. No torch
here, as the window asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.types import Topology

MM_PER_UNIT = 100.0
EXPRESSION_LIMIT = 3.0
"""Either way. The bases hold the standard deviations already, so that most coefficients lie between -2 and 2."""

_MODELS: WeakKeyDictionary[Topology, FaceModel] = WeakKeyDictionary()


def remember_model(topology: Topology, model: FaceModel) -> None:
    """Heads of this topology are of this model."""
    _MODELS[topology] = model


def sliders_of(topology: Topology) -> TddfaV3Sliders | None:
    """The sliders of heads of a topology; None when its model is not loaded, as for heads from a session."""
    model = _MODELS.get(topology)
    return None if model is None else TddfaV3Sliders(model)


@dataclass(frozen=True, eq=False)
class TddfaV3Sliders:
    """See ``models.slider_model.SliderModel``."""

    model: FaceModel

    @property
    def vertex_count(self) -> int:
        return len(self.model.mean_shape)

    @property
    def identity_count(self) -> int:
        return len(self.model.identity)

    @property
    def expression_names(self) -> tuple[str, ...]:
        return tuple(f"expression-{number}" for number in range(1, len(self.model.expression) + 1))

    @property
    def expression_limits(self) -> tuple[float, float]:
        return -EXPRESSION_LIMIT, EXPRESSION_LIMIT

    @property
    def named_direction_names(self) -> tuple[str, ...]:
        return tuple(f"identity-{number}" for number in range(1, self.identity_count + 1))

    @property
    def named_direction_sd(self) -> np.ndarray:
        return np.ones(self.identity_count, np.float32)

    @property
    def named_are_identity(self) -> bool:
        return True

    def offsets_mm(self, identity: np.ndarray, expression: np.ndarray, named: np.ndarray) -> np.ndarray:
        """See the protocol; only the shapes whose coefficients change are read."""
        moved = np.zeros((self.vertex_count, 3))
        for change, basis in ((identity + named, self.model.identity), (expression, self.model.expression)):
            changed = np.flatnonzero(change)
            moved += np.tensordot(np.asarray(change, np.float32)[changed], basis[changed], 1)
        return moved * MM_PER_UNIT

    def expression_offsets_mm(self) -> dict[str, np.ndarray]:
        shapes = zip(self.expression_names, self.model.expression, strict=True)
        return {name: shape * np.float32(MM_PER_UNIT) for name, shape in shapes}
