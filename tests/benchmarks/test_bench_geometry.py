"""What pointing, measuring and comparing cost on the head.

Run with ``python -m pytest tests/benchmarks``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from faceviewer.geometry.compare import compare_meshes
from faceviewer.geometry.geodesic import surface_path
from faceviewer.geometry.planar import uv_locator
from faceviewer.geometry.surface import at_vertex
from faceviewer.models.head_model import load_head
from faceviewer.types import FaceMesh


@pytest.fixture(scope="module")
def heads() -> tuple[FaceMesh, FaceMesh]:
    """The mean person and somebody else."""
    head = load_head()
    identity = np.random.default_rng(0).normal(size=len(head.identity_control))
    other = head.vertices_mm(identity, np.zeros(len(head.expression_names)))
    return FaceMesh(head.mean_vertices_mm(), head.topology), FaceMesh(other, head.topology)


def test_a_texel_to_the_surface(benchmark, heads):
    locator = uv_locator(heads[0].topology)
    assert benchmark(locator.locate, (0.4, 0.5)) is not None


@pytest.mark.parametrize("ends", [(8, 27), (0, 16)], ids=["chin to nose", "ear to ear"])
def test_a_way_over_the_skin(benchmark, heads, ends):
    topology = heads[0].topology
    corners, weights = topology.landmarks["68"]
    points = [at_vertex(topology, int(corners[i][weights[i].argmax()])) for i in ends]
    assert benchmark(surface_path, heads[0].vertices, topology.triangles, *points) is not None


@pytest.mark.parametrize("same", [True, False], ids=["same triangles", "other triangles"])
def test_two_heads(benchmark, heads, same):
    ours, theirs = heads
    if not same:
        theirs = replace(theirs, topology=replace(theirs.topology, triangles=theirs.topology.triangles[:, [1, 2, 0]]))
    found = benchmark.pedantic(compare_meshes, (ours, theirs), rounds=5)
    assert found.same_topology == same
