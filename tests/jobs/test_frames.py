"""The thread that reads frames: the newest counts, pauses, places, and what becomes of a source that breaks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from fake_frames import SyntheticSource, number_of

from faceviewer.jobs.follow_controls import FollowControls
from faceviewer.jobs.frames import Frame, FrameGrabber
from faceviewer.types import FaceviewerError

LONG_S = 20.0


def numbers_until_over(grabber: FrameGrabber) -> list[int]:
    numbers, end = [], time.monotonic() + LONG_S
    while not grabber.over and time.monotonic() < end:
        frame = grabber.take(0.1)
        if frame is not None:
            assert frame.index == number_of(frame.rgb)
            numbers.append(frame.index)
    return numbers


def test_only_the_newest_frame_waits() -> None:
    with FrameGrabber(SyntheticSource(count=None, rate=200, live=True), FollowControls()) as grabber:
        first = grabber.take(LONG_S)
        time.sleep(0.3)
        second = grabber.take(LONG_S)
        third = grabber.take(LONG_S)
    assert first is not None and second is not None and third is not None
    assert second.index > first.index + 5  # those between are gone
    assert second.index < third.index <= second.index + 20


def test_every_frame_when_every_frame_counts() -> None:
    source = SyntheticSource(count=25, rate=1000)
    with FrameGrabber(source, FollowControls(), every_frame=True) as grabber:
        assert grabber.take(LONG_S) is not None
        time.sleep(0.1)
        assert numbers_until_over(grabber) == list(range(1, 25))


def test_files_play_at_their_pace() -> None:
    began = time.monotonic()
    with FrameGrabber(SyntheticSource(count=6, rate=20), FollowControls()) as grabber:
        numbers = numbers_until_over(grabber)
    assert numbers[-1] == 5 and numbers == sorted(set(numbers))
    assert time.monotonic() - began >= 0.24  # the last of six is due after five twentieths of a second


def test_a_source_lives_in_one_thread_and_is_closed_in_it() -> None:
    source = SyntheticSource(count=None, rate=100, live=True)
    with FrameGrabber(source, FollowControls()) as grabber:
        assert grabber.take(LONG_S) is not None
    assert not source.is_open
    assert len(set(source.threads)) == 1 and source.threads[0] is not threading.current_thread()
    assert not source.threads[0].is_alive()


def test_a_frozen_source_delivers_nothing_and_goes_on_where_it_was() -> None:
    controls = FollowControls()
    with FrameGrabber(SyntheticSource(count=None, rate=50), controls) as grabber:
        assert grabber.take(LONG_S) is not None
        controls.pause(True)
        time.sleep(0.15)
        last = grabber.take(0.0)
        assert grabber.take(0.3) is None
        controls.pause(False)
        after = grabber.take(LONG_S)
    assert after is not None
    assert last is None or after.index <= last.index + 2  # no leap over the pause


def test_another_place_is_shown_even_while_frozen() -> None:
    controls = FollowControls()
    with FrameGrabber(SyntheticSource(count=None, rate=10), controls) as grabber:
        assert grabber.take(LONG_S) is not None
        controls.pause(True)
        time.sleep(0.25)
        grabber.take(0.0)
        for place in (12, 3):
            controls.seek(place / 10)
            frame = grabber.take(LONG_S)
            assert frame is not None and frame.index == place
        assert grabber.take(0.3) is None


def test_beginning_at_a_place() -> None:
    with FrameGrabber(SyntheticSource(count=25, rate=10), FollowControls(start_s=2.0), every_frame=True) as grabber:
        assert numbers_until_over(grabber) == [20, 21, 22, 23, 24]


class Broken(SyntheticSource):
    def __init__(self, *, opens: bool) -> None:
        super().__init__(count=None, rate=1000)
        self._opens = opens

    def open(self) -> None:
        super().open()
        if not self._opens:
            raise FaceviewerError("camera 0 cannot be opened")

    def read(self) -> Frame | None:
        if self._next >= 3:
            raise FaceviewerError("camera 0 went away")
        return super().read()


@pytest.mark.parametrize(("opens", "words"), [(False, "cannot be opened"), (True, "went away")])
def test_what_breaks_in_the_thread_is_raised_where_frames_are_taken(opens: bool, words: str) -> None:
    source = Broken(opens=opens)
    with (
        FrameGrabber(source, FollowControls(), every_frame=True) as grabber,
        pytest.raises(FaceviewerError, match=words),
    ):
        while True:
            grabber.take(LONG_S)
    assert not source.is_open


class FarPlaces(SyntheticSource):
    """Goes to another place until that is given up, as videos that take long to decode."""

    def __init__(self) -> None:
        super().__init__(count=None, rate=1000)
        self.sought: list[float] = []

    def seek(self, time_s: float, given_up: Callable[[], bool] = lambda: False) -> None:
        self.sought.append(time_s)
        end = time.monotonic() + LONG_S
        while time_s > 1 and not given_up() and time.monotonic() < end:
            time.sleep(0.001)
        super().seek(min(time_s, 1.0))


def test_another_place_and_leaving_give_up_a_far_one() -> None:
    source, controls = FarPlaces(), FollowControls(start_s=100.0)
    with FrameGrabber(source, controls, every_frame=True) as grabber:
        while not source.sought:
            time.sleep(0.001)
        controls.seek(0.5)
        frame = grabber.take(LONG_S)
        assert frame is not None and frame.index == 500, "nothing of the way to the far place is shown"
        controls.seek(200.0)
        while grabber.take(0.0) is not None or len(source.sought) < 3:
            time.sleep(0.001)
    assert source.sought == [100.0, 0.5, 200.0] and not source.is_open
    assert not source.threads[-1].is_alive()


def test_leaving_at_once_ends_the_thread() -> None:
    source = SyntheticSource(count=None, rate=0.01)
    controls = FollowControls()
    with FrameGrabber(source, controls) as grabber:
        assert grabber.take(LONG_S) is not None  # the next is due in a minute and more
    assert not source.is_open
    controls.pause(True)
    with FrameGrabber(source, controls):
        pass
    assert not source.is_open
