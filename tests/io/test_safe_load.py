"""Arrays come back exactly; files that lie, explode or carry code are refused with one sentence."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from faceviewer.io.safe_load import load_npz, parse_npy
from faceviewer.types import FaceviewerError


def npy_bytes(array: np.ndarray, *, allow_pickle: bool = False) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=allow_pickle)
    return stream.getvalue()


def write_zip(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


SAVED = {
    "a": np.arange(6, dtype=np.int16).reshape(2, 3),
    "names": np.array(["x", "jaw-drop"]),
    "empty": np.zeros((0, 3)),
}


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_returns_what_numpy_saved(tmp_path, save):
    save(tmp_path / "a.npz", **SAVED)
    loaded = load_npz(tmp_path / "a.npz")
    assert list(loaded) == list(SAVED)
    for name, array in SAVED.items():
        np.testing.assert_array_equal(loaded[name], array)
        assert loaded[name].dtype == array.dtype


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, min_side=0), fill=st.nothing()), st.booleans())
def test_round_trip_of_any_array(tmp_path, array, fortran):
    array = np.asfortranarray(array) if fortran else array
    np.savez(tmp_path / "any.npz", value=array)
    np.testing.assert_array_equal(load_npz(tmp_path / "any.npz")["value"], array)


def test_refuses_objects_without_running_them(tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "ran",))

    data = npy_bytes(np.array([Trap()], dtype=object), allow_pickle=True)
    path = write_zip(tmp_path / "trap.npz", ("a.npy", data))
    with pytest.raises(FaceviewerError, match="Python objects"):
        load_npz(path)
    assert not (tmp_path / "ran").exists()


def test_refuses_a_zip_bomb_by_its_declared_size(tmp_path):
    path = write_zip(tmp_path / "bomb.npz", ("a.npy", npy_bytes(np.zeros(4_000_000))))
    assert path.stat().st_size < 100_000
    with pytest.raises(FaceviewerError, match="more than the limit"):
        load_npz(path, max_bytes=1_000_000)


def test_refuses_a_header_that_promises_more_than_the_member_holds(tmp_path):
    honest = npy_bytes(np.zeros(3))
    header_end = honest.index(b"\n") + 1
    text = b"{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999,), }".ljust(header_end - 11) + b"\n"
    data = honest[:10] + text + honest[header_end:]
    with pytest.raises(FaceviewerError, match="size that its header says"):
        load_npz(write_zip(tmp_path / "liar.npz", ("a.npy", data)))


def test_refuses_members_of_nothing_in_any_number(tmp_path):
    text = b"{'descr': '|S0', 'fortran_order': False, 'shape': (999999999999,), }".ljust(117) + b"\n"
    data = b"\x93NUMPY\x01\x00v\x00" + text
    with pytest.raises(FaceviewerError, match="holds nothing"):
        load_npz(write_zip(tmp_path / "nothing.npz", ("a.npy", data)))


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([("a.txt", b"hello")], "not an array"),
        ([("a.npy", b"hello")], "damaged"),
        ([("a.npy", b"\x93NUMPY\x01\x00\xff\xff{")], "damaged"),
        ([("a.npy", b"\x93NUMPY\x09\x00\x10\x00" + b" " * 16)], "not supported"),
        ([("a.npy", b"")], "damaged"),
    ],
)
def test_refuses_members_that_are_no_arrays(tmp_path, members, reason):
    with pytest.raises(FaceviewerError, match=reason):
        load_npz(write_zip(tmp_path / "odd.npz", *members))


@pytest.mark.parametrize(
    "head",
    [
        "{1: 2, 'a': 3}",
        "{[]: 1}",
        "{'descr': [('a',)], 'fortran_order': False, 'shape': (1,)}",
        "{'descr': {'a': 1}, 'fortran_order': False, 'shape': (1,)}",
        "{'descr': ('<f4', (3,) * 2), 'fortran_order': False, 'shape': (1,)}",
        "{'descr': ('<f4',), 'fortran_order': False, 'shape': (1,)}",
        "{'descr': None, 'fortran_order': False, 'shape': ('a',)}",
    ],
)
def test_refuses_heads_that_describe_no_array(tmp_path, head):
    text = head.encode().ljust(117) + b"\n"
    data = b"\x93NUMPY\x01\x00v\x00" + text + bytes(4)
    with pytest.raises(FaceviewerError, match=r"a\.npy' (is damaged|does not have)"):
        load_npz(write_zip(tmp_path / "odd.npz", ("a.npy", data)))
    with pytest.raises(FaceviewerError, match="odd"):
        parse_npy(data, "odd.npy")


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_refuses_packings_that_numpy_does_not_write(tmp_path, packing):
    """Damaged ones raised errors of their own, and a few bytes of them can stand for any number."""
    with zipfile.ZipFile(tmp_path / "odd.npz", "w", packing) as archive:
        archive.writestr("a.npy", npy_bytes(np.zeros(200)))
    with pytest.raises(FaceviewerError, match=r"a\.npy' is packed in a way that is not read"):
        load_npz(tmp_path / "odd.npz")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_refuses_two_arrays_of_one_name(tmp_path):
    data = npy_bytes(np.zeros(1))
    with pytest.raises(FaceviewerError, match="occurs twice"):
        load_npz(write_zip(tmp_path / "twice.npz", ("a.npy", data), ("a.npy", data)))


def test_names_the_file_that_is_missing_or_no_archive(tmp_path):
    (tmp_path / "text.npz").write_text("not a zip")
    with pytest.raises(FaceviewerError, match=r"gone\.npz: no such file"):
        load_npz(tmp_path / "gone.npz")
    with pytest.raises(FaceviewerError, match=r"text\.npz: not an \.npz file"):
        load_npz(tmp_path / "text.npz")
    with pytest.raises(FaceviewerError, match="cannot be read"):
        load_npz(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.data())
def test_damaged_bytes_load_or_fail_cleanly(tmp_path, data):
    stream = io.BytesIO()
    np.savez_compressed(stream, **SAVED)
    raw = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    path = tmp_path / "fuzz.npz"
    path.write_bytes(raw[:cut] if data.draw(st.booleans()) else raw)
    try:
        assert isinstance(load_npz(path), dict)
    except FaceviewerError as error:
        assert "fuzz.npz" in str(error)
