"""How long faces take to find: pytest tests/benchmarks/test_bench_detection.py."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pytest
from face_pictures import Portrait, blobs, moved, placed, sample_rgb
from pytest_benchmark.fixture import BenchmarkFixture

from faceviewer.detection import FaceDetector, FaceTracker
from faceviewer.detection.faces import build_face
from faceviewer.detection.landmarker import find_blendshapes, find_landmarks
from faceviewer.detection.networks import Networks
from faceviewer.detection.roi import Pyramid, letterbox
from faceviewer.detection.search import search_as_library
from faceviewer.detection.visibility import visible_points
from faceviewer.io.cv import cv2


@pytest.fixture(scope="module")
def portrait() -> Portrait:
    rgb = sample_rgb()
    (face,) = FaceDetector().detect(rgb)
    return Portrait(rgb, face.landmarks["478"].xy_px.astype(np.float64))


@pytest.mark.parametrize("search", ["quick", "thorough"])
def test_portrait(search: str, benchmark: BenchmarkFixture) -> None:
    detector, rgb = FaceDetector(), sample_rgb()[:400, 60:400]
    assert len(benchmark(detector.detect, rgb, search=search)) == 1


def test_first_portrait_of_a_detector(benchmark: BenchmarkFixture) -> None:
    rgb = sample_rgb()
    assert len(benchmark(lambda: FaceDetector().detect(rgb, search="quick"))) == 1


@pytest.mark.parametrize("case", ["noise", "blobs", "wall", "small face", "large face"])
def test_twelve_megapixels(case: str, benchmark: BenchmarkFixture, portrait: Portrait) -> None:
    noise = np.random.default_rng(0)
    rgb = {
        "noise": lambda: noise.integers(0, 256, (3000, 4000, 3), dtype=np.uint8),
        "blobs": lambda: cv2.resize(blobs(750, 1000), (4000, 3000)),
        "wall": lambda: np.full((3000, 4000, 3), 128, np.uint8),
        "small face": lambda: placed(portrait, share=0.15, side=3464, at=(0.7, 0.3)).rgb,
        "large face": lambda: placed(portrait, share=1, side=3464, at=(0, 0)).rgb,
    }[case]()
    detector = FaceDetector()
    detector.detect(rgb[:64, :64])
    faces = benchmark.pedantic(detector.detect, (rgb,), rounds=3)
    assert len(faces) == ("face" in case)


@pytest.mark.parametrize("side", [480, 720, 1080])
def test_video_frame(side: int, benchmark: BenchmarkFixture, portrait: Portrait) -> None:
    frames = []
    for t in np.linspace(0, 2 * np.pi, 30, endpoint=False):
        c, s = np.cos(0.3 * np.sin(t)) * side / 300, np.sin(0.3 * np.sin(t)) * side / 300
        matrix = np.array([[c, -s, 0.0], [s, c, 0.0]])
        matrix[:, 2] = [side * (0.67 + 0.1 * np.sin(t)), side / 2] - matrix[:, :2] @ portrait.xy_px.mean(0)
        frames.append(moved(portrait, matrix, (side * 4 // 3, side)).rgb)
    tracker, stream = FaceTracker(), cycle(frames)
    tracker.update(next(stream))
    assert len(benchmark(lambda: tracker.update(next(stream)))) == 1


@pytest.mark.parametrize("stage", ["detector", "landmarks", "blendshapes", "visibility", "build_face"])
def test_stage(stage: str, benchmark: BenchmarkFixture) -> None:
    networks, photo = Networks(), Pyramid(sample_rgb())
    (seen,) = search_as_library(networks, photo)
    landmarks = seen.landmarks
    picture = cv2.resize(photo.rgb, (128, 128))
    run = {
        "detector": lambda: networks.detect(picture),
        "landmarks": lambda: find_landmarks(networks, photo, letterbox(*photo.size)),
        "blendshapes": lambda: find_blendshapes(networks, landmarks.xy_px),
        "visibility": lambda: visible_points(landmarks.xy_px, landmarks.z_px),
        "build_face": lambda: build_face(networks, seen),
    }[stage]
    benchmark(run)
