"""The engine that knows the truth, and a bench run on made-up data sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import oracle_engine
import pytest
from head_pose_factory import WRITERS, Made

from faceviewer.datasets.head_pose.opening import open_dataset
from faceviewer.datasets.head_pose.sample import HeadPoseDataset
from faceviewer.evaluation.request import EvaluationRequest
from faceviewer.evaluation.rows import Row
from faceviewer.evaluation.run import Run, evaluate
from faceviewer.types import CancelToken


@pytest.fixture
def oracle():
    spec = oracle_engine.register_oracle()
    oracle_engine.found((0, 0, 2000, 2000))
    return spec


@pytest.fixture
def lay(tmp_path, oracle) -> Callable[..., tuple[Made, HeadPoseDataset]]:
    """A function that lays out a small data set of a kind, opens it, and tells the engine its truth."""

    def make(kind: str, **options) -> tuple[Made, HeadPoseDataset]:
        made = WRITERS[kind](tmp_path / "data", **options)
        return made, oracle_engine.learn(open_dataset(made.root, kind=kind))

    return make


@pytest.fixture
def measure(tmp_path, oracle) -> Callable[..., Run]:
    """A function that evaluates a data set into ``out`` and notes the rows it is told of."""

    def run(dataset: HeadPoseDataset, *, told: list[Row] | None = None, cancel: CancelToken | None = None, **asked):
        noted: list[Row] = [] if told is None else told
        return evaluate(
            dataset,
            EvaluationRequest(oracle, **asked),
            Path(dataset.photo_path(dataset.keys[0])).parent,
            tmp_path / "out",
            progress=lambda step: None,
            told=noted.append,
            cancel=cancel or CancelToken(),
        )

    return run
