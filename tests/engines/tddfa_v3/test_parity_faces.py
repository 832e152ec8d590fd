"""Equality with the reference from photo to faces, networks included."""

from __future__ import annotations

import numpy as np
import pytest
from parity import Reference, block
from torch import nn

from faceviewer.engines.tddfa_v3.faces import FaceFinder
from faceviewer.networks.large_base import LargeBase
from faceviewer.networks.retinaface import RetinaFace


def scale_weights(module: nn.Module, factor: np.ndarray) -> None:
    for name, parameter in module.named_parameters():
        if name.endswith("weight"):
            parameter.data *= float(factor)


@pytest.fixture
def finder(reference: Reference) -> FaceFinder:
    """Filled networks whose last layers are scaled, so that they say something plausible."""
    detector, landmarker = reference.filled(RetinaFace()), reference.filled(LargeBase())
    scales = reference.load("retinaface_end_to_end.npz")
    scale_weights(detector.ClassHead, scales["class_head_scale"])
    scale_weights(detector.BboxHead, scales["bbox_head_scale"])
    scale_weights(detector.LandmarkHead, scales["landmark_head_scale"])
    scale_weights(landmarker.block19, reference.load("landmark_stage.npz")["block19_scale"])
    return FaceFinder(detector, landmarker)


def test_detections(reference: Reference, finder: FaceFinder) -> None:
    vectors = reference.load("retinaface_end_to_end.npz")
    (found,) = finder.detect([block(300, 400, 18)])
    reference.close_each("face_count", len(found.scores), vectors["face_count"], 0.01)
    reference.close("score", found.scores[:10], vectors["score_first10"], 2e-5)
    reference.close("boxes (px)", found.boxes_xyxy[:10], vectors["bbox_first10"], 1)
    reference.close("landmarks (px)", found.five_xy[:10], vectors["landmarks_first10"], 1)


def test_landmarks(reference: Reference, finder: FaceFinder) -> None:
    vectors, rgb = reference.load("landmark_stage.npz"), block(420, 560, 50)
    points = finder.landmarks([(rgb, box) for box in vectors["boxes"]])
    reference.close("landmarks (px)", points, vectors["landmarks106"], 0.05)
