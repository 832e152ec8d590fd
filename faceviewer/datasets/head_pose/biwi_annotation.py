"""TRG's file beside BIWI: which frames count, each subject's head, and the landmarks that FAN found.

It is a pickle, and read without letting anything of it run. ``img_path``: list of "NN/frame_XXXXX_rgb.png"; ``mesh``:
"NN" -> {"vertices" (V, 3) mm, "faces" (F, 3)}; ``pred_kpt``: one of ``img_path`` -> (68, 3), pixels, missing where
nothing was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from faceviewer.datasets.head_pose.checked import as_floats, as_ids
from faceviewer.datasets.head_pose.key_table import KeyTable
from faceviewer.datasets.head_pose.lists import Complaints, shown
from faceviewer.io.safe_load import load_pickle
from faceviewer.types import FaceviewerError

NAMES = ("annot_mtcnn_fan.pkl", "annot_predBbox_0718.pkl")
"""The released file, and the one that TRG's preparation script writes."""
FRAME = re.compile(r"(\d\d/frame_\d{1,9})_rgb\.png")
_MAX_BYTES = 512 << 20


@dataclass(frozen=True, eq=False)
class BiwiHead:
    """A subject's neutral head, with TRG's axes."""

    vertices_mm: np.ndarray
    """(V, 3) float64."""
    triangles: np.ndarray
    """(F, 3) int32."""


@dataclass(frozen=True, eq=False)
class BiwiAnnotation:
    """What the file says, checked."""

    path: Path
    keys: KeyTable
    heads: Mapping[str, BiwiHead]
    """By sequence."""
    found_px: np.ndarray
    """(N, 68, 2) float32 in the order of the keys; NaN where nothing was found."""

    def landmarks(self, row: int) -> np.ndarray | None:
        """(68, 2) pixels, or None where nothing was found."""
        found = self.found_px[row]
        return found.astype(np.float64) if np.isfinite(found).all() else None


def read_annotation(path: Path, complaints: Complaints) -> BiwiAnnotation:
    """Raises FaceviewerError when the file is missing, damaged, foreign, or not of this form; single frames that make
    no sense are left out and complained about.
    """
    content = load_pickle(path, limit_bytes=_MAX_BYTES)
    frames, meshes, found = (_part(content, name, path) for name in ("img_path", "mesh", "pred_kpt"))
    if not isinstance(frames, list) or not isinstance(meshes, dict) or not isinstance(found, dict):
        raise FaceviewerError(f"{path}: 'img_path' must be a list, 'mesh' and 'pred_kpt' dicts")
    keys = KeyTable(_keys(frames, path, complaints))
    if keys.repeated:
        complaints.add("lists", f"{path}: {keys.repeated} frames are listed again and were left out")
    heads = {str(name): _head(mesh, str(name), path) for name, mesh in meshes.items()}
    return BiwiAnnotation(path, keys, heads, _landmarks(keys, found, path, complaints))


def as_head(vertices: Any, triangles: Any, where: Path) -> BiwiHead:
    """Checked. Raises FaceviewerError."""
    checked = as_floats(vertices, "vertices", (None, 3), where)
    if not len(checked):
        raise FaceviewerError(f"{where}: 'vertices' is empty")
    return BiwiHead(checked, as_ids(triangles, "faces", (None, 3), len(checked), where))


def _part(content: Any, name: str, path: Path) -> Any:
    if not isinstance(content, dict) or name not in content:
        raise FaceviewerError(f"{path}: not an annotation of BIWI, it has no {name!r}")
    return content[name]


def _keys(frames: list[Any], path: Path, complaints: Complaints) -> Iterator[str]:
    for frame in frames:
        match = FRAME.fullmatch(_with_slashes(frame)) if isinstance(frame, str) else None
        if match is None:
            reason = f"{path}: 'img_path' has {shown(str(frame))}, which names no frame, left out"
            complaints.add("entries of 'img_path' that name no frame", reason)
            continue
        yield match[1]


def _with_slashes(name: str) -> str:
    """A path as every system writes it: files that were made on Windows have backslashes."""
    return name.replace("\\", "/")


def _head(mesh: Any, name: str, path: Path) -> BiwiHead:
    if not isinstance(mesh, dict) or not {"vertices", "faces"} <= mesh.keys():
        raise FaceviewerError(f"{path}: the mesh of {shown(name)} has no vertices or no faces")
    return as_head(mesh["vertices"], mesh["faces"], path)


def _landmarks(keys: KeyTable, found: dict[Any, Any], path: Path, complaints: Complaints) -> np.ndarray:
    result = np.full((len(keys), 68, 2), np.nan, np.float32)
    found = {_with_slashes(name): points for name, points in found.items() if isinstance(name, str)}
    missing = 0
    for row, key in enumerate(keys):
        name = f"{key}_rgb.png"
        if name not in found:
            missing += 1
            continue
        try:
            result[row] = as_floats(found[name], f"landmarks of {key}", (68, 3), path)[:, :2]
        except FaceviewerError as error:
            complaints.add("frames with damaged landmarks", str(error))
    if missing:
        complaints.add("lists", f"{path}: {missing} of {len(keys)} frames have no found landmarks, hence no box")
    return result
