"""Frames for somebody who moves about in time: always the very frame that was asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_frames import film_of_durations, number_of, numbered, video_of
from PIL import Image
from pose_factory import make_series

from faceviewer.io.photo import PhotoError
from faceviewer.jobs.pose_pictures import FramePictures
from faceviewer.jobs.pose_series import PoseSeries
from faceviewer.types import Cancelled, CancelToken

RATE, COUNT = 10.0, 120
PLACES = (0, 5, 5, 6, 119, 60, 61, 3, 100, 99, 0, 20)


@pytest.fixture
def series(tmp_path) -> PoseSeries:
    path = video_of(tmp_path / "film.avi", lambda k: numbered(k % 25), count=COUNT, rate=RATE)
    return make_series(COUNT, source=str(path), rate=RATE)


def test_any_order_of_places(series):
    pictures = FramePictures(series)
    assert [number_of(pictures.read(row, CancelToken())) for row in PLACES] == [row % 25 for row in PLACES]
    pictures.close()


def test_frames_in_use_are_those_of_the_series(series):
    every = 4
    some = replace(series, frames=series.frames[::every], time_s=series.time_s[::every], every=every, people=())
    pictures = FramePictures(some)
    assert [number_of(pictures.read(row, CancelToken())) for row in (7, 2, 29)] == [28 % 25, 8, 116 % 25]


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize(
    "durations_ms",
    [[33] * 10 + [10_000] + [33] * 19, ([16] * 6 + [400]) * 4, [33] * 8 + [4] * 12 + [33] * 8],
    ids=["a still in a call", "bursts", "a stretch of many frames"],
)
def test_films_whose_frames_last_differently_long(tmp_path, durations_ms, every):
    path = film_of_durations(tmp_path / "film.mp4", durations_ms)
    time_s = np.cumsum([0, *durations_ms[:-1]])[::every] / 1000
    frames = np.arange(len(durations_ms), dtype=np.int32)[::every]
    series = replace(
        make_series(len(frames), source=str(path)), frames=frames, time_s=time_s, people=(), every=every,
        frame_rate=every * (len(frames) - 1) / time_s[-1],
    )  # fmt: skip
    rows = [*range(len(frames)), len(frames) // 2, 1, len(frames) - 1, 2]
    pictures = FramePictures(series)
    assert [number_of(pictures.read(row, CancelToken())) for row in rows] == [frames[row] % 26 for row in rows]
    pictures.close()


def test_ordinary_films_are_leapt_through(series, monkeypatch):
    monkeypatch.setattr(FramePictures, "_counted", lambda *_: pytest.fail("frames were counted from the start"))
    pictures = FramePictures(series)
    assert [number_of(pictures.read(row, CancelToken())) for row in (119, 60)] == [119 % 25, 60 % 25]


@pytest.mark.parametrize("shift_s", [0.037, -0.04])
def test_where_times_do_not_help_frames_are_counted(series, shift_s):
    wrong = replace(series, time_s=series.time_s + shift_s, people=())
    pictures = FramePictures(wrong)
    assert [number_of(pictures.read(row, CancelToken())) for row in (70, 3, 80)] == [70 % 25, 3, 80 % 25]
    stuck = replace(series, time_s=np.zeros(COUNT), people=())
    assert number_of(FramePictures(stuck).read(47, CancelToken())) == 22


def test_a_folder(tmp_path):
    for number in range(3):
        Image.fromarray(numbered(number)).save(tmp_path / f"{number}.png")
    names = tuple(f"{number}.png" for number in range(3))
    pictures = FramePictures(replace(make_series(3, source=str(tmp_path)), files=names, people=()))
    assert [number_of(pictures.read(row, CancelToken())) for row in (2, 0)] == [2, 0]
    (tmp_path / "1.png").unlink()
    with pytest.raises(PhotoError, match=r"1\.png"):
        pictures.read(1, CancelToken())


def test_a_video_that_went_away_or_became_shorter(series, tmp_path):
    longer = replace(
        series, frames=np.arange(200, dtype=np.int32), time_s=np.arange(200) / RATE, people=()
    )  # fmt: skip
    with pytest.raises(PhotoError, match="the video ends before frame 190"):
        FramePictures(longer).read(190, CancelToken())
    (tmp_path / "film.avi").unlink()
    with pytest.raises(PhotoError, match=r"film\.avi"):
        FramePictures(series).read(5, CancelToken())


def test_it_can_be_cancelled(series):
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        FramePictures(series).read(100, cancel)
