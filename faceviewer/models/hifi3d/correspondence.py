"""Which point of the built-in head each vertex of a HiFi3D++ head corresponds to: ``hifi3d_correspondence.npz``.

Made offline by ``python -m faceviewer.models.build_correspondence`` from one demonstration head of FFHQ-UV; it holds
numbers of vertices and triangles and weights, no positions. Eye sockets and the mouth's inside have no counterpart.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from faceviewer.io.resources import resource_path
from faceviewer.io.safe_load import load_npz
from faceviewer.models.hifi3d.schema import VERTEX_COUNT
from faceviewer.types import PART_NAMES, FaceviewerError

SCHEMA = "faceviewer.hifi3d_correspondence/1"
FILE = "hifi3d_correspondence.npz"


@dataclass(frozen=True, eq=False)
class Correspondence:
    """For the N = 20481 vertices of a HiFi3D++ head."""

    triangle: np.ndarray
    """(N,) int32 triangle of the built-in head; 0 where ``valid`` is False."""
    weights: np.ndarray
    """(N, 3) float32 of its corners."""
    valid: np.ndarray
    """(N,) bool: has a counterpart."""
    symmetry: np.ndarray
    """(N,) int32: the vertex on the other side of the head."""
    parts: Mapping[str, np.ndarray]
    """``PART_NAMES`` -> sorted int32 vertex ids, carried over from the built-in head: good to two or three mm."""

    def positions(self, head_vertices: np.ndarray, head_triangles: np.ndarray) -> np.ndarray:
        """(N, 3) float64: where the vertices lie on a built-in head of any shape."""
        corners = head_vertices.astype(np.float64)[head_triangles[self.triangle]]
        return np.einsum("nk,nkc->nc", self.weights, corners)


_loading = threading.Lock()


def load_correspondence(path: Path | None = None) -> Correspondence:
    """The correspondence that comes with the application, or that in ``path``; read once and shared.

    Raises FaceviewerError when the file is missing, damaged or of another format.
    """
    with _loading:
        return _load(path if path is not None else resource_path(FILE))


@lru_cache(maxsize=2)
def _load(path: Path) -> Correspondence:
    arrays = load_npz(path)
    if str(arrays.get("schema")) != SCHEMA:
        raise FaceviewerError(f"{path}: not a correspondence of format {SCHEMA}")
    try:
        triangle, two, bits = arrays["triangle"], arrays["weights"].astype(np.float32), arrays["parts"]
        valid, symmetry = np.unpackbits(arrays["valid"], count=VERTEX_COUNT).astype(bool), arrays["symmetry"]
    except (KeyError, ValueError) as error:
        raise FaceviewerError(f"{path}: the correspondence lacks an array, or one is too short ({error})") from None
    if {len(array) for array in (triangle, two, bits, symmetry)} != {VERTEX_COUNT} or two.shape[1:] != (2,):
        raise FaceviewerError(f"{path}: the correspondence is not one of {VERTEX_COUNT} vertices")
    parts = {name: np.flatnonzero(bits & (1 << k)).astype(np.int32) for k, name in enumerate(PART_NAMES)}
    return Correspondence(
        triangle=triangle.astype(np.int32),
        weights=np.column_stack([two, 1 - two.sum(1)]),
        valid=valid,
        symmetry=symmetry.astype(np.int32),
        parts=MappingProxyType(parts),
    )


def correspondence_arrays(found: Correspondence) -> dict[str, np.ndarray]:
    """The arrays of the file; inverse of ``load_correspondence`` up to the rounding of weights to half precision."""
    bits = np.zeros(VERTEX_COUNT, np.uint8)
    for number, name in enumerate(PART_NAMES):
        bits[found.parts[name]] |= 1 << number
    return {
        "schema": np.array(SCHEMA),
        "triangle": found.triangle.astype(np.uint16),
        "weights": found.weights[:, :2].astype(np.float16),
        "valid": np.packbits(found.valid),
        "symmetry": found.symmetry.astype(np.uint16),
        "parts": bits,
    }
