"""Following frames: what is told, what the user changes meanwhile, and what is recorded."""

from __future__ import annotations

import csv
import errno
from collections.abc import Container
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from engine_events import FACE, FakeTracker, Listener, running
from fake_engine import FakeEngine
from fake_frames import SyntheticSource, moving_portrait, number_of, numbered, video_of

from faceviewer.engines.focal import told_focal
from faceviewer.engines.options import DEFAULT_OPTIONS, ReconstructOptions
from faceviewer.engines.registry import EngineChoice
from faceviewer.jobs import live
from faceviewer.jobs.events import (
    FrameFollowed,
    JobCancelled,
    JobFailed,
    JobFinished,
    RecordingEnded,
    RecordingStarted,
    SourceOpened,
)
from faceviewer.jobs.follow_controls import FollowControls
from faceviewer.jobs.frames import FrameSource
from faceviewer.jobs.jobs import FollowFrames
from faceviewer.jobs.live import Follower
from faceviewer.jobs.video_source import VideoFileSource
from faceviewer.jobs.workshop import Workshop
from faceviewer.types import CancelToken, Face, FaceviewerError, FocalSource, Photo

pytestmark = pytest.mark.usefixtures("fake")

HOPELESS = FaceviewerError("photo: no head fits the face: the face would lie behind the camera")


@pytest.fixture
def listener() -> Listener:
    return Listener()


def follow(
    generation: int, source: FrameSource, controls: FollowControls | None = None, **wishes: object
) -> FollowFrames:
    wishes = {"engine": EngineChoice("fake", "cpu"), "pace": "every frame", **wishes}
    return FollowFrames(generation, document=3, source=source, controls=controls or FollowControls(), **wishes)  # type: ignore[arg-type]


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_frame_of_a_video_file(listener: Listener, tmp_path: Path) -> None:
    video = video_of(tmp_path / "numbers.avi", count=12, rate=10)
    with running(listener) as thread:
        thread.submit(follow(1, VideoFileSource(video)))
        assert isinstance(listener.end(1), JobFinished)
    opened, followed = listener.of(SourceOpened)[0], listener.of(FrameFollowed)
    assert opened.size == (64, 48) and opened.duration_s == pytest.approx(1.2) and opened.document == 3
    assert [frame.index for frame in followed] == list(range(12))
    assert [number_of(frame.photo.rgb) for frame in followed] == list(range(12))
    np.testing.assert_allclose([frame.time_s for frame in followed], np.arange(12) / 10, atol=1e-3)
    assert followed[0].reconstruction is None  # the first frame is black: no face
    assert all(frame.reconstruction is not None and not frame.reconstruction.textures for frame in followed[1:])
    assert not any(frame.photo.rgb.flags.writeable for frame in followed)
    assert listener.names()[:2] == ["JobStarted", "SourceOpened"] and listener.names()[-1] == "JobFinished"


def test_a_camera_is_followed_until_cancelled(listener: Listener) -> None:
    source = SyntheticSource(count=None, rate=100, live=True)
    with running(listener) as thread:
        thread.submit(follow(5, source, pace="real time"))
        third = listener.wait(FrameFollowed, 5, count=3)
        thread.cancel(5)
        assert isinstance(listener.end(5), JobCancelled)
        assert not source.is_open
    assert third.frames_per_second > 0 and third.seconds > 0
    assert listener.of(SourceOpened)[0].duration_s is None
    indices = [frame.index for frame in listener.of(FrameFollowed)]
    assert indices == sorted(set(indices))


def test_stopping_the_thread_closes_the_camera(listener: Listener) -> None:
    source = SyntheticSource(count=None, rate=100, live=True)
    with running(listener) as thread:
        thread.submit(follow(5, source))
        listener.wait(FrameFollowed)
    assert not source.is_open


def test_a_frozen_video_is_followed_at_another_place(listener: Listener) -> None:
    controls = FollowControls()
    with running(listener) as thread:
        thread.submit(follow(1, SyntheticSource(count=None, rate=10), controls, pace="real time"))
        listener.wait(FrameFollowed, count=2)
        controls.pause(True)
        controls.seek(2.0)
        while (last := listener.of(FrameFollowed)[-1]).index != 20:
            listener.wait(FrameFollowed, count=len(listener.of(FrameFollowed)) + 1)
        assert last.time_s == 2.0
        thread.cancel_all()
        listener.end(1)


class Missing(SyntheticSource):
    def open(self) -> None:
        raise FaceviewerError("No camera was found.")


def test_a_source_that_does_not_open_fails_in_its_own_words(listener: Listener) -> None:
    with running(listener) as thread:
        thread.submit(follow(1, Missing()))
        failed = listener.end(1)
    assert isinstance(failed, JobFailed) and (failed.sentence, failed.kind) == ("No camera was found.", "user")


def test_recording_keeps_gaps_as_gaps(listener: Listener, tmp_path: Path) -> None:
    def draw(index: int) -> np.ndarray:
        return numbered(0 if 4 <= index < 7 else 5)

    controls = FollowControls()
    controls.record(tmp_path / "take.csv")
    with running(listener) as thread:
        thread.submit(follow(1, SyntheticSource(draw, count=10), controls))
        ended = listener.wait(RecordingEnded)
        assert isinstance(listener.end(1), JobFinished)
    assert (ended.path, ended.rows, ended.problem) == (tmp_path / "take.csv", 10, "")
    rows = rows_of(ended.path)
    assert [int(row["frame"]) for row in rows] == list(range(10))
    assert [row["yaw_deg"] == "" for row in rows] == [4 <= k < 7 for k in range(10)]
    assert listener.names()[1] == "RecordingStarted"


def test_a_recording_is_complete_when_its_job_is_cancelled(listener: Listener, tmp_path: Path) -> None:
    controls = FollowControls()
    with running(listener) as thread:
        thread.submit(follow(1, SyntheticSource(count=None, rate=100, live=True), controls))
        listener.wait(FrameFollowed)
        controls.record(tmp_path / "take.csv")
        listener.wait(RecordingStarted)
        listener.wait(FrameFollowed, count=len(listener.of(FrameFollowed)) + 3)
        thread.cancel(1)
        listener.end(1)
    assert listener.names()[-2:] == ["RecordingEnded", "JobCancelled"]
    ended = listener.of(RecordingEnded)[0]
    assert ended.rows >= 2 and len(rows_of(ended.path)) == ended.rows


def test_two_recordings_one_after_the_other(listener: Listener, tmp_path: Path) -> None:
    controls = FollowControls()
    with running(listener) as thread:
        thread.submit(follow(1, SyntheticSource(count=None, rate=100, live=True), controls))
        for number, path in enumerate((tmp_path / "a.csv", tmp_path / "b.csv"), 1):
            controls.record(path)
            listener.wait(RecordingStarted, count=number)
            listener.wait(FrameFollowed, count=len(listener.of(FrameFollowed)) + 2)
        controls.record(None)
        listener.wait(RecordingEnded, count=2)
        seen = len(listener.of(FrameFollowed))
        listener.wait(FrameFollowed, count=seen + 2)  # the following goes on
    first, second = (rows_of(tmp_path / name) for name in ("a.csv", "b.csv"))
    assert first and second and int(first[-1]["frame"]) < int(second[0]["frame"])


def test_a_full_disk_ends_the_recording_and_not_the_following(
    listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(live.FollowRecorder):
        def __init__(self, path: Path) -> None:
            super().__init__(path)
            self._writer = self  # type: ignore[assignment]

        def writerow(self, row: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(live, "FollowRecorder", Full)
    controls = FollowControls()
    controls.record(tmp_path / "take.csv")
    with running(listener) as thread:
        thread.submit(follow(1, SyntheticSource(count=10), controls))
        assert isinstance(listener.end(1), JobFinished)
    (ended,) = listener.of(RecordingEnded)
    assert "take.csv: the recording cannot be written, no space left" in ended.problem
    assert controls.recording is None and len(listener.of(FrameFollowed)) == 10


def fail_on(monkeypatch: pytest.MonkeyPatch, numbers: Container[int], error: Exception = HOPELESS) -> None:
    """The engine fails on the frames of these numbers."""
    succeed = FakeEngine.reconstruct

    def reconstruct(self, shots, **wishes):
        if number_of(shots[0][0].rgb) in numbers:
            raise error
        return succeed(self, shots, **wishes)

    monkeypatch.setattr(FakeEngine, "reconstruct", reconstruct)


@pytest.mark.parametrize(
    ("error", "reason"), [(HOPELESS, str(HOPELESS)), (ZeroDivisionError("zero"), "an unexpected error (ZeroDivision")]
)
def test_frames_on_which_the_engine_fails_are_gaps_and_told_once(
    listener: Listener, tmp_path: Path, monkeypatch, caplog, error: Exception, reason: str
) -> None:
    fail_on(monkeypatch, {1, 4, 5}, error)
    controls = FollowControls()
    controls.record(tmp_path / "take.csv")
    with running(listener) as thread:
        thread.submit(follow(1, SyntheticSource(count=8), controls))
        assert isinstance(listener.end(1), JobFinished)
    gaps = [frame.index for frame in listener.of(FrameFollowed) if frame.reconstruction is None]
    assert gaps == [0, 1, 4, 5], "the first shows no face"
    assert [int(row["frame"]) for row in rows_of(tmp_path / "take.csv") if row["yaw_deg"] == ""] == gaps
    troubles = [frame.index for frame in listener.of(FrameFollowed) if frame.trouble.startswith(reason)]
    assert troubles == [1, 4, 5], "where there is a face"
    first, last = (record.message for record in caplog.records if not record.exc_info)
    assert first.startswith(f"synthetic frames: The engine failed in 1 frame, first in frame 1: {reason}")
    assert last.startswith(f"synthetic frames: The engine failed in 3 frames, first in frame 1: {reason}")
    assert sum(record.exc_info is not None for record in caplog.records) == (error is not HOPELESS)


@pytest.mark.parametrize(("count", "failed"), [(None, 30), (6, 5)])
def test_an_engine_that_fails_on_every_frame_ends_the_following(
    listener: Listener, monkeypatch, count: int | None, failed: int
) -> None:
    fail_on(monkeypatch, range(1, 100))
    with running(listener) as thread:
        thread.submit(follow(1, SyntheticSource(count=count)))
        end = listener.end(1)
    assert isinstance(end, JobFailed) and end.kind == "user"
    assert end.sentence == f"The engine failed in {failed} frames, first in frame 1: {HOPELESS}."


def test_an_engine_that_has_succeeded_once_may_fail_ever_after(listener: Listener, monkeypatch) -> None:
    fail_on(monkeypatch, range(2, 100))
    with running(listener) as thread:
        thread.submit(follow(1, SyntheticSource(count=60)))
        assert isinstance(listener.end(1), JobFinished)


def test_a_full_graphics_card_ends_the_following_in_one_sentence(listener: Listener, monkeypatch) -> None:
    fail_on(monkeypatch, {3}, torch.OutOfMemoryError("CUDA out of memory"))
    with running(listener) as thread:
        thread.submit(follow(1, SyntheticSource(count=6)))
        end = listener.end(1)
    assert isinstance(end, JobFailed) and (end.sentence, end.kind) == (
        "There is not enough memory for this.",
        "user",
    )


class Remembering(FakeEngine):
    """Gives focal lengths that wander, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__("cpu")
        self.faces: list[Face] = []
        self.asked: list[ReconstructOptions] = []
        self.unknown: FocalSource = "guess"

    def _head(self, photo, face, options):
        head = super()._head(photo, face, options)
        self.faces.append(face)
        self.asked.append(options)
        K = head.camera.K.copy()
        K[0, 0] = 500 + len(self.faces)
        told = told_focal(photo, options)
        source = self.unknown if told is None else told.source
        return replace(head, camera=replace(head.camera, K=K), focal_from=source)


def test_a_camera_s_focal_length_is_held_after_some_heads() -> None:
    engine = Remembering()
    follower = Follower(FakeTracker(), engine, DEFAULT_OPTIONS, CancelToken())
    for k in range(20):
        follower.follow(Photo(numbered(5)), k / 30, 0.5)
    assert [options.focal_px for options in engine.asked] == [None] * 10 + [505.5] * 10
    assert engine.asked[-1].focal_from == "guess"
    assert all(options.texture_size is None for options in engine.asked)
    follower.follow(Photo(np.full((100, 100, 3), 9, np.uint8)), 0.7, 0.5)  # another size: another camera
    assert engine.asked[-1].focal_px is None


@pytest.mark.parametrize("source", ["fixed", "engine"])
def test_what_is_no_guess_is_not_held(source: FocalSource) -> None:
    engine = Remembering()
    engine.unknown = source
    follower = Follower(FakeTracker(), engine, DEFAULT_OPTIONS, CancelToken())
    for k in range(15):
        follower.follow(Photo(numbered(5)), k / 30, 0.5)
    assert {options.focal_px for options in engine.asked} == {None}


def test_a_known_focal_length_is_kept() -> None:
    engine = Remembering()
    follower = Follower(FakeTracker(), engine, ReconstructOptions(focal_px=800.0), CancelToken())
    for k in range(15):
        follower.follow(Photo(numbered(5)), k / 30, 0.5)
    assert {options.focal_px for options in engine.asked} == {800.0}


class Jumping(FakeTracker):
    """A face that trembles."""

    def __init__(self) -> None:
        self._count = 0

    def update(self, rgb: np.ndarray) -> list[Face]:
        self._count += 1
        points = FACE.landmarks["478"]
        xy_px = points.xy_px + np.float32(self._count % 2)
        return [replace(FACE, landmarks={"478": replace(points, xy_px=xy_px)})]


def seen_x(engine: Remembering) -> list[float]:
    origin = float(FACE.landmarks["478"].xy_px[0, 0])
    return [float(face.landmarks["478"].xy_px[0, 0]) - origin for face in engine.faces]


def test_the_engine_sees_the_smoothed_face_and_a_cut_begins_anew() -> None:
    engine = Remembering()
    follower = Follower(Jumping(), engine, DEFAULT_OPTIONS, CancelToken())
    for k in range(20):
        follower.follow(Photo(numbered(5)), k / 30, 1.0)
    assert abs(seen_x(engine)[-1] - seen_x(engine)[-2]) < 0.2  # of one pixel
    follower.follow(Photo(numbered(5)), 9.0, 1.0)  # a leap in time
    assert seen_x(engine)[-1] == pytest.approx(1.0, abs=1e-3)
    follower.follow(Photo(numbered(5)), 2.0, 1.0)  # and back
    assert seen_x(engine)[-1] == pytest.approx(0.0, abs=1e-3)


def test_the_real_tools_follow_a_portrait(listener: Listener, tmp_path: Path) -> None:
    """Mesh and camera of each head agree: the fitted landmarks lie on the smoothed face."""
    video = video_of(tmp_path / "portrait.avi", moving_portrait, count=12, rate=30)
    with running(listener, Workshop()) as thread:
        thread.submit(follow(1, VideoFileSource(video), engine=EngineChoice(device="cpu")))
        assert isinstance(listener.end(1), JobFinished)
    heads = [frame.reconstruction for frame in listener.of(FrameFollowed)]
    assert len(heads) == 12
    for head in heads:
        assert head is not None and head.camera.size == (480, 360)
        assert head.reprojection_px < 0.02 * np.ptp(head.face.box_xyxy[[0, 2]])
        points = head.landmarks["68"]
        np.testing.assert_allclose(points.xy_px, head.camera.project(head.landmark_xyz_mm("68")), atol=0.05)
