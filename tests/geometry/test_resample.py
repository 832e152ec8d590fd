"""Equality with Pillow, whatever the sizes and the window."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from faceviewer.geometry.resample import Axis, resize_bicubic, resize_nearest

side = st.integers(1, 120)
METHODS = {Image.Resampling.BICUBIC: resize_bicubic, Image.Resampling.NEAREST: resize_nearest}


@st.composite
def axes(draw: st.DrawFn, grows: bool) -> Axis:
    """A side that grows, or shrinks, and a stretch of it."""
    small, large = sorted((draw(side), draw(side)))
    source, target = (small, large) if grows else (large, small)
    start = draw(st.integers(0, target - 1))
    return Axis(source, target, start, draw(st.integers(1, target - start)))


both = st.booleans().flatmap(lambda grows: st.tuples(axes(grows), axes(grows)))


def rows_first(x: Axis, y: Axis) -> bool:
    """Whether Pillow 13 leaves the order that it had before."""
    return y.source - y.target > max(2 * (x.source - x.target), 0)


def picture(x: Axis, y: Axis, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (y.source, x.source, 3), dtype=np.uint8)


@settings(max_examples=60, deadline=None)
@given(both, st.sampled_from(list(METHODS)), st.integers(0, 99))
def test_a_window_of_what_pillow_gives(sides: tuple[Axis, Axis], method: Image.Resampling, seed: int) -> None:
    x, y = sides
    assume(not rows_first(x, y))
    rgb = picture(x, y, seed)
    whole = np.asarray(Image.fromarray(rgb).resize((x.target, y.target), method))
    window = METHODS[method](rgb, (0, 0), x, y)
    np.testing.assert_array_equal(window, whole[y.start : y.start + y.count, x.start : x.start + x.count])


@settings(max_examples=60, deadline=None)
@given(both, st.sampled_from(list(METHODS)), st.data())
def test_a_patch_on_black(sides: tuple[Axis, Axis], method: Image.Resampling, data: st.DataObject) -> None:
    x, y = sides
    assume(not rows_first(x, y))
    left, top = data.draw(st.integers(0, x.source - 1)), data.draw(st.integers(0, y.source - 1))
    patch = picture(x, y, 0)[top:, left : left + 9]
    canvas = np.zeros((y.source, x.source, 3), np.uint8)
    canvas[top:, left : left + 9] = patch
    whole = np.asarray(Image.fromarray(canvas).resize((x.target, y.target), method))
    window = METHODS[method](patch, (left, top), x, y)
    np.testing.assert_array_equal(window, whole[y.start : y.start + y.count, x.start : x.start + x.count])
    seen = x.sees(left, left + patch.shape[1])
    columns = np.arange(x.start, x.start + x.count)
    assert not window[:, (columns < seen.start) | (columns >= seen.start + seen.count)].any()


def test_labels_keep_their_type() -> None:
    labels = np.arange(12, dtype=np.int32).reshape(3, 4)
    grown = resize_nearest(labels, (0, 0), Axis(4, 8, 0, 8), Axis(3, 6, 0, 6))
    np.testing.assert_array_equal(grown, labels.repeat(2, 0).repeat(2, 1))
