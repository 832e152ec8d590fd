"""The built-in head: a subdivision mesh with identity, expression and named directions (``resources/head.npz``)."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import scipy.sparse as sp

from faceviewer.io.resources import resource_path
from faceviewer.io.safe_load import load_npz
from faceviewer.types import FaceviewerError, Topology

SCHEMA = "faceviewer.head/1"


@dataclass(frozen=True, eq=False)
class HeadModel:
    """A linear head model on control vertices; ``subdivision`` lifts them to the vertices that everybody sees."""

    topology: Topology
    """Of the V rendered vertices."""
    subdivision: sp.csr_matrix
    """(V, n) float64: one step of Catmull-Clark; every row sums to 1."""
    control_quads: np.ndarray
    """(Q, 4) int32 into the n control vertices."""
    control_symmetry: np.ndarray
    """(n,) int32: the control vertex mirrored in the plane x = 0."""
    mean_control_mm: np.ndarray
    """(n, 3) float32, head frame: the mean person."""
    identity_control: np.ndarray
    """(K, n, 3) float32 mm per unit; coefficients of real people are independent with mean 0 and deviation 1."""
    expression_control: np.ndarray
    """(52, n, 3) float32 mm at full expression."""
    expression_names: tuple[str, ...]
    """The ``EXPRESSION_NAMES``: ARKit's."""
    named_directions: np.ndarray
    """(N, n, 3) float32 mm per unit: shapes with a meaning, for people to play with; not independent of each other."""
    named_direction_names: tuple[str, ...]
    named_direction_sd: np.ndarray
    """(N,) float32: how far each direction varies between people, in its units."""
    landmark_symmetry: Mapping[str, np.ndarray]
    """Set name -> (L,) int32: the landmark on the other side of the face."""
    calibration: Mapping[str, np.ndarray]
    """Measured properties of the landmark network on this head, for engines."""

    @property
    def vertex_count(self) -> int:
        """V."""
        return len(self.subdivision.indptr) - 1

    @property
    def identity_count(self) -> int:
        """K."""
        return len(self.identity_control)

    @property
    def expression_limits(self) -> tuple[float, float]:
        """From none to full."""
        return 0.0, 1.0

    @property
    def named_are_identity(self) -> bool:
        """The named shapes come on top of the identity."""
        return False

    def control_mm(self, identity: np.ndarray, expression: np.ndarray, named: np.ndarray | None = None) -> np.ndarray:
        """(n, 3) float64 control vertices, mm; arguments as for ``vertices_mm``."""
        control = self.mean_control_mm.astype(np.float64)
        for weights, shapes in (
            (identity, self.identity_control),
            (expression, self.expression_control),
            (named, self.named_directions),
        ):
            if weights is not None:
                control += np.tensordot(np.asarray(weights, np.float32), shapes, 1)
        return control

    def vertices_mm(self, identity: np.ndarray, expression: np.ndarray, named: np.ndarray | None = None) -> np.ndarray:
        """(V, 3) float32 vertices, mm, head frame.

        ``identity`` (K,) in standard deviations, ``expression`` (52,) from 0 to 1, ``named`` (N,) in units of the
        named directions, on top of the identity. Raises ValueError when a length does not fit.
        """
        return (self.subdivision @ self.control_mm(identity, expression, named)).astype(np.float32)

    def offsets_mm(self, identity: np.ndarray, expression: np.ndarray, named: np.ndarray) -> np.ndarray:
        """(V, 3) float64 mm by which changes of the coefficients (see ``vertices_mm``) move the vertices."""
        return self.subdivision @ (self.control_mm(identity, expression, named) - self.mean_control_mm)

    def mean_vertices_mm(self) -> np.ndarray:
        """(V, 3) float32: the mean person at rest, mm, head frame."""
        return (self.subdivision @ self.mean_control_mm.astype(np.float64)).astype(np.float32)

    def expression_offsets_mm(self) -> dict[str, np.ndarray]:
        """Name -> (V, 3) float32 mm: where each full expression moves the vertices; the same on every identity."""
        shapes = zip(self.expression_names, self.expression_control, strict=True)
        return {name: (self.subdivision @ shape.astype(np.float64)).astype(np.float32) for name, shape in shapes}


def load_head(path: Path | None = None) -> HeadModel:
    """The head that comes with the application, or that in ``path``; read once and shared.

    Raises FaceviewerError when the file is missing, damaged or of another format.
    """
    with _loading:  # of two threads that ask at once, both get the same head
        return _load(path if path is not None else resource_path("head.npz"))


def sliders_of(_: Topology) -> HeadModel:
    """The model that moves the built-in engine's heads, all of which have its topology."""
    return load_head()


_loading = threading.Lock()


@lru_cache(maxsize=2)
def _load(path: Path) -> HeadModel:
    arrays = load_npz(path)
    if str(arrays.get("schema")) != SCHEMA:
        raise FaceviewerError(f"{path}: not a head model of format {SCHEMA}")
    try:
        return _from_arrays(arrays)
    except KeyError as error:
        raise FaceviewerError(f"{path}: the head model lacks the array {error}") from None


def _from_arrays(arrays: dict[str, np.ndarray]) -> HeadModel:
    mean = _frozen(arrays["mean_control_mm"], np.float32)
    n = len(mean)
    indptr = arrays["subdivision/indptr"]
    subdivision = sp.csr_matrix(
        (arrays["subdivision/data"], arrays["subdivision/indices"], indptr), shape=(len(indptr) - 1, n)
    )
    landmarks = {
        name: (points["vertices"].astype(np.int32), points["weights"].astype(np.float32))
        for name, points in _nested(arrays, "landmarks/").items()
    }
    contours = _group(arrays, "contours/")
    return HeadModel(
        topology=Topology(
            name="head",
            triangles=arrays["triangles"].astype(np.int32),
            uv=arrays["uv"].astype(np.float32),
            uv_triangles=arrays["uv_triangles"].astype(np.int32),
            parts=_group(arrays, "parts/", np.int32),
            landmarks=landmarks,
            contours=tuple(_frozen(contours[key], np.int32) for key in sorted(contours)),
            symmetry=arrays["symmetry"].astype(np.int32),
            regions=_group(arrays, "regions/", np.int32),
        ),
        subdivision=subdivision,
        control_quads=_frozen(arrays["control_quads"], np.int32),
        control_symmetry=_frozen(arrays["control_symmetry"], np.int32),
        mean_control_mm=mean,
        identity_control=_frozen(arrays["identity_control"], np.float32),
        expression_control=_frozen(arrays["expression_control"], np.float32),
        expression_names=tuple(arrays["expression_names"].tolist()),
        named_directions=_frozen(arrays["named_directions"], np.float32),
        named_direction_names=tuple(arrays["named_direction_names"].tolist()),
        named_direction_sd=_frozen(arrays["named_direction_sd"], np.float32),
        landmark_symmetry=MappingProxyType(_group(arrays, "landmark_symmetry/", np.int32)),
        calibration=MappingProxyType(_group(arrays, "calibration/")),
    )


def _frozen(array: np.ndarray, dtype: type[np.generic] | None = None) -> np.ndarray:
    array = np.ascontiguousarray(array, dtype)
    array.setflags(write=False)
    return array


def _group(arrays: dict[str, np.ndarray], prefix: str, dtype: type[np.generic] | None = None) -> dict[str, np.ndarray]:
    """The arrays named ``prefix`` + key, by key."""
    return {name[len(prefix) :]: _frozen(a, dtype) for name, a in arrays.items() if name.startswith(prefix)}


def _nested(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, dict[str, np.ndarray]]:
    groups: dict[str, dict[str, np.ndarray]] = {}
    for key, array in _group(arrays, prefix).items():
        name, _, field = key.rpartition("/")
        groups.setdefault(name, {})[field] = array
    return groups
