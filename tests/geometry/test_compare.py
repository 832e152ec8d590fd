"""How far one head lies from another."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh
from factories import make_mesh, make_topology
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.geometry.alignment import align_rigid
from faceviewer.geometry.compare import compare_meshes
from faceviewer.geometry.rotations import rotation_from_pose
from faceviewer.types import FaceMesh, Topology


def sphere(radius_mm: float, subdivisions: int = 4) -> FaceMesh:
    ball = trimesh.creation.icosphere(subdivisions, radius_mm)
    triangles = np.asarray(ball.faces, np.int32)
    topology = Topology("sphere", triangles, np.zeros((len(ball.vertices), 2)), triangles)
    return FaceMesh(np.asarray(ball.vertices, np.float32), topology)


def moved(mesh: FaceMesh, scale: float, yaw_deg: float, t: tuple[float, float, float]) -> FaceMesh:
    vertices = scale * mesh.vertices @ rotation_from_pose(yaw_deg, 3, -2).T + t
    return replace(mesh, vertices=vertices.astype(np.float32))


def retriangulated(mesh: FaceMesh) -> FaceMesh:
    """The same surface, quartered, with other vertex ids; the landmarks stay where they are."""
    order = np.random.default_rng(1).permutation(len(mesh.vertices))
    triangles = np.argsort(order)[mesh.topology.triangles].astype(np.int32)
    finer, faces = trimesh.remesh.subdivide(mesh.vertices[order], triangles)
    landmarks = {k: (np.argsort(order)[v].astype(np.int32), w) for k, (v, w) in mesh.topology.landmarks.items()}
    faces = faces.astype(np.int32)
    topology = Topology("finer", faces, np.zeros((len(finer), 2)), faces, landmarks=landmarks)
    return FaceMesh(finer.astype(np.float32), topology)


@pytest.mark.parametrize("subdivisions", [4, 5])  # of the other sphere; the reference has 5
@pytest.mark.parametrize("away", [2.0, -2.0])
def test_a_sphere_offset_by_2_mm_is_2_mm_away(away, subdivisions):
    ours, theirs = sphere(90, 5), sphere(90 + away, subdivisions)
    found = compare_meshes(ours, theirs, alignment="none")
    s = found.statistics
    assert found.same_topology == (subdivisions == 5)
    assert s.mean_mm == pytest.approx(away, rel=0.01) and s.mean_absolute_mm == pytest.approx(2, rel=0.01)
    assert s.rms_mm == pytest.approx(2, rel=0.01) and s.count == len(theirs.vertices)
    assert s.percentile_95_mm == pytest.approx(2, rel=0.01) and s.max_mm == pytest.approx(2, rel=0.02)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.8, 1.25), st.floats(-80, 80), st.tuples(*[st.floats(-50, 50)] * 3))
def test_alignment_undoes_a_move(scale, yaw, t):
    mesh = make_mesh()
    found = compare_meshes(mesh, moved(mesh, scale, yaw, t), alignment="similarity")
    assert found.statistics.max_mm < 1e-3 and found.transform.scale == pytest.approx(1 / scale, rel=1e-5)
    assert np.allclose(found.aligned_vertices_mm, mesh.vertices, atol=1e-3)
    rigid = compare_meshes(mesh, moved(mesh, 1, yaw, t), alignment="rigid")
    assert rigid.statistics.max_mm < 1e-3 and rigid.transform.scale == 1


def test_each_alignment_leaves_what_it_may_not_undo():
    mesh = make_mesh()
    bigger = moved(mesh, 1.05, 10, (4, 0, 0))
    by = {a: compare_meshes(mesh, bigger, alignment=a).statistics.rms_mm for a in ("none", "rigid", "similarity")}
    assert by["similarity"] < 1e-3 < 1 < by["rigid"] < by["none"]
    assert "Not aligned" in compare_meshes(mesh, bigger, alignment="none").description


def test_only_the_region_is_aligned_and_counted():
    mesh = make_mesh()
    face = mesh.topology.regions["face"]
    elsewhere = np.setdiff1d(np.arange(len(mesh.vertices)), face)
    vertices = mesh.vertices.copy()
    vertices[elsewhere] *= 1.5
    other = replace(mesh, vertices=vertices)
    found = compare_meshes(mesh, other)
    assert found.statistics.max_mm < 1e-3 and found.statistics.count == len(face) and "the face" in found.description
    assert np.abs(found.signed_mm[elsewhere]).max() > 10
    everything = compare_meshes(mesh, other, region=np.arange(len(vertices)))
    assert everything.statistics.count == len(vertices) and everything.statistics.mean_absolute_mm > 1


def test_another_triangulation_of_the_same_head_is_laid_on_it():
    mesh = make_mesh(make_topology(24, 36))
    other = retriangulated(mesh)
    rng = np.random.default_rng(2)
    vertices, weights = other.topology.landmarks["68"]
    shifted = rng.permutation(weights.T).T.astype(np.float32)  # landmarks that are a little off: a rough start
    topology = replace(other.topology, landmarks={"68": (vertices, shifted)})
    found = compare_meshes(mesh, replace(moved(other, 1, 12, (8, -5, 30)), topology=topology), alignment="rigid")
    assert not found.same_topology and "closest points" in found.description
    assert found.statistics.rms_mm < 0.05


def test_without_landmarks_the_search_starts_where_the_mesh_lies():
    found = compare_meshes(sphere(90), moved(sphere(90, 3), 1, 0, (3, 1, -2)), alignment="rigid")
    centre = found.aligned_vertices_mm.mean(0)
    assert np.abs(centre).max() < 0.2


def test_landmarks_that_are_wrong_shrink_no_head():
    mesh = make_mesh(make_topology(24, 36))
    other = retriangulated(mesh)
    vertices, weights = other.topology.landmarks["68"]
    mixed = np.random.default_rng(3).permutation(vertices)
    topology = replace(other.topology, landmarks={"68": (mixed, weights)})
    found = compare_meshes(mesh, replace(moved(other, 1, 0, (3, -2, 4)), topology=topology))
    assert found.statistics.mean_absolute_mm < 1
    assert 1 / 1.7 < found.transform.scale < 1.7 and np.ptp(found.aligned_vertices_mm, 0).min() > 50


def test_results_cannot_be_changed():
    found = compare_meshes(sphere(90), sphere(91))
    with pytest.raises(ValueError):
        found.signed_mm[0] = 1


def test_rigid_alignment_keeps_the_size():
    rng = np.random.default_rng(0)
    source = rng.normal(size=(30, 3))
    R = rotation_from_pose(20, 30, 40)
    found = align_rigid(source, source @ R.T + 5, rng.uniform(0.1, 1, 30))
    assert found.scale == 1 and np.allclose(found.R, R) and np.allclose(found.t, 5)
