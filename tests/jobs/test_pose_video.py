"""Poses of everybody in a film: numbers, gaps, focal lengths, failures, cancelling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import fake_engine
import numpy as np
import pytest
import torch
from engine_events import FACE
from fake_engine import FakeEngine
from fake_frames import numbered, video_of
from PIL import Image
from pose_factory import film_of_two, two_people

from faceviewer.engines.focal import Focal, told_focal
from faceviewer.engines.options import ReconstructOptions, UsageError
from faceviewer.engines.registry import EngineChoice, EngineSpec, register
from faceviewer.jobs import pose_video
from faceviewer.jobs.pose_frames import PoseSource
from faceviewer.jobs.pose_series import PoseSeries
from faceviewer.jobs.pose_video import PoseRequest, analyse_poses
from faceviewer.types import FOCAL_SOURCES, Cancelled, CancelToken, Face, FaceviewerError, FocalSource

pytestmark = pytest.mark.usefixtures("fake")


class TwoFaces:
    """Sees a face on the left of every frame and one on the right of those that are bright."""

    def __init__(self, people: int) -> None:
        self.resets = 0

    def reset(self) -> None:
        self.resets += 1

    def update(self, rgb: np.ndarray, *, look: bool = False) -> list[Face]:
        if not rgb.any():
            return []
        at = [0, 300] if rgb.mean() > 65 else [0]
        return [replace(FACE, box_xyxy=np.array([x, 20, x + 100, 140], np.float32)) for x in at]


class Watched(FakeEngine):
    """Guesses focal lengths that wander; remembers what it was asked; fails as it is told."""

    def __init__(self) -> None:
        super().__init__("cpu")
        self.asked: list[ReconstructOptions] = []
        self.fails: Callable[[int, Face], bool] = lambda call, face: False
        self.error: Exception = FaceviewerError("the face cannot be fitted.")
        self.guess: Callable[[int], float] = lambda head: 500.25 + head
        self.unknown: FocalSource = "guess"

    def reconstruct(self, shots, *, options, progress, cancel):
        self.asked.append(options)
        if any(self.fails(len(self.asked), face) for _, face in shots):
            raise self.error
        return super().reconstruct(shots, options=options, progress=progress, cancel=cancel)

    def _head(self, photo, face, options):
        head = super()._head(photo, face, options)
        K = head.camera.K.copy()
        focal = told_focal(photo, options) or Focal(self.guess(len(self.asked)), self.unknown)
        K[0, 0] = K[1, 1] = focal.px
        return replace(head, camera=replace(head.camera, K=K), focal_from=focal.source)


@pytest.fixture
def engine(monkeypatch) -> Watched:
    """The engine "watched", one for the whole test; its camera follows focal lengths."""
    watched = Watched()
    monkeypatch.setattr(fake_engine, "watched", lambda device, assets: watched, raising=False)
    register(EngineSpec("watched", "", "", (), frozenset({"focal"}), "fake_engine:watched"))
    return watched


@pytest.fixture
def film(tmp_path) -> Path:
    """Thirty frames; the first is black, from the seventh on there are two people."""
    return video_of(tmp_path / "film.avi", lambda k: numbered(k % 25), count=24, rate=10)


def analyse(path: Path, engine: str = "watched", **wishes) -> PoseSeries:
    wishes = {"options": ReconstructOptions(), **wishes}
    source = PoseSource(path, wishes.pop("every", 1))
    request = PoseRequest(source, EngineChoice(engine, "cpu"), **wishes)
    return analyse_poses(request, progress=lambda _: None, cancel=CancelToken(), build_tracker=TwoFaces)


def test_two_people_in_all_frames(film, engine):
    series = analyse(film)
    assert [person.number for person in series.people] == [1, 2]
    assert series.people[0].rows.tolist() == list(range(1, 24)), "the black frame is a gap"
    assert series.people[1].rows.tolist() == list(range(7, 24))
    assert series.frame_rate == pytest.approx(10, rel=0.01) and series.size == (64, 48) and series.engine == "watched"
    np.testing.assert_allclose(series.time_s, np.arange(24) / 10, atol=1e-3)
    np.testing.assert_array_equal(series.people[1].box_xyxy[0], [300, 20, 400, 140])
    assert series.notes == () and all(options.texture_size is None for options in engine.asked)


def test_one_focal_length_is_held_for_all_frames(film, engine):
    series = analyse(film)
    # ten heads wait: frames 1 to 6 with one each, 7 and 8 with two
    held = float(np.median([501.25, 502.25, 503.25, 504.25, 505.25, 506.25, *[507.25] * 2, *[508.25] * 2]))
    assert {(options.focal_px, options.focal_from) for options in engine.asked[8:]} == {(held, "guess")}
    assert {float(focal) for person in series.people for focal in person.intrinsics_px[:, 0]} == {held}
    assert series.focal_sentences() == (
        f"Focal length {held:.0f} px, guessed by the engine from the first heads and held for all frames of a size.",
    )


def test_an_engine_that_takes_one_value_wherever_none_is_known(film, engine):
    engine.guess, engine.unknown = lambda head: 5000.5, "fixed"
    (sentence,) = analyse(film).focal_sentences()
    assert sentence == "Focal length 5000 px, which the engine takes where none is known: these are no real distances."


def test_few_heads_are_made_with_their_median_too(tmp_path, engine):
    path = video_of(tmp_path / "short.avi", lambda k: numbered(3), count=3, rate=10)
    assert set(analyse(path).people[0].intrinsics_px[:, 0]) == {502.25}


def test_focal_lengths_that_are_known(film, engine, tmp_path):
    for options, focal_px in ((ReconstructOptions(focal_px=800), 800.0), (ReconstructOptions(fov_deg=90), 32.0)):
        series = analyse(film, options=options)
        assert {round(float(one), 3) for one in series.people[0].intrinsics_px[:, 0]} == {focal_px}
        assert "as it was set" in series.focal_sentences()[0]
    folder = tmp_path / "shots"
    folder.mkdir()
    for number in range(4):
        picture = Image.fromarray(numbered(5))
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0xA405] = 50  # millimetres as on 35 mm film
        picture.save(folder / f"{number}.jpg", **({"exif": exif} if number < 2 else {}))
    series = analyse(folder)
    sources = [FOCAL_SOURCES[code] for code in series.people[0].focal_from]
    assert sources == ["exif", "exif", "guess", "guess"] and series.people[0].rows.tolist() == [0, 1, 2, 3]
    assert series.files == ("0.jpg", "1.jpg", "2.jpg", "3.jpg") and len(series.focal_sentences()) == 2


def test_an_engine_with_cameras_of_its_own(film, engine):
    register(EngineSpec("watched", "", "", (), frozenset(), "fake_engine:watched"))
    engine.unknown = "engine"
    series = analyse(film)
    assert {options.focal_px for options in engine.asked} == {None} and len(engine.asked) == 23, "each frame once"
    assert "of the engine's own cameras" in series.focal_sentences()[0]


def test_where_the_engine_fails_there_is_a_gap_and_one_counted_sentence(film, engine):
    engine.fails = lambda call, face: face.box_xyxy[0] == 300 and len(engine.asked) % 2 == 0
    series = analyse(film, options=ReconstructOptions(focal_px=800))
    left, right = series.people
    assert left.rows.tolist() == list(range(1, 24)), "the other face is not lost with it"
    assert 0 < len(right.rows) < 17
    (note,) = series.notes
    assert note.startswith(f"The engine failed in {17 - len(right.rows)} frames, first in frame ")
    assert note.endswith(": the face cannot be fitted.")


def test_an_engine_that_always_fails_is_told(film, engine):
    engine.fails = lambda call, face: True
    series = analyse(film)
    assert series.people == () and len(series.frames) == 24
    assert "The engine failed in 23 frames, first in frame 1" in series.notes[0]
    assert series.notes[1] == "No head was found in any frame."


def test_poses_that_are_no_numbers_are_failures(film, engine, monkeypatch):
    good = Watched._head

    def bad(self, photo, face, options):
        head = good(self, photo, face, options)
        return replace(head, pose=replace(head.pose, t_mm=np.full(3, np.nan)))

    monkeypatch.setattr(Watched, "_head", bad)
    assert "no finite pose" in analyse(film).notes[0]


@pytest.mark.parametrize("R", [np.zeros((3, 3)), np.diag([-1.0, 1, 1])], ids=["nothing", "a mirror"])
def test_poses_that_are_no_rotations_are_failures(film, engine, monkeypatch, R):
    good = Watched._head

    def bad(self, photo, face, options):
        head = good(self, photo, face, options)
        return replace(head, pose=replace(head.pose, R=R)) if face.box_xyxy[0] == 300 else head

    monkeypatch.setattr(Watched, "_head", bad)
    series = analyse(film, options=ReconstructOptions(focal_px=800))
    assert [len(person.rows) for person in series.people] == [23]
    assert series.notes[0].startswith("The engine failed in 17 frames, first in frame 7: ")
    assert series.notes[0].endswith("a pose that is no rotation.")


def test_a_full_graphics_card_ends_it_in_one_sentence(film, engine):
    engine.fails, engine.error = lambda call, face: True, torch.OutOfMemoryError("CUDA out of memory")
    with pytest.raises(FaceviewerError, match="there is not enough memory for the engine watched on cpu"):
        analyse(film)


def test_a_bug_on_some_frames_does_not_lose_the_others_and_is_in_the_log_once(film, engine, caplog):
    engine.fails = lambda call, face: face.box_xyxy[0] == 300 and len(engine.asked) % 2 == 0
    engine.error = ZeroDivisionError("division by zero")
    series = analyse(film, options=ReconstructOptions(focal_px=800))
    left, right = series.people
    assert len(left.rows) == 23 and 0 < len(right.rows) < 17
    assert series.notes[0].endswith(": an unexpected error (ZeroDivisionError: division by zero).")
    (record,) = caplog.records
    assert record.exc_info and record.exc_info[1] is engine.error


@pytest.mark.parametrize(("error", "ends_as"), [(MemoryError(), FaceviewerError), (Cancelled(), Cancelled)])
def test_what_ends_a_run_is_not_counted_as_a_failure_of_one_frame(film, engine, error, ends_as):
    engine.fails, engine.error = lambda call, face: True, error
    with pytest.raises(ends_as):
        analyse(film)


def test_every_few_frames_keep_their_numbers_in_the_source(film, engine):
    series = analyse(film, every=5)
    assert series.frames.tolist() == [0, 5, 10, 15, 20] and series.every == 5
    assert series.frame_rate == pytest.approx(10, rel=0.01)
    assert series.people[0].rows.tolist() == [1, 2, 3, 4], "places among the frames that were looked at"


def test_slow_sampling_does_not_make_new_people_of_everybody(tmp_path, engine):
    path = video_of(tmp_path / "seldom.avi", lambda k: numbered(5), count=8, rate=0.5)
    series = analyse(path)
    assert [person.number for person in series.people] == [1] and series.unseen_s == pytest.approx(5.0)


def test_unreadable_frames_and_sizes_that_change(tmp_path, engine):
    for number, size in enumerate([(48, 64), (48, 64), (60, 80), (60, 80)]):
        Image.fromarray(np.full((*size, 3), 50, np.uint8)).save(tmp_path / f"{number}.png")
    (tmp_path / "1.png").write_bytes(b"")
    series = analyse(tmp_path)
    assert [(person.number, person.rows.tolist()) for person in series.people] == [(1, [0]), (2, [2, 3])]
    assert series.notes[0].startswith("1 frame cannot be read; the first: ") and "1.png" in series.notes[0]


def test_progress_and_cancel(film, engine):
    steps, cancel = [], CancelToken()

    def progress(step):
        steps.append(step)
        if step.stage.startswith("Frame 9"):
            cancel.cancel()

    request = PoseRequest(PoseSource(film), EngineChoice("watched", "cpu"))
    with pytest.raises(Cancelled):
        analyse_poses(request, progress=progress, cancel=cancel, build_tracker=TwoFaces)
    assert steps[0].stage == "Loading the engine" and steps[-1].stage == "Frame 9: 2 people"
    assert steps[3].stage == "Frame 2: 1 person"
    fractions = [step.fraction for step in steps[1:]]
    assert fractions == sorted(fractions) and fractions[-1] < 0.5


def test_no_engine_and_no_video(film, tmp_path):
    with pytest.raises(UsageError, match="there is no engine"):
        analyse(film, "none")
    with pytest.raises(FaceviewerError, match=r"none\.avi"):
        analyse(tmp_path / "none.avi", "fake")


def test_no_more_frames_are_kept_than_wait_for_a_focal_length(film, engine, monkeypatch):
    most = 0
    asks = pose_video._Run._ask

    def counted(self, seen):
        nonlocal most
        asks(self, seen)
        most = max(most, len(self._waiting))

    monkeypatch.setattr(pose_video._Run, "_ask", counted)
    analyse(film)
    assert 0 < most < 10


def test_the_real_tools_follow_two_people(tmp_path):
    """The left one is away for three frames and comes back under the same number."""
    film = film_of_two(tmp_path / "two.avi", count=16)
    request = PoseRequest(PoseSource(film, 2), EngineChoice(device="cpu"))
    series = analyse_poses(request, progress=lambda _: None, cancel=CancelToken())
    assert [person.number for person in series.people] == [1, 2] and series.notes == ()
    by_side = sorted(series.people, key=lambda person: person.box_xyxy[0, 0])
    left, right = by_side
    assert right.rows.tolist() == list(range(8)) and len(left.runs()) == 2
    assert not {4, 5} & set(left.rows.tolist()) and {0, 1, 2, 3, 7} <= set(left.rows.tolist())
    assert left.t_mm[:, 0].max() < 0 < right.t_mm[:, 0].min() and (left.t_mm[:, 2] > 200).all()
    np.testing.assert_allclose(np.median(left.angles_deg[:, 0]), -np.median(right.angles_deg[:, 0]), atol=4)
    for person in series.people:
        assert {FOCAL_SOURCES[code] for code in person.focal_from} == {"guess"}
        assert np.ptp(person.intrinsics_px[:, 0]) == 0
        for place, row in enumerate(person.rows):
            x, y = person.camera(place, series.size).project(np.zeros(3))
            box = person.box_xyxy[place]
            assert box[0] < x < box[2] and box[1] < y < box[3], (person.number, row)
    assert two_people(0).shape == (series.size[1], series.size[0], 3)
