"""Verbs on head poses over time: analysing, looking through, naming, smoothing, exporting, and what goes wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engine_events import FACE
from fake_frames import number_of, numbered, video_of
from fake_ui import FakeUserInterface, Mailbox
from pose_factory import make_person, make_series

from faceviewer.app.documents import with_documents
from faceviewer.app.pose_over_time import PoseOverTime
from faceviewer.app.pose_over_time_names import carried, lost_sentence, same_people
from faceviewer.app.pose_over_time_state import PoseOverTimeState
from faceviewer.app.settings import Settings
from faceviewer.app.shown import derive
from faceviewer.app.state import AppState, Document
from faceviewer.app.store import Store
from faceviewer.jobs import pose_video
from faceviewer.jobs.background import Background
from faceviewer.jobs.pose_files import read_pose_json
from faceviewer.types import CancelToken, Face

pytestmark = pytest.mark.usefixtures("fake")
COUNT = 24


class OneFace:
    """Sees a face in every frame that is not black."""

    def __init__(self, people: int) -> None: ...

    def reset(self) -> None: ...

    def update(self, rgb: np.ndarray, *, look: bool = False) -> list[Face]:
        return [FACE] if rgb.any() else []


class Room:
    """The verbs with two background threads, whose news the test's thread takes."""

    def __init__(self, folder: Path) -> None:
        self.mailbox, self.ui = Mailbox(), FakeUserInterface()
        self.settings = Settings(folder / "settings.json")
        self.store = Store(derive, AppState())
        self.threads = [Background(self.mailbox), Background(self.mailbox)]
        self.verbs = PoseOverTime(self.store, self.ui, self.settings, analyst=self.threads[0], asker=self.threads[1])
        self.verbs.wish(engine="fake")

    @property
    def state(self) -> PoseOverTimeState:
        return self.store.state.pose_over_time

    @property
    def said(self) -> list[tuple[str, str]]:
        return [(one.level, one.text) for one in self.state.said]

    def wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline, self.said
            self.mailbox.hand_over()
            time.sleep(0.005)

    def analyse(self, path: Path) -> None:
        self.verbs.choose_source(path)
        self.verbs.analyse()
        assert self.state.job is not None
        self.wait(lambda: self.state.job is None)

    def look_at(self, row: int) -> int:
        """The number that is on the picture of a row."""
        self.verbs.move_to(row)
        self.wait(lambda: self.state.picture is not None and self.state.picture.row == self.state.row)
        assert self.state.picture is not None and self.state.picture.rgb is not None, self.state.picture
        return number_of(self.state.picture.rgb)


@pytest.fixture
def room(tmp_path, monkeypatch) -> Iterator[Room]:
    monkeypatch.setattr(pose_video.analyse_poses, "__kwdefaults__", {"build_tracker": OneFace})
    room = Room(tmp_path)
    yield room
    room.verbs.cancel()
    assert all(thread.close() for thread in room.threads)


@pytest.fixture
def film(tmp_path) -> Path:
    return video_of(tmp_path / "film.avi", numbered, count=COUNT, rate=10)


def test_a_film_is_analysed_and_looked_through(room, film):
    room.analyse(film)
    series = room.state.series
    assert series is room.state.raw and len(series.frames) == COUNT and [one.number for one in series.people] == [1]
    assert room.said == [("ok", f"1 person was followed through {COUNT} frames.")]
    assert [room.look_at(row) for row in (0, 12, 5, 99, -3)] == [0, 12, 5, COUNT - 1, 0]
    assert room.state.row == 0


def test_nothing_is_chosen(room):
    room.verbs.analyse()
    assert room.said == [("warning", "Choose a video, or a folder of photos, first.")] and room.state.job is None
    room.verbs.move_to(3)
    room.verbs.export()
    room.verbs.rename(1, "Anna")
    room.verbs.stop()
    assert room.state.row == 0 and not room.state.names


def test_the_users_answers_choose_the_source(room, film):
    room.verbs.ask_video()
    room.verbs.ask_folder()
    assert room.state.wish.source is None
    room.ui.file = film
    room.verbs.ask_video()
    assert room.state.wish.source == film
    room.ui.folder = film.parent
    room.verbs.ask_folder()
    assert room.state.wish.source == film.parent


def test_the_video_that_is_shown_is_taken(room, film):
    document = Document(1, "film.avi", kind="video", path=film)
    room.store.update(replace(with_documents(room.store.state, [document]), current=1))
    room.verbs.look()
    assert room.state.wish.source == film


def test_wishes_reach_the_analysis(room, film):
    room.verbs.wish(every=5, fov_deg=60.0)
    room.analyse(film)
    assert room.state.series.frames.tolist() == [0, 5, 10, 15, 20] and room.state.series.engine == "fake"
    assert room.verbs.engine() == "fake"
    room.verbs.wish(engine="gone")
    assert room.verbs.engine() == "builtin", "that of the settings"


@pytest.mark.parametrize("content", [None, b"", b"no video at all" * 9])
def test_garbage_is_one_sentence_and_the_last_result_stays(room, film, tmp_path, content):
    room.analyse(film)
    before = room.state.series
    if content is not None:
        (tmp_path / "bad.mp4").write_bytes(content)
    room.analyse(tmp_path / "bad.mp4")
    ((level, text),) = room.said
    assert level == "error" and "bad.mp4" in text and text.endswith("The earlier result is still shown.")
    assert room.state.series is before and room.look_at(7) == 7


def test_an_engine_without_its_files_is_told(room, film):
    room.verbs.wish(engine="3ddfa-v3")
    room.analyse(film)
    ((level, text),) = room.said
    assert level == "error" and text.startswith("The engine 3ddfa-v3 lacks")
    assert text.endswith("Tools > Models tells more.")


def test_cancelling_keeps_the_last_result(room, film, tmp_path):
    room.analyse(film)
    before = room.state.series
    slow = video_of(tmp_path / "patient.avi", lambda k: numbered(5), count=50, rate=10)
    room.verbs.choose_source(slow)
    room.verbs.analyse()
    room.wait(lambda: room.state.job is not None and room.state.job.stage == "Loading the engine")
    room.verbs.stop()
    assert room.state.job is None and room.state.series is before
    assert room.said == [("info", "The analysis was cancelled. The earlier result is still shown.")]
    room.analyse(film)
    assert room.state.series is not before


def test_an_analysis_that_closing_has_cut_short_is_told(room, film):
    room.verbs.cancel()
    assert room.said == [], "there was none"
    room.verbs.choose_source(film)
    room.verbs.analyse()
    room.verbs.cancel()  # the dialog is closed
    room.verbs.look()
    assert room.said == [("info", "The analysis was cancelled when this dialog was closed.")]
    room.analyse(film)
    room.verbs.analyse()
    room.verbs.cancel()
    assert room.said[0][1].endswith("closed. The earlier result is still shown.")


def test_people_are_hidden_and_named(room, film):
    room.analyse(film)
    room.verbs.show_person(1, False)
    assert room.state.hidden == {1}
    room.verbs.show_person(1, True)
    room.verbs.rename(1, "  Anna\n Maria\0 ")
    assert room.state.series.people[0].title == "Anna Maria" and room.state.raw.people[0].title == "Person 1"
    room.verbs.rename(1, "")
    assert room.state.series.people[0].title == "Person 1" and not room.state.hidden


def test_names_and_hidden_people_stay_when_the_same_film_is_analysed_again(room, film, tmp_path):
    """They were lost without a word, and the next export called everybody by number."""
    room.analyse(film)
    room.verbs.rename(1, "Anna")
    room.verbs.show_person(1, False)
    room.verbs.wish(every=3)
    room.analyse(film)
    assert room.state.series.people[0].title == "Anna" and room.state.raw.people[0].title == "Person 1"
    assert room.state.names == {1: "Anna"} and room.state.hidden == {1}
    assert room.said == [("ok", f"1 person was followed through {COUNT // 3} frames.")]
    room.analyse(video_of(tmp_path / "other.avi", numbered, count=9))
    assert not room.state.names and not room.state.hidden, "nobody knows who is in another film"
    assert [level for level, _ in room.said] == ["ok"]


def test_names_that_find_nobody_are_told(room, film, monkeypatch):
    room.analyse(film)
    room.verbs.rename(1, "Anna")
    monkeypatch.setattr(OneFace, "update", lambda *_, **__: [replace(FACE, box_xyxy=FACE.box_xyxy + 500)])
    room.analyse(film)
    assert room.said[-1] == ("warning", "Nobody was found again at the place of Anna: this name is gone.")
    assert room.state.series.people[0].title == "Person 1" and not room.state.names


def test_the_same_people_are_at_the_same_place_in_common_frames():
    """The factory's persons stand 300 px apart by number; ``at`` gives one the place of another."""

    def at(place: int, number: int, rows: object):
        return replace(make_person(place, rows), number=number)

    def same(before: list, after: list, **changes: object) -> dict[int, int]:
        film = replace(make_series(), people=tuple(before))
        return same_people(film, replace(film, people=tuple(after), **changes), CancelToken())

    left, right = at(1, 1, range(20)), at(2, 2, range(30))
    assert same([left, right], [at(2, 1, range(30)), at(1, 2, range(20))]) == {1: 2, 2: 1}
    assert same([left], [at(1, 1, range(4)), at(1, 2, range(5, 20))]) == {1: 2}, "the one who is there for longer"
    assert same([at(1, 1, range(4)), at(1, 2, range(5, 20))], [left]) == {2: 1}, "nobody is two people"
    assert same([left], [at(1, 1, range(20, 40))]) == {}, "in no common frame"
    assert same([left], [left], source="other.avi") == same([], [left]) == same([left], []) == {}
    passing = replace(right, box_xyxy=np.where(np.arange(30)[:, None] < 5, at(1, 1, range(30)).box_xyxy, 0.0))
    assert same([left], [passing]) == {}, "people who only pass each other"
    seldom = {"frames": np.arange(0, 400, 10)}
    assert same([at(1, 1, [0, 10, 30])], [replace(left, rows=[0, 1, 3], box_xyxy=left.box_xyxy[[0, 10, 19]])], **seldom)
    assert same_people(None, make_series(), CancelToken()) == {}


def test_names_are_carried_and_lost_by_person():
    names = {1: "Anna", 2: "Ben", 3: "", 4: "Cleo", 5: "Anna"}
    assert carried(names, {1: 2, 3: 1, 7: 3}) == {2: "Anna"}
    assert (
        lost_sentence(names, ["Anna"]) == "Nobody was found again at the place of Ben and Cleo: these names are gone."
    )
    assert lost_sentence(names, names.values()) == lost_sentence({}, []) == ""
    many = lost_sentence({number: f"N{number}" for number in range(1, 9)}, [])
    assert many == "Nobody was found again at the place of N1, N2, N3, N4, N5 and 3 more: these names are gone."


def test_smoothing_keeps_names_and_can_be_taken_back(room, film):
    room.analyse(film)
    room.verbs.rename(1, "Anna")
    room.verbs.smooth(0.1)
    room.wait(lambda: room.state.series.smoothing_s == 0.1)
    assert room.state.series.people[0].title == "Anna"
    room.analyse(film)
    room.wait(lambda: room.state.series.smoothing_s == 0.1)
    room.verbs.smooth(0.0)
    room.wait(lambda: room.state.series.smoothing_s == 0)
    np.testing.assert_array_equal(room.state.series.people[0].t_mm, room.state.raw.people[0].t_mm)


def test_what_is_shown_is_exported(room, film, tmp_path):
    room.analyse(film)
    room.verbs.rename(1, "Anna")
    room.verbs.show_person(1, False)
    room.ui.target = tmp_path / "out.json"
    room.verbs.export()
    room.wait(lambda: any("out.json was written" in text for _, text in room.said))
    assert read_pose_json(tmp_path / "out.json").people[0].name == "Anna"
    assert room.ui.suggested == Path("film_pose.csv")
    room.ui.target = tmp_path / "table"
    room.verbs.export()
    room.wait(lambda: any("table.csv was written" in text for _, text in room.said))
    assert (tmp_path / "table.csv").read_text("utf-8").count("Anna") == COUNT - 1
    room.ui.target = tmp_path / "film.avi" / "out.csv"
    room.verbs.export()
    room.wait(lambda: bool(room.said) and room.said[0][0] == "error")
    assert "cannot be written" in room.said[0][1]
    room.ui.target = None
    room.verbs.export()


def test_exports_soon_after_each_other_are_all_written_and_told(room, film, tmp_path):
    room.analyse(film)
    names = ("one.csv", "film.avi/two.csv", "three.json")
    for name in names:
        room.ui.target = tmp_path / name
        room.verbs.export()
    room.wait(lambda: len(room.said) == len(names))
    assert [level for level, _ in room.said] == ["ok", "error", "ok"], "what went wrong is not lost among the others"
    assert (tmp_path / "one.csv").exists() and (tmp_path / "three.json").exists()
    room.ui.target = tmp_path / "four.csv"
    room.verbs.export()
    room.wait(lambda: bool(room.said))
    assert room.said == [("ok", f"{tmp_path / 'four.csv'} was written.")]


def test_smoothing_that_closing_has_cut_short_goes_on_when_looked_at_again(room, film):
    room.analyse(film)
    room.verbs.smooth(0.1)
    room.verbs.cancel()  # the dialog is closed
    room.verbs.look()
    room.wait(lambda: room.state.series.smoothing_s == room.state.smoothing_s == 0.1)


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("\U0001f469\u200d\U0001f52c", "\U0001f469\u200d\U0001f52c"),
        ("Anna \u202e", "Anna"),
        ("\u200b", ""),
        (" \u200c \u200d ", ""),
        ("a" * 79 + " b", "a" * 79),
    ],
    ids=["Persian", "emoji", "turns the line round", "seen by nobody", "joiners alone", "long"],
)
def test_names_are_what_can_be_seen(room, film, typed, taken):
    room.analyse(film)
    room.verbs.rename(1, typed)
    assert room.state.series.people[0].name == taken


def test_a_frame_that_cannot_be_read_any_more_is_told_in_its_place(room, film):
    room.analyse(film)
    room.look_at(3)
    room.verbs.cancel()  # the dialog is closed
    film.unlink()
    room.verbs.look()
    room.verbs.move_to(9)
    room.wait(lambda: room.state.picture is not None and room.state.picture.row == 9)
    assert room.state.picture.rgb is None and "film.avi" in room.state.picture.trouble
    assert room.state.series is not None


def test_one_frame_and_nobody_are_told_in_whole_sentences(room, tmp_path):
    room.analyse(video_of(tmp_path / "one.avi", lambda k: numbered(5), count=1))
    assert room.said == [("ok", "1 person was followed through 1 frame.")]
    room.analyse(video_of(tmp_path / "none.avi", lambda k: numbered(0), count=3))
    assert room.said == [("warning", "No head was found in any frame.")]
