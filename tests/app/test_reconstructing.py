"""What becomes of jobs: events in order, late ones, failures, cancelling. The engine thread is played by the tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_photo, make_reconstruction
from PIL import Image
from rooms import make_rooms

from faceviewer.app.state import Edits
from faceviewer.jobs.events import FacesFound, HeadsReady, JobFailed, JobFinished, WarmedUp
from faceviewer.jobs.jobs import FindFaces, ReconstructFaces, Search


@pytest.fixture
def rooms(tmp_path):
    return make_rooms(tmp_path)


@pytest.fixture
def files(tmp_path):
    """Three small photos."""
    paths = [tmp_path / name for name in ("a.jpg", "b.jpg", "c.png")]
    for path in paths:
        Image.fromarray(make_photo().rgb).save(path)
    return paths


def answer_search(rooms, *, faces: int = 1) -> None:
    job = rooms.worker.jobs[-1]
    assert isinstance(job, FindFaces)
    photo = job.load()
    found = tuple(make_reconstruction().face for _ in range(faces))
    rooms.verbs.handle(FacesFound(job.generation, job.document, photo, found, job.search, 0.1))
    rooms.verbs.handle(JobFinished(job.generation))


def answer_reconstruction(rooms) -> None:
    job = rooms.worker.jobs[-1]
    assert isinstance(job, ReconstructFaces)
    heads = tuple(make_reconstruction() for _ in job.numbers)
    rooms.verbs.handle(HeadsReady(job.generation, job.document, job.photo, job.numbers, heads, 0.1))
    rooms.verbs.handle(JobFinished(job.generation))


def test_an_opened_photo_becomes_a_head(rooms, files):
    rooms.verbs.opening.open_paths(files[:1])
    assert rooms.state.job is not None and rooms.state.documents[0].status == "working"
    answer_search(rooms)
    assert rooms.state.shown.photo is not None and len(rooms.state.shown.faces) == 1
    answer_reconstruction(rooms)
    assert rooms.state.job is None
    assert rooms.state.documents[0].status == "done"
    assert rooms.state.shown.result is not None and rooms.state.shown.head is not None


def test_the_last_good_result_stays_until_the_next_is_complete(rooms, files):
    rooms.verbs.opening.open_paths(files[:1])
    answer_search(rooms)
    answer_reconstruction(rooms)
    first = rooms.state.shown.result
    rooms.verbs.opening.open_paths(files[1:2])
    assert rooms.state.shown.result is first
    answer_search(rooms)
    assert rooms.state.shown.result is first
    answer_reconstruction(rooms)
    assert rooms.state.shown.result is not first and rooms.state.shown.document.title == "b.jpg"


def test_what_arrives_for_an_older_question_is_dropped(rooms, files):
    rooms.verbs.opening.open_paths(files[:1])
    late = rooms.worker.jobs[-1]
    rooms.verbs.opening.open_paths(files[1:2])
    rooms.verbs.handle(
        FacesFound(late.generation, late.document, make_photo(), (make_reconstruction().face,), Search(), 0.1)
    )
    assert late.cancel.cancelled
    assert not rooms.state.document(late.document).faces


def test_cancel_answers_at_once_and_drops_what_comes_later(rooms, files):
    rooms.verbs.opening.open_paths(files[:1])
    job = rooms.worker.jobs[-1]
    rooms.verbs.reconstructing.cancel()
    assert rooms.state.job is None and job.cancel.cancelled
    rooms.verbs.handle(
        FacesFound(job.generation, job.document, make_photo(), (make_reconstruction().face,), Search(), 0.1)
    )
    assert rooms.state.job is None and not rooms.state.documents[0].faces
    assert rooms.state.documents[0].status == "new"
    rooms.verbs.opening.choose_document(rooms.state.documents[0].id)  # and it can be tried again
    assert rooms.state.job is not None


def test_a_photo_that_cannot_be_read_leaves_everything_as_it_was(rooms, files):
    rooms.verbs.opening.open_paths(files[:1])
    answer_search(rooms)
    answer_reconstruction(rooms)
    before = rooms.state
    files[1].write_bytes(files[1].read_bytes()[:200])
    rooms.verbs.opening.open_paths(files[1:2])
    assert rooms.state.documents == before.documents
    assert rooms.state.current == before.current and rooms.state.shown.result is before.shown.result
    assert "b.jpg" in rooms.state.notice.text and rooms.state.notice.level == "error"


def test_in_a_folder_the_bad_photo_stays_listed_with_its_reason(rooms, files):
    files[0].write_bytes(b"no photo")
    rooms.verbs.opening.open_paths(files)
    assert [document.status for document in rooms.state.documents] == ["failed", "new", "new"]
    assert "a.jpg" in rooms.state.documents[0].message and rooms.state.job is None


def test_no_face_says_so_and_offers_three_ways(rooms, files):
    rooms.verbs.opening.open_paths(files[:1])
    answer_search(rooms, faces=0)
    assert rooms.state.documents[0].status == "no face" and rooms.state.shown.photo is not None
    assert set(rooms.state.notice.commands) == {"photo.search_small", "photo.rotate_left", "photo.draw_box"}
    rooms.verbs.reconstructing.search_small()
    assert rooms.worker.jobs[-1].search == Search(small_faces=True)
    rooms.verbs.reconstructing.search_in_box(np.array([1, 2, 3, 4.0]))
    assert rooms.worker.jobs[-1].search.box_xyxy == (1, 2, 3, 4)
    answer_search(rooms)
    answer_reconstruction(rooms)
    assert rooms.state.shown.result is not None


def test_turning_keeps_the_head_when_nobody_is_found_then(rooms, files):
    rooms.verbs.opening.open_paths(files[:1])
    answer_search(rooms)
    answer_reconstruction(rooms)
    head = rooms.state.shown.result
    rooms.verbs.reconstructing.search_turned(90)
    answer_search(rooms, faces=0)
    document = rooms.state.documents[0]
    assert document.heads[1] is head and document.rotation_deg == 0 and document.status == "done"
    rooms.verbs.reconstructing.search_turned(90)
    answer_search(rooms)
    assert rooms.state.documents[0].heads[1] is head  # until the new one is complete
    answer_reconstruction(rooms)
    assert rooms.state.documents[0].rotation_deg == 90 and rooms.state.documents[0].heads[1] is not head


def test_choosing_another_face_reconstructs_it_once(rooms, files):
    rooms.verbs.opening.open_paths(files[:1])
    answer_search(rooms, faces=3)
    answer_reconstruction(rooms)
    rooms.verbs.opening.choose_face(2)
    assert rooms.worker.jobs[-1].numbers == (2,)
    answer_reconstruction(rooms)
    asked = len(rooms.worker.jobs)
    rooms.verbs.opening.choose_face(1)
    assert len(rooms.worker.jobs) == asked and rooms.state.shown.head.face_number == 1
    rooms.verbs.reconstructing.reconstruct_shown(all_faces=True)
    assert rooms.worker.jobs[-1].numbers == (1, 2, 3)
    answer_reconstruction(rooms)
    assert len(rooms.state.heads()) == 3


def test_a_list_is_worked_through_past_failures(rooms, files):
    rooms.verbs.settings.set("reconstruct.on_open", False)
    rooms.verbs.opening.open_paths(files)
    answer_search(rooms)
    rooms.verbs.settings.set("reconstruct.on_open", True)
    rooms.verbs.reconstructing.reconstruct_list()
    answer_search(rooms)
    answer_reconstruction(rooms)
    rooms.verbs.handle(JobFailed(rooms.worker.jobs[-1].generation, "b.jpg: the head cannot be fitted", "", "user"))
    answer_search(rooms)
    answer_reconstruction(rooms)
    assert [document.status for document in rooms.state.documents] == ["done", "failed", "done"]
    assert rooms.state.job is None


def test_edits_of_a_head_go_when_it_is_made_anew(rooms, files):
    rooms.verbs.opening.open_paths(files[:1])
    answer_search(rooms, faces=2)
    answer_reconstruction(rooms)
    ref = rooms.state.shown.head
    other = replace(ref, face_number=2)
    edits = {ref: Edits(exaggeration=1.5), other: Edits(exaggeration=2)}
    rooms.verbs.store.edit("two", replace(rooms.state.work, edits=edits))
    rooms.verbs.reconstructing.reconstruct_shown()
    answer_reconstruction(rooms)
    assert set(rooms.state.work.edits) == {other}


def test_removing_the_document_being_worked_on_cancels_it(rooms, files):
    rooms.verbs.opening.open_paths(files[:1])
    job = rooms.worker.jobs[-1]
    rooms.verbs.opening.remove(job.document)
    assert job.cancel.cancelled and rooms.state.job is None and not rooms.state.documents


def test_the_engine_says_when_it_is_ready_or_broken(rooms):
    rooms.verbs.reconstructing.warm_up()
    assert rooms.state.engine == "warming"
    rooms.verbs.handle(WarmedUp(0, "builtin", "cpu"))
    assert (rooms.state.engine, rooms.state.device) == ("ready", "cpu")
    rooms.verbs.handle(JobFailed(0, "head.npz: not a head model", "", "user"))
    assert rooms.state.engine == "failed" and "head.npz" in rooms.state.notice.text
