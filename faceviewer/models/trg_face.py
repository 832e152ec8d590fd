"""TRG's face: 1220 vertices in the layout of ARKit's face mesh, read from the user's files.

The head frame has our axes (x to the subject's left, y up, z out of the face) and TRG's own origin, which is ARKit's:
it lies inside the head, some 70 mm behind the tip of the nose and about at its height, so not between the eyeballs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from faceviewer.assets import trg as files
from faceviewer.assets.loading import load_asset
from faceviewer.assets.places import Located
from faceviewer.assets.trg_layout import VERTICES
from faceviewer.types import Topology

AXES = np.diag([1.0, -1.0, -1.0])
"""From TRG's head frame (y down, z into the face) to ours, and back."""
MM = 1000.0
"""TRG counts in metres."""
_SAME_PLACE = 1e-3
"""Of the layout's side: how far a mirrored vertex may lie from its twin."""
_NAME = "trg"


@dataclass(frozen=True, eq=False)
class TrgFace:
    """What the small files of TRG say."""

    subset: np.ndarray
    """(305,) int64, vertices whose features the network looks at, in its order."""
    topology: Topology
    """Triangles, the landmarks "68", and, where the file of texture coordinates is there, these and the symmetry."""

    @property
    def has_uv(self) -> bool:
        """Whether the face can carry a texture."""
        return len(self.topology.uv) == VERTICES


def load_trg_face(located: Located) -> TrgFace:
    """Read the small files, or the one that stands for them. Raises FaceviewerError naming a file and what is wrong."""
    if files.CONSTANTS in located.files:
        arrays = load_asset(located, files.CONSTANTS)
        return _face(arrays["sub_1220_to_305"], arrays["triangles"], arrays["kpt68"], arrays["uv_1220"])
    subset = load_asset(located, files.SUBSAMPLE)[files.SUBSET_KEY]
    uv = load_asset(located, files.UV)[:VERTICES] if files.UV in located.files else None
    return _face(subset, load_asset(located, files.TRIANGLE_LIST), load_asset(located, files.KEYPOINTS), uv)


def small_files(located: Located) -> list[str]:
    """The names of the files that ``load_trg_face`` reads, there or not."""
    if files.CONSTANTS in located.files:
        return [files.CONSTANTS]
    return [files.SUBSAMPLE, files.TRIANGLE_LIST, files.KEYPOINTS, *([files.UV] if files.UV in located.files else [])]


def to_head_mm(mesh_m: np.ndarray) -> np.ndarray:
    """(..., 3) metres in TRG's head frame to (..., 3) float32 millimetres in ours."""
    return (mesh_m.astype(np.float64) @ AXES * MM).astype(np.float32)


def _face(
    subset: list[int] | np.ndarray, triangles: np.ndarray, keypoints: np.ndarray, uv: np.ndarray | None
) -> TrgFace:
    numbers = [np.asarray(values, np.int32) for values in (triangles, keypoints)]
    uv_bytes = None if uv is None else np.asarray(uv, np.float32).tobytes()
    topology = _topology(numbers[0].tobytes(), numbers[1].tobytes(), uv_bytes)
    return TrgFace(np.asarray(subset, np.int64), topology)


@lru_cache(maxsize=4)
def _topology(triangle_bytes: bytes, keypoint_bytes: bytes, uv_bytes: bytes | None) -> Topology:
    """One topology for all faces of the same files: views know by its identity what they have drawn before."""
    triangles = np.frombuffer(triangle_bytes, np.int32).reshape(-1, 3)
    keypoints = np.frombuffer(keypoint_bytes, np.int32)
    corners = np.stack([keypoints] * 3, 1)
    weights = np.tile(np.array([1.0, 0.0, 0.0], np.float32), (len(keypoints), 1))
    if uv_bytes is None:
        uv, uv_triangles, symmetry = np.zeros((1, 2), np.float32), np.zeros_like(triangles), None
    else:
        from_top = np.frombuffer(uv_bytes, np.float32).reshape(-1, 2)
        uv, uv_triangles = np.column_stack([from_top[:, 0], 1 - from_top[:, 1]]), triangles
        symmetry = _mirror(uv)
    return Topology(_NAME, triangles, uv, uv_triangles, landmarks={"68": (corners, weights)}, symmetry=symmetry)


def _mirror(uv: np.ndarray) -> np.ndarray | None:
    """(V,) int32: each vertex's twin by a layout that is the same left and right; None where it is not."""
    mirrored = uv * [-1, 1] + [1, 0]
    distance = np.abs(mirrored[:, None] - uv).max(-1)
    twin = distance.argmin(1).astype(np.int32)
    alike = (distance.min(1) < _SAME_PLACE).all() and (twin[twin] == np.arange(len(uv))).all()
    return twin if alike else None
