"""What the source cannot tell: measured once, and carried over from one ``head.npz`` to the next."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from faceviewer.io.safe_load import load_npz
from faceviewer.models.build_head.assemble import Basis
from faceviewer.models.build_head.ict_source import IctFaceKit
from faceviewer.models.build_head.landmark_sets import anatomical_points, face_lines
from faceviewer.models.build_head.parts import fittable_skin
from faceviewer.models.build_head.registration import Target, register
from faceviewer.models.build_head.statistics import Fidelity, measure
from faceviewer.types import FaceviewerError

PREFIXES = ("identity_mean", "identity_axes", "landmarks/478/", "annotated68/", "landmark_symmetry/478", "calibration/")
"""The statistics of real heads; the 478 points of the landmark network and what is known of its errors; the 68 points
as AFLW2000-3D's annotation has them."""


def carried_over(path: Path) -> dict[str, np.ndarray]:
    """The measured arrays of the head model (or any ``.npz``) at ``path``."""
    return {name: array for name, array in load_npz(path).items() if name.startswith(PREFIXES)}


def measure_identities(basis: Basis, ict: IctFaceKit) -> tuple[dict[str, np.ndarray], Fidelity]:
    """Register ICT-FaceKit's mean head and express how heads vary by our own directions."""
    numbers, points = anatomical_points(basis.mesh, face_lines(basis.mesh, basis.regions["lips"]))
    target = Target(ict.neutral_mm, ict.triangles, ict.landmarks68_mm[numbers])
    matrix = points.matrix(len(basis.mesh.vertices_mm))
    registration = register(basis, fittable_skin(basis.mesh, basis.regions), matrix, target)
    statistics, fidelity = measure(basis, registration, ict)
    arrays = {
        "identity_mean": statistics.mean.astype(np.float32),
        "identity_axes": statistics.axes.astype(np.float32),
    }
    return arrays, fidelity


def check(measured: Mapping[str, np.ndarray], directions: int) -> None:
    """Raise FaceviewerError when ``measured`` is incomplete or belongs to other shape directions."""
    if "identity_mean" not in measured or "identity_axes" not in measured:
        raise FaceviewerError("no statistics of heads: measure them with --ict")
    if "landmarks/478/vertices" not in measured or "landmarks/478/weights" not in measured:
        raise FaceviewerError("no landmarks/478/vertices and weights: give them with --measured")
    if len(measured["identity_mean"]) != directions or len(measured["identity_axes"]) != directions:
        raise FaceviewerError("the statistics of heads belong to other shape directions: measure them with --ict")
