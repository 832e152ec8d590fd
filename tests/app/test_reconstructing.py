"""What becomes of jobs: events in order, late ones, failures, cancelling. The engine thread is played by the tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_photo, make_reconstruction
from PIL import Image
from rooms import make_rooms

from faceviewer.app.documents import with_documents
from faceviewer.app.state import Document, Edits, HeadRef
from faceviewer.jobs.events import FacesFound, HeadsReady, JobFailed, JobFinished, WarmedUp
from faceviewer.jobs.jobs import FindFaces, ReconstructFaces, Search
from faceviewer.types import CancelToken


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


def statuses(rooms) -> list[str]:
    return [document.status for document in rooms.state.documents]


def test_a_photo_that_gives_way_to_another_can_be_chosen_again(rooms, files):
    """It said "Working" for ever, and Reconstruct worked on the other one."""
    rooms.verbs.opening.open_paths(files[:1])
    rooms.verbs.opening.open_paths(files[1:2])
    assert statuses(rooms) == ["new", "working"]
    answer_search(rooms)
    rooms.verbs.opening.choose_document(1)
    assert statuses(rooms) == ["working", "new"] and rooms.state.job.document == 1
    answer_search(rooms)
    rooms.verbs.opening.choose_document(2)
    assert statuses(rooms) == ["new", "working"]
    answer_search(rooms)
    answer_reconstruction(rooms)
    assert statuses(rooms) == ["new", "done"] and rooms.state.job is None


def test_a_photo_that_gives_way_keeps_the_head_it_has(rooms, files):
    rooms.verbs.opening.open_paths(files[:1])
    answer_search(rooms, faces=2)
    answer_reconstruction(rooms)
    head = rooms.state.shown.result
    rooms.verbs.opening.choose_face(2)
    rooms.verbs.opening.open_paths(files[1:2])
    assert statuses(rooms) == ["done", "working"] and rooms.state.documents[0].heads[1] is head


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


def work_through(rooms) -> list[int]:
    """Answer all there is to do; the documents that got heads, in that order."""
    made = []
    while rooms.state.job is not None:
        if isinstance(rooms.worker.jobs[-1], FindFaces):
            answer_search(rooms)
        else:
            made.append(rooms.state.job.document)
            answer_reconstruction(rooms)
    return made


def list_of_new(rooms, files) -> None:
    """Three photos that nobody has worked on yet."""
    rooms.verbs.store.update(
        with_documents(rooms.state, [Document(k, path.name, path=path) for k, path in enumerate(files, 1)])
    )


def test_a_list_comes_back_to_the_photo_that_had_to_give_way(rooms, files):
    list_of_new(rooms, files)
    rooms.verbs.reconstructing.reconstruct_list()
    answer_search(rooms)
    rooms.verbs.opening.choose_document(3)
    assert statuses(rooms) == ["new", "new", "working"]
    assert work_through(rooms) == [3, 1, 2], "and makes no head twice"
    assert rooms.state.current == 3


def test_also_the_last_photo_of_a_list_has_another_turn(rooms, files):
    list_of_new(rooms, files[:2])
    rooms.verbs.reconstructing.reconstruct_list()
    answer_search(rooms)
    answer_reconstruction(rooms)
    rooms.verbs.opening.open_paths(files[2:])
    assert rooms.state.job.document == 3 and work_through(rooms) == [3, 2]


def test_what_gives_way_outside_a_list_is_not_begun_again(rooms, files):
    list_of_new(rooms, files)
    rooms.verbs.reconstructing.reconstruct_list()
    rooms.verbs.reconstructing.cancel()
    rooms.verbs.opening.choose_document(3)
    rooms.verbs.opening.choose_document(2)
    assert work_through(rooms) == [2] and statuses(rooms) == ["new", "done", "new"]


def test_a_list_does_not_remake_the_heads_of_what_gave_way(rooms, files):
    rooms.verbs.opening.open_paths(files[:1])
    work_through(rooms)
    head = rooms.state.documents[0].heads[1]
    rooms.verbs.opening.open_paths(files[1:])
    rooms.verbs.reconstructing.reconstruct_list()
    rooms.verbs.opening.choose_document(1)
    rooms.verbs.reconstructing.search_turned(90)
    rooms.verbs.opening.choose_document(3)
    assert work_through(rooms) == [3, 2] and rooms.state.documents[0].heads[1] is head


def test_removing_the_photo_that_is_worked_on_goes_on_with_the_list(rooms, files):
    list_of_new(rooms, files)
    rooms.verbs.reconstructing.reconstruct_list()
    answer_search(rooms)
    answer_reconstruction(rooms)
    rooms.verbs.opening.remove(2)
    assert statuses(rooms) == ["done", "working"] and rooms.state.notice is None
    assert work_through(rooms) == [3]


@pytest.mark.parametrize("leave", ["remove", "cancel"])
def test_only_the_photo_that_was_opened_alone_leaves_the_list_again(rooms, files, leave):
    """Its number may come again: sessions, which cancel what is under way, bring their own."""
    rooms.verbs.opening.open_paths(files[:1])
    number = rooms.state.documents[0].id
    if leave == "remove":
        rooms.verbs.opening.remove(number)
    else:
        rooms.verbs.reconstructing.cancel()
    files[1].write_bytes(b"no photo")
    rooms.verbs.store.update(replace(rooms.state, documents=(Document(number, "b.jpg", path=files[1]),)))
    rooms.verbs.opening.choose_document(number)
    assert statuses(rooms) == ["failed"] and "b.jpg" in rooms.state.documents[0].message


def test_one_that_gave_way_stays_listed_whatever_comes_of_it(rooms, files, monkeypatch):
    monkeypatch.setattr(rooms.verbs.reconstructing._reader, "submit", lambda *_: CancelToken(), raising=False)
    rooms.verbs.opening.open_paths(files[:1])
    monkeypatch.undo()
    rooms.verbs.opening.open_paths(files[1:2])
    work_through(rooms)
    files[0].write_bytes(b"no photo")
    rooms.verbs.opening.choose_document(1)
    assert statuses(rooms) == ["failed", "done"] and rooms.state.current == 1


def test_in_a_comparison_the_head_that_is_seen_is_made_anew(rooms, files):
    rooms.verbs.opening.open_paths(files[:1])
    answer_search(rooms, faces=2)
    answer_reconstruction(rooms)
    rooms.verbs.opening.choose_face(2)
    answer_reconstruction(rooms)
    rooms.verbs.opening.choose_face(1)
    rooms.verbs.comparing.start(HeadRef(1, 2), HeadRef(1, 1))
    rooms.verbs.reconstructing.reconstruct_shown()
    assert rooms.worker.jobs[-1].numbers == (2,)


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
