"""Lists of vertex ids: what goes in comes out, and nothing else goes in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from faceviewer.io.vertex_ids import encode_ids, read_ids
from faceviewer.types import FaceviewerError


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(arrays(np.int64, array_shapes(max_dims=2, max_side=6), elements=st.integers(-1, 60_000)))
@pytest.mark.parametrize("suffix", [".npy", ".txt"])
def test_ids_come_back(tmp_path, suffix, ids):
    path = tmp_path / f"ids{suffix}"
    path.write_bytes(encode_ids(ids, suffix))
    found = read_ids(path)
    assert found.dtype == np.int64 and (found.ravel() == ids.ravel()).all()
    if suffix == ".npy" or (ids.ndim == 2 and ids.shape[1] > 1):
        assert found.shape == ids.shape


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("1\n2\n\n3", [1, 2, 3]),
        ("1, 2, 3", [[1, 2, 3]]),
        ("# ids\n1 2 # two\r\n3\n", [1, 2, 3]),
        ("[1, 2]\n[3, -1]", [[1, 2], [3, -1]]),
    ],
)
def test_text_as_people_write_it(tmp_path, text, ids):
    (tmp_path / "ids.txt").write_text(text)
    assert read_ids(tmp_path / "ids.txt").tolist() == ids


def test_whole_floats_are_ids(tmp_path):
    np.save(tmp_path / "ids.npy", np.array([1.0, 7.0]))
    assert read_ids(tmp_path / "ids.npy").tolist() == [1, 7]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (np.array([1.5]), "whole"),
        (np.array([np.nan, np.inf]), "whole"),
        (np.array(["a"]), "not an array of vertex ids"),
        (np.array([True]), "not an array of vertex ids"),
        (np.array({"a": np.zeros(3)}, dtype=object), "not an array of vertex ids"),
        (np.zeros(0, int), "no vertex ids"),
    ],
)
def test_arrays_of_other_things(tmp_path, content, reason):
    np.save(tmp_path / "ids.npy", content, allow_pickle=True)
    with pytest.raises(FaceviewerError, match=reason) as caught:
        read_ids(tmp_path / "ids.npy")
    assert str(caught.value).startswith(str(tmp_path / "ids.npy"))


@pytest.mark.parametrize("text", ["", "# nothing", "one two", "1.5", "9" * 30, "v 0 0 0", "1 2 \x00"])
def test_texts_of_other_things(tmp_path, text):
    (tmp_path / "ids.txt").write_text(text)
    with pytest.raises(FaceviewerError, match=r"ids\.txt: "):
        read_ids(tmp_path / "ids.txt")


@pytest.mark.parametrize("name", ["gone.txt", "gone.npy"])
def test_missing_files(tmp_path, name):
    with pytest.raises(FaceviewerError, match=name):
        read_ids(tmp_path / name)
