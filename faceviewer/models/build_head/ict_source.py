"""Reading ICT-FaceKit (MIT, USC ICT): only its statistics are shipped, not its shapes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceviewer.geometry.closest import Surface
from faceviewer.io.safe_load import load_npz
from faceviewer.types import FaceviewerError

HEAD_VERTICES = 11248
"""The first vertices are face, head and neck; then come sockets, teeth, eyeballs."""
OUTER_VERTICES = 14062
"""... and up to here the sockets of mouth and eyes."""
MM_PER_UNIT = 10.0


@dataclass(frozen=True)
class IctFaceKit:
    """The mean head of ICT-FaceKit and how heads vary about it."""

    neutral_mm: np.ndarray
    """(W, 3) float64, y up, z forward."""
    identity_mm: np.ndarray
    """(100, W, 3) float32, mm per standard deviation, independent."""
    triangles: np.ndarray
    """(F, 3) int64, face, head and neck."""
    landmarks68_mm: np.ndarray
    """(68, 3) float64: the iBUG points on the neutral head."""


def load_ict(path: Path, posed_head: Path) -> IctFaceKit:
    """Read the shapes from ``path`` and the 68 points from ``posed_head``: any head of this topology, "v" and "lm68".

    Raises FaceviewerError when an array is missing.
    """
    shapes, posed = load_npz(path), load_npz(posed_head)
    try:
        neutral = shapes["neutral"].astype(np.float64) * MM_PER_UNIT
        quads = shapes["quads"].astype(np.int64)
        identity = shapes["identity"].astype(np.float32) * np.float32(MM_PER_UNIT)
        posed_vertices, posed_landmarks = posed["v"].astype(np.float64), posed["lm68"].astype(np.float64)
    except KeyError as error:
        raise FaceviewerError(f"{path} or {posed_head}: lacks the array {error}") from None
    quads[:, 3] = np.where(quads[:, 3] < 0, quads[:, 0], quads[:, 3])
    triangles = quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    triangles = triangles[triangles[:, 0] != triangles[:, 2]]
    outer = triangles[(triangles < OUTER_VERTICES).all(1)]
    where = Surface(posed_vertices, outer).nearest(posed_landmarks)
    landmarks = np.einsum("lj,ljc->lc", where.weights, neutral[outer[where.triangle]])
    return IctFaceKit(neutral, identity, triangles[(triangles < HEAD_VERTICES).all(1)], landmarks)
