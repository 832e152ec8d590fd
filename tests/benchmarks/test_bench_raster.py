"""The rasteriser against a plain per-triangle loop.

As a script it prints a table: ``PYTHONPATH=.:tests python tests/benchmarks/test_bench_raster.py``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pytest
import torch
from factories import make_mesh, make_topology
from plain_raster import rasterize_plainly

from faceviewer.raster.rasterize import interpolate, rasterize
from faceviewer.raster.sampling import sample_bicubic, sample_bilinear
from faceviewer.raster.shading import vertex_normals
from faceviewer.raster.views import frame_head
from faceviewer.raster.visibility import depth_map, project, visibility

SIZES_PX = (256, 512, 1024, 2048)


def head_scene(size_px: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(xyz_camera (1, V, 3), triangles (F, 3), K) of a head of 29 760 triangles that fills the picture."""
    mesh = make_mesh(make_topology(125, 120))
    camera = frame_head(mesh.vertices, 30.0, (size_px, size_px))
    xyz = torch.tensor(camera.to_camera(mesh.vertices), dtype=torch.float32)[None]
    triangles = torch.tensor(mesh.topology.triangles, dtype=torch.int64)
    return xyz, triangles, torch.tensor(camera.K, dtype=torch.float32)


def draw_fast(scene, size_px: int):
    xyz, triangles, K = scene
    return rasterize(project(xyz, K), xyz[..., 2], triangles, (size_px, size_px), cull="back")


@pytest.mark.parametrize("size_px", SIZES_PX)
def test_rasterize(benchmark, size_px):
    scene = head_scene(size_px)
    fragments = benchmark(draw_fast, scene, size_px)
    assert fragments.mask.float().mean() > 0.3


@pytest.mark.parametrize("size_px", SIZES_PX[:2])
def test_plain_loop(benchmark, size_px):
    xyz, triangles, K = head_scene(size_px)
    xy_px, depth = project(xyz, K)[0].numpy(), xyz[0, :, 2].numpy()
    ids, _, _ = benchmark.pedantic(
        rasterize_plainly, (xy_px, depth, triangles.numpy(), (size_px, size_px)), rounds=1, iterations=1
    )
    assert (ids >= 0).mean() > 0.3


@pytest.mark.parametrize("size_px", SIZES_PX[:3])
def test_interpolate(benchmark, size_px):
    xyz, triangles, _ = scene = head_scene(size_px)
    fragments = draw_fast(scene, size_px)
    benchmark(interpolate, xyz, fragments, triangles)


def test_visibility_of_all_vertices(benchmark):
    xyz, triangles, K = head_scene(1024)
    normals = vertex_normals(xyz, triangles)
    depths = depth_map(xyz, triangles, K, (1024, 1024))
    benchmark(visibility, depths, xyz, normals)


@pytest.mark.parametrize("sample", [sample_bilinear, sample_bicubic])
def test_sample_a_million_points(benchmark, sample):
    image, xy_px = million_points()
    benchmark(sample, image, xy_px)


def million_points() -> tuple[torch.Tensor, torch.Tensor]:
    """A picture and the positions of a slightly turned, scaled million of its points, in rows like a baked texture."""
    image = torch.randint(0, 256, (1024, 1024, 3), dtype=torch.uint8)
    side = torch.linspace(-400, 400, 1000)
    x, y = torch.meshgrid(side, side, indexing="xy")
    return image, torch.stack([0.98 * x + 0.2 * y + 512, 0.98 * y - 0.2 * x + 512], -1).reshape(-1, 2)


def best_seconds(work: Callable[[], object], repeats: int = 7) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def table() -> str:
    """One line per size: milliseconds, millions of covered pixels and thousands of faces per second, and the loop's."""
    lines = [
        f"{'px':>5} {'ms':>8} {'Mpixel/s':>9} {'kfaces/s':>9} | {'loop ms':>8} {'Mpixel/s':>9} {'kfaces/s':>9} | gain"
    ]
    for size_px in SIZES_PX:
        xyz, triangles, K = scene = head_scene(size_px)
        covered = int(draw_fast(scene, size_px).mask.sum())
        fast = best_seconds(lambda scene=scene, size_px=size_px: draw_fast(scene, size_px))
        plain_input = project(xyz, K)[0].numpy(), xyz[0, :, 2].numpy(), triangles.numpy(), (size_px, size_px)
        plain = best_seconds(lambda args=plain_input: rasterize_plainly(*args), 1)
        figures = [
            f"{seconds * 1e3:8.1f} {covered / seconds / 1e6:9.2f} {len(triangles) / seconds / 1e3:9.0f}"
            for seconds in (fast, plain)
        ]
        lines.append(f"{size_px:5d} {figures[0]} | {figures[1]} | {plain / fast:4.0f}")
    image, xy_px = million_points()
    for sample in (sample_bilinear, sample_bicubic):
        seconds = best_seconds(lambda sample=sample: sample(image, xy_px))
        lines.append(f"{sample.__name__}: 1 M points, 3 channels in {seconds * 1e3:.1f} ms")
    xyz, triangles, K = head_scene(1024)
    normals = vertex_normals(xyz, triangles)
    depths = depth_map(xyz, triangles, K, (1024, 1024))
    seconds = best_seconds(lambda: visibility(depths, xyz, normals))
    lines.append(f"visibility: {np.prod(xyz.shape[:2])} vertices in {seconds * 1e3:.1f} ms")
    return "\n".join([f"{torch.get_num_threads()} thread(s)", *lines])


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
