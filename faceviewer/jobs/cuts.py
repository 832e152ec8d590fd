"""Cuts in a film: frames that have nothing to do with those before.

A cut changes both the shapes of light and dark and the colours. A moving camera, or frames far apart in time, change
the shapes alone; a flash, or a light that is switched on, the colours alone.
"""

from __future__ import annotations

import numpy as np

_SIDE = 24
_FLAT = 3.0
"""Grey levels: pictures that vary less have no shapes to compare."""
_SHAPES_ALIKE = 0.35
"""Correlation of brightness below which the shapes are others."""
_COLORS_ALIKE = 0.6
"""Common share of two histograms below which the colours are others."""
_LEVELS = 6


class CutFinder:
    """Looks at frames one after the other; keeps a tiny copy of the last."""

    def __init__(self) -> None:
        self._before: tuple[np.ndarray, np.ndarray] | None = None

    def is_cut(self, rgb: np.ndarray) -> bool:
        """Whether (H, W, 3) uint8 shows something else than the frame before; the first one is none."""
        from faceviewer.io.cv import cv2

        small = cv2.resize(rgb, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        grey = small.mean(-1)
        if grey.std() < _FLAT:
            return False  # a black frame in between: what comes after is compared with what came before
        now, before = ((grey - grey.mean()) / grey.std(), _histogram(small)), self._before
        self._before = now
        if before is None:
            return False
        return float((now[0] * before[0]).mean()) < _SHAPES_ALIKE and _common(now[1], before[1]) < _COLORS_ALIKE


def _histogram(small: np.ndarray) -> np.ndarray:
    """(6, 6, 6) shares of colours, each spread over its neighbours: a shade more or less is no other colour."""
    levels = np.linspace(0, 256, _LEVELS + 1)
    counts = np.histogramdd(small.reshape(-1, 3).astype(float), bins=[levels] * 3)[0]
    for axis in range(3):
        padded = np.pad(counts, [(1, 1) if k == axis else (0, 0) for k in range(3)], mode="edge")
        lower, upper = (np.take(padded, range(start, start + _LEVELS), axis) for start in (0, 2))
        counts = (lower + 2 * counts + upper) / 4
    return counts / counts.sum()


def _common(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.minimum(a, b).sum())
