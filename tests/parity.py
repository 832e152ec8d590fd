"""Comparing with the reference's outputs: what was measured is asserted, and recorded for ``parity_table.py``."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import default_rng

from faceviewer.io.safe_load import load_npz

PROPERTY = "parity:"
"""What the names of a test's recorded properties begin with."""

Array = np.ndarray


class Reference:
    """The folder of a published system's vectors, and the recipes by which its inputs can be made again."""

    def __init__(self, shared: Path, properties: list[tuple[str, object]], system: str = "3ddfa_v3") -> None:
        self.folder = shared / "vectors" / system
        self._properties = properties

    def load(self, name: str) -> dict[str, Array]:
        return load_npz(self.folder / name)

    def filled(self, network: torch.nn.Module) -> torch.nn.Module:
        """The network with the weights that the reference's outputs were computed with."""
        spec = importlib.util.spec_from_file_location("fill", self.folder.parent / "fill.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        network.load_state_dict(module.fill_state_dict(network.state_dict(), seed=0))
        return network

    def close(self, what: str, got: Any, want: Any, tolerance: float, *, relative: bool = False) -> None:
        """Assert a largest absolute difference; ``relative``: to the largest absolute value that is wanted."""
        got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
        assert got.shape == want.shape, what
        difference = float(np.abs(got - want).max()) / (float(np.abs(want).max()) if relative else 1.0)
        self._record(what, f"{difference:.3g} <= {tolerance:g}{' of max' if relative else ''}")
        assert difference <= tolerance, f"{what}: {difference:.3g}"

    def close_each(self, what: str, got: Any, want: Any, tolerance: float) -> None:
        """Assert the largest relative difference, value by value."""
        got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
        difference = float((np.abs(got - want) / np.maximum(np.abs(want), 1e-3)).max())
        self._record(what, f"{difference:.3g} <= {tolerance:g} relative")
        assert difference <= tolerance, f"{what}: {difference:.3g}"

    def share(self, what: str, differing: Any, limit: float) -> None:
        """Assert that at most ``limit`` (0 to 1) of some booleans say "differs"."""
        share = float(np.asarray(differing).mean())
        self._record(what, f"{share:.3g} <= {limit:g} of all differ")
        assert share <= limit, f"{what}: {share:.3g}"

    def _record(self, what: str, measured: str) -> None:
        self._properties.append((f"{PROPERTY}{what}", measured))


def block(height: int, width: int, k: int) -> Array:
    """(height, width, 3) uint8: the reference's photo number ``k``, random squares of 8 x 8 pixels."""
    cells = (-(-height // 8), -(-width // 8), 3)
    squares = default_rng([123, k]).integers(0, 256, cells, dtype=np.uint8)
    return np.kron(squares, np.ones((8, 8, 1), np.uint8))[:height, :width]


def uniform(k: int, low: float, high: float, shape: tuple[int, ...]) -> Array:
    """float32: the reference's random input number ``k``."""
    return default_rng([123, k]).uniform(low, high, shape).astype(np.float32)


def statistics(values: Array) -> Array:
    """(4, C) float64: mean, standard deviation, minimum and maximum of the columns of (N, C)."""
    values = np.asarray(values, np.float64)
    return np.stack([values.mean(0), values.std(0), values.min(0), values.max(0)])
