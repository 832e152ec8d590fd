"""Meshes, ids and files carried between the four meshes of the Basel Face Model, there and back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from factories import make_reconstruction
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.io.obj import encode_obj, read_obj
from faceviewer.io.result_files import write_reconstruction
from faceviewer.models.tddfa_v3 import mesh_conversion
from faceviewer.models.tddfa_v3.convert_files import SCHEMA, convert_id_list, convert_obj, convert_result
from faceviewer.models.tddfa_v3.correspondences import FILES, correspondences_from_arrays
from faceviewer.models.tddfa_v3.mesh_conversion import (
    COUNTS,
    Relation,
    converted_ids,
    converted_mesh,
    relation_in,
)
from faceviewer.types import FaceMesh, FaceviewerError, Topology


@pytest.fixture(scope="module")
def index_folder(tmp_path_factory):
    """Nested meshes, as published: each smaller one is a selection of each larger one."""
    folder, rng = tmp_path_factory.mktemp("assets"), np.random.default_rng(0)
    places = {53490: np.arange(53490)}
    for larger, smaller in ((53490, 53215), (53215, 38365), (38365, 35709)):
        places[smaller] = np.sort(rng.choice(places[larger], smaller, replace=False))
    for larger, smaller in FILES:
        np.save(folder / f"indices_{larger}_{smaller}.npy", np.searchsorted(places[larger], places[smaller]))
    return folder


def mesh_of(count: int, *, seed: int = 0, triangles: int = 300, uv: str = "by vertex") -> FaceMesh:
    """A cloud of ``count`` vertices with a few triangles among them."""
    rng = np.random.default_rng(seed)
    corners = rng.choice(count, (triangles, 3), replace=False).astype(np.int32)
    if uv == "by vertex":
        coordinates, uv_corners = rng.random((count, 2)), corners
    elif uv == "of its own":
        coordinates, uv_corners = rng.random((50, 2)), rng.integers(0, 50, (triangles, 3))
    else:
        coordinates, uv_corners = np.zeros((0, 2)), np.zeros((0, 3))
    topology = Topology("cloud", corners, coordinates.astype(np.float32), uv_corners.astype(np.int32))
    colors = rng.integers(0, 256, (count, 3), np.uint8)
    return FaceMesh(rng.normal(size=(count, 3)).astype(np.float32), topology, colors)


def relation_of(source: int, target: int, source_of: np.ndarray) -> Relation:
    return Relation(source, target, source_of, ("indices.npy",))


@pytest.mark.parametrize(("small", "large"), [(s, g) for s in COUNTS for g in COUNTS if s < g])
def test_to_a_larger_mesh_and_back_is_the_identity(index_folder, small, large):
    there, back = relation_in(index_folder, small, large), relation_in(index_folder, large, small)
    ids = np.arange(small)
    gone = converted_ids(ids, there)
    returned = converted_ids(gone, back)
    is_direct = len(there.files) == 1
    assert (returned[gone >= 0] == ids[gone >= 0]).all()
    assert (returned == ids).all() or not is_direct
    mesh = mesh_of(small)
    larger = converted_mesh(mesh, there).mesh
    again = converted_mesh(larger, back)
    known = gone >= 0
    assert (again.mesh.vertices[known] == mesh.vertices[known]).all()
    assert (again.mesh.colors[known] == mesh.colors[known]).all()
    assert (again.mesh.topology.uv[known] == mesh.topology.uv[known]).all()
    if is_direct:
        assert (again.mesh.topology.triangles == mesh.topology.triangles).all() and not again.lost_triangles


@pytest.mark.parametrize(("large", "small"), FILES)
def test_what_a_larger_mesh_has_in_addition_stands_at_the_centroid(index_folder, small, large):
    mesh = mesh_of(small)
    found = relation_in(index_folder, small, large)
    converted = converted_mesh(mesh, found).mesh
    unknown = np.flatnonzero(found.source_of < 0)
    assert found.unknown == len(unknown) == large - small and len(converted.vertices) == large
    assert np.allclose(converted.vertices[unknown], mesh.vertices.mean(0), atol=1e-5)
    assert not np.isin(converted.topology.triangles, unknown).any()
    assert len(converted.topology.triangles) == len(mesh.topology.triangles)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_landmarks_stay_where_they_are(data):
    """Also where several vertices of the one mesh are the same of the other, and some have no counterpart."""
    source, target = data.draw(st.integers(3, 40)), data.draw(st.integers(3, 40))
    source_of = np.array(data.draw(st.lists(st.integers(-1, source - 1), min_size=target, max_size=target)))
    ids = np.array(data.draw(st.lists(st.integers(-1, source - 1), min_size=1, max_size=20)))
    found = converted_ids(ids, relation_of(source, target, source_of))
    values = np.random.default_rng(0).random((source, 3))
    known = found >= 0
    assert (values[source_of[found[known]]] == values[ids[known]]).all()
    assert not np.isin(ids[~known & (ids >= 0)], source_of).any(), "only what has no counterpart is lost"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_triangles_keep_their_corners_and_their_texture(data):
    source, target = data.draw(st.integers(6, 30)), data.draw(st.integers(3, 30))
    source_of = np.array(data.draw(st.lists(st.integers(-1, source - 1), min_size=target, max_size=target)))
    uv = data.draw(st.sampled_from(["by vertex", "of its own", "none"]))
    mesh = mesh_of(source, triangles=2, uv=uv)
    try:
        converted = converted_mesh(mesh, relation_of(source, target, source_of))
    except FaceviewerError:
        assert not any(np.isin(corners, source_of).all() for corners in mesh.topology.triangles)
        return
    kept = [k for k, corners in enumerate(mesh.topology.triangles) if np.isin(corners, source_of).all()]
    before, after = mesh.topology, converted.mesh.topology
    assert (converted.mesh.vertices[after.triangles] == mesh.vertices[before.triangles[kept]]).all()
    assert converted.lost_triangles == len(before.triangles) - len(kept)
    if uv == "none":
        assert len(after.uv_triangles) == 0
    else:
        assert (after.uv[after.uv_triangles] == before.uv[before.uv_triangles[kept]]).all()


def test_files_in_use_are_named_in_order(index_folder):
    assert relation_in(index_folder, 53490, 35709).files == ("indices_53490_35709.npy",)
    assert relation_in(index_folder, 38365, 53215).files == ("indices_53215_38365.npy",)
    assert relation_in(index_folder, 53490, 38365).files == ("indices_53490_35709.npy", "indices_38365_35709.npy")


@pytest.mark.parametrize(
    ("there", "source", "target", "named"),
    [
        ((), 53215, 38365, ["indices_53215_38365.npy"]),
        ((), 53490, 53215, ["indices_53490_35709.npy", "indices_53215_35709.npy"]),
        (((53490, 35709),), 53490, 53215, ["indices_53215_35709.npy"]),
        (((53215, 38365), (38365, 35709)), 53490, 53215, ["indices_53490_35709.npy"]),
    ],
)
def test_files_that_would_do_it_are_named(index_folder, tmp_path, there, source, target, named):
    for larger, smaller in there:
        name = f"indices_{larger}_{smaller}.npy"
        (tmp_path / name).write_bytes((index_folder / name).read_bytes())
    with pytest.raises(FaceviewerError, match=f"no file relates the meshes of {source} and {target}") as caught:
        relation_in(tmp_path, source, target)
    assert f"{' and '.join(named)} would" in str(caught.value) and str(tmp_path) in str(caught.value)


def test_unknown_counts_and_foreign_ids(index_folder):
    with pytest.raises(FaceviewerError, match="has 20481 vertices, they have 53490, 53215, 38365 and 35709"):
        relation_in(index_folder, 20481, 35709)
    found = relation_in(index_folder, 35709, 53490)
    for wrong in (35709, -2):
        with pytest.raises(FaceviewerError, match=f"vertex {wrong} is not one of a mesh of 35709"):
            converted_ids(np.array([0, wrong]), found)


# files, on a mesh of few vertices


@pytest.fixture
def relate(monkeypatch):
    """Relates the globe of ``make_reconstruction`` to one without every tenth vertex, in another order."""
    order = np.random.default_rng(0).permutation(np.delete(np.arange(386), np.s_[::10]))

    def call(count: int) -> Relation:
        if count != 386:
            raise FaceviewerError(f"no mesh has {count} vertices")
        return relation_of(386, len(order), order)

    return call


def test_an_obj_with_colours(tmp_path, relate):
    mesh = make_reconstruction().mesh
    mesh = FaceMesh(mesh.vertices, mesh.topology, np.random.default_rng(0).integers(0, 256, (386, 3), np.uint8))
    (tmp_path / "in.obj").write_bytes(encode_obj("in", mesh))
    done = convert_obj(tmp_path / "in.obj", "out", relate)
    (tmp_path / "out.obj").write_bytes(done.data)
    found, source_of = read_obj(tmp_path / "out.obj"), done.relation.source_of
    assert np.allclose(found.vertices, mesh.vertices[source_of], atol=1e-5)
    assert np.allclose(found.colors, mesh.colors[source_of] / 255, atol=1e-4)
    text = done.data.decode()
    assert text.startswith("# units: millimetres") and "by indices.npy" in text
    assert any("triangles lost a corner" in finding for finding in done.findings)


def test_names_of_files_cannot_end_a_comment(tmp_path, relate):
    path = tmp_path / "two\nlines.obj"
    path.write_bytes(encode_obj("in", make_reconstruction().mesh, comments=()))
    text = convert_obj(path, "out", relate).data.decode()
    assert text.startswith("# units: those of two\\nlines.obj\n")
    assert all(line[:1] in "#ovfs" for line in text.splitlines())


def test_landmarks_and_parts_of_a_result(tmp_path, relate):
    result = make_reconstruction()
    write_reconstruction(result, tmp_path, "head")
    done = convert_result(tmp_path / "head.json", relate)
    tree = json.loads(done.data)
    assert (tree["schema"], tree["vertices"], tree["source"]["vertices"]) == (SCHEMA, done.relation.target, 386)
    moved = result.mesh.vertices[done.relation.source_of]
    for name, points in result.landmarks.items():
        found = tree["landmarks"][name]
        ids, weights = np.array(found["vertices"]), np.array(found["barycentric"])
        kept = (ids >= 0).all(1)
        xyz = np.einsum("lk,lkc->lc", weights, moved[ids])[kept]
        assert 0 < kept.sum() < len(kept) and np.allclose(xyz, result.landmark_xyz_mm(name)[kept], atol=1e-3)
        assert f"{(~kept).sum()} of {len(kept)} landmarks of set {name} have no counterpart and are -1" in done.findings
        assert len(points.xy_px) == len(ids)
    for name, part in result.mesh.topology.parts.items():
        ids = np.array(tree["parts"][name])
        assert len(ids) == len(part) and (done.relation.source_of[ids[ids >= 0]] == part[ids >= 0]).all()


def test_a_list_of_ids(tmp_path, relate):
    (tmp_path / "ids.txt").write_text("0 1\n2 3\n")
    done = convert_id_list(tmp_path / "ids.txt", 386, ".txt", relate)
    first, *rest = [int(word) for word in done.data.split()]
    assert first == -1 and done.relation.source_of[rest].tolist() == [1, 2, 3]
    assert done.findings == ("4 ids", "1 of 4 ids have no counterpart and are -1")


def test_every_error_names_the_file_once(tmp_path, relate):
    (tmp_path / "ids.txt").write_text("386\n")
    (tmp_path / "other.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (tmp_path / "bad.json").write_text("{}")
    for name, call in (
        ("ids.txt", lambda path: convert_id_list(path, 386, ".txt", relate)),
        ("other.obj", lambda path: convert_obj(path, "x", relate)),
        ("gone.obj", lambda path: convert_obj(path, "x", relate)),
        ("bad.json", lambda path: convert_result(path, relate)),
        ("gone.json", lambda path: convert_result(path, relate)),
    ):
        with pytest.raises(FaceviewerError) as caught:
            call(tmp_path / name)
        assert str(caught.value).startswith(f"{tmp_path / name}: ") and str(caught.value).count(name) == 1


def test_a_mesh_of_which_nothing_is_left():
    mesh = mesh_of(9, triangles=3)
    with pytest.raises(FaceviewerError, match="no triangle keeps"):
        converted_mesh(mesh, relation_of(9, 2, np.array([0, 1])))


def test_the_counts_are_those_of_the_files():
    assert COUNTS == (53490, 53215, 38365, 35709)
    assert {count for pair in FILES for count in pair} == set(COUNTS)
    empty = correspondences_from_arrays({})
    assert mesh_conversion._missing_files(empty, 38365, 35709) == ["indices_38365_35709.npy"]
