"""Where AFLW2000-3D's annotation puts the 68 points on the head, so that our 68 mean what researchers compare with.

Lids are left where anatomy has them; the jaw, brows, nose and lips follow the annotation's mean over its photos.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import scipy.io

from faceviewer.detection import FaceDetector
from faceviewer.engines.builtin.calibration.positions import skin_triangles
from faceviewer.engines.builtin.engine import BuiltinEngine
from faceviewer.engines.builtin.point_model import Points
from faceviewer.engines.options import ReconstructOptions
from faceviewer.geometry.alignment import align_similarity
from faceviewer.geometry.closest import Surface
from faceviewer.io.photo import load_photo
from faceviewer.types import FaceviewerError

LIDS = slice(36, 48)
INNER = slice(17, 60)
"""Points that align an annotation with a fitted head; the jaw is what differs, the inner lips open and close."""


def annotated_68(engine: BuiltinEngine, directory: Path) -> Points:
    """The 68 points of the head of ``engine``, moved to the mean of the annotations in ``directory``.

    ``directory`` holds NAME.jpg beside NAME.mat with "pt3d_68" (3, 68), x right, y down, z towards the viewer, pixels.
    Raises FaceviewerError when there is none.
    """
    head, detector = engine.head, FaceDetector()
    corners, weights = head.topology.landmarks["68"]
    moves = []
    for annotation in sorted(directory.glob("*.mat")):
        photo = load_photo(annotation.with_suffix(".jpg"))
        shots = [(photo, face) for face in detector.detect(photo.rgb)[:1]]
        for result in engine.follow(shots, ReconstructOptions()):
            ours = result.landmark_xyz_mm("68").astype(np.float64)
            theirs = scipy.io.loadmat(annotation)["pt3d_68"].T.astype(np.float64) * [1, -1, 1]
            moves.append(align_similarity(theirs[INNER], ours[INNER]).apply(theirs) - ours)
    if not moves:
        raise FaceviewerError(f"{directory}: no annotated photos")
    mean = head.mean_vertices_mm().astype(np.float64)
    points = np.einsum("lj,ljc->lc", weights, mean[corners])
    twin = head.landmark_symmetry["68"]
    target = points + np.mean(moves, 0)
    target = (target + target[twin] * [-1, 1, 1]) / 2
    triangles = skin_triangles(head)
    found = Surface(mean, triangles).nearest(target)
    moved_corners, moved_weights = triangles[found.triangle].astype(np.int32), found.weights.astype(np.float32)
    moved_corners[LIDS], moved_weights[LIDS] = corners[LIDS], weights[LIDS]
    return moved_corners, moved_weights
