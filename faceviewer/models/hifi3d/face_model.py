"""The HiFi3D++ face model: the arrays of ``hifi3dpp_model_info.mat`` under names, checked, cast once and read-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from faceviewer.io.safe_load import load_cached
from faceviewer.models.hifi3d.schema import findings
from faceviewer.types import FaceviewerError


@dataclass(frozen=True, eq=False)
class Hifi3dModel:
    """Linear shape and colour on N vertices; one model unit is 100 mm, x to the subject's left, y up, z out."""

    mean_shape: np.ndarray
    """(N, 3) float32, model units, with its middle at the origin."""
    identity: np.ndarray
    """(532, N, 3) float32, model units per coefficient."""
    expression: np.ndarray
    """(45, N, 3) float32, model units per coefficient."""
    mean_albedo: np.ndarray
    """(N, 3) float32 RGB, 0 to 255."""
    albedo: np.ndarray
    """(439, N, 3) float32 RGB in steps of 1/255 per coefficient."""
    triangles: np.ndarray
    """(F, 3) int32, the whole head, counter-clockwise from outside."""
    uv: np.ndarray
    """(T, 2) float32, origin bottom-left, v up."""
    uv_triangles: np.ndarray
    """(F, 3) int32 into ``uv``."""
    face_triangles: np.ndarray
    """(G, 3) int32 vertices of the triangles of the face alone."""
    triangles_around: np.ndarray
    """(N, K) int32 triangles around each vertex, padded with F."""
    layout_rc: np.ndarray
    """(N, 2) float32: row and column, 0 to 512, of one texture coordinate of each vertex; row 0 is v = 1."""
    landmarks: np.ndarray
    """(68,) int32 vertex ids, iBUG order."""
    skin: np.ndarray
    """(N,) bool: vertices that the model counts as skin."""


def load_hifi3d(path: Path, *, cache: Path | None = None) -> Hifi3dModel:
    """The model in a ``hifi3dpp_model_info.mat``; quicker the second time.

    cache: the folder of converted files, by default the application's. Raises FaceviewerError when the file is missing,
    damaged or of another kind.
    """
    arrays = load_cached(path, "mat", folder=cache)
    if not isinstance(arrays, dict):
        raise FaceviewerError(f"{path}: not a HiFi3D++ face model: it holds no arrays by name")
    return hifi3d_from_arrays(arrays, str(path))


def hifi3d_from_arrays(arrays: Mapping[str, Any], source: str) -> Hifi3dModel:
    """The model in the arrays that ``hifi3dpp_model_info.mat`` holds; ``source`` names the file in errors.

    Stored types are cast and indices made to count from 0. Raises FaceviewerError with the first thing that is wrong
    (``schema.findings`` gives all).
    """
    if wrong := findings(arrays):
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise FaceviewerError(f"{source}: not a HiFi3D++ face model: {wrong[0]}{more}")
    mean = np.reshape(arrays["meanshape"], (-1, 3)).astype(np.float64)
    return Hifi3dModel(
        mean_shape=_frozen(mean - mean.mean(0), np.float32),
        identity=_basis(arrays["idBase"]),
        expression=_basis(arrays["exBase"]),
        mean_albedo=_frozen(np.reshape(arrays["meantex"], (-1, 3)), np.float32),
        albedo=_basis(arrays["texBase"]),
        triangles=_from_1(arrays["head_tri"]),
        uv=_frozen(arrays["vt_list"], np.float32),
        uv_triangles=_from_1(arrays["head_tri_vt"]),
        face_triangles=_from_1(arrays["tri"]),
        triangles_around=_from_1(arrays["point_buf"]),
        layout_rc=_frozen(arrays["vtx_vt"], np.float32),
        landmarks=_from_1(np.ravel(arrays["keypoints"])),
        skin=_frozen(np.ravel(arrays["skinmask"]) > 0.5, np.bool_),
    )


def _basis(columns: Any) -> np.ndarray:
    """(3 N, K) as stored to (K, N, 3) contiguous: a product with coefficients then reads memory once, in order.

    A copy, which nobody writes to, but without the flag that says so: torch can then share its memory.
    """
    stored = np.asarray(columns)
    return np.array(stored.T, np.float32, order="C").reshape(stored.shape[1], -1, 3)


def _from_1(table: Any) -> np.ndarray:
    return _frozen(np.asarray(table).astype(np.int64) - 1, np.int32)


def _frozen(array: Any, dtype: type[np.generic]) -> np.ndarray:
    """A contiguous, read-only view or copy; the caller's own array keeps its flags."""
    view = np.ascontiguousarray(array, dtype).view()
    view.setflags(write=False)
    return view
