"""Bad input and bad engines: each photo is named once, counted, and the run goes on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import oracle_engine
import pytest
from head_pose_factory import DAMAGES, WRITERS, biwi_annotation, spoil_pose, write_annotation
from pictures import encoded

from faceviewer.datasets.head_pose.opening import open_dataset
from faceviewer.datasets.head_pose.sample import HeadSample, HeadTruth
from faceviewer.evaluation.summary import summarise
from faceviewer.types import FaceviewerError

BLACK = encoded(np.zeros((450, 450, 3), np.uint8), "JPEG")


def statuses(run) -> dict[str, str]:
    return {row.key: row.status for row in run.rows}


def check_one_bad(run, told, key, status, *said) -> None:
    """All but ``key`` are fine; it is told once, in one sentence with these words, and counted."""
    assert {one: was for one, was in statuses(run).items() if was != "ok"} == {key: status}
    troubles = [row for row in told if row.status != "ok"]
    assert [row.key for row in troubles] == [key]
    reason = troubles[0].reason
    assert all(word in reason for word in said) and "\n" not in reason, reason
    summary = summarise(run)
    assert summary.counts[status] == 1 and summary.counts["ok"] == len(run.rows) - 1
    assert all(figure.photos <= len(run.rows) - 1 for figure in summary.figures)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_annotation(lay, measure, damage):
    made, dataset = lay("aflw2000")
    key = made.keys[1]
    DAMAGES[damage](made.annotations[key])
    told = []
    check_one_bad(measure(dataset, told=told), told, key, "bad annotation", str(made.annotations[key]))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_photo(lay, measure, damage):
    made, dataset = lay("aflw2000")
    key = made.keys[0]
    DAMAGES[damage](made.photos[key])
    told = []
    check_one_bad(measure(dataset, told=told), told, key, "bad photo", str(made.photos[key]))


@pytest.mark.parametrize("kind", ["arkitface", "300w-lp", "aflw2000", "biwi"])
def test_a_pose_of_no_numbers(lay, measure, kind):
    made, dataset = lay(kind)
    key = made.keys[0]
    spoil_pose(made, kind, key)
    told = []
    check_one_bad(measure(open_dataset(made.root, kind=kind), told=told), told, key, "bad annotation", "finite")
    assert dataset.id == kind


def test_mismatched_counts(lay, measure):
    import scipy.io

    made, dataset = lay("aflw2000")
    key = made.keys[2]
    content = {"pt3d_68": np.ones((3, 67)), "Pose_Para": np.zeros((1, 7))}
    scipy.io.savemat(made.annotations[key], content)
    told = []
    check_one_bad(measure(dataset, told=told), told, key, "bad annotation", "pt3d_68")


def test_a_foreign_pickle(lay):
    """The annotation asks for a function to be called: the data set is refused by name."""

    class Foreign:
        def __reduce__(self):
            return (print, ("was run",))

    made, _ = lay("biwi")
    write_annotation(made.root / "annot_mtcnn_fan.pkl", {**biwi_annotation(made), "mesh": Foreign()}, old_numpy=False)
    with pytest.raises(FaceviewerError, match=r"annot_mtcnn_fan\.pkl: refused, it asks for builtins\.print"):
        open_dataset(made.root, kind="biwi")


class Arrays:
    """A data set in memory around another's first photo, whose truth is whatever a test says."""

    id, title, angles, problems = "heads", "in memory", "pose_para", ()

    def __init__(self, photo, *truths):
        self._photo, self._truths = photo, dict(zip("abcdef", truths, strict=False))

    @property
    def keys(self):
        return list(self._truths)

    def photo_path(self, key):
        return self._photo

    def annotation_paths(self, key):
        return ()

    def sample(self, key):
        truth = self._truths[key]
        if isinstance(truth, Exception):
            raise truth
        oracle_engine.ANSWERS[str(self._photo)] = truth
        return HeadSample(key, self._photo, truth)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("R_camera_head", np.full((3, 3), np.nan)),
        ("R_camera_head", np.eye(4)),
        ("t_camera_head_mm", np.array([0, np.inf, 0])),
        ("landmarks68_px", np.zeros((67, 2))),
        ("landmarks68_px", np.zeros((68, 3))),
        ("vertices_mm", np.zeros((10, 2))),
        ("K", np.full((3, 3), np.nan)),
        ("landmarks68_px", np.tile([[5.0, 3.0]], (68, 1)) * np.arange(68)[:, None] * [1, 0]),
    ],
)
def test_what_a_reader_let_through(lay, measure, name, wrong):
    """Whatever a data set gives: numbers that are none and arrays of other shapes never reach the engine."""
    made, _ = lay("aflw2000")
    good = HeadTruth(R_camera_head=np.diag([1.0, -1, -1]), landmarks68_px=made.landmarks_px[made.keys[0]])
    dataset = Arrays(made.photos[made.keys[0]], good, HeadTruth(**{name: wrong}), good)
    told = []
    check_one_bad(measure(dataset, told=told), told, "b", "bad annotation", name)


def test_a_reader_with_a_bug(lay, measure):
    made, _ = lay("aflw2000")
    good = HeadTruth(landmarks68_px=made.landmarks_px[made.keys[0]])
    dataset = Arrays(made.photos[made.keys[0]], good, KeyError("b"), good)
    told = []
    check_one_bad(measure(dataset, told=told), told, "b", "bad annotation", "unexpected error (KeyError")


def test_no_face(lay, measure):
    made, dataset = lay("aflw2000", photo=lambda number: BLACK if number == 1 else encoded(_grey(), "JPEG"))
    told = []
    run = measure(dataset, told=told)
    check_one_bad(run, told, made.keys[1], "no face", "no face was found")
    assert summarise(run).detection_rate == pytest.approx(2 / 3)


def _grey() -> np.ndarray:
    return np.full((450, 450, 3), 128, np.uint8)


def test_only_faces_elsewhere(lay, measure):
    _, dataset = lay("aflw2000")
    oracle_engine.found((0, 0, 20, 20), (430, 430, 450, 450))
    told = []
    run = measure(dataset, told=told)
    assert set(statuses(run).values()) == {"no face"}
    assert all("2 faces were found, not the annotated one" in row.reason for row in told)
    assert summarise(run).figures == () and summarise(run).detection_rate == 0


def test_the_annotated_of_several_faces(lay, measure, monkeypatch):
    made, dataset = lay("aflw2000", count=1)
    points = made.landmarks_px[made.keys[0]]
    box = (*points.min(0), *points.max(0))
    oracle_engine.found((0, 0, 450, 450), box, (0, 0, 60, 60))
    seen = []
    answer = oracle_engine._answer
    monkeypatch.setattr(
        oracle_engine, "_answer", lambda photo, face, asked: seen.append(face) or answer(photo, face, asked)
    )
    run = measure(dataset)
    assert run.rows[0].faces == 3
    np.testing.assert_allclose(seen[0].box_xyxy, box, atol=1e-3)


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("nan", "the engine's pose holds numbers that are not finite"),
        ("flat", "the engine's pose is no rotation"),
        ("mirror", "the engine's pose is no rotation"),
        ("stubborn", "the face cannot be fitted"),
        ("bug", "unexpected error (ZeroDivisionError"),
        ("memory", "not enough memory"),
    ],
)
def test_an_engine_that_fails(lay, measure, behaviour, said):
    made, dataset = lay("aflw2000")
    oracle_engine.BEHAVIOUR[made.photos[made.keys[1]].stem] = behaviour
    told = []
    run = measure(dataset, told=told)
    check_one_bad(run, told, made.keys[1], "failed", said)
    assert summarise(run).detection_rate == 1 and run.rows[1].faces == 1, "the face was found"


def test_the_true_box_is_given(lay, measure):
    """Whatever the search would find."""
    _, dataset = lay("aflw2000")
    oracle_engine.found()
    run = measure(dataset, faces="given")
    assert set(statuses(run).values()) == {"ok"} and summarise(run).detection_rate is None


def test_a_given_box_with_nothing_in_it(lay, measure, monkeypatch):
    """Its 68 points are still told to the engine; without any the photo has no face."""
    _, dataset = lay("aflw2000")
    monkeypatch.setattr(oracle_engine.Oracle, "detect_in_box", lambda self, rgb, box: None)
    assert set(statuses(measure(dataset, faces="given")).values()) == {"ok"}
    _, dataset = lay("biwi")
    run = measure(dataset, faces="given")
    assert set(statuses(run).values()) == {"no face"} and summarise(run).detection_rate is None, "nobody searched"


def test_no_box_to_give(lay, measure):
    made, _ = lay("aflw2000")
    dataset = Arrays(made.photos[made.keys[0]], HeadTruth(R_camera_head=np.eye(3)))
    run = measure(dataset, faces="given")
    assert run.rows[0].status == "bad annotation" and "tells no box" in run.rows[0].reason


def test_all_kinds_survive_the_loss_of_everything(lay, measure):
    for kind in WRITERS:
        made, dataset = lay(kind)
        for path in {*made.photos.values()}:
            path.unlink()
        run = measure(dataset)
        assert set(statuses(run).values()) <= {"bad photo", "bad annotation"}
        assert summarise(run).figures == ()


def test_a_true_mesh_without_a_face(lay, measure):
    """The pose still counts; why the shape does not is noted."""
    made, _ = lay("heads", count=1)
    arrays = dict(np.load(made.annotations[made.keys[0]]))
    np.savez(made.annotations[made.keys[0]], **{**arrays, "f": arrays["f"][:, ::-1]})
    dataset = oracle_engine.learn(open_dataset(made.root))
    row = measure(dataset).rows[0]
    assert row.status == "ok" and row.recon_mean_mm is None and row.add_mm is not None
    assert row.notes == ("The shape was not measured: the true mesh shows no face from the front.",)


def test_an_engine_whose_mesh_is_a_point(lay, measure, monkeypatch):
    _, dataset = lay("heads", count=1)
    true = oracle_engine._true

    def shrunk(photo, face, truth):
        result = true(photo, face, truth)
        return replace(result, mesh=replace(result.mesh, vertices=np.zeros_like(result.mesh.vertices)))

    monkeypatch.setattr(oracle_engine, "_true", shrunk)
    row = measure(dataset).rows[0]
    assert row.status == "failed" and "the engine's mesh is a single point" in row.reason
