"""What a user waits for: faces, the whole photo, pictures, start-up, memory.

Run with ``python -m pytest tests/benchmarks``. ``extra_info`` in ``--benchmark-json`` holds the seconds per stage.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

import faceviewer
from faceviewer.detection import FaceDetector
from faceviewer.types import Photo, Reconstruction

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def photo() -> Photo:
    return faceviewer.load_photo(ROOT / "resources" / "sample.jpg")


@pytest.fixture(scope="module")
def result(photo) -> Reconstruction:
    return faceviewer.reconstruct(photo, device="cpu")


@pytest.mark.parametrize("search", ["quick", "thorough"])
def test_detect(benchmark, photo, search):
    faces = benchmark(FaceDetector().detect, photo.rgb, search=search)
    assert len(faces) == 1


@pytest.mark.parametrize("texture_size", [None, 512, 1024, 2048])
def test_photo_to_head_in_memory(benchmark, photo, result, texture_size):
    """Warm: detection, fit and texture; with None, detection and fit alone."""
    options = faceviewer.ReconstructOptions(texture_size=texture_size)
    made = benchmark(faceviewer.reconstruct, photo, device="cpu", options=options)
    benchmark.extra_info["seconds"] = dict(made.timings)


def test_render(benchmark, result):
    from faceviewer.raster.pictures import render_views

    benchmark(render_views, result, ("front", "uv"), 512)


@pytest.mark.parametrize(
    "code",
    [
        "import faceviewer",
        "from faceviewer.cli.main import app",
        "from faceviewer.detection import FaceDetector",
        "import faceviewer; faceviewer.reconstruct",
        "from faceviewer.engines.registry import build_engine; build_engine('builtin', 'cpu')",
    ],
)
def test_start_up(benchmark, code):
    """A fresh Python, its own start included."""
    benchmark.pedantic(subprocess.run, ([sys.executable, "-c", code],), {"cwd": ROOT, "check": True}, rounds=5)


def test_cold_command_line(benchmark, tmp_path):
    command = [sys.executable, ROOT / "main.py", "reconstruct", "--sample", "--device", "cpu", "-o", tmp_path]
    benchmark.pedantic(
        subprocess.run, (command,), {"check": True, "stdout": subprocess.DEVNULL}, rounds=3, warmup_rounds=1
    )
    benchmark.extra_info["peak_MB"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
