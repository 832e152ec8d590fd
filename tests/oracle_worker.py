"""The engine of ``oracle_engine`` for worker processes, where it finds the answers by itself.

The ``assets`` of a request are the data set's folder: ``build`` learns the truth from there. A file beside it, written
by ``misbehave``, says what goes wrong with which photo: as in ``oracle_engine.BEHAVIOUR``, and "exit" and "kill" end
the process, "wait" takes long.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import oracle_engine

from faceviewer.datasets.head_pose.opening import open_dataset
from faceviewer.datasets.head_pose.sample import HeadPoseDataset
from faceviewer.engines.engine import Shot
from faceviewer.engines.options import ReconstructOptions, UsageError
from faceviewer.types import CancelToken, FaceviewerError, ProgressCallback, Reconstruction

SPEC = replace(oracle_engine.ORACLE, factory="oracle_worker:build")
TRAINED = replace(SPEC, factory="oracle_worker:build_trained")
"""Learns from ARKitFace's part "train", with the resources in ``RESOURCES`` beside the data set."""
RESOURCES = "elsewhere"
REFUSING = replace(SPEC, factory="oracle_worker:refuse")
STARTS = "starts.txt"
"""Beside the data set: a character for each process that ``end`` or one of ``build_but_second`` was called in."""


def misbehave(root: Path, **behaviour: str) -> None:
    """Say what goes wrong with the photos of these keys."""
    (root.parent / "behaviour.json").write_text(json.dumps(behaviour), "utf-8")


def build(device: str, assets: Path | None = None) -> WorkerOracle:
    assert assets is not None
    return _build(assets, open_dataset(assets))


def build_trained(device: str, assets: Path | None = None) -> WorkerOracle:
    assert assets is not None
    return _build(assets, open_dataset(assets, part="train", resources=assets.parent / RESOURCES))


def _build(assets: Path, dataset: HeadPoseDataset) -> WorkerOracle:
    for key in dataset.keys:
        try:
            sample = dataset.sample(key)
        except FaceviewerError:
            continue
        oracle_engine.ANSWERS[str(sample.photo)] = sample.truth
    oracle_engine.found((0, 0, 2000, 2000))
    path = assets.parent / "behaviour.json"
    oracle_engine.BEHAVIOUR.update(json.loads(path.read_text("utf-8")) if path.exists() else {})
    return WorkerOracle()


def refuse(device: str, assets: Path | None = None) -> WorkerOracle:
    raise UsageError("the engine cannot be loaded")


def end(device: str, assets: Path | None = None) -> WorkerOracle:
    """Ends its process."""
    _count_start(assets)
    os._exit(3)


def build_but_second(device: str, assets: Path | None = None) -> WorkerOracle:
    """Ends the second process that it is called in."""
    if _count_start(assets) == 2:
        os._exit(3)
    return build(device, assets)


def build_but_second_late(device: str, assets: Path | None = None) -> WorkerOracle:
    """Ends the second process that it is called in once the first has done the rest and is gone."""
    assert assets is not None
    number = _count_start(assets)
    if number == 1:
        (assets.parent / f"first-{os.getpid()}").touch()
    elif number == 2:
        while not (told := list(assets.parent.glob("first-*"))) or _is_running(int(told[0].name.split("-")[1])):
            time.sleep(0.01)
        os._exit(3)
    return build(device, assets)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _count_start(assets: Path | None) -> int:
    assert assets is not None
    with open(assets.parent / STARTS, "a", encoding="ascii") as file:
        file.write("x")
        return file.tell()


class WorkerOracle(oracle_engine.Oracle):
    def reconstruct(
        self,
        shots: Sequence[Shot],
        *,
        options: ReconstructOptions,
        progress: ProgressCallback,
        cancel: CancelToken,
    ) -> list[Reconstruction]:
        for photo, _ in shots:
            assert photo.path is not None
            match oracle_engine.BEHAVIOUR.get(photo.path.stem):
                case "exit":
                    os._exit(3)
                case "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                case "wait":
                    time.sleep(60)
        return super().reconstruct(shots, options=options, progress=progress, cancel=cancel)
