"""Baking and completing textures.

Run with ``python -m pytest tests/benchmarks/test_bench_texture.py``; the atlas of each size is drawn beforehand, as it
is in a session's second photo. ``extra_info`` holds the peak memory of the process in MB.
"""

from __future__ import annotations

import resource
import sys

import pytest
from painted_head import head_mesh, portrait_camera, shoot, skin_paint

from faceviewer.raster.texture import build_texture, build_texture_from_shots
from faceviewer.raster.texture.uv_atlas import uv_atlas


@pytest.fixture(scope="module")
def shots():
    mesh = head_mesh()
    cameras = [portrait_camera(mesh, azimuth, 600) for azimuth in (25.0, -25.0, 0.0)]
    return [(shoot(mesh, skin_paint(mesh), camera), mesh, camera) for camera in cameras]


def peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


@pytest.mark.parametrize("size", [512, 1024, 2048, 4096])
def test_one_photo(benchmark, shots, size):
    photo, mesh, camera = shots[0]
    build_texture(photo, mesh, camera, size=size)
    texture = benchmark.pedantic(build_texture, (photo, mesh, camera), {"size": size}, rounds=3 if size > 2000 else 10)
    benchmark.extra_info["peak_mb"] = peak_memory_mb()
    assert texture.rgb.shape == (size, size, 3)


def test_even_light(benchmark, shots):
    photo, mesh, camera = shots[0]
    benchmark(build_texture, photo, mesh, camera, delight=True)


def test_three_photos_of_one_person(benchmark, shots):
    benchmark(build_texture_from_shots, shots)


@pytest.mark.parametrize("size", [1024, 4096])
def test_atlas(benchmark, shots, size):
    topology = shots[0][1].topology
    benchmark.pedantic(uv_atlas.__wrapped__, (topology, size), rounds=2)
