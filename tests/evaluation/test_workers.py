"""Several processes measure the same as one, whatever becomes of one of them."""

from __future__ import annotations

import multiprocessing
import threading
import time
from dataclasses import replace

import oracle_worker
import pytest
from head_pose_factory import WRITERS, write_resources

from faceviewer.datasets.head_pose.opening import open_dataset
from faceviewer.engines.options import UsageError
from faceviewer.evaluation.bench import stamps_of
from faceviewer.evaluation.outputs import write_run
from faceviewer.evaluation.request import EvaluationRequest
from faceviewer.evaluation.run import evaluate
from faceviewer.evaluation.summary import summarise
from faceviewer.evaluation.tables import JOURNAL
from faceviewer.types import Cancelled, CancelToken, FaceviewerError


@pytest.fixture
def five(tmp_path, oracle):
    return WRITERS["aflw2000"](tmp_path / "data", count=5)


@pytest.fixture
def spread(tmp_path):
    """A function that evaluates the data set of a folder in two processes, into ``out``."""

    def run(root, *, dataset=None, engine=oracle_worker.SPEC, told=None, stages=None, cancel=None, **asked):
        request = EvaluationRequest(engine, "cpu", root, **{"workers": 2, **asked})
        return evaluate(
            dataset or open_dataset(root, part=request.part, resources=request.resources),
            request,
            root,
            tmp_path / "out",
            progress=lambda step: None if stages is None else stages.append(step.stage),
            told=(lambda row: None) if told is None else told.append,
            cancel=cancel or CancelToken(),
        )

    yield run
    assert not multiprocessing.active_children()


def timeless(rows):
    return [replace(row, seconds=None) for row in rows]


def test_the_rows_are_those_of_one_process(five, spread):
    five.photos[five.keys[1]].unlink()
    five.annotations[five.keys[3]].write_bytes(b"nothing")
    oracle_worker.misbehave(five.root, **{five.keys[4]: "bug"})
    told, stages = [], []
    two = spread(five.root, told=told, stages=stages)
    one = spread(five.root, workers=1)
    assert timeless(two.rows) == timeless(one.rows)
    assert [row.key for row in two.rows] == five.keys
    assert sorted(row.key for row in told) == sorted(five.keys) and all(row in two.rows for row in told)
    assert [row.status for row in two.rows] == ["ok", "bad photo", "ok", "bad annotation", "failed"]
    assert stages[0] == "Loading the engine"
    assert {stage.split()[1] for stage in stages[1:6]} == set(five.keys)
    assert "(5 of 5, " not in stages[1] and any(stage.endswith(" photos/s)") for stage in stages)


def test_part_and_resources_reach_the_processes(tmp_path, oracle, spread):
    made = WRITERS["arkitface"](tmp_path / "data", count=3, part="train", resources=False)
    resources = write_resources(made.root.parent / oracle_worker.RESOURCES)
    asked = {"engine": oracle_worker.TRAINED, "part": "train", "resources": resources}
    two, one = spread(made.root, **asked), spread(made.root, workers=1, **asked)
    assert [row.status for row in two.rows] == ["ok"] * 3 and "train" in two.about["title"]
    assert timeless(two.rows) == timeless(one.rows) and two.rows[0].nme is not None
    WRITERS["arkitface"](tmp_path / "data", count=3, part="test", resources=False)
    dataset = open_dataset(made.root, part="train", resources=resources)
    with pytest.raises(FaceviewerError, match="not the same data set"):
        spread(made.root, dataset=dataset, **(asked | {"part": "test"}))


def test_another_data_set_than_the_parents_is_refused(five, tmp_path, spread):
    other = WRITERS["aflw2000"](tmp_path / "other", count=3)
    with pytest.raises(FaceviewerError, match="opened once more, it is not the same data set"):
        spread(five.root, dataset=open_dataset(other.root))


@pytest.mark.parametrize(("behaviour", "how"), [("exit", "status 3"), ("kill", "signal 9")])
def test_a_process_that_dies_costs_its_photo(five, spread, tmp_path, behaviour, how):
    oracle_worker.misbehave(five.root, **{five.keys[0]: behaviour, five.keys[2]: behaviour})
    run = spread(five.root)
    assert [row.status for row in run.rows] == ["failed", "ok", "failed", "ok", "ok"]
    lost = run.rows[2]
    assert lost.reason.startswith(f"{five.keys[2]}: its worker process died ({how}")
    assert (lost.stamp, lost.annotation) == stamps_of(open_dataset(five.root), five.keys[2])
    write_run(tmp_path / "out", run, summarise(run), "")
    oracle_worker.misbehave(five.root)
    told = []
    again = spread(five.root, resume=True, told=told)
    assert [row.status for row in again.rows] == ["ok"] * 5
    assert sorted(row.key for row in told if row not in run.rows) == [five.keys[0], five.keys[2]]


def test_an_engine_that_cannot_be_loaded_ends_the_run(five, spread, tmp_path):
    with pytest.raises(UsageError, match="the engine cannot be loaded"):
        spread(five.root, engine=oracle_worker.REFUSING)
    assert not (tmp_path / "out").exists()
    with pytest.raises(FaceviewerError, match=r"could not begin: an unexpected error \(AttributeError"):
        spread(five.root, engine=replace(oracle_worker.SPEC, factory="oracle_worker:absent"))


def test_processes_that_die_before_they_begin_end_the_run(five, spread, tmp_path):
    """Once, not with every photo: loading takes long, and data sets are large."""
    with pytest.raises(FaceviewerError, match=r"died before they could begin \(status 3\)"):
        spread(five.root, engine=replace(oracle_worker.SPEC, factory="oracle_worker:end"))
    assert len((five.root.parent / oracle_worker.STARTS).read_text()) == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("factory", ["build_but_second", "build_but_second_late"])
def test_the_others_do_without_a_process_that_dies_before_it_begins(five, spread, factory):
    """When they have done the rest before, another one does what is left: the run once ended with an error then."""
    run = spread(five.root, engine=replace(oracle_worker.SPEC, factory=f"oracle_worker:{factory}"))
    assert [row.status for row in run.rows] == ["ok"] * 5


def test_a_cancelled_run_ends_at_once_and_goes_on(five, spread, tmp_path):
    oracle_worker.misbehave(five.root, **dict.fromkeys(five.keys[3:], "wait"))
    cancel = CancelToken()

    class Rows(list):
        def append(self, row):
            super().append(row)
            if len(self) == 3:
                threading.Timer(0.5, cancel.cancel).start()  # while both processes wait

    told, began = Rows(), time.monotonic()
    with pytest.raises(Cancelled):
        spread(five.root, cancel=cancel, told=told)
    assert time.monotonic() - began < 40
    assert [path.name for path in (tmp_path / "out").iterdir()] == [JOURNAL]
    oracle_worker.misbehave(five.root)
    run = spread(five.root, resume=True)
    assert [row.status for row in run.rows] == ["ok"] * 5
    assert [row.seconds for row in run.rows[:3]] == [row.seconds for row in sorted(told, key=lambda row: row.key)]


def test_fewer_photos_than_workers(five, spread):
    assert len(spread(five.root, workers=8, limit=2).rows) == 2
    assert len(spread(five.root, workers=8, limit=1).rows) == 1


def test_no_workers_are_refused(oracle):
    with pytest.raises(UsageError, match="--workers take numbers from 1"):
        EvaluationRequest(oracle, workers=0)
