"""Curves over time: what is drawn of them, and how people move through them with mouse and keys."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pose_factory import make_person, make_series
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from faceviewer.gui.pose_over_time.curves import PoseCurves
from faceviewer.gui.pose_over_time.people_colors import color_of
from faceviewer.gui.pose_over_time.time_window import (
    TimeWindow,
    polylines,
    scale_ticks,
    seen_points,
    ticks,
    value_range,
)
from faceviewer.gui.theme import theme_palette

# without widgets


@given(st.lists(st.tuples(st.sampled_from("zp"), st.floats(0.2, 5), st.floats(-20, 20)), max_size=12))
def test_a_window_never_leaves_what_there_is(moves):
    window = TimeWindow.whole(2.0, 12.0)
    for kind, factor, seconds in moves:
        window = window.zoomed(factor, 7 + seconds / 5) if kind == "z" else window.panned(seconds)
        assert 2.0 - 1e-9 <= window.begin_s < window.end_s <= 12.0 + 1e-9
        for moment in (2.0, 7.3, 12.0):
            moved = window.with_moment(moment)
            assert moved.begin_s - 1e-9 <= moment <= moved.end_s + 1e-9
            assert moved.length_s == pytest.approx(window.length_s)


def test_zooming_keeps_the_moment_in_place_and_a_single_frame_has_a_window():
    window = TimeWindow.whole(0, 10).zoomed(2, 4.0)
    assert (window.begin_s, window.end_s) == (2.0, 7.0)
    assert TimeWindow.whole(3, 3).length_s > 0


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e5), st.integers(1, 12))
def test_ticks_are_few_round_and_inside(low, span, count):
    found = ticks(low, low + span, count)
    assert len(found) <= count + 1
    assert all(low - 1e-6 * span <= one <= low + span + 1e-6 * span for one in found)
    assert ticks(0, 0, 5) == [] and ticks(0, float("nan"), 5) == []


@given(st.floats(-1e4, 1e4), st.floats(1e-2, 1e5), st.floats(0.02, 0.5))
def test_a_scale_has_two_numbers_wherever_two_lines_of_text_fit(low, span, share):
    apart = share * span
    found = scale_ticks(low, low + span, apart)
    assert len(found) >= 2 and (np.diff(found) >= apart * 0.998).all()
    assert all(low - 1e-6 * span <= one <= low + span + 1e-6 * span for one in found)
    assert scale_ticks(0, -1, 1) == [], "a strip with no room at all"


def test_lines_break_where_there_are_gaps():
    person = make_series().people[0]
    time_s = make_series().time_s[person.rows]
    lines = polylines(*seen_points(time_s, person.values[:, 0], person.begins, TimeWindow.whole(0, 2), 500))
    assert [len(line) for line in lines] == [10, 24]
    assert lines[0][-1, 0] == pytest.approx(0.45) and lines[1][0, 0] == pytest.approx(0.75)
    close = TimeWindow(0, 2, 0.9, 1.0)
    (line,) = polylines(*seen_points(time_s, person.values[:, 0], person.begins, close, 500))
    assert line[0, 0] < 0.9 and line[-1, 0] >= 1.0, "it leads out of what is seen"
    between = seen_points(time_s, person.values[:, 0], person.begins, TimeWindow(0, 2, 0.55, 0.65), 500)
    assert polylines(*between) == []
    (line,) = polylines(*seen_points(time_s, person.values[:, 0], person.begins, TimeWindow(0, 2, 0.16, 0.19), 500))
    np.testing.assert_allclose(line[:, 0], [0.15, 0.2], err_msg="a line that only passes through")


def test_of_many_points_the_extremes_are_drawn():
    count = 50_000
    values = np.random.default_rng(0).normal(size=count)
    values[31_234] = 40
    whole = TimeWindow.whole(0, count / 25)
    (line,) = polylines(*seen_points(np.arange(count) / 25, values, np.arange(count) == 0, whole, 300))
    assert len(line) <= 2 * 302 and line[:, 1].max() == 40 and line[:, 1].min() == values.min()
    assert (np.diff(line[:, 0]) >= 0).all()


def test_people_one_after_the_other_are_the_lines_of_each():
    """Two thousand people, each seen for a moment of a long film, were drawn point by point."""
    rng, window = np.random.default_rng(1), TimeWindow(0, 100, 20, 60)
    starts = rng.integers(0, 2400, 60)
    times = [np.arange(start, start + rng.integers(1, 100)) / 25 for start in starts]
    values = [rng.normal(size=len(time_s)) for time_s in times]
    begins = [np.arange(len(time_s)) == 0 for time_s in times]
    alone = [
        line for one in zip(times, values, begins, strict=True) for line in polylines(*seen_points(*one, window, 9000))
    ]
    together = polylines(*seen_points(*map(np.concatenate, (times, values, begins)), window, 9000))
    assert len(alone) == len(together) > 20
    for line, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(line, other)
    few, _ = seen_points(*map(np.concatenate, (times, values, begins)), window, 50)
    assert len(few) < 2 * sum(len(time_s) // 25 + 3 for time_s in times)


def test_ranges_show_everything_and_are_never_flat():
    low, high = value_range([np.array([1.0, 9.0]), np.zeros(0)], 4)
    assert low < 1 and high > 9
    assert value_range([np.full(3, 5.0)], 4) == (3, 7) and value_range([], 4) == (-2, 2)


# the widget


@pytest.fixture
def curves(qtbot) -> PoseCurves:
    widget = PoseCurves()
    qtbot.addWidget(widget)
    widget.resize(700, 480)
    widget.show_series(make_series(), frozenset())
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def x_of(curves: PoseCurves, row: int) -> int:
    series = curves._series
    assert series is not None
    return round(curves._plot(series).x_of(float(series.time_s[row])))


def wheel(curves: PoseCurves, x: int, notches: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    at = QPointF(x, 100)
    event = QWheelEvent(
        at, curves.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, modifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(curves, event)


def pixels(curves: PoseCurves) -> np.ndarray:
    image = curves.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def columns_of(curves: PoseCurves, number: int) -> np.ndarray:
    """Where along x the person's colour is seen."""
    color = color_of(number)
    near = np.abs(pixels(curves) - [color.red(), color.green(), color.blue()]).max(-1) < 40
    return np.flatnonzero(near.any(0))


def test_clicks_and_drags_move_the_cursor(curves, qtbot):
    rows = []
    curves.moved.connect(rows.append)
    qtbot.mouseClick(curves, Qt.MouseButton.LeftButton, pos=QPoint(x_of(curves, 20), 200))
    assert rows == [20]
    QTest.mousePress(curves, Qt.MouseButton.LeftButton, pos=QPoint(x_of(curves, 5), 50))
    QTest.mouseMove(curves, QPoint(x_of(curves, 30), 60))
    QTest.mouseRelease(curves, Qt.MouseButton.LeftButton, pos=QPoint(x_of(curves, 30), 60))
    assert rows[1] == 5 and rows[-1] == 30
    qtbot.mouseClick(curves, Qt.MouseButton.LeftButton, pos=QPoint(699, 200))
    assert rows[-1] == 39


def test_keys_move_the_cursor(curves, qtbot):
    rows = []
    curves.moved.connect(rows.append)
    keys = Qt.Key
    for key in (keys.Key_Right, keys.Key_Right, keys.Key_Left, keys.Key_End, keys.Key_Right, keys.Key_Home):
        qtbot.keyClick(curves, key)
    assert rows == [1, 2, 1, 39, 0]
    qtbot.keyClick(curves, keys.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(curves, keys.Key_PageDown)
    assert rows[-2:] == [10, 14]


def test_zoom_and_pan(curves, qtbot):
    whole = curves.window_s
    wheel(curves, x_of(curves, 20), 4)
    assert curves.window_s.length_s == pytest.approx(whole.length_s / 1.25**4) and x_of(curves, 20) > 0
    zoomed = curves.window_s
    wheel(curves, 300, -2, Qt.KeyboardModifier.ShiftModifier)
    assert curves.window_s.begin_s > zoomed.begin_s and curves.window_s.length_s == pytest.approx(zoomed.length_s)
    moved = curves.window_s
    QTest.mousePress(curves, Qt.MouseButton.RightButton, pos=QPoint(300, 50))
    QTest.mouseMove(curves, QPoint(360, 50))
    QTest.mouseRelease(curves, Qt.MouseButton.RightButton, pos=QPoint(360, 50))
    assert curves.window_s.begin_s < moved.begin_s
    qtbot.keyClick(curves, Qt.Key.Key_0)
    assert curves.window_s == whole
    for _ in range(5):
        qtbot.keyClick(curves, Qt.Key.Key_Plus)
    qtbot.keyClick(curves, Qt.Key.Key_End)
    assert curves.window_s.end_s == whole.end_s, "the cursor is always seen"
    qtbot.keyClick(curves, Qt.Key.Key_Minus)
    assert curves.window_s.length_s > whole.length_s / 1.25**5


@pytest.mark.parametrize("dark", [False, True])
def test_gaps_are_seen_as_gaps_in_both_themes(curves, dark):
    curves.setPalette(theme_palette(dark=dark))
    columns = columns_of(curves, 1)
    gap = np.arange(x_of(curves, 9) + 4, x_of(curves, 15) - 4)
    assert not np.isin(gap, columns).any(), "nothing is drawn where the person was not seen"
    drawn = np.arange(x_of(curves, 0) + 2, x_of(curves, 9) - 2)
    assert np.isin(drawn, columns).mean() > 0.95
    assert columns_of(curves, 2).min() >= x_of(curves, 5) - 4


@pytest.mark.parametrize("low", np.linspace(-11, -10, 5))
def test_every_strip_has_a_scale_that_can_be_read(curves, low):
    """In a window of 1000 x 700 a strip had a single number: nobody could tell how far its curve goes."""
    series = make_series()
    person = make_person(1, range(39))
    wave = (1 + np.sin(person.rows / 6)) / 2
    spans = np.array([5.2, 7.9, 11.3])
    values = low + wave[:, None] * spans
    wavy = replace(person, angles_deg=values, t_mm=100 * low + 10 * values)
    curves.show_series(replace(series, people=(wavy,)), frozenset())
    plot, ground = curves._plot(series), curves.palette().window().color()
    strips = [plot.strip(number) for number in range(6)]
    right = int(plot.area.left()) - 6
    inked = np.abs(pixels(curves)[:, right - 7 : right] - [*ground.getRgb()[:3]]).max((1, 2)) > 60
    for number, strip in enumerate(strips):
        rows = inked[int(strip.top()) : int(strip.bottom()) + 5]
        assert (np.diff(rows.astype(int), prepend=0) == 1).sum() >= 2, number


def test_nobody_to_draw_is_a_sentence_instead_of_scales(curves):
    """Six empty strips had a scale from -2 to 2, of nothing."""
    series = make_series()
    plot = curves._plot(series)

    def scale() -> bool:
        """Whether anything is written beside the strips."""
        left = pixels(curves)[: int(plot.area.bottom()), 2 : int(plot.area.left()) - 2]
        return bool((left != left[0, 0]).any())

    assert scale()
    for people, hidden, sentence in (
        (series.people, frozenset({1, 2, 9}), "Nobody is shown."),
        ((), frozenset(), "No head was found."),
        ((make_person(1, []),), frozenset({1}), "No head was found."),
    ):
        curves.show_series(replace(series, people=people), hidden)
        curves.set_row(3)
        assert not scale() and sentence in curves.accessibleDescription()
        middle = pixels(curves)[220:260, 200:500]
        assert (middle != middle[0, 0]).any(), "the sentence"
    curves.show_series(series, frozenset({1}))
    assert scale()


def test_where_nobody_is_seen_there_is_no_scale(curves):
    curves.show_series(replace(make_series(), people=(make_person(1, [0]),)), frozenset())
    plot = curves._plot(curves._series)
    column = slice(int(plot.area.left()) - 13, int(plot.area.left()) - 6)
    strip = plot.strip(0)

    def written() -> bool:
        part = pixels(curves)[int(strip.top()) : int(strip.bottom()), column]
        return bool((part != part[0, 0]).any())

    assert written()
    curves._look(TimeWindow(0, 1.95, 1.0, 1.5))
    assert not written()


def test_hidden_people_and_other_curves(curves):
    series = make_series()
    curves.show_series(series, frozenset({1}))
    assert not len(columns_of(curves, 1)) and len(columns_of(curves, 2))
    before = pixels(curves)
    curves.show_quantities(range(3))
    assert (pixels(curves) != before).any()
    lonely = replace(series, people=(make_person(3, [20]),))
    curves.show_series(lonely, frozenset())
    assert len(columns_of(curves, 3)), "a single frame is a dot"


def test_what_the_cursor_stands_on_is_told_to_screen_readers(curves):
    curves.set_row(20)
    text = curves.accessibleDescription()
    assert "Frame 20, 1.00 seconds" in text and "Person 1: yaw" in text and "Person 2: yaw" in text
    curves.set_row(12)
    assert "Person 1" not in curves.accessibleDescription()
    assert curves.accessibleName() and "wheel" in curves.toolTip()


def test_without_a_series_nothing_can_be_done(curves, qtbot):
    curves.show_series(None, frozenset())
    curves.set_sentence("Nothing yet.")
    curves.set_row(3)
    qtbot.keyClick(curves, Qt.Key.Key_Right)
    qtbot.mouseClick(curves, Qt.MouseButton.LeftButton)
    wheel(curves, 100, 1)
    curves.grab()


def test_times_that_step_back_and_single_frames(curves):
    series = make_series(20)
    broken = replace(series, time_s=np.array([0, 1, 0.5, *[2.0] * 17]))
    curves.show_series(broken, frozenset())
    curves.set_row(2)
    curves.grab()
    single = replace(series, frames=series.frames[:1], time_s=series.time_s[:1], people=(make_person(1, [0]),))
    curves.show_series(single, frozenset())
    curves.grab()
    assert len(columns_of(curves, 1))


def test_a_frame_that_stands_alone_is_a_dot_that_is_seen_whole(curves):
    curves.show_series(replace(make_series(), people=(make_person(1, [0, 20]),)), frozenset())
    columns = columns_of(curves, 1)
    for row in (0, 20):
        near = columns[np.abs(columns - x_of(curves, row)) < 10]
        assert near.max() - near.min() >= 4 and near.min() < x_of(curves, row) < near.max()


def test_a_long_line_is_drawn_in_pieces_without_gaps(curves):
    rows = [*range(16), *range(20, 37), *range(39, 41)]
    curves.show_series(replace(make_series(60), people=(make_person(1, rows),)), frozenset())
    columns = columns_of(curves, 1)
    for first, last in ((0, 15), (20, 36), (39, 40)):
        assert np.isin(np.arange(x_of(curves, first) + 1, x_of(curves, last)), columns).all(), (first, last)
    assert not np.isin(np.arange(x_of(curves, 15) + 4, x_of(curves, 20) - 4), columns).any()
