"""How long heads take to fit: pytest tests/benchmarks/test_bench_fit.py.

``extra_info`` of the video holds the frames per second of following a face (tracking and fitting, no texture) and the
processor time that all threads spent on one, which tells more where other programs take their share of the cores.
"""

from __future__ import annotations

import time
from itertools import cycle, islice

import numpy as np
import pytest
import torch
from face_pictures import SAMPLE, Portrait, moved
from pytest_benchmark.fixture import BenchmarkFixture

from faceviewer.detection import FaceDetector, FaceTracker
from faceviewer.engines.builtin import BuiltinEngine, build
from faceviewer.engines.builtin.correction import correct
from faceviewer.engines.builtin.fit import FitState, Observations
from faceviewer.engines.builtin.heads import landmark_sets
from faceviewer.engines.builtin.stages import first_fit, observe, settle
from faceviewer.engines.options import ReconstructOptions
from faceviewer.io.photo import load_photo, photo_from_array
from faceviewer.types import Face, Photo, Reconstruction

BARE = ReconstructOptions(texture_size=None)
FRAMES = 60


@pytest.fixture(scope="module")
def engine() -> BuiltinEngine:
    return build("cpu")


@pytest.fixture(scope="module")
def shot() -> tuple[Photo, Face]:
    photo = load_photo(SAMPLE)
    return photo, FaceDetector().detect(photo.rgb)[0]


def seen(engine: BuiltinEngine, shot: tuple[Photo, Face], faces: int) -> Observations:
    return observe(engine.points, engine.landmark_sd_mm, [shot] * faces, list(range(faces)), BARE)


@pytest.mark.parametrize("faces", [1, 8])
def test_first_fit(faces: int, benchmark: BenchmarkFixture, engine: BuiltinEngine, shot: tuple[Photo, Face]) -> None:
    observed = seen(engine, shot, faces)
    with torch.inference_mode():
        benchmark(first_fit, engine.points, observed)


@pytest.mark.parametrize("faces", [1, 8])
def test_correct_and_settle(
    faces: int, benchmark: BenchmarkFixture, engine: BuiltinEngine, shot: tuple[Photo, Face]
) -> None:
    observed = seen(engine, shot, faces)

    def finish() -> FitState:
        return settle(engine.points, observed, correct(engine.correction, engine.points, observed, first))

    with torch.inference_mode():
        first = first_fit(engine.points, observed)
        benchmark(finish)


def test_landmark_sets(benchmark: BenchmarkFixture, engine: BuiltinEngine, shot: tuple[Photo, Face]) -> None:
    (head,) = engine.follow([shot], BARE)
    assert set(benchmark(landmark_sets, engine.head, head.mesh, head.camera, "cpu")) == set(head.landmarks)


@pytest.mark.parametrize("faces", [1, 8])
def test_whole_fit(faces: int, benchmark: BenchmarkFixture, engine: BuiltinEngine, shot: tuple[Photo, Face]) -> None:
    """From landmarks to ``Reconstruction``: mesh, camera, landmark sets with visibility."""
    assert len(benchmark(engine.follow, [shot] * faces, BARE)) == faces


def moving_face(portrait: Portrait, size: tuple[int, int], frames: int = 30) -> list[Photo]:
    """A portrait that sways and nods through a picture of (width, height), as a loop."""
    photos = []
    for t in np.linspace(0, 2 * np.pi, frames, endpoint=False):
        scale, angle = size[1] / 300, 0.3 * np.sin(t)
        c, s = scale * np.cos(angle), scale * np.sin(angle)
        matrix = np.array([[c, -s, 0.0], [s, c, 0.0]])
        middle = [size[0] / 2 + 0.1 * size[1] * np.sin(t), size[1] / 2]
        matrix[:, 2] = middle - matrix[:, :2] @ portrait.xy_px.mean(0)
        photos.append(photo_from_array(moved(portrait, matrix, size).rgb))
    return photos


@pytest.mark.parametrize("height", [480, 720])
def test_video(height: int, benchmark: BenchmarkFixture, engine: BuiltinEngine, shot: tuple[Photo, Face]) -> None:
    photo, face = shot
    portrait = Portrait(photo.rgb, face.landmarks["478"].xy_px.astype(np.float64))
    tracker, stream = FaceTracker(), cycle(moving_face(portrait, (height * 4 // 3, height)))

    def follow() -> list[Reconstruction]:
        frame = next(stream)
        return engine.follow([(frame, found) for found in tracker.update(frame.rgb)], BARE)

    assert all(len(follow()) == 1 for _ in islice(stream, 2))
    began, began_cpu = time.perf_counter(), time.process_time()
    assert len(benchmark.pedantic(follow, rounds=FRAMES)) == 1
    benchmark.extra_info["frames_per_s"] = FRAMES / (time.perf_counter() - began)
    benchmark.extra_info["cpu_ms_per_frame"] = (time.process_time() - began_cpu) / FRAMES * 1e3
