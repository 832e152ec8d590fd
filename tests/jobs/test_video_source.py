"""Videos as sources of frames, read back from generated files."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_frames import number_of, video_of

from faceviewer.io.photo import PhotoError
from faceviewer.jobs.video_source import VideoFileSource


@pytest.fixture
def source(tmp_path: Path) -> VideoFileSource:
    source = VideoFileSource(video_of(tmp_path / "numbers.avi", count=12, rate=10))
    source.open()
    yield source
    source.close()


def rest(source: VideoFileSource) -> list[int]:
    numbers = []
    while (frame := source.read()) is not None:
        assert frame.index == number_of(frame.rgb) and not frame.rgb.flags.writeable
        numbers.append(frame.index)
    return numbers


def test_all_frames_in_order_with_their_times(source: VideoFileSource) -> None:
    first, second = source.read(), source.read()
    assert first is not None and second is not None
    assert (first.index, first.time_s, second.index) == (0, 0.0, 1)
    assert second.time_s == pytest.approx(0.1)
    assert source.duration_s == pytest.approx(1.2)
    assert rest(source) == list(range(2, 12))
    assert source.read() is None


@pytest.mark.parametrize("place", [0, 1, 5, 11])
@pytest.mark.parametrize("before", [0, 3, 12])
def test_places_before_and_after(source: VideoFileSource, place: int, before: int) -> None:
    for _ in range(before):
        source.read()
    source.seek(place / 10)
    assert rest(source) == list(range(place, 12))


def test_a_place_between_frames_is_the_next_one_and_beyond_the_end_is_none(source: VideoFileSource) -> None:
    source.seek(0.43)
    frame = source.read()
    assert frame is not None and frame.index == 5
    source.seek(frame.time_s)
    again = source.read()
    assert again is not None and again.index == 5
    source.seek(99.0)
    assert source.read() is None
    source.seek(0.0)
    assert rest(source) == list(range(12))


def test_a_place_that_is_given_up_on_the_way(source: VideoFileSource) -> None:
    asked = []
    source.seek(1.0, lambda: asked.append(None) or len(asked) > 4)
    assert len(asked) == 5
    assert rest(source)[0] == 4
    source.seek(0.2)
    assert rest(source)[0] == 2


def test_what_is_no_video(tmp_path: Path) -> None:
    text = tmp_path / "text.avi"
    text.write_text("no pictures here")
    with pytest.raises(PhotoError, match=r"text\.avi"):
        VideoFileSource(text).open()
    with pytest.raises(PhotoError, match=r"missing\.avi"):
        VideoFileSource(tmp_path / "missing.avi").open()
