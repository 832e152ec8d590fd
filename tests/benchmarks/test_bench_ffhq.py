"""FFHQ's metadata at full size, and its pictures: pytest tests/benchmarks/test_bench_ffhq.py.

The metadata, 270 MB for 70,000 pictures, are generated; that takes a quarter of a minute.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ffhq_factory import face68, write_dataset, write_json
from numpy.random import default_rng
from PIL import Image
from pytest_benchmark.fixture import BenchmarkFixture

from faceviewer.datasets.ffhq.entry import FfhqQuery
from faceviewer.datasets.ffhq.index import FfhqIndex, find_json, open_index
from faceviewer.datasets.ffhq.options import PUBLISHED, UNALIGNED
from faceviewer.datasets.ffhq.quad import face_quad, face_squares
from faceviewer.datasets.ffhq.recreate import align_square, png_bytes
from faceviewer.datasets.ffhq.shifts import published_generator, shifts
from faceviewer.datasets.ffhq.statistics import statistics
from faceviewer.datasets.ffhq.verify import VerifyRequest, verify
from faceviewer.types import CancelToken, Progress

ROOT = Path(__file__).resolve().parents[2]
COUNT = 70_000
QUERIES = {
    "everything": FfhqQuery(),
    "by author": FfhqQuery(order="author"),
    "title": FfhqQuery(title="STRASSE"),
    "person": FfhqQuery(person="account500"),
    "all at once": FfhqQuery(
        title="dsc", author="ПЕТРОВА", licences=("Attribution License",), uploaded_from="2008-01-01", order="date"
    ),
}
_BUILD = """
import re, sys, time
from pathlib import Path
from faceviewer.datasets.ffhq.index import open_index
from faceviewer.types import CancelToken
began = time.perf_counter()
open_index(Path(sys.argv[1]), lambda step: None, CancelToken())
seconds = time.perf_counter() - began
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(seconds, int(peak[1]) / 1024)
"""


def nobody(_: Progress) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Metadata at full size, and the user's folders with the index; removed at the end."""
    place = tmp_path_factory.mktemp("ffhq")
    path = write_json(place / "ffhq-dataset-v2.json", COUNT)
    os.utime(path, (time.time() - 60,) * 2)  # old enough for its digest to be remembered
    yield place
    shutil.rmtree(place)


@pytest.fixture(autouse=True)
def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FACEVIEWER_HOME", str(folder / "home"))
    return folder / "home"


@pytest.fixture
def index(folder: Path) -> FfhqIndex:
    return open_index(folder / "ffhq-dataset-v2.json", nobody, CancelToken())


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory of a process is asked of Linux")
def test_index_made_in_little_memory(folder: Path, home: Path, benchmark: BenchmarkFixture) -> None:
    def build() -> tuple[float, ...]:
        shutil.rmtree(home, ignore_errors=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", _BUILD, str(folder / "ffhq-dataset-v2.json")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return tuple(map(float, done.stdout.split()))

    seconds, megabytes = benchmark.pedantic(build, rounds=1)
    benchmark.extra_info |= {"seconds": seconds, "peak MB": megabytes}
    assert megabytes < 200


def test_index_opened_again(index: FfhqIndex, folder: Path, benchmark: BenchmarkFixture) -> None:
    again = benchmark.pedantic(open_index, (folder / "ffhq-dataset-v2.json", nobody, CancelToken()), rounds=5)
    assert len(again) == COUNT


@pytest.mark.parametrize("name", QUERIES)
def test_query(name: str, index: FfhqIndex, benchmark: BenchmarkFixture) -> None:
    assert len(benchmark.pedantic(index.numbers, (QUERIES[name],), rounds=5, warmup_rounds=1))


def test_count(index: FfhqIndex, benchmark: BenchmarkFixture) -> None:
    assert benchmark.pedantic(index.count, (QUERIES["all at once"],), rounds=5, warmup_rounds=1)


def test_page_of_100_entries(index: FfhqIndex, benchmark: BenchmarkFixture) -> None:
    numbers = index.numbers(QUERIES["by author"])[30_000:30_100]
    assert len(benchmark.pedantic(index.entries, (numbers,), rounds=5, warmup_rounds=1)) == 100


def test_statistics(index: FfhqIndex, benchmark: BenchmarkFixture) -> None:
    def count() -> int:
        return statistics(index.column("split"), index.column("licence"), index.column("country")).count

    assert benchmark.pedantic(count, rounds=3) == COUNT


def test_shifts_of_all_pictures(index: FfhqIndex, benchmark: BenchmarkFixture) -> None:
    def all_shifts() -> np.ndarray:
        _, positions, landmarks, sizes = index.faces()
        squares = face_squares(landmarks, rotation=False)
        return shifts(published_generator(COUNT), squares, sizes, positions, UNALIGNED)

    assert benchmark.pedantic(all_shifts, rounds=1).shape == (COUNT, 2)


@pytest.mark.parametrize("place", ["inside", "at the border"])
def test_one_picture_aligned_and_encoded(place: str, benchmark: BenchmarkFixture) -> None:
    cells = default_rng(0).integers(0, 256, (40, 54, 3), np.uint8)
    photo = np.asarray(Image.fromarray(cells).resize((2016, 1512), Image.Resampling.BICUBIC))
    points = face68((1000, 700) if place == "inside" else (200, 200), 150, 10, 0.02)

    def align() -> bytes:
        return png_bytes(align_square(photo, face_quad(points), PUBLISHED))

    assert benchmark.pedantic(align, rounds=3, warmup_rounds=1)


@pytest.mark.parametrize("threads", [1, 2])
def test_verification(threads: int, tmp_path: Path, benchmark: BenchmarkFixture) -> None:
    write_dataset(tmp_path, tuple(range(12)), wild_size=(1600, 1200))
    index = open_index(find_json(tmp_path), nobody, CancelToken())
    request = VerifyRequest(threads=threads)
    report = benchmark.pedantic(verify, (tmp_path, index, request, nobody, CancelToken()), rounds=3, warmup_rounds=1)
    assert report.is_sound
