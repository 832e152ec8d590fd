"""Browsing head-pose data sets and trying engines on them; the engine and background threads are the tests'."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import head_pose_factory as factory
import numpy as np
import pytest
from factories import make_reconstruction
from rooms import Rooms, make_rooms
from scipy.spatial.transform import Rotation

from faceviewer.app import head_pose_sets_work
from faceviewer.app.head_pose_pictures import HeadPosePictures
from faceviewer.app.head_pose_rows import pose_rows
from faceviewer.app.head_pose_sets import FOLDER_SETTING, HeadPoseSets
from faceviewer.app.head_pose_sets_state import (
    ANY_TURN,
    NOT_LOOKED,
    TURN_UNKNOWN,
    TURNED_BEYOND,
    HeadPoseFound,
    HeadPoseSetsState,
    PoseRow,
)
from faceviewer.app.head_pose_sets_work import find, read
from faceviewer.app.head_pose_truth import true_head, true_mesh, truth_drawing
from faceviewer.app.head_pose_turns import not_looked_at
from faceviewer.app.state import FILE_ENGINE, HeadRef
from faceviewer.datasets.ffhq_uv.thumbnails import Thumbnails
from faceviewer.datasets.head_pose.opening import open_dataset
from faceviewer.datasets.head_pose.sample import HeadTruth
from faceviewer.evaluation.columns import YAW_BINS, yaw_bin
from faceviewer.evaluation.given import true_box
from faceviewer.evaluation.metrics import angles_deg
from faceviewer.geometry.rotations import rotation_from_pose
from faceviewer.jobs.background import Background, Outcome
from faceviewer.jobs.events import FacesFound, HeadsReady, JobCancelled, JobFailed, JobProgressed
from faceviewer.jobs.jobs import FindFaces, ReconstructFaces
from faceviewer.types import CancelToken, Face, FaceviewerError, Progress, Reconstruction

KINDS = tuple(factory.WRITERS)


class Queued(Background):
    """Does what it was asked when the test says so."""

    def __init__(self) -> None:
        super().__init__(lambda _: None)
        self.waiting: list[tuple[Any, Any, CancelToken]] = []

    def submit(self, title: str, work: Any, done: Any, progress: Any = None) -> CancelToken:
        self.waiting.append((work, done, CancelToken()))
        return self.waiting[-1][2]

    def run(self) -> None:
        while self.waiting:
            self.step()

    def step(self) -> None:
        work, done, cancel = self.waiting.pop(0)
        if cancel.cancelled:
            done(Outcome(cancelled=True))
            return
        try:
            outcome = Outcome(work(lambda _: None, cancel))
        except FaceviewerError as error:
            outcome = Outcome(error=str(error))
        done(outcome)


class Desk:
    """The verbs, and what a person does with them."""

    def __init__(self, folder: Path) -> None:
        self.rooms: Rooms = make_rooms(folder)
        self.queue = Queued()
        made = self.rooms.verbs.head_pose_sets
        verbs = self.rooms.verbs
        self.sets = HeadPoseSets(
            verbs.store, verbs.ui, verbs.settings, verbs.opening, verbs.comparing, made.trial,
            reader=self.queue, asker=self.queue,
        )  # fmt: skip

    @property
    def state(self) -> HeadPoseSetsState:
        return self.rooms.state.head_pose_sets

    @property
    def jobs(self) -> list[Any]:
        return self.rooms.worker.jobs

    def do(self, what: Callable[..., Any], *arguments: Any) -> None:
        what(*arguments)
        self.queue.run()

    def open(self, folder: Path) -> None:
        self.do(self.sets.choose_folder, folder)
        assert self.state.dataset is not None, self.said()

    def choose(self, number: int = 0) -> str:
        assert self.state.dataset is not None
        key = self.state.dataset.keys[number]
        self.do(self.sets.choose, key)
        return key

    def said(self) -> list[str]:
        return [one.text for one in self.state.said]

    def answer_search(self, *faces: Face) -> None:
        job = self.jobs[-1]
        assert isinstance(job, FindFaces)
        event = FacesFound(job.generation, job.document, job.load(), faces, job.search, 0.1, job.engine.id)
        self.rooms.verbs.handle(event)

    def answer_head(self, head: Reconstruction | None = None) -> Reconstruction:
        job = self.jobs[-1]
        assert isinstance(job, ReconstructFaces)
        head = head or replace(make_reconstruction(size=job.photo.size), face=job.faces[0])
        self.rooms.verbs.handle(HeadsReady(job.generation, job.document, job.photo, job.numbers, (head,), 0.1))
        return head


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")


@pytest.fixture(params=KINDS)
def kind(request) -> str:
    return request.param


def a_face(box: tuple[float, float, float, float]) -> Face:
    return replace(make_reconstruction().face, box_xyxy=np.array(box, np.float32))


def test_every_kind_is_opened_searched_and_read(desk: Desk, tmp_path, kind):
    made = factory.WRITERS[kind](tmp_path)
    desk.open(made.root)
    dataset = desk.state.dataset
    assert dataset is not None and dataset.id == kind and not desk.said()
    assert desk.state.found is not None and len(desk.state.found.rows) == len(made.keys)
    assert desk.rooms.verbs.settings.text(FOLDER_SETTING) == str(made.root)
    key = desk.choose()
    chosen = desk.state.chosen
    assert chosen is not None and chosen.key == key and not chosen.troubles and chosen.photo is not None
    assert chosen.sample is not None
    np.testing.assert_allclose(chosen.sample.truth.R_camera_head, made.R[key], atol=1e-5)
    assert (chosen.true_head is not None) == (key in made.vertices_mm)
    yaw, pitch, roll = angles_deg(made.R[key][None], dataset.angles)[0]
    rows = {row.name: row for row in desk.state.rows}
    for name, angle in (("Yaw", yaw), ("Pitch", pitch), ("Roll", roll)):
        assert float(rows[name].truth.replace("\N{MINUS SIGN}", "-").removesuffix("°")) == pytest.approx(
            angle, abs=0.051
        )
        assert not rows[name].result and not rows[name].difference


def test_a_folder_without_a_data_set_is_told_and_kept_for_another_kind(desk: Desk, tmp_path):
    desk.do(desk.sets.choose_folder, tmp_path)
    assert desk.state.dataset is None and "no head-pose data set" in desk.said()[0]
    assert "300W-LP: AFW" in desk.said()[0] and "300w-lp" not in desk.said()[0], "in the window's words"
    assert not desk.rooms.verbs.settings.text(FOLDER_SETTING)
    root = factory.write_trg_root(tmp_path / "trg")
    desk.do(desk.sets.choose_folder, root)
    assert "say which is meant: ARKitFace, 300W-LP, BIWI" in desk.said()[0]
    desk.do(desk.sets.choose_kind, "biwi")
    assert desk.state.dataset is not None and desk.state.dataset.id == "biwi" and not desk.said()


def test_parts_are_for_arkitface_alone(desk: Desk, tmp_path):
    factory.write_arkitface(tmp_path, 2)
    factory.write_arkitface(tmp_path, 5, part="train")
    desk.open(tmp_path)
    assert desk.state.found is not None and len(desk.state.found.rows) == 2
    desk.do(desk.sets.choose_part, "train")
    assert len(desk.state.found.rows) == 5 and desk.state.part == "train"
    desk.open(factory.write_aflw2000(tmp_path / "AFLW2000").root)
    assert desk.state.part is None and desk.state.kind == "auto"


def test_the_folder_used_last_opens_by_itself(desk: Desk, tmp_path):
    desk.do(desk.sets.look)
    assert desk.state == HeadPoseSetsState() or desk.state.folder is None
    root = factory.write_heads(tmp_path / "heads").root
    desk.rooms.verbs.settings.set(FOLDER_SETTING, str(root))
    desk.do(desk.sets.look)
    assert desk.state.dataset is not None
    again = desk.state.dataset
    desk.do(desk.sets.look)
    assert desk.state.dataset is again


def test_a_search_takes_all_words_in_any_case(desk: Desk, tmp_path):
    desk.open(factory.write_arkitface(tmp_path, 6).root)
    desk.do(desk.sets.search, "lefttoright 1000")
    assert desk.state.found is not None and [int(row) for row in desk.state.found.rows] == [1, 4]
    desk.do(desk.sets.search, "nothing like it")
    assert len(desk.state.found.rows) == 0
    desk.do(desk.sets.search, "")
    assert len(desk.state.found.rows) == 6


TURNED = (10.0, -45.0, 75.0, 29.9, 130.0, -30.0)


def turned_head(number: int) -> np.ndarray:
    """(3, 3) with the yaw ``TURNED`` as ARKitFace counts it."""
    return factory.FLIP @ Rotation.from_euler("yxz", [TURNED[number], 5, 3], degrees=True).as_matrix()


def shown_rows(desk: Desk) -> list[int]:
    assert desk.state.found is not None
    return desk.state.found.rows.tolist()


@pytest.fixture
def slices(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Samples are read one at a time; the keys of those that were."""
    keys: list[str] = []
    plain = head_pose_sets_work._true_yaw_deg

    def noted(dataset: Any, key: str) -> float:
        keys.append(key)
        return plain(dataset, key)

    monkeypatch.setattr(head_pose_sets_work, "_SLICE_S", 0.0)
    monkeypatch.setattr(head_pose_sets_work, "_true_yaw_deg", noted)
    return keys


def test_samples_are_shown_by_the_evaluations_bins_of_yaw_and_read_once(desk: Desk, tmp_path, slices):
    made = factory.write_arkitface(tmp_path, 6, rotation=turned_head)
    made.annotations[made.keys[3]].write_bytes(b"broken")
    desk.open(made.root)
    assert not slices and desk.state.turns is None, "nobody has asked"
    bins = {0: [0], 1: [1, 5], 2: [2], TURNED_BEYOND: [4], TURN_UNKNOWN: [3], ANY_TURN: list(range(6))}
    for turned, rows in bins.items():
        desk.do(desk.sets.turn, turned)
        assert shown_rows(desk) == rows and not desk.state.looking and not desk.said()
    assert slices == made.keys
    columns = {"yaw_true_deg": np.array(TURNED)}
    in_bins = [np.flatnonzero(yaw_bin(columns) == number).tolist() for number in range(len(YAW_BINS))]
    assert in_bins == [[0, 3], [1, 5], [2]], "what the evaluation says, had 3 not been broken"


@pytest.mark.parametrize("damage", factory.DAMAGES)
def test_a_sample_with_a_broken_annotation_is_turned_nobody_knows_how_far(desk: Desk, tmp_path, kind, damage):
    made = factory.WRITERS[kind](tmp_path)
    factory.DAMAGES[damage](made.annotations[made.keys[0]])
    desk.open(made.root)
    desk.do(desk.sets.turn, TURN_UNKNOWN)
    assert desk.state.dataset is not None and not desk.said()
    broken = [row for row, key in enumerate(desk.state.dataset.keys) if key == made.keys[0]]
    assert shown_rows(desk)[: len(broken)] == broken
    assert desk.state.turns is not None and NOT_LOOKED not in desk.state.turns


def test_poses_that_are_not_told_are_unknown(desk: Desk, tmp_path):
    desk.open(factory.write_w300lp(tmp_path, poses=False).root)
    desk.do(desk.sets.turn, TURN_UNKNOWN)
    assert shown_rows(desk) == [0, 1, 2, 3]


def test_samples_appear_as_they_are_found_and_a_click_does_not_wait_for_all(desk: Desk, tmp_path, slices):
    made = factory.write_arkitface(tmp_path, 6, rotation=turned_head)
    desk.open(made.root)
    desk.sets.turn(0)
    desk.queue.step()
    assert shown_rows(desk) == [0] and desk.state.looking and len(not_looked_at(desk.state)) == 5
    desk.sets.choose(made.keys[0])
    desk.queue.step()
    desk.queue.step()
    assert desk.state.chosen is not None and desk.state.chosen.key == made.keys[0] and len(slices) == 2
    desk.queue.run()
    assert shown_rows(desk) == [0, 3] and not desk.state.looking and slices == made.keys


def test_only_what_the_search_has_is_looked_at_and_that_first(desk: Desk, tmp_path, slices):
    made = factory.write_arkitface(tmp_path, 6, rotation=turned_head)
    desk.open(made.root)
    desk.do(desk.sets.search, "frown")
    desk.do(desk.sets.turn, 1)
    assert shown_rows(desk) == [1] and slices == [made.keys[1], made.keys[4]]
    desk.do(desk.sets.search, "")
    assert shown_rows(desk) == [1, 5] and sorted(slices) == made.keys


def test_looking_is_stopped_and_gone_on_with(desk: Desk, tmp_path, slices):
    made = factory.write_arkitface(tmp_path, 6, rotation=turned_head)
    desk.open(made.root)
    desk.sets.turn(1)
    for _ in range(2):
        desk.queue.step()
    desk.do(desk.sets.stop)
    assert shown_rows(desk) == [1] and not desk.state.looking and "Not all" in desk.said()[0] and len(slices) == 2
    desk.sets.turn(1)
    assert desk.state.looking and not desk.said()
    desk.queue.step()
    desk.do(desk.sets.cancel)  # the window was closed
    assert not desk.state.looking and len(slices) == 3
    desk.do(desk.sets.look)
    assert shown_rows(desk) == [1, 5] and slices == made.keys
    desk.sets.turn(ANY_TURN)
    desk.open(factory.write_heads(tmp_path / "heads").root)
    assert len(shown_rows(desk)) == 2 and desk.state.turns is None, "of another data set nothing is known"


def test_what_was_searched_for_when_the_window_was_closed_is_searched_for_when_it_opens(desk: Desk, tmp_path):
    made = factory.write_arkitface(tmp_path, 6)
    desk.sets.choose_folder(made.root)
    desk.queue.step()
    desk.sets.cancel()
    desk.do(desk.sets.look)
    assert shown_rows(desk) == list(range(6))
    desk.sets.search("frown")
    desk.sets.cancel()
    desk.do(desk.sets.look)
    assert shown_rows(desk) == [1, 4] and not desk.state.searching


def test_another_data_set_takes_the_place_of_one_that_is_looked_at(desk: Desk, tmp_path, slices):
    desk.open(factory.write_arkitface(tmp_path, 6, rotation=turned_head).root)
    desk.sets.turn(2)
    desk.queue.step()
    other = factory.write_aflw2000(tmp_path / "AFLW2000", turn_deg=1)
    desk.open(other.root)
    assert shown_rows(desk) == [] and slices[1:] == other.keys and desk.state.turned == 2
    desk.do(desk.sets.turn, 0)
    assert shown_rows(desk) == [0, 1, 2]


def test_a_newer_choice_takes_the_place_of_an_older_one(desk: Desk, tmp_path):
    made = factory.write_aflw2000(tmp_path)
    desk.open(made.root)
    desk.sets.choose(made.keys[0])
    desk.do(desk.sets.choose, made.keys[1])
    assert desk.state.chosen is not None and desk.state.chosen.key == made.keys[1]
    desk.do(desk.sets.choose, None)
    assert desk.state.chosen is None and desk.state.rows == ()


@pytest.mark.parametrize("damage", factory.DAMAGES)
def test_a_broken_annotation_is_one_sentence_and_the_photo_is_shown(desk: Desk, tmp_path, kind, damage):
    made = factory.WRITERS[kind](tmp_path)
    factory.DAMAGES[damage](made.annotations[made.keys[0]])
    desk.open(made.root)
    assert desk.state.dataset is not None
    if kind == "aflw2000" and damage == "missing":  # annotations are its list
        assert made.keys[0] not in desk.state.dataset.keys and desk.state.dataset.problems
        assert desk.said() == [], "the window lists the problems of the data set for as long as it is open"
        return
    desk.choose()
    chosen = desk.state.chosen
    assert chosen is not None and chosen.sample is None and chosen.photo is not None
    (sentence,) = chosen.troubles
    assert made.annotations[made.keys[0]].name in sentence and sentence.endswith(".") and desk.state.rows == ()


def test_a_broken_photo_leaves_the_truth(desk: Desk, tmp_path, kind):
    made = factory.WRITERS[kind](tmp_path)
    made.photos[made.keys[0]].write_bytes(b"no picture")
    desk.open(made.root)
    desk.choose()
    chosen = desk.state.chosen
    assert chosen is not None and chosen.photo is None
    assert any(made.photos[made.keys[0]].name in sentence for sentence in chosen.troubles)
    desk.sets.reconstruct()
    desk.sets.open_photo()
    assert not desk.jobs and not desk.rooms.state.documents


def test_an_engine_makes_the_face_that_is_meant(desk: Desk, tmp_path):
    made = factory.write_heads(tmp_path / "heads")
    desk.open(made.root)
    key = desk.choose()
    desk.sets.reconstruct()
    assert desk.state.job is not None and desk.rooms.state.job is None
    meant = desk.state.chosen.sample.truth.face_box_ltrb  # type: ignore[union-attr]
    desk.answer_search(a_face((0, 0, 90, 90)), a_face(tuple(meant)))
    job = desk.jobs[-1]
    assert isinstance(job, ReconstructFaces) and job.numbers == (2,)
    np.testing.assert_allclose(job.faces[0].box_xyxy, meant)
    desk.rooms.verbs.handle(JobProgressed(job.generation, Progress("Fitting", 0.5)))
    assert desk.state.job == Progress("Fitting", 0.5)
    head = desk.answer_head()
    assert desk.state.made is not None and desk.state.made.result is head and desk.state.job is None
    rows = {row.name: row for row in desk.state.rows}
    assert rows["Yaw"].difference and rows["Rotation"].difference and rows["68 landmarks (NME)"].difference
    assert rows["68 landmarks in space"].difference and rows["Distance"].truth == "90 cm"
    assert not desk.rooms.state.documents, "nothing comes into the window's list by itself"
    desk.choose(1)
    assert desk.state.made is None
    desk.do(desk.sets.choose, key)
    assert desk.state.made is not None and desk.state.made.result is head, "what was made is kept for a while"


def test_where_the_photo_shows_no_face_the_box_is_searched(desk: Desk, tmp_path):
    desk.open(factory.write_aflw2000(tmp_path).root)
    desk.choose()
    desk.sets.reconstruct()
    desk.answer_search()
    job = desk.jobs[-1]
    box = true_box(desk.state.chosen.sample.truth, desk.state.chosen.photo.size)  # type: ignore[union-attr]
    assert box is not None and isinstance(job, FindFaces) and job.search.box_xyxy == tuple(box)
    desk.answer_search(a_face(tuple(box)))
    desk.answer_head()
    assert desk.state.made is not None and "own box was searched" in desk.said()[0]
    desk.choose(1)
    desk.sets.reconstruct()
    desk.answer_search()
    desk.answer_search()
    assert desk.state.job is None and desk.state.made is None and "no face was found" in desk.said()[0]


def test_a_face_elsewhere_is_said_to_be(desk: Desk, tmp_path):
    desk.open(factory.write_aflw2000(tmp_path).root)
    desk.choose()
    desk.sets.reconstruct()
    desk.answer_search(a_face((0, 0, 5, 5)))
    desk.answer_head()
    assert "none where the data set has one" in desk.said()[0]


def test_the_true_focal_length_is_told_when_wished(desk: Desk, tmp_path):
    desk.open(factory.write_heads(tmp_path / "heads").root)
    desk.choose()
    for wished, focal_px in ((False, None), (True, 1200.0)):
        desk.sets.tell_focal(wished)
        assert desk.state.made is None, "the other one is no answer to this question"
        desk.sets.reconstruct()
        desk.answer_search(a_face((100, 100, 300, 300)))
        assert desk.jobs[-1].options.focal_px == focal_px
        desk.answer_head()
    desk.sets.tell_focal(False)
    assert desk.state.made is not None
    desk.sets.tell_focal(True)
    desk.sets.choose_engine("3ddfa-v3")
    assert desk.sets.focal_px() is None, "an engine with a camera of its own is told nothing"


def test_an_engine_without_its_files_is_not_asked(desk: Desk, tmp_path, monkeypatch):
    monkeypatch.setenv("FACEVIEWER_ASSETS", str(tmp_path / "none"))
    desk.open(factory.write_aflw2000(tmp_path).root)
    desk.choose()
    desk.sets.choose_engine("3ddfa-v3")
    desk.sets.reconstruct()
    assert not desk.jobs and "lacks" in desk.said()[0] and "Tools > Models" in desk.said()[0]


def test_failing_cancelling_and_giving_way(desk: Desk, tmp_path):
    desk.open(factory.write_aflw2000(tmp_path).root)
    desk.choose()
    desk.sets.reconstruct()
    desk.rooms.verbs.handle(JobFailed(desk.jobs[-1].generation, "There is not enough memory.", "", "user"))
    assert desk.state.job is None and "not enough memory" in desk.said()[0] and desk.state.failed
    desk.sets.reconstruct()
    assert not desk.state.failed
    job = desk.jobs[-1]
    desk.sets.stop()
    assert job.cancel.cancelled and desk.state.job is None and desk.said() == ["Cancelled."]
    desk.rooms.verbs.handle(JobCancelled(job.generation))  # comes late, to nobody
    assert desk.said() == ["Cancelled."]
    desk.sets.reconstruct()
    generation = desk.jobs[-1].generation
    desk.rooms.verbs.reconstructing.next_generation()  # the window asks for something
    desk.rooms.verbs.handle(JobCancelled(generation))
    assert desk.state.job is None and "something else" in desk.said()[0]
    desk.sets.reconstruct()
    job = desk.jobs[-1]
    desk.choose(1)
    assert job.cancel.cancelled and desk.state.job is None, "another sample is another question"
    desk.sets.reconstruct()
    desk.sets.cancel()
    assert desk.jobs[-1].cancel.cancelled and desk.state.job is None


def test_both_heads_are_compared_in_the_window(desk: Desk, tmp_path):
    desk.open(factory.write_heads(tmp_path / "heads").root)
    key = desk.choose()
    desk.sets.compare_in_3d()
    assert not desk.rooms.state.documents
    desk.sets.reconstruct()
    desk.answer_search(a_face((100, 100, 300, 300)))
    head = desk.answer_head()
    desk.sets.compare_in_3d()
    truth, made = desk.rooms.state.documents
    assert (truth.kind, made.kind) == ("mesh", "photo") and key in truth.title and key in made.title
    assert truth.heads[1].engine == FILE_ENGINE and made.heads[1] is head and made.photo is not None
    comparison = desk.rooms.state.comparison
    assert comparison is not None and comparison.reference == HeadRef(truth.id)
    assert comparison.other == HeadRef(made.id) and desk.rooms.state.shown.other_mesh is head.mesh
    desk.sets.compare_in_3d()
    assert len(desk.rooms.state.documents) == 2, "they are in the list already"
    assert desk.rooms.background.close()


def test_layers_are_switched_one_by_one(desk: Desk):
    assert desk.state.layers.landmarks and not desk.state.layers.mesh
    desk.sets.show_layers(mesh=True, landmarks=False)
    assert desk.state.layers.mesh and desk.state.layers.axes and not desk.state.layers.landmarks


# what is drawn and told


def test_axes_of_a_rotation_without_a_place_lie_on_the_face(tmp_path):
    dataset = open_dataset(factory.write_aflw2000(tmp_path).root)
    sample = dataset.sample(dataset.keys[0])
    drawing = truth_drawing(sample.truth, (450, 450), None)
    box = true_box(sample.truth, (450, 450))
    assert drawing.axes is not None and box is not None
    np.testing.assert_allclose(drawing.axes.project(np.zeros(3)), [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    tips = drawing.axes.project(np.eye(3) * 70) - drawing.axes.project(np.zeros(3))
    R = sample.truth.R_camera_head
    assert R is not None
    np.testing.assert_allclose(tips / np.linalg.norm(tips), R[:2].T / np.linalg.norm(R[:2]), atol=1e-4)
    turned = truth_drawing(HeadTruth(R_camera_head=np.eye(3)), (100, 60), None)
    assert turned.axes is not None
    np.testing.assert_allclose(turned.axes.project(np.zeros(3)), [50, 30])
    assert truth_drawing(HeadTruth(), (100, 60), None).axes is None


def test_the_true_mesh_has_its_landmarks_and_is_seen_where_it_was(tmp_path):
    dataset = open_dataset(factory.write_heads(tmp_path / "heads").root)
    sample = dataset.sample(dataset.keys[0])
    head = true_head(sample)
    assert head is not None and sample.truth.landmarks68_mm is not None
    np.testing.assert_allclose(head.landmark_xyz_mm("68"), sample.truth.landmarks68_mm, atol=1e-3)
    drawing = truth_drawing(sample.truth, (640, 480), head)
    assert drawing.head is not None and drawing.points_px is None
    seen = drawing.head.camera.project(head.landmark_xyz_mm("68"))
    np.testing.assert_allclose(seen, sample.truth.landmarks68_px, atol=0.02)
    behind = replace(sample.truth, t_camera_head_mm=np.array([0, 0, -900.0]))
    assert truth_drawing(behind, (640, 480), head).head is None


def test_vertices_without_triangles_are_points(tmp_path):
    dataset = open_dataset(factory.write_arkitface(tmp_path, resources=False).root)
    sample = dataset.sample(dataset.keys[0])
    assert true_mesh(sample.truth) is None and true_head(sample) is None
    drawing = truth_drawing(sample.truth, (800, 800), None)
    assert drawing.points_px is not None and drawing.points_px.shape == (1220, 2)


def test_a_neutral_head_is_called_one(tmp_path):
    dataset = open_dataset(factory.write_biwi(tmp_path).root)
    head = true_head(dataset.sample(dataset.keys[0]))
    assert head is not None and any("at rest" in warning for warning in head.warnings)


def rows_of(truth: HeadTruth, result: Reconstruction | None, convention: Any = "pose_para") -> dict[str, PoseRow]:
    return {row.name: row for row in pose_rows(truth, result, convention)}


def test_an_exact_result_has_no_difference():
    result = make_reconstruction()
    truth = HeadTruth(
        R_camera_head=result.pose.R,
        t_camera_head_mm=result.pose.t_mm,
        K=result.camera.K,
        landmarks68_px=result.landmarks["68"].xy_px.astype(np.float64),
        landmarks68_mm=result.landmark_xyz_mm("68").astype(np.float64),
    )
    for convention in ("pose_para", "yxz"):
        rows = rows_of(truth, result, convention)
        assert [rows[name].difference for name in ("Yaw", "Pitch", "Roll")] == ["+0.0°"] * 3
        assert rows["Rotation"].difference == "0.0°" and rows["x, y, z"].difference == "+0, +0, +0 mm"
        assert rows["Distance"].difference == "0 cm" and rows["68 landmarks (NME)"].difference == "0.0000"
        assert rows["68 landmarks in space"].difference == "0 mm"


def test_differences_are_result_minus_truth_in_the_sets_own_convention():
    result, R = make_reconstruction(), rotation_from_pose(10.0, 5.0, -3.0)
    moved = replace(result, pose=replace(result.pose, R=R, t_mm=np.array([30.0, 0.0, 400.0])))
    truth = HeadTruth(R_camera_head=rotation_from_pose(0, 0, 0), t_camera_head_mm=np.array([0.0, 0.0, 400.0]))
    rows = rows_of(truth, moved)
    assert [rows[name].difference for name in ("Yaw", "Pitch", "Roll")] == ["+10.0°", "+5.0°", "\N{MINUS SIGN}3.0°"]
    assert rows["x, y, z"].difference == "+30, +0, +0 mm" and rows["Distance"].difference == "0 cm"
    nearer = replace(moved, pose=replace(moved.pose, t_mm=np.array([0.0, 0.0, 370.0])))
    assert rows_of(truth, nearer)["Distance"].difference == "\N{MINUS SIGN}3 cm", "what the two columns beside it say"
    assert float(rows_of(truth, moved, "yxz")["Pitch"].difference.replace("\N{MINUS SIGN}", "-")[:-1]) < 0, "looks down"


def test_what_is_not_known_has_no_line():
    assert pose_rows(HeadTruth(), None, "yxz") == ()
    names = rows_of(HeadTruth(), make_reconstruction())
    assert "Rotation" not in names and not [name for name in names if "68" in name] and not names["Yaw"].difference


def test_a_result_of_no_numbers_breaks_no_table():
    result = make_reconstruction()
    broken = replace(result, pose=replace(result.pose, t_mm=np.full(3, np.nan)))
    rows = rows_of(HeadTruth(t_camera_head_mm=np.zeros(3)), broken)
    assert "not a number" in rows["x, y, z"].result and rows["Distance"].result == "unknown"


class ManyKeys:
    id, title, angles, problems = "heads", "many", "pose_para", ()
    keys = tuple(f"folder/{number:06d}" for number in range(100_000))

    def photo_path(self, key: str) -> Path:
        return Path(key)

    def annotation_paths(self, key: str) -> tuple[Path, ...]:
        return ()

    def sample(self, key: str) -> Any:
        raise FaceviewerError(f"{key}: truncated")


def test_very_many_samples_are_found_by_row_and_by_typing(tmp_path):
    dataset: Any = ManyKeys()
    found = find(dataset, "", CancelToken())
    pictures = HeadPosePictures(found, dataset, Thumbnails(tmp_path))
    assert pictures.count == 100_000 and pictures.row_of(70_000) == 70_000
    assert pictures.find("000123") == 123 and pictures.find("x") is None and pictures.title(5) == "folder/000005"
    some = HeadPosePictures(HeadPoseFound(np.array([5, 9], np.int32)), dataset, Thumbnails(tmp_path))
    assert some.row_of(9) == 1 and some.row_of(7) == -1 and some.row_of(10**6) == -1 and some.key_of(0).endswith("5")
    with pytest.raises(FaceviewerError, match="truncated"):
        pictures.load(3, 128)
    assert len(find(dataset, "99999", CancelToken()).rows) == 1
    dataset.keys = ("100001/01_Frontal_Neutral/1616000000132",)
    assert pictures.title(0) == dataset.keys[0], "all of it: who paints it knows how much room there is"
    chosen = read(dataset, dataset.keys[0], CancelToken())
    assert chosen.sample is None and chosen.photo is None and len(chosen.troubles) == 2
