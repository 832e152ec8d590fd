"""Zips of small files: random access by name, from several threads, and no belief in what a zip says of itself."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from ffhq_uv_factory import write_zip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faceviewer.io.zip_members import ZipMembers
from faceviewer.types import FaceviewerError

MEMBERS = {f"lights/{number:05d}.npy": bytes([number % 256]) * (number % 97) for number in range(300)}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lights.zip"


def opened(path, limit=1 << 20):
    return ZipMembers(path, ".npy", limit)


@pytest.mark.parametrize("stored", [True, False])
def test_members_are_found_by_name_by_many_threads(path, stored):
    members = opened(
        write_zip(path, {**MEMBERS, "lights/readme.txt": b"x", "__MACOSX/._00001.npy": b"y"}, stored=stored)
    )
    assert len(members) == 300 and "readme.txt" not in members and "00299.npy" in members
    assert list(members)[:2] == ["00000.npy", "00001.npy"]
    with ThreadPoolExecutor(8) as pool:
        read = pool.map(members.read, [name.rpartition("/")[2] for name in MEMBERS] * 3)
        assert list(read) == list(MEMBERS.values()) * 3
    with pytest.raises(KeyError):
        members.read("nobody.npy")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../../up.npy", "leads out"),
        ("a/../../up.npy", "leads out"),
        ("/etc/up.npy", "leads out"),
        ("C:/up.npy", "leads out"),
        ("..\\up.npy", "leads out"),
        ("../up.txt", "leads out"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(path, name, reason):
    write_zip(path, {"1.npy": b"1", name: b"2"})
    with pytest.raises(FaceviewerError, match=f"refused, its member .*{reason}"):
        opened(path)


def test_links_are_refused(path):
    info = zipfile.ZipInfo("1.npy")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(FaceviewerError, match=r"'1.npy' is a link"):
        opened(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(path):
    for names in (["1.npy", "1.npy"], ["a/1.npy", "b/1.npy"]):
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, b"x")
        with pytest.raises(FaceviewerError, match=r"refused, '1.npy' is in it more than once"):
            opened(path)


def test_bombs_take_no_memory(path):
    write_zip(path, {"1.npy": bytes(50_000_000), "2.npy": b"fine"})
    members = opened(path)
    with pytest.raises(FaceviewerError, match="more than the limit of 1048576"):
        members.read("1.npy")
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\1\2")
    raw[at + 24 : at + 28] = struct.pack("<I", 1000)  # it claims a thousand bytes, and unpacks to more
    path.write_bytes(raw)
    lying = opened(path)
    tracemalloc.start()
    try:
        with pytest.raises(FaceviewerError, match="does not have the 1000 bytes"):
            lying.read("1.npy")
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    assert lying.read("2.npy") == b"fine"


def test_members_over_one_another_are_refused(path):
    write_zip(path, {"1.npy": bytes(range(256)) * 40, "2.npy": b"x"}, stored=True)
    raw = path.read_bytes()
    central, end = raw.index(b"PK\1\2"), raw.index(b"PK\5\6")
    first = raw[central : raw.index(b"PK\1\2", central + 4)]
    more = b"".join(first.replace(b"1.npy", f"{number}.npy".encode()) for number in range(2, 10))
    tail = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 10, 10, end - central + len(more), central, 0)
    path.write_bytes(raw[:end] + more + tail)
    with pytest.raises(FaceviewerError, match="over one another"):
        opened(path)


def test_other_ways_of_packing_and_damage_are_told(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("1.npy", b"x" * 100)
    with pytest.raises(FaceviewerError, match="packed in a way"):
        opened(path).read("1.npy")
    write_zip(path, {"1.npy": b"x" * 100, "2.npy": b"y" * 100}, stored=True)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"xxxx", b"xxzx", 1).replace(b"PK\3\4", b"PK\3\5", 2).replace(b"PK\3\5", b"PK\3\4", 1))
    members = opened(path)
    with pytest.raises(FaceviewerError, match="checksum differs"):
        members.read("1.npy")
    with pytest.raises(FaceviewerError, match="not where the zip says"):
        members.read("2.npy")


@pytest.mark.parametrize("data", [b"", b"<!DOCTYPE html>", b"PK\3\4"])
def test_what_is_no_zip_is_told(path, data):
    path.write_bytes(data)
    with pytest.raises(FaceviewerError, match="not a zip"):
        opened(path)
    with pytest.raises(FaceviewerError, match="cannot be read"):
        opened(path.with_name("gone.zip"))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_zips_are_read_or_fail_cleanly(path, data):
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.npy", b"abc" * 30)
    raw = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw[: data.draw(st.integers(0, len(raw)))] if data.draw(st.booleans()) else raw)
    try:
        members = opened(path)
    except FaceviewerError:
        return
    for name in members:
        try:
            assert members.read(name) == b"abc" * 30
        except FaceviewerError as error:
            assert str(error).startswith(str(path))
