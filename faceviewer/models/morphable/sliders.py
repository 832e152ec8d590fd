"""Sliders for heads of published models: identity and expression coefficients, which have numbers and no names.

Heads are known by their topology: the face model that gave it is remembered for as long as the topology lives. No torch
here, as the window asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np

from faceviewer.models.morphable.units import MM_PER_UNIT
from faceviewer.types import Topology

DEVIATIONS = (-3.0, 3.0)
"""Of expressions whose bases hold the standard deviations already, so that most coefficients lie between -2 and 2."""
WEIGHTS = (0.0, 1.0)
"""Of expressions that go from none to full."""


class LinearModel(Protocol):
    """A mean with shapes that are added to it, in model units; V vertices."""

    @property
    def mean_shape(self) -> np.ndarray:
        """(V, 3)."""
        ...

    @property
    def identity(self) -> np.ndarray:
        """(K, V, 3) per standard deviation."""
        ...

    @property
    def expression(self) -> np.ndarray:
        """(E, V, 3) per coefficient."""
        ...


def remember_model(topology: Topology, model: LinearModel, expression_limits: tuple[float, float]) -> None:
    """Heads of this topology are of this model; ``expression_limits`` are ``DEVIATIONS`` or ``WEIGHTS``."""
    known = _SLIDERS.get(topology)
    if known is None or known.model is not model:
        _SLIDERS[topology] = CoefficientSliders(model, expression_limits)


def sliders_of(topology: Topology) -> CoefficientSliders | None:
    """The sliders of heads of a topology, always the same; None while its model is not loaded, as in a new session."""
    return _SLIDERS.get(topology)


@dataclass(frozen=True, eq=False)
class CoefficientSliders:
    """See ``models.slider_model.SliderModel``."""

    model: LinearModel
    expression_limits: tuple[float, float]

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


_SLIDERS: WeakKeyDictionary[Topology, CoefficientSliders] = WeakKeyDictionary()
