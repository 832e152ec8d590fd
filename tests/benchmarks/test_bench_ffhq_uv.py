"""FFHQ-UV at full size: pytest tests/benchmarks/test_bench_ffhq_uv.py.

100,000 files, empty but for their names, with meta-info; zips of 69,620 members; one map of 1024 pixels.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ffhq_uv_factory import LIGHT, attributes, facts, npy, write_zip
from numpy.random import default_rng
from PIL import Image
from pytest_benchmark.fixture import BenchmarkFixture

from faceviewer.datasets.ffhq_uv.entry import UvMapQuery
from faceviewer.datasets.ffhq_uv.index import UvMapIndex
from faceviewer.datasets.ffhq_uv.project import Project
from faceviewer.datasets.ffhq_uv.thumbnails import Thumbnails, make_thumbnail
from faceviewer.io.safe_load import parse_face_api
from faceviewer.types import CancelToken, Progress

ROOT = Path(__file__).resolve().parents[2]
COUNT, INVERTED = 100_000, 69_620
QUERIES = {
    "everything": UvMapQuery(),
    "by age": UvMapQuery(order="age"),
    "random": UvMapQuery(order="random", seed=3),
    "several": UvMapQuery(gender="male", age=(20, 30), beard=(0.5, 1.0), order="beard", descending=True),
    "id": UvMapQuery(id="0123"),
}
_BUILD = """
import re, sys, time
from pathlib import Path
from faceviewer.datasets.ffhq_uv.entry import UvMapQuery
from faceviewer.datasets.ffhq_uv.index import UvMapIndex
from faceviewer.types import CancelToken
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
before, first = peak(), []
began = time.perf_counter()
index = UvMapIndex(Path(sys.argv[1]))
def progress(step):
    if not first and len(index.page(UvMapQuery(), 0, 60)) == 60:
        first.append(time.perf_counter() - began)
index.update(progress, CancelToken())
print(time.perf_counter() - began, first[0], before, peak(), len(index))
"""


def nobody(_: Progress) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A set at full size; removed at the end."""
    place = tmp_path_factory.mktemp("ffhq_uv")
    for number in range(COUNT):
        path = place / "uv-maps" / f"{number // 1000:03d}" / f"{number:06d}.png"
        if number % 1000 == 0:
            path.parent.mkdir(parents=True)
        path.touch()
    said = {f"{number:06d}": {**facts(number), "ffhq_index": number} for number in range(COUNT)}
    (place / "meta-info.json").write_text(json.dumps(said, indent=1))
    yield place
    shutil.rmtree(place)


@pytest.fixture(autouse=True)
def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FACEVIEWER_HOME", str(folder.parent / "home"))
    return folder.parent / "home"


@pytest.fixture
def index(folder: Path) -> UvMapIndex:
    found = UvMapIndex(folder)
    found.update(nobody, CancelToken())
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory of a process is asked of Linux")
def test_index_made(folder: Path, home: Path, benchmark: BenchmarkFixture) -> None:
    def build() -> list[float]:
        shutil.rmtree(home, ignore_errors=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", _BUILD, str(folder)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return list(map(float, done.stdout.split()))

    seconds, first, before, megabytes, count = benchmark.pedantic(build, rounds=1)
    benchmark.extra_info |= {"seconds": seconds, "first page s": first, "MB before": before, "peak MB": megabytes}
    assert count == COUNT and first < 1 and megabytes < 250


def test_index_opened_again(index: UvMapIndex, folder: Path, benchmark: BenchmarkFixture) -> None:
    assert len(benchmark.pedantic(UvMapIndex, (folder,), rounds=5)) == COUNT


def test_index_looked_through_again(index: UvMapIndex, benchmark: BenchmarkFixture) -> None:
    assert benchmark.pedantic(index.update, (nobody, CancelToken()), rounds=5) is False


@pytest.mark.parametrize("name", QUERIES)
def test_query(name: str, index: UvMapIndex, benchmark: BenchmarkFixture) -> None:
    assert len(benchmark.pedantic(index.keys, (QUERIES[name],), setup=lambda: index._answers.clear(), rounds=5))


@pytest.mark.parametrize("name", QUERIES)
def test_later_page(name: str, index: UvMapIndex, benchmark: BenchmarkFixture) -> None:
    place = len(index.keys(QUERIES[name])) // 2
    assert benchmark(index.page, QUERIES[name], place, 60)


def test_first_page_before_all_keys(index: UvMapIndex, benchmark: BenchmarkFixture) -> None:
    found = benchmark.pedantic(
        index.page, (QUERIES["everything"], 0, 60), setup=lambda: index._answers.clear(), rounds=20
    )
    assert len(found) == 60


def test_facets(index: UvMapIndex, benchmark: BenchmarkFixture) -> None:
    assert benchmark(index.facets, QUERIES["several"]).total


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, light = tmp_path_factory.mktemp("project"), npy(LIGHT.reshape(1, 9, 1, 1))
    write_zip(folder / "lights.zip", {f"lights/{number:05d}.npy": light for number in range(INVERTED)})
    told = {f"attributes/{number:05d}.json": json.dumps(attributes(number)).encode() for number in range(INVERTED)}
    write_zip(folder / "attributes.zip", told)
    return folder


def test_zip_opened(zips: Path, benchmark: BenchmarkFixture) -> None:
    assert len(benchmark.pedantic(lambda: Project(zips).ids("lights"), rounds=3)) == INVERTED


@pytest.mark.parametrize("source", ["light", "attributes"])
def test_member_read(zips: Path, source: str, benchmark: BenchmarkFixture) -> None:
    project = Project(zips)
    read = getattr(project, source)
    assert read("00000") is not None
    assert benchmark(read, "43210") is not None


def test_face_api_answer(benchmark: BenchmarkFixture) -> None:
    from ffhq_uv_factory import answer_pickle

    assert benchmark(parse_face_api, answer_pickle(), "x.pkl")


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_thumbnail_made(suffix: str, tmp_path: Path, shared: Path, benchmark: BenchmarkFixture) -> None:
    path = tmp_path / f"map{suffix}"
    with Image.open(shared / "data" / "ffhq_uv" / "teaser_1" / "tex_uv.png") as image:
        image.save(path)
    assert benchmark(make_thumbnail, path, 128).shape == (128, 128, 3)


def test_thumbnail_kept(tmp_path: Path, benchmark: BenchmarkFixture) -> None:
    noise = default_rng(0).integers(0, 256, (1024, 1024, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((64, 64)).resize((1024, 1024)).save(tmp_path / "map.png")
    kept = Thumbnails(tmp_path / "cache")
    kept.get(tmp_path / "map.png", 128)
    assert benchmark(kept.peek, tmp_path / "map.png", 128) is not None
