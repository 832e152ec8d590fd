from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.detection.blazeface import anchors, blend_overlapping, detect_in_crop, detect_in_region
from faceviewer.detection.networks import Networks
from faceviewer.detection.roi import Pyramid, Roi

UNIT = Roi(0.5, 0.5, 1.0, 1.0)


class OneAnchor(Networks):
    """A network that sees one face at one anchor."""

    def __init__(self, anchor: int) -> None:
        self.anchor = anchor

    def detect(self, rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        regressions, logits = np.zeros((896, 16), np.float32), np.full(896, -20, np.float32)
        regressions[self.anchor] = [2, 4, 32, 40, *range(12)]
        logits[self.anchor] = 2
        return regressions, logits


def test_anchors() -> None:
    grid = anchors()
    assert grid.shape == (896, 2)
    np.testing.assert_allclose(grid[:3], [[1 / 32, 1 / 32], [1 / 32, 1 / 32], [3 / 32, 1 / 32]])
    np.testing.assert_allclose(grid[512:518], np.full((6, 2), 1 / 16))
    np.testing.assert_allclose(grid[-1], [15 / 16, 15 / 16])


def test_decoding_is_relative_to_the_anchor_and_maps_to_the_photo() -> None:
    region = Roi(300, 200, 256, 256)
    (found,) = detect_in_crop(OneAnchor(3), np.zeros((128, 128, 3), np.uint8), region)
    corner, anchor = np.array([172, 72]), anchors()[3] * 256
    np.testing.assert_allclose(found.centre_px, corner + anchor + [4, 8])
    np.testing.assert_allclose(found.size_px, [64, 80])
    np.testing.assert_allclose(found.points_px, corner + anchor + 2 * np.arange(12).reshape(6, 2))
    assert abs(found.score - 1 / (1 + np.exp(-2))) < 1e-6
    assert abs(found.roi().angle - np.pi / 4) < 1e-9 and found.roi().width == 96  # eyes at (0, 1) and (2, 3)


def test_a_plain_wall_needs_no_network() -> None:
    wall = np.full((300, 400, 3), 77, np.uint8)
    assert detect_in_region(OneAnchor(3), Pyramid(wall), Roi(200, 150, 200, 200)) == []


def test_overlapping_candidates_are_blended_by_score() -> None:
    boxes = np.array([[[0.50, 0.5], [0.2, 0.2]], [[0.52, 0.5], [0.2, 0.2]], [[0.9, 0.9], [0.1, 0.1]]])
    blends = blend_overlapping(boxes, np.array([0.6, 0.9, 0.7]))
    assert [score for _, score in blends] == [0.9, 0.7]
    np.testing.assert_allclose(blends[0][0][0], [(0.5 * 0.6 + 0.52 * 0.9) / 1.5, 0.5])
    np.testing.assert_allclose(blends[1][0], boxes[2])


candidate = st.tuples(*[st.floats(0.1, 0.9)] * 2, *[st.floats(0.01, 0.5)] * 2, st.floats(0.01, 0.99))


@given(st.lists(candidate, min_size=1, max_size=20))
def test_blends_come_best_first_and_stay_among_their_candidates(rows: list[tuple[float, ...]]) -> None:
    table = np.array(rows)
    boxes = table[:, :4].reshape(-1, 2, 2)
    blends = blend_overlapping(boxes, table[:, 4])
    scores = [score for _, score in blends]
    assert scores == sorted(scores, reverse=True) and scores[0] == table[:, 4].max()
    for blend, _ in blends:
        assert (blend >= boxes.min(0) - 1e-9).all() and (blend <= boxes.max(0) + 1e-9).all()
