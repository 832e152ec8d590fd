"""Which engine makes the head of a photo, with which files, options and search; and comparing two of them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from factories import make_photo, make_reconstruction
from PIL import Image
from rooms import Rooms, make_rooms

from faceviewer.app.setting_table import SETTINGS
from faceviewer.app.state import HeadRef
from faceviewer.assets import tddfa_v3 as files
from faceviewer.engines.registry import EngineChoice, engine_spec
from faceviewer.jobs.events import FacesFound, HeadsReady, JobCancelled, JobFailed, JobFinished
from faceviewer.jobs.jobs import FindFaces, ReconstructFaces
from faceviewer.types import Face

PUBLISHED = "3ddfa-v3"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FACEVIEWER_ASSETS", raising=False)


@pytest.fixture
def rooms(tmp_path) -> Rooms:
    """Verbs with the built-in head of face 2 of 2 in one photo."""
    rooms = make_rooms(tmp_path)
    Image.fromarray(make_photo().rgb).save(tmp_path / "a.jpg")
    rooms.verbs.opening.open_paths([tmp_path / "a.jpg"])
    answer_search(rooms, face(0), face(100))
    answer_heads(rooms)
    rooms.verbs.opening.choose_face(2)
    answer_heads(rooms)
    return rooms


@pytest.fixture
def asset_folder(rooms: Rooms, tmp_path) -> Path:
    """A folder that looks whole without being opened; it is the chosen one."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    for name in (files.FACE_MODEL, files.RESNET50, files.ALIGNMENT):
        with open(folder / name, "wb") as stream:
            os.truncate(stream.fileno(), files.TDDFA_V3.by_name[name].size_range[0])  # takes no room on the disk
    rooms.verbs.settings.set("models.folder", str(folder))
    return folder


def face(left: float) -> Face:
    return replace(make_reconstruction().face, box_xyxy=np.array([left, 0, left + 50, 50], np.float32))


def answer_search(rooms: Rooms, *faces: Face) -> FindFaces:
    job = rooms.worker.jobs[-1]
    assert isinstance(job, FindFaces)
    rooms.verbs.handle(FacesFound(job.generation, job.document, job.load(), faces, job.search, 0.1, job.engine.id))
    rooms.verbs.handle(JobFinished(job.generation))
    return job


def answer_heads(rooms: Rooms) -> ReconstructFaces:
    job = rooms.worker.jobs[-1]
    assert isinstance(job, ReconstructFaces)
    heads = tuple(replace(make_reconstruction(), engine=job.engine.id, face=face) for face in job.faces)
    rooms.verbs.handle(HeadsReady(job.generation, job.document, job.photo, job.numbers, heads, 0.1))
    rooms.verbs.handle(JobFinished(job.generation))
    return job


def test_an_engine_without_its_files_says_which_and_changes_nothing(rooms: Rooms) -> None:
    before, jobs = rooms.state.documents, len(rooms.worker.jobs)
    rooms.verbs.engines.use(PUBLISHED)
    assert files.FACE_MODEL in rooms.state.notice.text and rooms.state.notice.commands == ("tools.models",)
    rooms.verbs.engines.compare(PUBLISHED)
    assert rooms.state.documents is before and len(rooms.worker.jobs) == jobs


def test_another_engine_for_one_photo(rooms: Rooms, asset_folder: Path) -> None:
    """Its own search finds the faces anew, in another order; the head is that of the face that was shown."""
    shown = rooms.state.shown.result
    rooms.verbs.engines.use(PUBLISHED)
    search = answer_search(rooms, face(100), face(200), face(0))
    assert search.engine == EngineChoice(PUBLISHED, "auto", asset_folder)
    assert rooms.state.shown.result is shown  # until the new one is there
    made = answer_heads(rooms)
    assert made.numbers == (1,) and made.engine == search.engine
    assert rooms.state.shown.result.engine == PUBLISHED and len(rooms.state.shown.faces) == 3
    rooms.verbs.opening.choose_face(3)  # found by the same search: no need for another
    assert answer_heads(rooms).engine.id == PUBLISHED


def test_another_engine_for_the_head_that_a_comparison_shows(rooms: Rooms, asset_folder: Path) -> None:
    rooms.verbs.comparing.start(HeadRef(1, 1), HeadRef(1, 2))
    assert rooms.state.shown.document.shown_face == 2
    rooms.verbs.engines.use(PUBLISHED)
    answer_search(rooms, face(100), face(200), face(0))
    assert answer_heads(rooms).numbers == (3,)


def test_settings_choose_the_engine_and_its_options(rooms: Rooms, asset_folder: Path, tmp_path) -> None:
    rooms.verbs.settings.set("reconstruct.engine", PUBLISHED)
    rooms.verbs.settings.set(f"{PUBLISHED}.blend", "median")
    Image.fromarray(make_photo().rgb).save(tmp_path / "b.jpg")
    rooms.verbs.opening.open_paths([tmp_path / "b.jpg"])
    assert answer_search(rooms, face(0)).engine.id == PUBLISHED
    options = answer_heads(rooms).options
    assert options.choices["blend"] == "median" and options.choices["backbone"] == "auto"
    assert set(options.choices) == {option.name for option in engine_spec(PUBLISHED).options}
    pages = {setting.group for setting in SETTINGS}
    assert engine_spec(PUBLISHED).title in pages and engine_spec("builtin").title not in pages


def test_faces_of_another_search_are_looked_for_again(rooms: Rooms, asset_folder: Path) -> None:
    rooms.verbs.settings.set("reconstruct.engine", PUBLISHED)
    rooms.verbs.reconstructing.reconstruct_shown()
    answer_search(rooms, face(0), face(101))
    assert answer_heads(rooms).numbers == (2,)


def test_two_engines_on_one_face(rooms: Rooms, asset_folder: Path) -> None:
    reference = rooms.state.shown.head
    rooms.verbs.engines.compare(PUBLISHED)
    twin = rooms.state.documents[1]
    assert twin.engine == PUBLISHED and twin.title == "a.jpg (3DDFA-V3)" and twin.path == rooms.state.documents[0].path
    answer_search(rooms, face(0), face(98), face(300))
    assert rooms.state.comparison is None
    answer_heads(rooms)
    assert rooms.state.comparison.reference == reference
    assert (rooms.state.comparison.other.document, rooms.state.comparison.other.face_number) == (twin.id, 2)
    rooms.verbs.comparing.stop()
    jobs = len(rooms.worker.jobs)
    rooms.verbs.engines.compare(PUBLISHED)  # it is known already
    assert rooms.state.comparison is not None and len(rooms.worker.jobs) == jobs and len(rooms.state.documents) == 2


@pytest.mark.parametrize("end", ["cancelled", "failed", "nobody", "removed"])
def test_a_comparison_that_comes_to_nothing_does_not_start_later(rooms: Rooms, asset_folder: Path, end: str) -> None:
    rooms.verbs.engines.compare(PUBLISHED)
    job, twin = rooms.worker.jobs[-1], rooms.state.documents[1].id
    if end == "cancelled":
        rooms.verbs.reconstructing.cancel()
        rooms.verbs.handle(JobCancelled(job.generation))
    elif end == "failed":
        rooms.verbs.handle(JobFailed(job.generation, "cannot be done", "", "user"))
    elif end == "nobody":
        answer_search(rooms)
    else:
        rooms.verbs.opening.remove(twin)
    assert rooms.state.shown.result is not None and rooms.state.comparison is None
    if end == "cancelled":  # another time the user only wants the head
        rooms.verbs.opening.choose_document(twin)
        answer_search(rooms, face(0))
        answer_heads(rooms)
        assert rooms.state.document(twin).heads and rooms.state.comparison is None


def test_a_failure_for_want_of_files_offers_the_models(rooms: Rooms, tmp_path) -> None:
    rooms.verbs.settings.set("reconstruct.engine", PUBLISHED)
    Image.fromarray(make_photo().rgb).save(tmp_path / "b.jpg")
    rooms.verbs.opening.open_paths([tmp_path / "b.jpg"])
    rooms.verbs.handle(JobFailed(rooms.worker.jobs[-1].generation, "lacks face_model.npy", "", "user"))
    assert rooms.state.notice.commands == ("tools.models",)
