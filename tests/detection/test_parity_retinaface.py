"""Equality with the reference before and after its detector: what it is shown, and how its output is read."""

from __future__ import annotations

import numpy as np
import pytest
from parity import Array, Reference, block, statistics, uniform

from faceviewer.detection.retinaface import Letterbox, anchors, decode_boxes, decode_landmarks, read_detections


def test_anchors(reference: Reference) -> None:
    vectors = reference.load("retinaface_anchors.npz")
    reference.close("anchors_512", anchors(512, 512), vectors["anchors_512"], 1e-6)
    reference.close("anchors_256x320", anchors(256, 320), vectors["anchors_256x320"], 1e-6)


def test_decoding(reference: Reference) -> None:
    vectors, priors = reference.load("retinaface_anchors.npz"), anchors(512, 512)
    boxes = decode_boxes(uniform(16, -3, 3, (10752, 4)), priors)
    reference.close_each("boxes", boxes[::4], vectors["decoded_boxes_every4"], 1e-5)
    points = decode_landmarks(uniform(17, -4, 4, (10752, 10)), priors).reshape(-1, 10)
    reference.close_each("landmarks", points[::4], vectors["decoded_landmarks_every4"], 1e-5)


@pytest.fixture(params=range(4))
def case(request: pytest.FixtureRequest, reference: Reference) -> dict[str, Array]:
    """One photo of ``retinaface_detect.npz``, its number under "number"."""
    number = str(request.param)
    vectors = reference.load("retinaface_detect.npz")
    own = {key[: -len(number)].rstrip("_"): value for key, value in vectors.items() if key.endswith(number)}
    return {"number": np.array(request.param), **own}


def test_input(reference: Reference, case: dict[str, Array]) -> None:
    height, width = (int(side) for side in case["size"])
    shown = Letterbox((width, height)).network_input(block(height, width, 40 + int(case["number"])))
    reference.close("input", shown[::8, ::8].transpose(2, 0, 1), case["input_every8"], 1e-5)
    reference.close("statistics", statistics(shown.reshape(-1, 3)), case["input_stats"], 1e-5)


def test_faces(reference: Reference, case: dict[str, Array]) -> None:
    height, width = (int(side) for side in case["size"])
    boxes, landmarks = np.zeros((10752, 4), np.float32), np.zeros((10752, 10), np.float32)
    classes = np.tile(np.float32([6, -6]), (10752, 1))
    positive = case["positive_priors"]
    boxes[positive], landmarks[positive] = case["positive_loc"], case["positive_land"]
    classes[positive] = np.stack([np.zeros(len(positive), np.float32), case["positive_logit"]], 1)
    found = read_detections(boxes, classes, landmarks, Letterbox((width, height)))
    reference.close("score", found.scores, case["score"], 1e-6)
    reference.share("boxes (px)", found.boxes_xyxy != case["bbox"], 0.01)
    reference.close("boxes (px)", found.boxes_xyxy, case["bbox"], 1)
    reference.share("landmarks (px)", found.five_xy != case["landmarks"], 0.01)
    reference.close("landmarks (px)", found.five_xy, case["landmarks"], 1)
