"""3DDFA-V3 as an engine: from photo to result, with the published program's milliseconds beside ours.

As a script it prints the table: ``PYTHONPATH=.:tests python tests/benchmarks/test_bench_tddfa_engine.py``. The
published times are of one thread of a server's processor, summed of their steps; so are ours on an idle machine.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from synthetic_assets import write_tddfa_v3

from faceviewer.engines.options import ReconstructOptions
from faceviewer.engines.tddfa_v3.engine import build
from faceviewer.io.cv import cv2
from faceviewer.io.photo import photo_from_array
from faceviewer.types import CancelToken, Face, LandmarkSet, Photo

SHARED = Path(os.environ.get("FACEVIEWER_SHARED", Path(__file__).resolve().parents[3] / "shared"))
PUBLISHED_MS = {
    "network and all outputs, ResNet-50": 99 + 686,
    "network and all outputs, MobileNet-V3": 13 + 686,
    "network and geometry alone, ResNet-50": 99 + 40,
    "network and geometry alone, MobileNet-V3": 13 + 40,
}


class Work:
    """One crop, a large photo with many small faces, and the engine on synthetic files."""

    def __init__(self, folder: Path) -> None:
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
        self.engine = build("cpu", folder)
        rng = np.random.default_rng(0)
        self.crop = photo_from_array(rng.integers(0, 256, (224, 224, 3), dtype=np.uint8))
        self.whole = Face(np.array([0, 0, 224, 224], np.float32), 1.0, {})
        self.large = photo_from_array(rng.integers(0, 256, (3000, 4000, 3), dtype=np.uint8))

    def all_outputs(self, backbone: str) -> object:
        """Geometry, landmarks, both textures at 1024, and the published arrays: extractTex and both kinds of parts."""
        return self._run([(self.crop, self.whole)], backbone, 1024, published="yes", texture="published")

    def geometry(self, backbone: str) -> object:
        return self._run([(self.crop, self.whole)], backbone, None)

    def small_faces(self) -> object:
        """Sixteen faces of 60 pixels in a photo of 12 megapixels, without textures."""
        shots = [(self.large, _small_face(300 + 900 * (k % 4), 300 + 700 * (k // 4))) for k in range(16)]
        how = ReconstructOptions(texture_size=None)
        return self.engine.reconstruct(shots, options=how, progress=lambda _: None, cancel=CancelToken())

    def _run(self, shots: list[tuple[Photo, Face]], backbone: str, texture_size: int | None, **choices: str) -> object:
        how = ReconstructOptions(texture_size=texture_size, choices={"input": "crop", "backbone": backbone, **choices})
        return self.engine.reconstruct(shots, options=how, progress=lambda _: None, cancel=CancelToken())

    def steps(self) -> dict[str, Callable[[], object]]:
        names = {"ResNet-50": "resnet50", "MobileNet-V3": "mbnetv3"}
        each = {
            f"network and {what}, {title}": (lambda do=do, name=name: do(name))
            for what, do in (("all outputs", self.all_outputs), ("geometry alone", self.geometry))
            for title, name in names.items()
        }
        return {**each, "16 small faces of a 12-megapixel photo": self.small_faces}


def _small_face(x: float, y: float) -> Face:
    points = np.full((106, 2), (x, y), np.float32)
    for number, place in {74: (-10, -10), 83: (10, -10), 54: (0, 2), 84: (-8, 12), 90: (8, 12)}.items():
        points[number] += place
    box = np.array([x - 30, y - 30, x + 30, y + 30], np.float32)
    return Face(box, 0.99, {"106": LandmarkSet("106", points, np.ones(106, bool))})


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    return Work(write_tddfa_v3(tmp_path_factory.mktemp("assets"), SHARED))


@pytest.mark.parametrize("backbone", ["resnet50", "mbnetv3"])
def test_all_outputs(benchmark, work: Work, backbone: str) -> None:
    benchmark(work.all_outputs, backbone)


@pytest.mark.parametrize("backbone", ["resnet50", "mbnetv3"])
def test_geometry(benchmark, work: Work, backbone: str) -> None:
    benchmark(work.geometry, backbone)


def test_small_faces_of_a_large_photo(benchmark, work: Work) -> None:
    benchmark(work.small_faces)


def _median_ms(step: Callable[[], object], runs: int = 7) -> float:
    taken = []
    for _ in range(runs + 2):
        began = time.perf_counter()
        step()
        taken.append(time.perf_counter() - began)
    return 1000 * float(np.median(taken[2:]))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        steps = Work(write_tddfa_v3(Path(folder), SHARED)).steps()
        for name, step in steps.items():
            ours, theirs = _median_ms(step), PUBLISHED_MS.get(name)
            beside = f"{theirs:8.0f}   {ours / theirs:.2f}" if theirs else ""
            sys.stdout.write(f"{name:<45} {ours:8.1f} ms {beside}\n")
