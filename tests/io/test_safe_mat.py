"""MATLAB files give their arrays of numbers; bombs, cells and damage are met with a sentence."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from faceviewer.io.safe_load import load_mat, parse_mat
from faceviewer.types import FaceviewerError

ARRAYS = {"lm": np.arange(204, dtype=np.float32).reshape(68, 3), "roi": np.array([[1, 2, 3, 4]], np.int16)}


def mat_bytes(variables: dict[str, object], **options: object) -> bytes:
    stream = io.BytesIO()
    savemat(stream, variables, **options)
    return stream.getvalue()


def compressed(element: bytes) -> bytes:
    data = zlib.compress(element, 9)
    return struct.pack("<II", 15, len(data)) + data


@pytest.mark.parametrize("do_compression", [True, False])
def test_arrays_come_back_and_the_rest_is_passed_over(tmp_path, do_compression):
    other = {"cell": np.array([1, "a"], object), "text": "hello", "struct": {"a": 1}}
    (tmp_path / "a.mat").write_bytes(mat_bytes(other | ARRAYS, do_compression=do_compression))
    found = load_mat(tmp_path / "a.mat")
    assert set(found) == set(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_bombs_are_not_unpacked():
    header = mat_bytes({"a": 1.0})[:128]
    bomb = header + compressed(struct.pack("<II", 14, 1 << 26) + bytes(1 << 26))
    assert len(bomb) < 100_000
    with pytest.raises(FaceviewerError, match="more than the limit"):
        parse_mat(bomb, "a.mat", max_bytes=1 << 20)


def test_nested_cells_do_not_reach_the_stack():
    element = b""
    for _ in range(20_000):
        flags = struct.pack("<IIII", 6, 8, 1, 0) + struct.pack("<IIii", 5, 8, 1, 1) + struct.pack("<II", 1, 0)
        element = struct.pack("<II", 14, len(flags) + len(element)) + flags + element
        if len(element) > 1 << 20:
            break
    assert parse_mat(mat_bytes({"a": 1.0})[:128] + element, "a.mat") == {}


def test_sizes_that_do_not_fit_are_refused():
    data = bytearray(mat_bytes({"lm": np.zeros((68, 3))}))
    at = data.index(struct.pack("<ii", 68, 3))
    data[at : at + 8] = struct.pack("<ii", 1 << 30, 1 << 30)
    with pytest.raises(FaceviewerError, match=r"^a\.mat: damaged"):
        parse_mat(bytes(data), "a.mat")


@pytest.mark.parametrize("data", [b"", b"<html>", b"\x89HDF" + bytes(200), mat_bytes(ARRAYS)[:200]])
def test_what_is_no_matlab_5_file_is_refused(data):
    with pytest.raises(FaceviewerError, match=r"^a\.mat: (not a MATLAB 5|truncated)"):
        parse_mat(data, "a.mat")


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damaged_bytes_load_or_fail_cleanly(data):
    raw = bytearray(mat_bytes(ARRAYS, do_compression=data.draw(st.booleans())))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        parse_mat(bytes(raw), "fuzz.mat")
    except FaceviewerError as error:
        assert str(error).startswith("fuzz.mat: ")
