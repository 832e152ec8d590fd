"""Events of other threads arrive in the window's thread, in order, and frames do not queue up."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from factories import make_photo
from pytestqt.qtbot import QtBot

from faceviewer.gui.bridge import Bridge
from faceviewer.jobs.events import FrameFollowed, JobFinished, JobStarted
from faceviewer.jobs.jobs import Job

PHOTO = make_photo((8, 6))


def frame(index: int) -> FrameFollowed:
    return FrameFollowed(1, 3, PHOTO, index, index / 30, None, 0.01, 30.0)


def from_a_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@pytest.fixture
def received() -> list[object]:
    return []


@pytest.fixture
def bridge(qtbot: QtBot, received: list[object]) -> Bridge:
    bridge = Bridge()
    bridge.connect_to(lambda event: received.append((event, threading.current_thread())))
    return bridge


def test_the_same_objects_in_order_in_this_thread(qtbot: QtBot, bridge: Bridge, received: list) -> None:
    events = [JobStarted(1, Job(1)), {"a": 1, 2: "b"}, 2**40, JobFinished(1)]
    from_a_thread(lambda: [bridge.post(event) for event in events])
    assert received == []  # not before this thread comes to it
    qtbot.waitUntil(lambda: len(received) == len(events))
    assert all(one is other for (one, _), other in zip(received, events, strict=True))
    assert {thread for _, thread in received} == {threading.current_thread()}


def test_a_slow_window_gets_the_newest_frame_only(qtbot: QtBot, bridge: Bridge, received: list) -> None:
    end = JobFinished(1)
    from_a_thread(lambda: [bridge.post(event) for event in (*map(frame, range(50)), end)])
    qtbot.waitUntil(lambda: bool(received) and received[-1][0] is end)
    (first, _), _ = received
    assert isinstance(first, FrameFollowed) and first.index == 49
    bridge.post(frame(50))
    qtbot.waitUntil(lambda: len(received) == 3)
    assert received[-1][0].index == 50


def test_a_closed_bridge_delivers_nothing(qtbot: QtBot, bridge: Bridge, received: list) -> None:
    bridge.post(frame(0))
    bridge.close()
    bridge.post(JobFinished(1))
    qtbot.wait(20)
    assert received == []
