"""What TRG takes on one core, its network alone and the whole engine.

Run with ``python -m pytest tests/benchmarks/test_bench_trg.py``; with ``--benchmark-timer=time.thread_time`` the time
of other programs does not count. "published" is the network as it is, "ready" what ``for_inference`` makes of it; the
last test asserts how they compare within one run. The reference's own times, on one thread of a shared machine: 143 to
154 ms for one face, about 110 ms each in batches of 8.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from synthetic_assets import TRG_WEIGHTS, write_trg

from faceviewer.detection import FaceDetector
from faceviewer.engines.options import ReconstructOptions
from faceviewer.engines.registry import build_engine
from faceviewer.geometry.crop192 import Crop192
from faceviewer.io.photo import load_photo
from faceviewer.networks.inference import exact, for_inference, to_input
from faceviewer.networks.trg import SUBSET, Trg, Views
from faceviewer.types import CancelToken

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample.jpg"


@pytest.fixture(autouse=True)
def one_core() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def network(state: str) -> Trg:
    torch.manual_seed(0)
    plain = Trg().eval()
    for regressor in plain.regressor:
        regressor.get_buffer("init_face").normal_(0, 0.05)
        regressor.get_buffer("init_head_pose")[:] = torch.tensor([1.0, 0, 0, 1, 0, 0, 1, 0, 0])
    return for_inference(plain, "cpu") if state == "ready" else plain.requires_grad_(False)


def arguments(batch: int) -> tuple[torch.Tensor, Views, torch.Tensor]:
    pictures = np.random.default_rng(0).random((batch, 192, 192, 3), np.float32)
    box = torch.tensor([[100.0, 80.0, 300.0, 280.0]]).expand(batch, 4)
    K = torch.tensor([[4800.0, 0, 96], [0, 4800, 96], [0, 0, 1]]).expand(batch, 3, 3)
    views = Views(box, torch.tensor([[640.0, 480.0]]).expand(batch, 2), torch.full((batch,), 5000.0), K)
    return to_input(pictures, "cpu"), views, torch.arange(0, 4 * SUBSET, 4)


@pytest.mark.parametrize("state", ["published", "ready"])
@pytest.mark.parametrize("batch", [1, 8])
def test_network(batch: int, state: str, benchmark: BenchmarkFixture) -> None:
    ready = network(state)
    with exact():
        benchmark.pedantic(ready, arguments(batch), rounds=7, warmup_rounds=2)


def test_crop(benchmark: BenchmarkFixture) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (3000, 4000, 3), dtype=np.uint8)
    benchmark(Crop192(1500, 900, 2300, 1700).cut, photo)


@pytest.fixture(scope="module")
def assets(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("trg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FACEVIEWER_HOME", str(folder / "home"))
        yield write_trg(folder / "assets", shared, weights=TRG_WEIGHTS[:1])
    shutil.rmtree(folder)


@pytest.mark.parametrize("texture", [None, 1024])
def test_engine(assets: Path, texture: int | None, benchmark: BenchmarkFixture) -> None:
    """From a found face to a head, its file long read."""
    engine, photo = build_engine("trg", "cpu", assets), load_photo(SAMPLE)
    shots = [(photo, FaceDetector().detect(photo.rgb)[0])]
    options = ReconstructOptions(texture_size=texture)

    def work() -> None:
        engine.reconstruct(shots, options=options, progress=lambda _: None, cancel=CancelToken())

    benchmark.pedantic(work, rounds=7, warmup_rounds=2)


def test_a_ready_network_is_the_faster_one() -> None:
    """Compared turn by turn, so that other programs hold up both alike."""
    both = {state: network(state) for state in ("published", "ready")}
    what, times = arguments(1), {state: [] for state in both}
    with exact():
        for _ in range(12):
            for state, one in both.items():
                began = time.thread_time()
                one(*what)
                times[state].append(time.thread_time() - began)
    assert min(times["ready"]) < 0.9 * min(times["published"])
