"""Following a camera or video, as the state tells it. The engine thread is played by the tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_photo, make_reconstruction
from fake_frames import SyntheticSource, video_of
from PIL import Image
from rooms import Rooms, make_rooms

from faceviewer.app.documents import next_id, with_documents
from faceviewer.app.state import Document, HeadRef
from faceviewer.gui.live_bar import _situation
from faceviewer.jobs.events import (
    FrameFollowed,
    HeadsReady,
    JobCancelled,
    JobFailed,
    JobFinished,
    JobProgressed,
    RecordingEnded,
    RecordingStarted,
    SourceOpened,
)
from faceviewer.jobs.jobs import FindFaces, FollowFrames, ReconstructFaces
from faceviewer.types import Photo, Progress

SIZE = 64, 48
ABSENT = "No camera was found."


@pytest.fixture
def rooms(tmp_path) -> Rooms:
    return make_rooms(tmp_path)


def following(rooms: Rooms) -> FollowFrames:
    """The newest following that was asked for."""
    return [job for job in rooms.worker.jobs if isinstance(job, FollowFrames)][-1]


def frame(
    rooms: Rooms, time_s: float = 0.0, *, face: bool = True, job: FollowFrames | None = None, trouble: str = ""
) -> None:
    """The engine thread has followed one more frame."""
    job = job or following(rooms)
    photo = Photo(np.full((SIZE[1], SIZE[0], 3), round(10 * time_s) % 256, np.uint8))
    head = replace(make_reconstruction(texture_size=None, size=SIZE), photo_sha256="") if face else None
    rooms.verbs.handle(FrameFollowed(job.generation, job.document, photo, 0, time_s, head, 0.05, 20.0, trouble))


def start_camera(rooms: Rooms) -> Document:
    rooms.verbs.live.follow_camera(SyntheticSource(live=True, count=None), "Camera 0")
    frame(rooms, 1.0)
    return rooms.state.documents[-1]


def start_video(rooms: Rooms, path) -> Document:
    rooms.verbs.opening.open_paths([video_of(path / "film.avi")])
    job = following(rooms)
    rooms.verbs.handle(SourceOpened(job.generation, job.document, SIZE, 12.0))
    frame(rooms, 1.0)
    return rooms.state.documents[-1]


def test_a_camera_s_frames_become_photo_and_head(rooms):
    rooms.verbs.live.follow_camera(SyntheticSource(live=True, count=None), "Camera 0")
    assert rooms.state.live.playing and rooms.state.live.mirror and rooms.state.live.stage
    job = following(rooms)
    rooms.verbs.handle(JobProgressed(job.generation, Progress("Opening camera 0")))
    assert rooms.state.live.stage == "Opening camera 0" and rooms.state.job is None
    frame(rooms, 0.5)
    assert rooms.state.live.stage == "" and rooms.state.live.frames_per_second == 20
    assert rooms.state.shown.document.kind == "webcam" and rooms.state.shown.document.status == "done"
    first = rooms.state.shown.result
    frame(rooms, 0.6)
    assert rooms.state.shown.result is not first and rooms.state.shown.photo.rgb[0, 0, 0] == 6
    frame(rooms, 0.7, face=False)
    assert rooms.state.shown.result is None and rooms.state.shown.photo.rgb[0, 0, 0] == 7
    assert rooms.state.shown.document.status == "no face"


def test_a_frame_that_the_engine_makes_no_head_of_is_not_said_to_show_no_face(rooms):
    document = start_camera(rooms)
    frame(rooms, 0.2, face=False, trouble="The face would lie behind the camera.")
    document = rooms.state.document(document.id)
    assert (document.status, document.message) == ("failed", "The face would lie behind the camera.")
    assert document.heads == {} and _situation(rooms.state.live, document) == "No head fits the face in this frame"
    frame(rooms, 0.3)
    assert rooms.state.shown.document.status == "done" and rooms.state.shown.document.message == ""


def test_a_comparison_that_shows_another_photo_stops_the_camera(rooms):
    """It stayed on, and nobody saw it."""
    camera = start_camera(rooms)
    result = make_reconstruction()
    photo = Document(9, "b.jpg", status="done", photo=make_photo(), faces=(result.face,), heads={1: result})
    rooms.verbs.store.update(with_documents(rooms.state, [photo]))
    rooms.verbs.comparing.start(HeadRef(camera.id), HeadRef(9))
    assert rooms.state.live is not None
    rooms.verbs.comparing.swap()
    assert rooms.state.live is None and rooms.state.shown.head == HeadRef(9)
    assert rooms.state.comparison is not None and following(rooms).cancel.cancelled


def test_stopping_tells_what_was_recorded_and_drops_late_frames(rooms, tmp_path):
    start_camera(rooms)
    job = following(rooms)
    rooms.verbs.live.record(tmp_path / "take.csv")
    assert job.controls.recording == tmp_path / "take.csv"
    rooms.verbs.handle(RecordingStarted(job.generation, job.document, tmp_path / "take.csv"))
    assert rooms.state.live.recording == tmp_path / "take.csv"
    rooms.verbs.live.stop()
    assert rooms.state.live is None and job.cancel.cancelled
    last = rooms.state.shown.result
    frame(rooms, 9.0)
    rooms.verbs.handle(RecordingEnded(job.generation, job.document, tmp_path / "take.csv", 7))
    rooms.verbs.handle(JobCancelled(job.generation))
    assert rooms.state.notice.text == "take.csv: 7 frames were recorded." and rooms.state.shown.result is last


def test_a_full_disk_is_told_also_after_stopping(rooms, tmp_path):
    start_camera(rooms)
    job = following(rooms)
    rooms.verbs.live.stop()
    rooms.verbs.handle(RecordingEnded(job.generation, job.document, tmp_path / "take.csv", 7, "take.csv: disk full"))
    assert (rooms.state.notice.text, rooms.state.notice.level) == ("take.csv: disk full", "error")


def test_an_older_recording_s_end_leaves_the_newer_one_alone(rooms, tmp_path):
    start_camera(rooms)
    older = following(rooms)
    rooms.verbs.live.stop()
    rooms.verbs.live.play()
    newer = following(rooms)
    assert newer is not older
    rooms.verbs.handle(RecordingStarted(newer.generation, newer.document, tmp_path / "new.csv"))
    rooms.verbs.handle(RecordingEnded(older.generation, older.document, tmp_path / "old.csv", 3))
    assert rooms.state.live.recording == tmp_path / "new.csv"


def test_a_frozen_frame_gets_a_texture_that_stays_when_it_goes_on(rooms):
    document = start_camera(rooms)
    rooms.verbs.live.pause()
    followed = following(rooms)
    assert followed.controls.paused and not rooms.state.live.playing
    rooms.verbs.reconstructing.reconstruct_shown()
    assert followed.cancel.cancelled and rooms.state.live is not None
    job = rooms.worker.jobs[-1]
    assert isinstance(job, ReconstructFaces) and len(job.photo.sha256) == 64
    frame(rooms, 8.0, job=followed)  # it was on its way
    assert rooms.state.shown.photo.rgb[0, 0, 0] == 10, "the frame that is being reconstructed"
    head = replace(make_reconstruction(), photo_sha256=job.photo.sha256)
    rooms.verbs.handle(HeadsReady(job.generation, job.document, job.photo, (1,), (head,), 0.1))
    rooms.verbs.handle(JobFinished(job.generation))
    assert rooms.state.shown.result is head and rooms.state.shown.photo is job.photo
    rooms.verbs.live.play()
    again = following(rooms)
    assert again is not followed and again.source is followed.source and rooms.state.live.playing
    frame(rooms, 1.1)
    assert rooms.state.shown.result is not head and rooms.state.shown.result.textures == head.textures
    frame(rooms, 1.2, face=False)
    frame(rooms, 1.3)
    assert rooms.state.shown.result.textures == head.textures, "also after a frame without a face"
    assert rooms.state.document(document.id).status == "done"


def test_reconstructing_while_it_plays_freezes_that_frame(rooms):
    start_camera(rooms)
    rooms.verbs.reconstructing.reconstruct_shown()
    assert rooms.state.live is not None and not rooms.state.live.playing
    rooms.verbs.reconstructing.cancel()
    assert rooms.state.shown.result is not None and rooms.state.live is not None
    rooms.verbs.live.play()
    assert rooms.state.live.playing and rooms.worker.jobs[-1] is following(rooms)


def test_a_photo_that_is_being_reconstructed_gives_way_to_a_camera(rooms, sample_photo):
    rooms.verbs.opening.open_paths([sample_photo])
    assert rooms.state.documents[0].status == "working"
    start_camera(rooms)
    assert rooms.state.job is None and rooms.state.documents[0].status == "new"


def test_choosing_a_photo_stops_following(rooms, sample_photo):
    camera = start_camera(rooms)
    job = following(rooms)
    rooms.verbs.opening.open_paths([sample_photo])
    assert rooms.state.live is None and job.cancel.cancelled
    assert isinstance(rooms.worker.jobs[-1], FindFaces)
    rooms.verbs.opening.choose_document(camera.id)
    assert rooms.state.live is None and rooms.state.shown.result is not None, "its last frame"
    rooms.verbs.live.play()
    assert rooms.state.live is not None and rooms.state.live.document == camera.id and rooms.state.job is None


def test_an_absent_camera_says_so_and_leaves_everything_as_it_was(rooms, tmp_path):
    video = start_video(rooms, tmp_path)
    rooms.verbs.live.follow_camera(SyntheticSource(live=True), "Camera 0")
    job = following(rooms)
    rooms.verbs.handle(JobFailed(job.generation, ABSENT, "", "user"))
    assert rooms.state.notice.text == ABSENT and rooms.state.live is None
    assert [document.id for document in rooms.state.documents] == [video.id]
    assert rooms.state.current == video.id and rooms.state.shown.result is not None


def test_nothing_of_an_absent_camera_comes_back_under_its_number(rooms):
    """Play followed the camera in the photo that had its number, and the photo was gone."""
    rooms.verbs.live.follow_camera(SyntheticSource(live=True), "Camera 0")
    number = rooms.state.documents[0].id
    rooms.verbs.handle(JobFailed(following(rooms).generation, ABSENT, "", "user"))
    assert not rooms.verbs.live.can_play(Document(number, "Camera 0", "webcam"))


def test_photos_cannot_be_played_whatever_their_number(rooms):
    camera = start_camera(rooms)
    photo = Document(camera.id, "a.jpg", status="done", photo=Photo(np.zeros((48, 64, 3), np.uint8)))
    rooms.verbs.live.stop()
    rooms.verbs.store.update(replace(rooms.state, documents=(photo,)))
    asked = len(rooms.worker.jobs)
    assert not rooms.verbs.live.can_play(photo)
    rooms.verbs.live.play()
    assert rooms.state.live is None and len(rooms.worker.jobs) == asked


@pytest.mark.parametrize("pause", ["stop", "reconstruct"])
def test_each_following_of_a_video_has_a_decoder_of_its_own(rooms, tmp_path, pause):
    """The thread before may still be on its way to a far place: two on one decoder took each other's frames."""
    start_video(rooms, tmp_path)
    first = following(rooms)
    if pause == "stop":
        rooms.verbs.live.stop()
    else:
        rooms.verbs.reconstructing.reconstruct_shown()
    rooms.verbs.live.play()
    assert following(rooms) is not first and following(rooms).source is not first.source
    assert following(rooms).source.name == first.source.name


def test_a_camera_that_breaks_keeps_its_last_frame(rooms):
    document = start_camera(rooms)
    rooms.verbs.handle(JobFailed(following(rooms).generation, "camera 0 is gone.", "", "user"))
    assert rooms.state.live is None and rooms.state.notice.text == "camera 0 is gone."
    assert rooms.state.document(document.id).status == "done" and rooms.state.shown.result is not None
    assert rooms.verbs.live.can_play(rooms.state.shown.document), "it may have been plugged in again"


def test_a_video_that_is_none_leaves_the_list_when_opened_alone(rooms, tmp_path):
    path = tmp_path / "film.avi"
    path.write_text("words")
    rooms.verbs.opening.open_paths([path])
    rooms.verbs.handle(JobFailed(following(rooms).generation, f"{path}: not a video", "", "user"))
    assert not rooms.state.documents and "not a video" in rooms.state.notice.text


def test_a_video_seeks_also_while_frozen(rooms, tmp_path):
    start_video(rooms, tmp_path)
    assert rooms.state.live.duration_s == 12 and not rooms.state.live.mirror
    rooms.verbs.live.pause()
    rooms.verbs.live.seek(7.5)
    controls = following(rooms).controls
    assert rooms.state.live.time_s == 7.5 and controls.seeking and controls.wait_to_play(0)
    frame(rooms, 1.1)  # it was on its way
    assert rooms.state.live.time_s == 7.5, "the slider does not jump back"
    assert controls.take_seek() == 7.5
    frame(rooms, 7.5)
    assert rooms.state.live.time_s == 7.5 and not rooms.state.live.playing


def test_a_video_begins_anew_after_its_end(rooms, tmp_path):
    start_video(rooms, tmp_path)
    frame(rooms, 11.9)
    rooms.verbs.handle(JobFinished(following(rooms).generation))
    assert rooms.state.live is not None and not rooms.state.live.playing
    assert rooms.state.shown.result is not None
    rooms.verbs.live.play()
    assert rooms.state.live.time_s == 0 and following(rooms).controls.take_seek() is None


def test_after_the_end_another_place_can_be_looked_at(rooms, tmp_path):
    start_video(rooms, tmp_path)
    ended = following(rooms)
    rooms.verbs.handle(JobFinished(ended.generation))
    rooms.verbs.live.seek(3.0)
    controls = following(rooms).controls
    assert following(rooms) is not ended and controls.paused and controls.take_seek() == 3.0
    frame(rooms, 3.0)
    rooms.verbs.live.play()
    assert following(rooms).controls is controls and not controls.paused


def test_a_video_goes_on_where_it_was_left(rooms, tmp_path, sample_photo):
    video = start_video(rooms, tmp_path)
    frame(rooms, 5.5)
    rooms.verbs.opening.open_paths([sample_photo])
    rooms.verbs.opening.choose_document(video.id)
    assert following(rooms).controls.take_seek() == 5.5 and rooms.state.live.time_s == 5.5


def test_nothing_of_a_removed_video_comes_back_under_its_number(rooms, tmp_path):
    video = start_video(rooms, tmp_path)
    frame(rooms, 5.5)
    job = following(rooms)
    rooms.verbs.opening.remove(video.id)
    assert job.cancel.cancelled and rooms.state.live is None and not rooms.state.documents
    other = Document(video.id, "other.avi", "video", video_of(tmp_path / "other.avi"))
    rooms.verbs.store.update(with_documents(rooms.state, [other]))
    rooms.verbs.opening.choose_document(other.id)
    assert following(rooms).controls.take_seek() is None and "other.avi" in following(rooms).source.name


def test_recording_needs_something_that_moves(rooms, tmp_path):
    start_video(rooms, tmp_path)
    rooms.verbs.handle(JobFinished(following(rooms).generation))
    rooms.verbs.live.record(tmp_path / "take.csv")
    assert "Play" in rooms.state.notice.text and rooms.state.live.recording is None


def test_mirror_and_smoothing_are_taken_along(rooms):
    start_camera(rooms)
    rooms.verbs.live.set_mirror(False)
    rooms.verbs.live.set_smoothing(0.9)
    assert following(rooms).controls.smoothing == 0.9
    rooms.verbs.reconstructing.reconstruct_shown()
    rooms.verbs.live.play()
    assert following(rooms).controls.smoothing == 0.9 and not rooms.state.live.mirror


def test_a_list_can_be_worked_through_while_a_camera_rests(rooms, tmp_path):
    paths = [tmp_path / name for name in ("a.png", "b.png")]
    for path in paths:
        Image.new("RGB", (60, 60)).save(path)
    fresh = [Document(id=next_id(rooms.state) + k, title=path.name, path=path) for k, path in enumerate(paths)]
    rooms.verbs.store.update(with_documents(rooms.state, fresh))
    camera = start_camera(rooms)
    rooms.verbs.reconstructing.reconstruct_list()
    assert rooms.state.job.document == fresh[0].id and rooms.state.live.document == camera.id
    assert not rooms.state.live.playing
    rooms.verbs.live.play()
    assert rooms.state.job is None and rooms.state.document(fresh[0].id).status == "new"
    assert rooms.state.live.playing
