from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.detection.retinaface import (
    INPUT_SIZE,
    Letterbox,
    anchors,
    decode_boxes,
    decode_landmarks,
    keep_apart,
    read_detections,
)

PRIORS = 10752


def raw(found: dict[int, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the network says where only the given anchors, {number: logit}, hold faces, just as large as they are."""
    classes = np.tile(np.float32([5, -5]), (PRIORS, 1))
    for number, logit in found.items():
        classes[number] = 0, logit
    return np.zeros((PRIORS, 4), np.float32), classes, np.zeros((PRIORS, 10), np.float32)


@given(st.integers(1, 4000), st.integers(1, 4000))
def test_the_letterbox_fills_the_longer_side(width: int, height: int) -> None:
    box = Letterbox((width, height))
    (w, h), (left, top) = box.scaled_size, box.padding
    assert max(w, h) == INPUT_SIZE and min(w, h) >= 1
    assert 0 <= INPUT_SIZE - w - 2 * left <= 1 and 0 <= INPUT_SIZE - h - 2 * top <= 1


def test_the_padding_is_zero_and_the_photo_normalised() -> None:
    shown = Letterbox((40, 20)).network_input(np.full((20, 40, 3), 255, np.uint8))
    assert not shown[:128].any() and not shown[384:].any()
    np.testing.assert_allclose(shown[128:384], np.broadcast_to([2.2489, 2.4286, 2.64], (256, 512, 3)), atol=1e-4)


def test_anchors_are_in_the_network_s_order() -> None:
    every = anchors(512, 512)
    assert len(every) == PRIORS
    np.testing.assert_allclose(every[0] * 512, [4, 4, 16, 16])
    np.testing.assert_allclose(every[1] * 512, [4, 4, 32, 32])
    np.testing.assert_allclose(every[2] * 512, [12, 4, 16, 16])
    np.testing.assert_allclose(every[2 * 64] * 512, [4, 12, 16, 16])
    np.testing.assert_allclose(every[-1] * 512, [496, 496, 512, 512])


def test_no_offset_is_the_anchor_itself() -> None:
    priors = anchors(512, 512)
    boxes = decode_boxes(np.zeros((PRIORS, 4), np.float32), priors)
    np.testing.assert_allclose((boxes[:, :2] + boxes[:, 2:]) / 2, priors[:, :2], atol=1e-6)
    np.testing.assert_allclose(boxes[:, 2:] - boxes[:, :2], priors[:, 2:], atol=1e-6)
    points = decode_landmarks(np.zeros((PRIORS, 10), np.float32), priors)
    np.testing.assert_array_equal(points, np.broadcast_to(priors[:, None, :2], (PRIORS, 5, 2)))


def test_faces_come_the_most_certain_first_and_in_photo_pixels() -> None:
    middle = 2 * (32 * 64 + 32)  # an anchor of 16 pixels near the middle of the input
    found = read_detections(*raw({middle: 3.0, middle + 40: 4.0, middle - 40: 0.5}), Letterbox((1024, 512)))
    assert found.scores == pytest.approx([1 / (1 + np.exp(-4)), 1 / (1 + np.exp(-3))])
    # input pixels 252 to 268 less a padding of 128 rows, times two
    np.testing.assert_array_equal(found.boxes_xyxy[1], [504, 248, 536, 280])
    np.testing.assert_array_equal(found.five_xy[1], [[520, 264]] * 5)


def test_boxes_that_overlap_are_one_face() -> None:
    middle = 2 * (32 * 64 + 32)
    found = read_detections(*raw({middle + 1: 3.0, middle + 3: 4.0, middle + 41: 3.5}), Letterbox((512, 512)))
    assert len(found.scores) == 2


def test_no_face() -> None:
    found = read_detections(*raw({}), Letterbox((300, 200)))
    assert found.boxes_xyxy.shape == (0, 4) and found.five_xy.shape == (0, 5, 2) and not len(found.scores)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_wild_output_is_no_face(value: float) -> None:
    boxes, classes, landmarks = raw({4000: 3.0, 200: 3.0})
    boxes[4000] = value
    assert len(read_detections(boxes, classes, landmarks, Letterbox((512, 512))).scores) == 1
    classes[:] = value
    with np.errstate(invalid="ignore"):
        read_detections(boxes, classes, landmarks, Letterbox((512, 512)))


boxes = st.lists(st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(1, 30)] * 2), min_size=1, max_size=30).map(
    lambda rows: np.array([[x, y, x + w, y + h] for x, y, w, h in rows], np.float32)
)


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    shared = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None).prod()
    return float(shared / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - shared))


@given(boxes)
def test_what_is_kept_is_apart_and_what_goes_has_a_better_one(found: np.ndarray) -> None:
    kept = keep_apart(found)
    assert kept[0] == 0 and list(kept) == sorted(kept)
    assert all(overlap(found[i], found[j]) <= 0.4 + 1e-6 for i in kept for j in kept if i < j)
    gone = set(range(len(found))) - set(kept.tolist())
    assert all(any(overlap(found[g], found[k]) > 0.4 - 1e-6 for k in kept if k < g) for g in gone)
