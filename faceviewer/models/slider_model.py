"""What sliders need of a head model, whichever it is: named shapes and expressions that move its vertices."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class SliderModel(Protocol):
    """A linear head model. K identity coefficients, E expressions, N named shapes, V vertices."""

    @property
    def vertex_count(self) -> int:
        """V."""
        ...

    @property
    def identity_count(self) -> int:
        """K."""
        ...

    @property
    def expression_names(self) -> tuple[str, ...]:
        """E names."""
        ...

    @property
    def expression_limits(self) -> tuple[float, float]:
        """How far an expression goes, in units of its coefficients."""
        ...

    @property
    def named_direction_names(self) -> tuple[str, ...]:
        """N names."""
        ...

    @property
    def named_direction_sd(self) -> np.ndarray:
        """(N,) how far each named shape varies between people, in its units."""
        ...

    @property
    def named_are_identity(self) -> bool:
        """Whether the named shapes are the identity coefficients themselves, one by one."""
        ...

    def offsets_mm(self, identity: np.ndarray, expression: np.ndarray, named: np.ndarray) -> np.ndarray:
        """(V, 3) float64 mm by which changes (K,), (E,) and (N,) of the coefficients move the vertices."""
        ...

    def expression_offsets_mm(self) -> dict[str, np.ndarray]:
        """Name -> (V, 3) float32 mm: where each expression moves the vertices at 1."""
        ...
