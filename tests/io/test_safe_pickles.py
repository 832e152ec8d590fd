"""Pickled ``.npy`` files: what numpy saved comes back, what attacks is refused by name, and nothing of it has run."""

from __future__ import annotations

import pickle
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hostile import array_pickle, attacks, calling, npy_bytes, npy_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from faceviewer.io.safe_load import load_npy, parse_npy
from faceviewer.io.safe_load import plain as plain_module
from faceviewer.types import FaceviewerError

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
MODEL = {
    "u": np.linspace(0, 1, 12, dtype=np.float32).reshape(4, 3),
    "tri": np.arange(6).reshape(2, 3),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "big-endian": np.arange(3, dtype=">i4"),
    "parallel": [np.arange(3), np.arange(5)],
    "ragged": np.array([np.arange(2), np.arange(3)], dtype=object),
    "names": np.array(["right_eye", "nose"]),
    "scalar": np.float64(2.5),
    "empty": np.zeros((0, 3)),
    "facts": (1, -2.5, True, None, "text", b"bytes", 2**40, [], {}, ()),
    7: "a number as a key",
}


def assert_same(found: object, expected: object) -> None:
    if isinstance(expected, np.ndarray) and expected.dtype == object:
        expected = expected.tolist()
    if isinstance(expected, np.ndarray):
        assert isinstance(found, np.ndarray)
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == expected.dtype.newbyteorder("=") and found.flags.owndata and found.flags.writeable
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        for key in expected:
            assert_same(found[key], expected[key])
    elif isinstance(expected, list | tuple):
        assert type(found) is type(expected) and len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert found == expected and not isinstance(found, np.generic)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("spelling", [b"numpy.core", b"numpy._core"])
def test_reads_what_numpy_pickled_in_every_protocol_and_spelling(protocol, spelling):
    payload = pickle.dumps(np.array(MODEL, dtype=object), protocol)
    if spelling == b"numpy.core" and protocol < 4:  # names without lengths can be exchanged
        payload = payload.replace(b"numpy._core", spelling)
    assert_same(parse_npy(npy_of(payload), "model.npy"), MODEL)


def test_reads_what_numpy_saved(tmp_path):
    np.save(tmp_path / "model.npy", np.array(MODEL, dtype=object), allow_pickle=True)
    assert_same(load_npy(tmp_path / "model.npy"), MODEL)
    np.save(tmp_path / "plain.npy", MODEL["fortran"])
    assert_same(load_npy(tmp_path / "plain.npy"), MODEL["fortran"])
    ragged = np.empty((2, 2), dtype=object)
    ragged[:] = [[1, "a"], [None, 2.5]]
    np.save(tmp_path / "ragged.npy", ragged, allow_pickle=True)
    assert load_npy(tmp_path / "ragged.npy") == [[1, "a"], [None, 2.5]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    hnp.arrays(
        st.one_of(hnp.integer_dtypes(), hnp.floating_dtypes(sizes=(16, 32, 64)), hnp.boolean_dtypes()),
        hnp.array_shapes(min_dims=0, min_side=0),
    ),
    st.sampled_from(PROTOCOLS),
)
def test_any_array_of_numbers_comes_back(array, protocol):
    np.testing.assert_array_equal(
        parse_npy(npy_of(pickle.dumps(np.array({"a": array}, object), protocol)), "x")["a"], array
    )


@pytest.mark.parametrize("name", attacks(Path("mark")))
def test_attacks_are_refused_by_name_and_nothing_ran(name, tmp_path):
    payload, reason = attacks(tmp_path / "mark")[name]
    path = tmp_path / "model.npy"
    path.write_bytes(npy_of(payload))
    tracemalloc.start()
    try:
        with pytest.raises(FaceviewerError, match=reason) as caught:
            load_npy(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert str(caught.value).startswith(f"{path}: refused, it ")
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400
    assert list(tmp_path.iterdir()) == [path]
    assert peak < 100_000_000


def test_an_array_repeated_takes_its_memory_once():
    one = array_pickle((1000,), bytes(8000))[2:-1]
    found = parse_npy(npy_of(b"\x80\x03](" + one + b"q\x63" + b"h\x63" * 50 + b"e."), "x.npy")
    assert len(found) == 51 and all(array is found[0] for array in found)


def test_many_arrays_over_the_same_bytes_are_refused():
    one = array_pickle((1000,), bytes(8000))[2:-1]
    data = pickle.dumps(bytes(8000), 3)[2:-1].removesuffix(b"q\x00")
    assert one.count(data) == 1
    payload = b"\x80\x03](" + one.replace(data, data + b"q\x63") + one.replace(data + b"q\x00", b"h\x63") * 50 + b"e."
    with pytest.raises(FaceviewerError, match="more memory"):
        parse_npy(npy_of(payload), "x.npy")


def test_long_pickles_end(monkeypatch):
    monkeypatch.setattr("faceviewer.io.safe_load.pickle_machine.MAX_STEPS", 50)
    with pytest.raises(FaceviewerError, match="more than 50 steps"):
        parse_npy(npy_of(b"\x80\x02" + b"N0" * 60 + b"N."), "x.npy")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not an .npy"),
        (b"<!DOCTYPE html>", "not an .npy"),
        (b"\x93NUMPY\x01\x00\xff\xff{", "not an .npy"),
        (npy_of(b"").replace(b"'|O'", b"'|S0'").replace(b"()", b"(999999999999999,)"), "kind that is not read"),
        (npy_bytes(np.zeros(2, "f4,f4")), "kind that is not read"),
        (npy_bytes(np.zeros(2, complex)), "kind that is not read"),
        (npy_of(b""), "truncated"),
        (npy_bytes(np.arange(100.0))[:-1], "size that its shape says"),
        (npy_bytes(np.arange(3.0)).replace(b"(3,)", b"(9,)"), "size that its shape says"),
        (npy_of(b"\x80\x02N.").replace(b"'|O'", b"[('a','O')]"), "damaged|structured"),
    ],
)
def test_what_is_no_npy_is_refused(data, reason):
    with pytest.raises(FaceviewerError, match=reason):
        parse_npy(data, "model.npy")


def test_sizes_are_looked_at_before_reading(tmp_path):
    path = tmp_path / "large.npy"
    with path.open("wb") as stream:
        stream.truncate(1 << 40)  # a hole, no disk
    with pytest.raises(FaceviewerError, match="more than the limit"):
        load_npy(path)
    with pytest.raises(FaceviewerError, match="no such file"):
        load_npy(tmp_path / "gone.npy")
    with pytest.raises(FaceviewerError, match="regular file"):
        load_npy(tmp_path)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_damaged_bytes_load_or_fail_cleanly(data):
    raw = bytearray(npy_of(pickle.dumps(np.array(MODEL, object), data.draw(st.sampled_from(PROTOCOLS)))))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(100, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(100, len(raw)))
    try:
        parse_npy(bytes(raw[:cut] if data.draw(st.booleans()) else raw), "fuzz.npy")
    except FaceviewerError as error:
        assert str(error).startswith("fuzz.npy: ")


def test_values_are_counted(monkeypatch):
    monkeypatch.setattr(plain_module, "MAX_VALUES", 10)
    with pytest.raises(FaceviewerError, match="nested"):
        parse_npy(npy_of(b"\x80\x02](" + b"N" * 20 + b"e."), "x.npy")


def test_calls_of_allowed_globals_cannot_be_chained_into_others():
    with pytest.raises(FaceviewerError, match="refused"):
        parse_npy(npy_of(calling("numpy dtype", "numpy.ctypeslib")), "x.npy")
