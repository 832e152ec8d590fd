"""Pickles of arrays in containers: what was written comes back, what attacks is refused by name and does not run."""

from __future__ import annotations

import pickle
import re
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hostile import attacks

from faceviewer.io.safe_load import load_pickle, parse_pickle
from faceviewer.types import FaceviewerError

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
ANNOTATION = {
    "img_path": ["01/frame_00003_rgb.png", "01/frame_00004_rgb.png"],
    "pred_kpt": {"01/frame_00003_rgb.png": np.arange(204, dtype=np.float32).reshape(68, 3)},
    "mesh": {"01": {"vertices": np.zeros((5, 3)), "faces": np.zeros((2, 3), np.int64)}},
    "1220_to_305": list(range(305)),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_reads_arrays_in_containers(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "annotation.pkl"
    path.write_bytes(pickle.dumps(ANNOTATION, protocol))
    read = load_pickle(path)
    assert read["img_path"] == ANNOTATION["img_path"] and read["1220_to_305"] == ANNOTATION["1220_to_305"]
    for name, points in ANNOTATION["pred_kpt"].items():
        np.testing.assert_array_equal(read["pred_kpt"][name], points)
    np.testing.assert_array_equal(read["mesh"]["01"]["faces"], ANNOTATION["mesh"]["01"]["faces"])


@pytest.mark.parametrize("name", attacks(Path("mark")))
def test_refuses_attacks_by_name(tmp_path: Path, name: str) -> None:
    mark, path = tmp_path / "mark", tmp_path / "annotation.pkl"
    payload, says = attacks(mark)[name]
    path.write_bytes(payload)
    with pytest.raises(FaceviewerError) as caught:
        load_pickle(path)
    said = str(caught.value)
    assert re.search(says, said) and str(path) in said and "\n" not in said
    assert not mark.exists()


def test_every_cut_of_a_pickle_is_refused() -> None:
    whole = pickle.dumps({"a": np.arange(9), "b": ["x"] * 3})
    for length in range(len(whole)):
        with pytest.raises(FaceviewerError, match=r"^cut\.pkl: "):
            parse_pickle(whole[:length], "cut.pkl")


def test_arrays_that_repeat_one_another_take_no_more_than_the_file_has() -> None:
    array = np.zeros(1000)
    read = parse_pickle(pickle.dumps([array] * 50), "repeated.pkl")
    assert len({id(one) for one in read}) == 1


def repeated(call: bytes, count: int) -> bytes:
    """A pickle of text, kept as 0, its encoding, kept as 1, and the same ``call`` again and again."""
    text = b"X" + struct.pack("<I", 200_000) + b"a" * 200_000 + b"q\x00"
    return b"\x80\x02(" + text + b"X\x06\x00\x00\x00latin1q\x01" + call * count + b"l."


def test_what_is_made_again_and_again_of_the_same_bytes_is_counted() -> None:
    """Eight bytes more made a copy of a megabyte each: a pickle of 1 MB took 700 MB, one of 2 MB all there was."""
    encode = b"c_codecs\nencode\nh\x00h\x01\x86R"
    array = b"cnumpy\nndarray\n)R(K\x01(J\x40\x0d\x03\x00tcnumpy\ndtype\nX\x02\x00\x00\x00u1\x85RK\x00h\x00tb"
    for call in (encode, array):
        tracemalloc.start()
        try:
            with pytest.raises(FaceviewerError, match="asks for much more memory than it has bytes"):
                parse_pickle(repeated(call, 300), "x.pkl")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 8_000_000
        parse_pickle(repeated(call, 1), "x.pkl")


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.pkl"
    path.write_bytes(pickle.dumps(np.zeros(1000)))
    with pytest.raises(FaceviewerError, match="more than the limit of 1000"):
        load_pickle(path, limit_bytes=1000)
    with pytest.raises(FaceviewerError, match="there is no such file"):
        load_pickle(tmp_path / "nowhere.pkl")


def test_what_goes_on_behind_its_end_is_refused() -> None:
    with pytest.raises(FaceviewerError, match="goes on behind its end"):
        parse_pickle(pickle.dumps([1]) + pickle.dumps([2]), "two.pkl")
