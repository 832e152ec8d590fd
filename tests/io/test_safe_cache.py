"""Large files are taken apart once; a changed source, a damaged entry or a full cache never changes what comes out."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from faceviewer.io.safe_load import cache, load_cached
from faceviewer.io.safe_load.array_file import read_array_file, write_array_file
from faceviewer.types import FaceviewerError

VALUE = {
    "basis": np.arange(12, dtype=np.float32).reshape(3, 4),
    "lines": [np.arange(3), np.zeros((0, 3), np.int64)],
    "facts": (1, 2.5, None, True, "text", b"\x00\xff", {3: "three"}),
    "names": np.array(["a", "bc"]),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "point": np.array(3.0),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "MIN_SOURCE_BYTES", 0)
    return tmp_path / "cache"


@pytest.fixture
def source(tmp_path):
    """A ``.npy`` of ``VALUE``, written long enough ago for its digest to be remembered."""
    path = tmp_path / "model.npy"
    np.save(path, np.array(VALUE, object), allow_pickle=True)
    age(path)
    return path


def age(path) -> None:
    before = time.time() - 60
    os.utime(path, (before, before))


def assert_is_value(found) -> None:
    assert list(found) == list(VALUE)
    for name in ("basis", "names", "fortran", "point"):
        np.testing.assert_array_equal(found[name], VALUE[name])
        assert found[name].dtype == VALUE[name].dtype and found[name].shape == VALUE[name].shape
    assert [line.tolist() for line in found["lines"]] == [[0, 1, 2], []]
    assert found["lines"][1].shape == (0, 3)
    assert found["facts"] == VALUE["facts"]


def count_parses(monkeypatch) -> list[str]:
    parsed: list[str] = []
    real = cache._PARSERS["npy"]

    def parse(data, where, *, max_bytes):
        parsed.append(where)
        return real(data, where, max_bytes=max_bytes)

    monkeypatch.setitem(cache._PARSERS, "npy", parse)
    return parsed


def test_the_second_time_nothing_is_taken_apart(source, folder, monkeypatch):
    parsed = count_parses(monkeypatch)
    for _ in range(3):
        assert_is_value(load_cached(source, "npy", folder=folder))
    assert len(parsed) == 1
    monkeypatch.setattr("hashlib.file_digest", None)  # nor is the source read again
    assert_is_value(load_cached(source, "npy", folder=folder))


def test_a_changed_source_is_read_again(source, folder):
    load_cached(source, "npy", folder=folder)
    np.save(source, np.arange(4.0))
    assert load_cached(source, "npy", folder=folder).tolist() == [0, 1, 2, 3]
    age(source)
    assert load_cached(source, "npy", folder=folder).tolist() == [0, 1, 2, 3]


def test_a_copy_of_the_source_shares_its_entry(source, folder, tmp_path, monkeypatch):
    load_cached(source, "npy", folder=folder)
    parsed = count_parses(monkeypatch)
    (tmp_path / "copy.npy").write_bytes(source.read_bytes())
    assert_is_value(load_cached(tmp_path / "copy.npy", "npy", folder=folder))
    assert parsed == []


@pytest.mark.parametrize("damage", ["cut", "flip", "text", "swap", "empty"])
def test_a_damaged_entry_is_made_again(source, folder, damage):
    load_cached(source, "npy", folder=folder)
    (entry,) = folder.glob("*.arrays")
    good = entry.read_bytes()
    if damage == "swap":  # a whole entry of something else
        write_array_file(entry, ["other.arrays", ["array", 0]], [np.arange(3)])
    else:
        flipped = good[:-70] + bytes([good[-70] ^ 1]) + good[-69:]
        entry.write_bytes({"cut": good[:-1], "flip": flipped, "text": b"x" * 100, "empty": b""}[damage])
    assert_is_value(load_cached(source, "npy", folder=folder))
    assert entry.read_bytes() == good


def test_a_place_that_cannot_be_written_costs_nothing_but_time(source, folder):
    folder.write_text("a file is in the way")
    assert_is_value(load_cached(source, "npy", folder=folder))


def test_the_cache_keeps_what_was_used_last(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(cache, "MAX_CACHE_BYTES", 25_000)
    for number in range(4):
        path = tmp_path / f"{number}.npy"
        np.save(path, np.full(1000, float(number)))
        load_cached(path, "npy", folder=folder)
        for entry in folder.glob("*.arrays"):
            os.utime(entry, (entry.stat().st_atime, entry.stat().st_mtime - 10))
        load_cached(tmp_path / "0.npy", "npy", folder=folder)  # used every time
    entries = list(folder.glob("*.arrays"))
    assert sum(entry.stat().st_size for entry in entries) <= 25_000
    kept = {float(read_array_file(entry, 1 << 20)[1][0][0]) for entry in entries}
    assert 0.0 in kept and 3.0 in kept and 1.0 not in kept


def test_hostile_and_small_files_are_not_stored(tmp_path, folder, monkeypatch):
    from hostile import calling, npy_of

    (tmp_path / "trap.npy").write_bytes(npy_of(calling("os system", "true")))
    with pytest.raises(FaceviewerError, match=r"os\.system"):
        load_cached(tmp_path / "trap.npy", "npy", folder=folder)
    monkeypatch.setattr(cache, "MIN_SOURCE_BYTES", 1 << 20)
    np.save(tmp_path / "small.npy", np.arange(3))
    load_cached(tmp_path / "small.npy", "npy", folder=folder)
    assert not list(folder.glob("*.arrays"))
    with pytest.raises(FaceviewerError, match="no such file"):
        load_cached(tmp_path / "gone.npy", "npy", folder=folder)


def test_the_default_place_is_the_users_cache(source, monkeypatch, tmp_path):
    monkeypatch.setattr(cache, "MIN_SOURCE_BYTES", 0)
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    load_cached(source, "npy")
    assert list((tmp_path / "home" / "cache" / "converted").glob("*.arrays"))


@pytest.mark.parametrize(
    "places",
    [
        [["<f8", [10**12], 0]],
        [["<f8", [1], 1 << 40]],
        [["<f8", [-1], 0]],
        [["|O", [1], 0]],
        [["<f8", [1]]],
        [["<V8", [1], 0]],
        7,
    ],
)
def test_array_files_that_lie_are_refused(tmp_path, places):
    import json
    import struct
    import zlib

    text = json.dumps({"about": 1, "arrays": places, "bytes": 64}).encode()
    body = text + bytes(64)
    (tmp_path / "a.arrays").write_bytes(struct.pack("<8sII", b"fvarray1", zlib.crc32(body), len(text)) + body)
    with pytest.raises(FaceviewerError, match="not a whole file"):
        read_array_file(tmp_path / "a.arrays", 1 << 20)
