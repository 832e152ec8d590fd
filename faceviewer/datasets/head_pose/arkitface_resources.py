"""What TRG's small files say of ARKitFace's mesh of 1220 vertices; users bring these files."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from faceviewer.datasets.head_pose.checked import as_ids
from faceviewer.datasets.head_pose.lists import Complaints
from faceviewer.io.input_file import folder_named
from faceviewer.io.safe_load import load_npy, load_npz
from faceviewer.types import FaceviewerError

VERTICES = 1220
_CONSTANTS = "trg_constants.npz"
_WITH_CAPS = "tris_2388x3.npy"
"""The triangles and 84 more, which close eyes and mouth by vertices that the samples do not have."""
_CAP_VERTICES = 3
_MAX_BYTES = 16 << 20


@dataclass(frozen=True, eq=False)
class ArkitMesh:
    """What is known of the mesh."""

    landmarks68: np.ndarray | None
    """(68,) int32 vertex ids of the iBUG landmarks."""
    triangles: np.ndarray | None
    """(F, 3) int32."""


def read_resources(places: Sequence[Path], complaints: Complaints) -> ArkitMesh:
    """From the first of ``places`` that has them; what is damaged or nowhere is complained about."""
    landmarks = _find(places, ("kpt_ind.npy", _CONSTANTS), _landmarks, complaints)
    triangles = _find(places, ("triangles.npy", _CONSTANTS, _WITH_CAPS), _triangles, complaints)
    looked = " or ".join(map(folder_named, places))
    for found, name, lacking in (
        (landmarks, "kpt_ind.npy", "landmarks and boxes"),
        (triangles, "triangles.npy", "triangles"),
    ):
        if found is None:
            why = f"samples have no {lacking}: neither {name} nor {_CONSTANTS} can be used in {looked}"
            complaints.add("missing files of TRG", why)
    return ArkitMesh(landmarks, triangles)


def read_flip_index(path: Path, complaints: Complaints) -> np.ndarray | None:
    """(1220,) int32, or None without the file; a damaged one, or no involution, is complained about."""
    if not os.path.exists(path):
        return None
    try:
        ids = as_ids(load_npy(path, max_bytes=_MAX_BYTES), "flip index", (VERTICES,), VERTICES, path)
        if (ids[ids] != np.arange(VERTICES)).any():
            raise FaceviewerError(f"{path}: does not lead back to where it began when it is applied twice")
    except FaceviewerError as error:
        complaints.add("damaged files", str(error))
        return None
    return ids


def _find(
    places: Sequence[Path],
    names: Sequence[str],
    read: Callable[[Path], np.ndarray],
    complaints: Complaints,
) -> np.ndarray | None:
    for path in (place / name for place in places for name in names):
        if not os.path.exists(path):
            continue
        try:
            return read(path)
        except FaceviewerError as error:
            complaints.add("damaged files", str(error))
    return None


def _landmarks(path: Path) -> np.ndarray:
    return as_ids(_load(path, "kpt68"), "kpt68", (68,), VERTICES, path)


def _triangles(path: Path) -> np.ndarray:
    if path.name != _WITH_CAPS:
        return as_ids(_load(path, "triangles"), "triangles", (None, 3), VERTICES, path)
    triangles = as_ids(_load(path, "triangles"), "triangles", (None, 3), VERTICES + _CAP_VERTICES, path)
    return triangles[(triangles < VERTICES).all(1)]


def _load(path: Path, name: str) -> Any:
    if path.suffix == ".npy":
        return load_npy(path, max_bytes=_MAX_BYTES)
    arrays = load_npz(path, max_bytes=_MAX_BYTES)
    if name not in arrays:
        raise FaceviewerError(f"{path}: has no array {name!r}")
    return arrays[name]
