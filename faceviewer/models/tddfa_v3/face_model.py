"""3DDFA-V3's face model: the arrays of ``face_model.npy`` under names, checked, cast once and read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from faceviewer.io.safe_load import load_cached
from faceviewer.models.tddfa_v3.schema import LANDMARK_COUNTS, VERTEX_COUNT, findings
from faceviewer.types import PART_NAMES, FaceviewerError


@dataclass(frozen=True, eq=False)
class FaceModel:
    """Linear shape and albedo on N = 35709 vertices; one model unit is 100 mm, x to the image's right, y up, z out."""

    mean_shape: np.ndarray
    """(N, 3) float32, model units."""
    identity: np.ndarray
    """(80, N, 3) float32, model units per coefficient."""
    expression: np.ndarray
    """(64, N, 3) float32, model units per coefficient."""
    mean_albedo: np.ndarray
    """(N, 3) float32 RGB, 0 to 255."""
    albedo: np.ndarray
    """(80, N, 3) float32 RGB in steps of 1/255 per coefficient."""
    triangles: np.ndarray
    """(F, 3) int32, counter-clockwise from outside."""
    triangles_around: np.ndarray
    """(N, 8) int32 triangles around each vertex, padded with F."""
    uv: np.ndarray
    """(N, 2) float32, origin bottom-left, v up."""
    landmarks: Mapping[str, np.ndarray]
    """"68", "106", "134" -> (L,) int32 vertex ids; the first 33 of "106" are the profile at rest."""
    parts: Mapping[str, np.ndarray]
    """``PART_NAMES`` -> sorted int32 vertex ids."""
    part_triangles: Mapping[str, np.ndarray]
    """``PART_NAMES`` -> (n, 3) int32 triangles that lie wholly in the part."""
    profile_lines: tuple[np.ndarray, ...]
    """33 arrays of int32 vertex ids: where each profile landmark may slide under yaw."""


def load_face_model(path: Path, *, cache: Path | None = None) -> FaceModel:
    """The model in a ``face_model.npy``, taken apart without running what it asks for; quicker the second time.

    cache: the folder of converted files, by default the application's. Raises FaceviewerError when the file is missing,
    damaged, hostile or of another kind.
    """
    arrays = load_cached(path, "npy", folder=cache)
    if not isinstance(arrays, dict):
        raise FaceviewerError(f"{path}: not a 3DDFA-V3 face model: it holds no dictionary")
    return face_model_from_arrays(arrays, str(path))


def face_model_from_arrays(arrays: Mapping[str, Any], source: str) -> FaceModel:
    """The model in the dictionary that ``face_model.npy`` holds; ``source`` names the file in errors.

    Stored types are cast. Raises FaceviewerError with the first thing that is wrong (``schema.findings`` gives all).
    """
    if wrong := findings(arrays):
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise FaceviewerError(f"{source}: not a 3DDFA-V3 face model: {wrong[0]}{more}")
    return FaceModel(
        mean_shape=_frozen(np.reshape(arrays["u"], (VERTEX_COUNT, 3)), np.float32),
        identity=_basis(arrays["id"]),
        expression=_basis(arrays["exp"]),
        mean_albedo=_frozen(np.reshape(arrays["u_alb"], (VERTEX_COUNT, 3)), np.float32),
        albedo=_basis(arrays["alb"]),
        triangles=_frozen(arrays["tri"], np.int32),
        triangles_around=_frozen(arrays["point_buf"], np.int32),
        uv=_frozen(np.asarray(arrays["uv_coords"])[:, :2], np.float32),  # some ports keep a third column of zeros
        landmarks=MappingProxyType({name: _ids(arrays[f"ldm{name}"]) for name in LANDMARK_COUNTS}),
        parts=_by_part(_frozen(np.unique(_ids(ids)), np.int32) for ids in arrays["annotation"]),
        part_triangles=_by_part(_frozen(triangles, np.int32) for triangles in arrays["annotation_tri"]),
        profile_lines=tuple(_ids(line) for line in arrays["parallel"]),
    )


def _basis(columns: Any) -> np.ndarray:
    """(3 N, K) as stored to (K, N, 3) contiguous: a product with coefficients then reads memory once, in order.

    A copy, which nobody writes to, but without the flag that says so: torch can then share its memory.
    """
    return np.array(np.asarray(columns).T, np.float32, order="C").reshape(-1, VERTEX_COUNT, 3)


def _by_part(arrays: Iterable[np.ndarray]) -> Mapping[str, np.ndarray]:
    return MappingProxyType(dict(zip(PART_NAMES, arrays, strict=True)))


def _ids(array: Any) -> np.ndarray:
    return _frozen(np.ravel(array), np.int32)


def _frozen(array: Any, dtype: type[np.generic]) -> np.ndarray:
    """A contiguous, read-only view or copy; the caller's own array keeps its flags."""
    view = np.ascontiguousarray(array, dtype).view()
    view.setflags(write=False)
    return view
