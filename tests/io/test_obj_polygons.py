"""OBJ files as other programs write them, and as nobody should."""

from __future__ import annotations

import os
import re

import numpy as np
import pytest
from factories import make_mesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faceviewer.io import obj_polygons
from faceviewer.io.obj import encode_obj, read_obj
from faceviewer.io.obj_polygons import read_polygons
from faceviewer.types import FaceviewerError

SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"


def read(tmp_path, text: str | bytes):
    path = tmp_path / "some mesh.obj"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_polygons(path)


def test_our_own_files_are_read_as_the_strict_reader_reads_them(tmp_path):
    mesh = make_mesh(colors=True)
    path = tmp_path / "own.obj"
    path.write_bytes(encode_obj("own", mesh))
    ours, strict = read_polygons(path), read_obj(path)
    for name in ("triangles", "uv", "uv_triangles"):
        assert (getattr(ours, name) == getattr(strict, name)).all()
    assert (ours.vertices.astype(np.float32) == strict.vertices).all()
    assert np.abs(ours.colors - mesh.colors / 255).max() < 1e-4
    assert ours.says_millimetres and ours.polygons == len(ours.triangles)


def test_quads_and_larger_polygons_become_fans(tmp_path):
    found = read(tmp_path, SQUARE + "v 2 2 2\nf 1 2 3 4\nf 1 2 5\nf 5 4 3 2 1\n")
    assert found.triangles.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 4], [4, 3, 2], [4, 2, 1], [4, 1, 0]]
    assert (found.polygons, len(found.vertices)) == (3, 5)
    assert found.uv_triangles.shape == (0, 3) and found.uv.shape == (0, 2) and found.colors.shape == (0, 3)


def test_texture_corners_go_with_the_fans(tmp_path):
    text = SQUARE + "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nvn 0 0 1\nf 1/4/1 2/3/1 3/2/1 4/1/1\n"
    found = read(tmp_path, text)
    assert found.uv_triangles.tolist() == [[3, 2, 1], [3, 1, 0]]


@pytest.mark.parametrize(
    ("faces", "uv_triangles", "bare"),
    [
        ("f 1//1 2//1 3//1\n", [], 0),
        ("f 1/2/ 2/1/ 3/1/\n", [[1, 0, 0]], 0),
        ("f 1/1 2/1 3/2\nf 1 3 4\n", [[0, 0, 1], [2, 2, 2]], 1),
        ("f 1/1/1 2/1/1 3/2/1\nf 1//1 3//1 4//1\n", [[0, 0, 1], [2, 2, 2]], 1),
    ],
)
def test_corners_without_texture(tmp_path, faces, uv_triangles, bare):
    found = read(tmp_path, SQUARE + "vt 0.25 0.5\nvt 1 1\nvn 0 0 1\n" + faces)
    assert found.uv_triangles.tolist() == uv_triangles and found.bare_polygons == bare
    if bare:
        assert found.uv[-1].tolist() == [0, 0]


def test_negative_indices_count_back_from_where_the_face_stands(tmp_path):
    found = read(tmp_path, "v 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1\nv 5 5 5\nvt 0 0\nf -1/-1 1/1 2/1\n")
    assert found.triangles.tolist() == [[0, 1, 2], [3, 0, 1]]


def test_white_space_line_ends_comments_and_folded_lines(tmp_path):
    found = read(
        tmp_path,
        b"\xef\xbb\xbf# made elsewhere\r\n  v  0 0\t0 \r\nv 1 0 0\r\nv 0 1 0\r\n"
        b"o \xff\xfe\r\ns off\r\nf 1 \\\r\n 2 3\r\n",
    )
    assert found.triangles.tolist() == [[0, 1, 2]] and not found.says_millimetres


def test_comments_behind_numbers(tmp_path):
    text = "v 0 0 0 # first\nv 1 0 0#second\nv 0 1 0\nvt 0 0 # corner\nusemtl a#b\nf 1/1 2/1 3/1 # all of them 4/4\n"
    found = read(tmp_path, text)
    assert found.triangles.tolist() == [[0, 1, 2]] and found.vertices[1].tolist() == [1, 0, 0]
    assert found.usage[0].material == "a#b"


@pytest.mark.parametrize(
    ("extra", "colors"),
    [
        ("0.1 0.2 0.3", [0.1, 0.2, 0.3]),
        ("25 51 255", [25, 51, 255]),
        ("0.1 0.2 0.3 1", [0.1, 0.2, 0.3]),
        ("1 0.1 0.2 0.3", [0.1, 0.2, 0.3]),
    ],
)
def test_colours_of_vertices(tmp_path, extra, colors):
    found = read(tmp_path, f"v 0 0 0 {extra}\nv 1 0 0 {extra}\nv 0 1 0 {extra}\nf 1 2 3\n")
    assert np.allclose(found.colors, [colors] * 3)


@pytest.mark.parametrize("extra", ["", " 1", " 0.5 0.5 0.5 0.5 0.5"])
def test_other_numbers_behind_positions_are_no_colours(tmp_path, extra):
    found = read(tmp_path, f"v 0 0 0{extra}\nv 1 0 0\nv 0 1 0{extra}\nf 1 2 3\n")
    assert found.vertices.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]] and not len(found.colors)


def test_materials_in_the_order_of_what_they_cover(tmp_path):
    text = "mtllib a b.mtl\n" + SQUARE + "usemtl few\nf 1 2 3\nusemtl  many of them\nf 1 2 3\nf 1 3 4\nusemtl none\n"
    found = read(tmp_path, text)
    assert found.libraries == ("a b.mtl",)
    assert [(usage.material, usage.polygons) for usage in found.usage] == [("many of them", 2), ("few", 1)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no vertices"),
        ("<!doctype html><html></html>", "no vertices"),
        ("\x00\x01\x02" * 50, "no vertices"),
        (SQUARE, "no faces"),
        (SQUARE + "f 1 2\n", "fewer than three corners"),
        (SQUARE + "f\n", "fewer than three corners"),
        (SQUARE + "f 1 2 5\n", "a vertex that is not there"),
        (SQUARE + "f 1 2 -5\n", "a vertex that is not there"),
        (SQUARE + "f 0 1 2\n", "counts from 1"),
        (SQUARE + "f 0//1 1//1 2//1\n", "counts from 1"),
        (SQUARE + "vt 0 0\nf 1/1 2/1 3/2\n", "a texture coordinate that is not there"),
        (SQUARE + "f 1/1 2/1 3/1\n", "a texture coordinate that is not there"),
        (SQUARE + "f 1 2 99999999999999999999999\n", "not an OBJ"),
        (SQUARE + "f one two three\n", "not an OBJ"),
        (SQUARE + "f 1.5 2 3\n", "not an OBJ"),
        ("v 0 0 nan\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "not finite"),
        ("v 0 0 inf\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "not finite"),
        ("v 0 0 1e300\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "larger than 1e\\+09"),
        ("v 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "fewer"),
        ("v x y z\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "not an OBJ"),
    ],
)
def test_what_is_no_mesh_is_refused_in_one_sentence(tmp_path, text, reason):
    with pytest.raises(FaceviewerError, match=reason) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(str(tmp_path / "some mesh.obj")) and "\n" not in str(caught.value)


def test_missing_files_folders_and_pipes(tmp_path):
    (tmp_path / "folder.obj").mkdir()
    with pytest.raises(FaceviewerError, match=r"gone\.obj: there is no such file"):
        read_polygons(tmp_path / "gone.obj")
    with pytest.raises(FaceviewerError, match=r"folder\.obj: a folder"):
        read_polygons(tmp_path / "folder.obj")
    with pytest.raises(FaceviewerError, match="file"):
        read_polygons(tmp_path / ("x" * 5000 + ".obj"))
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.obj")
        with pytest.raises(FaceviewerError, match=r"pipe\.obj: not a plain file"):
            read_polygons(tmp_path / "pipe.obj")


def test_too_large_files(tmp_path, monkeypatch):
    monkeypatch.setattr(obj_polygons, "MAX_OBJ_BYTES", 1 << 20)
    with pytest.raises(FaceviewerError, match="larger than 1 MB"):
        read(tmp_path, SQUARE + "f 1 2 3\n" + "#" * (1 << 20))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [b"v 0 0 0", b"v 1 2", b"v 1 2 3 4 5 6", b"vt 1 1", b"vt", b"f 1 2 3", b"f 1/1 2/1 3/1 1/1", b"f -1 -2 -3",
             b"f 1//2 2// 3", b"usemtl a", b"mtllib", b"f a b c", b"v nan 0 0", b"\\", b"f 1/ 2/ 3/", b"v", b"\xff"]
        ),
        max_size=14,
    )
)  # fmt: skip
def test_any_lines_give_a_mesh_or_one_sentence(tmp_path, lines):
    path = tmp_path / "fuzz.obj"
    path.write_bytes(b"\n".join(lines))
    try:
        found = read_polygons(path)
    except FaceviewerError as error:
        assert re.match(re.escape(f"{path}: "), str(error))
        return
    assert found.triangles.min() >= 0 and found.triangles.max() < len(found.vertices)
    assert len(found.uv_triangles) in (0, len(found.triangles))
    assert not len(found.uv_triangles) or found.uv_triangles.max() < len(found.uv)
