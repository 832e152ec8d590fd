"""How long results take to write and to read: pytest tests/benchmarks/test_bench_write.py."""

from __future__ import annotations

from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from factories import make_mesh, make_photo, make_reconstruction, make_texture, make_topology
from pytest_benchmark.fixture import BenchmarkFixture

from faceviewer.io.glb import encode_glb
from faceviewer.io.images import encode_png
from faceviewer.io.obj import encode_obj, read_obj, write_obj
from faceviewer.io.overlay import draw_overlay
from faceviewer.io.ply import encode_ply
from faceviewer.io.result_files import read_reconstruction, write_reconstruction
from faceviewer.io.result_reader import is_complete
from faceviewer.types import FaceMesh, Reconstruction


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    """36 002 vertices, 72 000 triangles."""
    return make_mesh(make_topology(150, 240))


@pytest.fixture(scope="module")
def result() -> Reconstruction:
    """15 002 vertices with a texture of 1024."""
    return make_reconstruction(100, 150, texture_size=1024, size=(640, 480))


def test_obj_of_36k_vertices(mesh: FaceMesh, benchmark: BenchmarkFixture) -> None:
    assert len(benchmark(encode_obj, "head", mesh, mtl_name="head.mtl")) > 1e6


def test_obj_of_36k_vertices_read(mesh: FaceMesh, benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    write_obj(tmp_path / "head.obj", mesh)
    assert len(benchmark(read_obj, tmp_path / "head.obj").vertices) == 36_002


@pytest.mark.parametrize("size", [1024, 2048, 4096])
def test_png(size: int, benchmark: BenchmarkFixture) -> None:
    rgb = make_texture(size).rgb
    assert benchmark.pedantic(encode_png, (rgb,), rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("targets", [0, 52])
def test_glb(targets: int, mesh: FaceMesh, benchmark: BenchmarkFixture) -> None:
    png = encode_png(make_texture(1024).rgb)
    offsets = {f"shape{k}": np.full_like(mesh.vertices, k) for k in range(targets)}
    assert benchmark.pedantic(encode_glb, (mesh, png), {"morph_targets": offsets}, rounds=5, warmup_rounds=1)


def test_ply(mesh: FaceMesh, benchmark: BenchmarkFixture) -> None:
    assert benchmark(encode_ply, mesh, make_texture(1024))


def test_overlay(result: Reconstruction, benchmark: BenchmarkFixture) -> None:
    assert benchmark.pedantic(draw_overlay, (make_photo((640, 480)), result), rounds=5, warmup_rounds=1).size


@pytest.mark.parametrize("extra", [False, True], ids=["obj", "all"])
def test_whole_result(extra: bool, result: Reconstruction, benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    number = count()
    pictures = {"_overlay.png": partial(draw_overlay, make_photo((640, 480)), result)}
    options = {"formats": ("obj", "glb", "ply"), "pictures": pictures, "origins": True}

    def write() -> Path:
        return write_reconstruction(result, tmp_path, f"head{next(number)}", **(options if extra else {})).json

    assert is_complete(benchmark.pedantic(write, rounds=5, warmup_rounds=1))


def test_whole_result_read(result: Reconstruction, benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    path = write_reconstruction(result, tmp_path, "head").json
    assert benchmark.pedantic(read_reconstruction, (path,), rounds=5, warmup_rounds=1).textures


def test_complete_check(result: Reconstruction, benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    path = write_reconstruction(result, tmp_path, "head").json
    assert benchmark(is_complete, path)
