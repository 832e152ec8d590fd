"""How long published files take to load, safely and from the cache: pytest tests/benchmarks/test_bench_assets.py."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from faceviewer.assets.places import find
from faceviewer.assets.tddfa_v3 import FACE_MODEL, RESNET50, RETINAFACE
from faceviewer.assets.verify import verify
from faceviewer.io.safe_load import Kind, load_cached, load_checkpoint, load_npy
from faceviewer.types import CancelToken


@pytest.fixture(scope="module")
def folder(tddfa_v3_assets: Path) -> Path:
    """The files, old enough for their digests to be remembered."""
    for path in tddfa_v3_assets.iterdir():
        os.utime(path, (time.time() - 60,) * 2)
    return tddfa_v3_assets


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's folders, with the cache; removed at the end."""
    folder = tmp_path_factory.mktemp("home")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def own_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEVIEWER_HOME", str(home))


def test_face_model_taken_apart(folder: Path, benchmark: BenchmarkFixture) -> None:
    assert "tri" in benchmark.pedantic(load_npy, (folder / FACE_MODEL,), rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("name", [RESNET50, RETINAFACE])
def test_checkpoint_taken_apart(name: str, folder: Path, benchmark: BenchmarkFixture) -> None:
    assert benchmark.pedantic(load_checkpoint, (folder / name,), rounds=5, warmup_rounds=1)


@pytest.mark.parametrize(("name", "kind"), [(FACE_MODEL, "npy"), (RESNET50, "checkpoint"), (RETINAFACE, "checkpoint")])
def test_from_the_cache(name: str, kind: Kind, folder: Path, benchmark: BenchmarkFixture) -> None:
    load_cached(folder / name, kind)
    assert benchmark.pedantic(load_cached, (folder / name, kind), rounds=5, warmup_rounds=1)


def test_verification_of_all_files(folder: Path, benchmark: BenchmarkFixture) -> None:
    (located,) = find(folder)
    report = benchmark.pedantic(verify, (located, lambda step: None, CancelToken()), rounds=3, warmup_rounds=1)
    assert report.is_sound
