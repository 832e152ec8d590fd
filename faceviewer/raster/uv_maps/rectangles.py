"""Poisson's equation in parts of a map: the template's gradients with the colours of the surroundings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

_MARGIN = 2
"""Texels at a rectangle's border that always keep their colours."""

RECTANGLES: Mapping[str, tuple[int, int, int, int]] = MappingProxyType(
    {
        "left_eye": (330, 400, 560, 710),
        "right_eye": (330, 400, 310, 460),
        "nose_base": (465, 525, 440, 585),
        "mouth": (555, 620, 410, 610),
    }
)
"""Name -> first row, row behind the last, first column, column behind the last, in texels of a map of 1024."""
_PUBLISHED_SIDE = 1024


def rectangles_at(side: int) -> dict[str, tuple[slice, slice]]:
    """Name -> (rows, columns) of the ``RECTANGLES`` in a map of another side."""
    scaled = {name: [round(edge * side / _PUBLISHED_SIDE) for edge in edges] for name, edges in RECTANGLES.items()}
    return {name: (slice(top, bottom), slice(left, right)) for name, (top, bottom, left, right) in scaled.items()}


def fill_rectangles(filled: np.ndarray, template: np.ndarray, unreliable: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((S, S, 3) float32 the map with its unreliable texels solved, (S, S) bool those that were).

    filled, template: (S, S, 3) 0 to 255. unreliable: (S, S) bool. Only texels inside of ``RECTANGLES`` are solved.
    """
    result, solved = np.array(filled, np.float32), np.zeros(unreliable.shape, bool)
    for rows, columns in rectangles_at(len(filled)).values():
        inside = np.zeros(unreliable.shape, bool)
        kept = np.s_[rows.start + _MARGIN : rows.stop - _MARGIN, columns.start + _MARGIN : columns.stop - _MARGIN]
        inside[kept] = unreliable[kept]
        part = np.s_[rows, columns]
        result[part] = poisson_fill(template[part], result[part], inside[part])
        solved |= inside
    return result, solved


def poisson_fill(gradients_of: np.ndarray, around: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """(H, W, C) float32: ``around``, and inside the mask what has the Laplacian of ``gradients_of`` and fits to it.

    gradients_of, around: (H, W, C). inside: (H, W) bool, not at the border of the picture. Values may leave their
    range. Source: P. Perez, M. Gangnet, A. Blake, Poisson image editing, 2003. Raises ValueError for a mask that
    touches the border.
    """
    result = np.array(around, np.float32)
    if not inside.any():
        return result
    if inside[[0, -1]].any() or inside[:, [0, -1]].any():
        raise ValueError("the mask touches the border of the picture, where there is nothing to fit to")
    width = inside.shape[1]
    places = np.flatnonzero(inside)
    number = np.full(inside.size, -1)
    number[places] = np.arange(len(places))
    wanted, known = (picture.reshape(-1, picture.shape[2]).astype(np.float64) for picture in (gradients_of, around))
    right = 4 * wanted[places]
    rows, columns = [], []
    for step in (-width, width, -1, 1):
        neighbour = places + step
        unknown = number[neighbour] >= 0
        rows.append(np.flatnonzero(unknown))
        columns.append(number[neighbour[unknown]])
        right -= wanted[neighbour]
        right[~unknown] += known[neighbour[~unknown]]
    pairs = np.concatenate(rows), np.concatenate(columns)
    system = 4 * sp.eye_array(len(places)) - sp.csc_array((np.ones(len(pairs[0])), pairs), shape=(len(places),) * 2)
    result.reshape(-1, result.shape[2])[places] = splu(sp.csc_matrix(system)).solve(right)
    return result
