"""Meshes of a model that is known are recognised by their triangles, and keep their own texture coordinates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from faceviewer.assets.places import Place
from faceviewer.assets.tddfa_v3 import FACE_MODEL, VERTICES
from faceviewer.models.head_model import load_head
from faceviewer.models.known_topologies import recognised
from faceviewer.types import Topology


@pytest.fixture
def empty(tmp_path):
    return Place(tmp_path, "chosen")


def bare(topology: Topology, *, uv: np.ndarray | None = None) -> Topology:
    """What a file says of a mesh; a single texture coordinate stands for none."""
    if uv is None:
        return Topology("mesh", topology.triangles.copy(), np.zeros((1, 2)), np.zeros_like(topology.triangles))
    return Topology("mesh", topology.triangles.copy(), uv, topology.uv_triangles.copy())


def test_the_built_in_head_with_and_without_texture_coordinates(empty):
    head = load_head()
    known, count = head.topology, head.vertex_count
    assert recognised(bare(known), count, empty, has_uv=False) is known
    assert recognised(bare(known, uv=np.round(known.uv, 5)), count, empty, has_uv=True) is known
    unrolled_anew = known.uv[:, ::-1].copy()
    found = recognised(bare(known, uv=unrolled_anew), count, empty, has_uv=True)
    assert (found.uv == unrolled_anew).all() and found.landmarks.keys() == known.landmarks.keys()
    assert found.name == known.name and found.regions.keys() == known.regions.keys()


def test_other_triangles_and_other_counts_stay_what_they_are(empty):
    head = load_head()
    turned = replace(bare(head.topology), triangles=np.roll(head.topology.triangles, 1, axis=1))
    assert recognised(turned, head.vertex_count, empty, has_uv=False) is turned
    mesh = bare(head.topology)
    assert recognised(mesh, head.vertex_count + 1, empty, has_uv=False) is mesh


def test_the_face_model_when_its_file_is_there(face_arrays, face_model, tmp_path, empty, monkeypatch):
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    mesh = Topology("mesh", face_model.triangles, np.zeros((1, 2)), np.zeros_like(face_model.triangles))
    assert recognised(mesh, VERTICES, empty, has_uv=False) is mesh
    np.save(tmp_path / FACE_MODEL, np.array(face_arrays, dtype=object), allow_pickle=True)
    found = recognised(mesh, VERTICES, empty, has_uv=False)
    assert found.name == "3ddfa-v3" and set(found.landmarks) == {"68", "106", "134"} and len(found.parts) == 8
    assert recognised(mesh, VERTICES, empty, has_uv=False) is found, "views know it again"
    (tmp_path / FACE_MODEL).write_bytes(b"damaged")
    assert recognised(mesh, VERTICES, empty, has_uv=False) is mesh
