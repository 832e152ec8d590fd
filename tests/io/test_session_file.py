"""The container of sessions gives back its parts and refuses what could do harm."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from app_states import differences
from factories import make_mesh, make_reconstruction

from faceviewer.io import session_file
from faceviewer.io.array_group import ArrayGroup, encode_arrays
from faceviewer.io.file_lock import FileLock
from faceviewer.io.head_archive import (
    ARRAYS,
    decode_head,
    decode_topology,
    encode_head,
    encode_topology,
)
from faceviewer.io.json_node import JsonNode
from faceviewer.io.safe_load import parse_npz
from faceviewer.io.session_file import SessionArchive, write_session_file
from faceviewer.types import FaceviewerError


def group(data: bytes) -> ArrayGroup:
    return ArrayGroup(parse_npz(data, "arrays"), "arrays")


def test_parts_come_back(tmp_path):
    path = tmp_path / "deep" / "a.faceviewer"
    parts = {"a/b.bin": b"\0\1", "numbers.npz": encode_arrays({"x": np.arange(3.0)})}
    write_session_file(path, {"number": np.float64(0.1), "name": "bad \udcff name", "none": None}, parts)
    with SessionArchive(path) as archive:
        assert archive.tree["number"].number() == 0.1 and archive.tree["none"].is_null()
        assert archive.tree["name"].text() == "bad \\udcff name"
        assert archive.read("a/b.bin") == b"\0\1"
        np.testing.assert_array_equal(archive.arrays("numbers.npz")["x"], [0, 1, 2])
        with pytest.raises(FaceviewerError, match="lacks its part"):
            archive.read("c")
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "C:/a", "a\\b"])
def test_names_that_lead_elsewhere_are_refused(tmp_path, name):
    path = tmp_path / "a.faceviewer"
    write_session_file(path, {}, {})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"")
    with pytest.raises(FaceviewerError, match="no session does"):
        SessionArchive(path)


def test_bombs_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.faceviewer"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("session.json", '{"schema": "faceviewer.session/1"}')
        archive.writestr("big.npz", bytes(100_000))
    monkeypatch.setattr(session_file, "MAX_MEMBER_BYTES", 50_000)
    with pytest.raises(FaceviewerError, match="larger than"):
        SessionArchive(path)
    monkeypatch.setattr(session_file, "MAX_TOTAL_BYTES", 50_000)
    with pytest.raises(FaceviewerError, match="would unpack"):
        SessionArchive(path)


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_packings_that_no_session_has_are_refused(tmp_path, packing):
    path = tmp_path / "a.faceviewer"
    write_session_file(path, {}, {})
    with zipfile.ZipFile(path, "a", packing) as archive:
        archive.writestr("a.bin", bytes(100))
    with pytest.raises(FaceviewerError, match=r"a\.bin' is packed in a way that is not read"):
        SessionArchive(path)


def test_a_damaged_part_is_named(tmp_path):
    path = tmp_path / "a.faceviewer"
    write_session_file(path, {}, {"a.bin": b"0123456789" * 10})
    path.write_bytes(path.read_bytes().replace(b"0123456789", b"0123456780", 1))
    with SessionArchive(path) as archive, pytest.raises(FaceviewerError, match=r"a\.bin' is damaged"):
        archive.read("a.bin")


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FaceviewerError, match="file"):
        write_session_file(tmp_path / "file" / "a.faceviewer", {}, {})


@pytest.mark.parametrize("colors", [False, True])
def test_heads_come_back_bit_for_bit(colors):
    result = make_reconstruction(texture_size=16)
    result = replace(result, reprojection_px=float("nan"), mesh=make_mesh(result.mesh.topology, colors=colors))
    topology = encode_topology(result.mesh.topology)
    shared = decode_topology(JsonNode(topology.tree, ""), group(topology.parts[ARRAYS]))
    assert differences(shared, result.mesh.topology) == []
    head = encode_head(result)
    again = decode_head(JsonNode(head.tree, ""), group(head.parts[ARRAYS]), head.parts.__getitem__, shared)
    assert differences(again, result) == []
    earlier = {name: value for name, value in head.tree.items() if name != "focal_from"}
    again = decode_head(JsonNode(earlier, ""), group(head.parts[ARRAYS]), head.parts.__getitem__, shared)
    assert again.focal_from == "unknown"


@pytest.mark.parametrize(
    ("name", "array", "reason"),
    [
        ("vertices", np.zeros((5, 3), np.float32), "fewer vertices"),
        ("vertices", np.full((386, 3), np.nan, np.float32), "not finite"),
        ("vertices", np.zeros((386, 2), np.float32), "vertices"),
        ("vertices", np.zeros((386, 3), "U4"), "vertices"),
        ("landmarks/0/vertices", np.full((68, 3), 99999, np.int32), "points outside"),
        ("landmarks/0/visible", np.ones(67, bool), "visible"),
        ("K", np.eye(4), "K"),
    ],
)
def test_arrays_of_a_head_are_checked(name, array, reason):
    result = make_reconstruction(texture_size=None)
    head = encode_head(result)
    arrays = {**parse_npz(head.parts[ARRAYS], "a"), name: array}
    with pytest.raises(FaceviewerError, match=reason):
        decode_head(JsonNode(head.tree, ""), ArrayGroup(arrays, "a"), head.parts.__getitem__, result.mesh.topology)


def test_a_lock_is_held_by_one_and_freed_by_death(tmp_path):
    path = tmp_path / "a.lock"
    code = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from faceviewer.io.file_lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""
    checkout = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path), checkout], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None and process.stdout.readline() == "True\n"
        assert not FileLock(path).acquire()
    finally:
        process.kill()
        process.communicate()
    lock = FileLock(path)
    assert lock.acquire() and not FileLock(path).acquire()
    lock.release()
    assert not path.exists()
