"""What 3DDFA-V3's networks and their surroundings take on one core.

Run with ``python -m pytest tests/benchmarks/test_bench_tddfa_networks.py``; with ``--benchmark-timer=time.thread_time``
the time of other programs does not count. "published" is a network as it is, "ready" what ``for_inference`` makes of
it. The reference's own times, milliseconds on one thread of an idle AMD EPYC: RetinaFace 646, 106 points 45 (twice per
face), ResNet-50 99, MobileNet-V3 13.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from faceviewer.detection.landmarks106 import FaceSquare
from faceviewer.detection.retinaface import Letterbox, read_detections
from faceviewer.geometry.crop224 import Crop224
from faceviewer.networks.inference import exact, for_inference, to_input
from faceviewer.networks.published import PUBLISHED

INPUT_SIZES = {"resnet50": 224, "mbnetv3": 224, "retinaface": 512, "large_base": 224}


@pytest.fixture(autouse=True)
def one_core() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("state", ["published", "ready"])
@pytest.mark.parametrize("kind", INPUT_SIZES)
def test_network(kind: str, state: str, benchmark: BenchmarkFixture) -> None:
    network, side = PUBLISHED[kind].build().eval(), INPUT_SIZES[kind]
    pictures = np.random.default_rng(0).random((1, side, side, 3), np.float32)
    x = to_input(pictures, "cpu")
    if state == "ready":
        network = for_inference(network, "cpu")
    else:
        x = x.contiguous()
    with exact():
        benchmark.pedantic(network, (x,), rounds=7, warmup_rounds=2)


def noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_detector_input_of_twelve_megapixels(benchmark: BenchmarkFixture) -> None:
    benchmark(Letterbox((4000, 3000)).network_input, noise(4000, 3000))


@pytest.mark.parametrize("faces", [0, 10_000])
def test_detector_output(faces: int, benchmark: BenchmarkFixture) -> None:
    rng = np.random.default_rng(0)
    boxes, landmarks = rng.normal(size=(10752, 4)), rng.normal(size=(10752, 10))
    classes = np.tile([5.0, -5.0], (10752, 1))
    classes[:faces, 1] = 7 + rng.random(faces)
    raw = (values.astype(np.float32) for values in (boxes, classes, landmarks))
    benchmark(read_detections, *raw, Letterbox((4000, 3000)))


@pytest.mark.parametrize("side_px", [60, 2000])
def test_crop_for_106_points(side_px: int, benchmark: BenchmarkFixture) -> None:
    benchmark(FaceSquare(900.5, 700.5, side_px).crop, noise(4000, 3000))


@pytest.mark.parametrize("face_px", [20, 200, 2000])
def test_crop_224_and_back(face_px: int, benchmark: BenchmarkFixture) -> None:
    rgb, picture = noise(4000, 3000), noise(224, 224)
    crop = Crop224((4000, 3000), 102 / face_px, 2000.0, 1500.0)

    def there_and_back() -> None:
        crop.cut(rgb)
        crop.picture_to_photo(picture)

    benchmark(there_and_back)
