"""``faceviewer assets convert``: what it writes, what it says, and with which status it ends."""

from __future__ import annotations

import json

import numpy as np
import pytest
from factories import make_reconstruction
from typer.testing import CliRunner

from faceviewer.cli.main import app
from faceviewer.io.obj import read_obj
from faceviewer.io.result_files import write_reconstruction


@pytest.fixture
def convert(tmp_path, monkeypatch):
    """Run ``faceviewer assets convert ...``: (status, stdout, stderr)."""
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FACEVIEWER_ASSETS", raising=False)

    def call(*arguments) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, ["assets", "convert", *map(str, arguments)], prog_name="faceviewer")
        return done.exit_code, done.stdout, done.stderr

    return call


@pytest.fixture
def assets(tmp_path):
    """A folder with one of the index files: every vertex but the first of the larger mesh, backwards."""
    folder = tmp_path / "assets"
    folder.mkdir()
    np.save(folder / "indices_53490_35709.npy", np.arange(35709, 0, -1))
    return folder


@pytest.fixture
def mesh(tmp_path):
    """A mesh of 35709 vertices with two triangles and a colour for each vertex."""
    xyz = np.random.default_rng(0).random((35709, 3))
    rows = ("v %.6f %.6f %.6f 1 0.5 0\n" * len(xyz)) % tuple(xyz.ravel())
    (tmp_path / "small.obj").write_text(f"{rows}f 1 2 3\nf 35707 35708 35709\n")
    return tmp_path / "small.obj"


def test_a_mesh_to_a_larger_one_and_back(convert, assets, mesh, tmp_path):
    large, back = tmp_path / "large.obj", tmp_path / "back.obj"
    status, text, errors = convert(mesh, "-o", large, "--to", 53490, "--assets", assets)
    assert (status, errors) == (0, "")
    assert f"{large}: from the mesh of 35709 vertices to that of 53490, by indices_53490_35709.npy\n" in text
    assert "17781 of the 53490 vertices have no counterpart in small.obj" in text and "centroid" in text
    assert "# 17781 of the 53490 vertices have no counterpart" in large.read_text()
    found = read_obj(large)
    assert len(found.vertices) == 53490 and found.triangles[0].tolist() == [35709, 35708, 35707]
    status, text, _ = convert(large, "-o", back, "--to", 35709, "--assets", assets)
    assert status == 0 and "35709 vertices, 2 triangles" in text and "counterpart" not in text
    before, after = read_obj(mesh), read_obj(back)
    assert (before.vertices == after.vertices).all() and (before.triangles == after.triangles).all()
    assert np.allclose(before.colors, after.colors, atol=0.01)


def test_ids_need_to_say_their_mesh(convert, assets, tmp_path):
    (tmp_path / "ids.txt").write_text("0\n1\n53489\n")
    output = tmp_path / "out.npy"
    status, _, errors = convert(tmp_path / "ids.txt", "-o", output, "--to", 35709, "--assets", assets)
    assert status == 2 and "--from" in errors
    arguments = (tmp_path / "ids.txt", "-o", output, "--from", 53490, "--to", 35709, "--assets", assets)
    status, text, errors = convert(*arguments)
    assert (status, errors) == (0, "") and "2 of 3 ids have no counterpart and are -1" in text
    assert np.load(output).tolist() == [-1, 35708, -1]


def test_landmarks_and_parts_of_a_result(convert, assets, tmp_path):
    result = make_reconstruction(rows=97, columns=368, texture_size=None)  # 35698 vertices
    write_reconstruction(result, tmp_path, "head")
    path = tmp_path / "head.json"
    path.write_text(path.read_text().replace('"vertices": 35698', '"vertices": 35709'))
    status, text, errors = convert(path, "-o", tmp_path / "out.json", "--to", 53490, "--assets", assets)
    assert (status, errors) == (0, "") and "landmark sets 68, 106, 134, 478 and 8 parts" in text
    tree = json.loads((tmp_path / "out.json").read_text())
    ids = 35709 - np.array(result.landmarks["68"].vertices)
    assert tree["landmarks"]["68"]["vertices"] == ids.tolist() and tree["index_files"] == ["indices_53490_35709.npy"]


def test_the_environment_and_the_folder_of_faceviewer_are_used(convert, assets, mesh, tmp_path, monkeypatch):
    monkeypatch.setenv("FACEVIEWER_ASSETS", str(assets))
    assert convert(mesh, "-o", tmp_path / "out.obj", "--to", 53490)[0] == 0
    monkeypatch.delenv("FACEVIEWER_ASSETS")
    status, _, errors = convert(mesh, "-o", tmp_path / "out.obj", "--to", 53490)
    assert status == 1 and "home" in errors and "indices_53490_35709.npy would" in errors


def test_what_cannot_be_done_is_status_1_and_leaves_the_old_file(convert, assets, mesh, tmp_path):
    output = tmp_path / "out.obj"
    output.write_text("old")
    (tmp_path / "words.obj").write_text("words")
    (tmp_path / "three.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    for source, to, reason in (
        (mesh, 38365, "indices_38365_35709.npy would, but"),
        (mesh, 35709, "already"),
        (tmp_path / "words.obj", 53490, "no vertices"),
        (tmp_path / "three.obj", 53490, "no mesh of the Basel Face Model has 3 vertices"),
        (tmp_path / "gone.obj", 53490, "no such file"),
    ):
        status, text, errors = convert(source, "-o", output, "--to", to, "--assets", assets)
        assert (status, text) == (1, "") and errors.startswith(f"error: {source}: ") and reason in errors
        assert errors.count("\n") == 1 and output.read_text() == "old"
    (assets / "indices_53490_35709.npy").write_bytes(b"nothing")
    status, _, errors = convert(mesh, "-o", output, "--to", 53490, "--assets", assets)
    assert status == 1 and "indices_53490_35709.npy" in errors and output.read_text() == "old"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".faceviewer")]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["in.obj", "-o", "out.obj", "--to", "100"], "--to takes 53490, 53215, 38365, 35709; not 100"),
        (["in.npy", "-o", "out.npy", "--to", "35709", "--from", "7"], "--from takes"),
        (["in.ply", "-o", "out.obj", "--to", "35709"], "only .obj, .json, .npy and .txt"),
        (["in.obj", "-o", "out.json", "--to", "35709"], "is written as .obj"),
        (["in.txt", "-o", "out.obj", "--to", "35709", "--from", "53490"], "is written as .npy or .txt"),
        (["in.obj", "-o", "out.obj", "--to", "35709", "--assets", "/nowhere"], "--assets /nowhere"),
        (["in.obj", "--to", "35709"], "output"),
        (["in.obj", "-o", "out.obj"], "--to"),
    ],
)
def test_wrong_usage_is_status_2(convert, arguments, reason):
    status, text, errors = convert(*arguments)
    assert (status, text) == (2, "") and reason in errors


def test_a_count_that_contradicts_the_file(convert, assets, mesh, tmp_path):
    status, _, errors = convert(mesh, "-o", tmp_path / "o.obj", "--from", 38365, "--to", 53490, "--assets", assets)
    assert status == 1 and "it has 35709 vertices, not the 38365 of --from" in errors
