"""Worker processes: the same results as without, and the batch outlives any of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from faceviewer.engines.options import UsageError
from faceviewer.engines.registry import EngineSpec
from faceviewer.io.result_reader import is_complete
from faceviewer.jobs import processes
from faceviewer.jobs.batch import run_batch
from faceviewer.jobs.sources import expand_inputs
from faceviewer.jobs.tasks import BatchRequest, make_tasks


def run(paths, request, count=2):
    heard = []
    outcomes = run_batch(
        make_tasks(expand_inputs(paths)), request, lambda label, step: heard.append(step.stage), workers=count
    )
    return {Path(outcome.label).name: outcome for outcome in outcomes}, heard


def test_batch_outlives_a_worker_that_dies(album, fake, tmp_path):
    photos = album("a.jpg", "b.jpg", "bug.jpg", "c.jpg", "crash.jpg", "d.jpg", "crash2.jpg", "e.jpg", "f.jpg")
    photos.append(tmp_path / "missing.jpg")
    outcomes, heard = run(photos, BatchRequest(tmp_path / "out", fake, "cpu"))
    bad = {"bug.jpg", "crash.jpg", "crash2.jpg", "missing.jpg"}
    assert {name for name, outcome in outcomes.items() if outcome.status == "failed"} == bad
    assert set(outcomes) == {path.name for path in photos}
    assert "signal 9" in outcomes["crash.jpg"].reason
    assert "ZeroDivisionError" in outcomes["bug.jpg"].reason
    assert "fake_engine.py" in outcomes["bug.jpg"].trace
    written = list((tmp_path / "out").glob("*.json"))
    assert len(written) == len(photos) - len(bad)
    assert all(is_complete(path) for path in written)
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".obj", ".mtl", ".png", ".json"}
    assert {"Finding faces", "Fitting", "Writing"} <= set(heard)


def test_workers_do_not_oversubscribe_the_cores(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with processes._threads(3):
        assert {os.environ[name] for name in processes._THREAD_VARIABLES} == {"3"}
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


def test_an_engine_that_cannot_be_loaded_stops_the_batch(album, tmp_path):
    nowhere = EngineSpec("nowhere", "", "", (), frozenset(), "fake_engine:refuse")
    with pytest.raises(UsageError, match="cannot be loaded"):
        run(album("a.jpg", "b.jpg", "c.jpg"), BatchRequest(tmp_path / "out", nowhere, "cpu"))


def test_closing_the_batch_ends_the_workers(album, fake, tmp_path):
    tasks = make_tasks(expand_inputs(album("a.jpg", "slow1.jpg", "slow2.jpg", "slow3.jpg")))
    outcomes = run_batch(tasks, BatchRequest(tmp_path / "out", fake, "cpu"), lambda label, step: None, workers=2)
    assert next(outcomes).label.endswith("a.jpg")
    outcomes.close()
    assert {path.stem for path in (tmp_path / "out").iterdir()} == {"a_face1"}
