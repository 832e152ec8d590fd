import numpy as np

from faceviewer.app.color_scale import DEPTH_SCALE, DIFFERENCE_SCALE, ColorScale


def test_ends_and_middle_are_the_anchors():
    for scale in (DIFFERENCE_SCALE, DEPTH_SCALE):
        np.testing.assert_array_equal(scale.colors(np.array([-2.0, 2.0]), -2, 2), [scale.anchors[0], scale.anchors[-1]])
    np.testing.assert_array_equal(DIFFERENCE_SCALE.colors(np.zeros(1), -3, 3)[0], DIFFERENCE_SCALE.anchors[3])


def test_beyond_the_ends_the_end_and_grey_for_nan():
    scale = ColorScale(((0, 0, 0), (255, 0, 0)))
    np.testing.assert_array_equal(
        scale.colors(np.array([-9.0, 0.5, 9.0, np.nan]), 0, 1), [(0, 0, 0), (128, 0, 0), (255, 0, 0), (128, 128, 128)]
    )


def test_a_range_without_extent_is_no_error():
    assert ColorScale(((0, 0, 0), (255, 0, 0))).colors(np.full(3, 5.0), 5, 5).shape == (3, 3)


def test_positive_and_negative_differ_in_hue():
    low, high = DIFFERENCE_SCALE.colors(np.array([-1.0, 1.0]), -1, 1).astype(int)
    assert low[2] > low[0] and high[0] > high[2]
