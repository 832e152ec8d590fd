"""Answers of the Face API: read without its package, and what attacks is refused by name, nothing of it run."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path

import pytest
from ffhq_uv_factory import MODELS, answer_pickle
from hostile import attacks, calling
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.io.safe_load import load_face_api, parse_face_api
from faceviewer.types import FaceviewerError

MODULE = f"{MODELS}._models_py3"
RECT = b"\x80\x02c" + MODULE.encode() + b"\nFaceRectangle\n"


@pytest.mark.parametrize("protocol", range(2, 6))
def test_an_answer_becomes_plain_dicts(protocol):
    answer = parse_face_api(answer_pickle(protocol), "01223.pkl")
    assert answer["face_rectangle"] == {"width": 470, "height": 470, "left": 280, "top": 330}
    face = answer["face_attributes"]
    assert (face["gender"], face["glasses"], face["age"], face["smile"]) == ("male", "sunglasses", 23.0, 0.65)
    assert face["head_pose"] == {"roll": 1.5, "yaw": 11.2, "pitch": -5.6}
    assert face["hair"]["hair_color"] == [{"color": "brown", "confidence": 0.99}]
    assert face["blur"] == {"blur_level": "low", "value": 0.0}
    kinds = {type(answer), type(face), type(face["hair"]), type(face["gender"])}
    assert kinds == {dict, str}
    assert not any(name.partition(".")[0] == "azure" for name in sys.modules)


def test_a_list_of_one_answer_is_that_answer(tmp_path):
    path = tmp_path / "one.pkl"
    path.write_bytes(b"\x80\x03]" + answer_pickle()[2:-1] + b"a.")
    assert load_face_api(path)["face_id"] == "8f9e"


@pytest.mark.parametrize("name", attacks(Path("mark")))
def test_attacks_are_refused_and_nothing_ran(name, tmp_path):
    payload, _ = attacks(tmp_path / "mark")[name]
    path = tmp_path / "01223.pkl"
    path.write_bytes(payload)
    tracemalloc.start()
    try:
        with pytest.raises(FaceviewerError) as caught:
            load_face_api(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    sentence = str(caught.value)
    assert sentence.startswith(f"{path}: refused, it ") and "\n" not in sentence and len(sentence) < 400
    assert list(tmp_path.iterdir()) == [path]
    assert peak < 50_000_000


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (RECT + b")\x81}U\x01aK\x01sbb.", "state|truncated|damaged"),
        (RECT + b")\x81K\x01b.", "something else than its attributes"),
        (RECT + b")\x81}U\x01aK\x01sb}U\x01bK\x01sb.", "something else than its attributes"),
        (RECT + b")\x81}K\x02K\x01sb.", "no names"),
        (RECT + b"K\x01\x85\x81.", "with arguments"),
        (RECT + b")R.", "calls a class"),
        (RECT + b".", "not plain"),
        (b"\x80\x02U\x01a)\x81.", "NEWOBJ"),
        (b"\x80\x02]q\x00)\x81.", "NEWOBJ"),
        (calling(f"{MODELS}._face_client_enums Gender", [1]), "neither text nor a number"),
        (calling(f"{MODELS}._face_client_enums Gender", "a", "b"), "neither text nor a number"),
        (calling(f"{MODELS}._models_py3 FaceRectangle.__init__.__globals__"), "__globals__"),
        (calling(f"{MODELS}._models_py3 sys.modules"), "sys.modules"),
        (calling("azure.cognitiveservices.vision.face FaceClient", "x"), "FaceClient"),
        (b"\x80\x02" + RECT[2:] + b")\x81q\x00}U\x01ah\x00sb.", "nested"),
        (b"\x80\x02K\x07.", "not an answer"),
        (b"\x80\x02].", "not an answer"),
        (b"", "truncated|exhausted"),
    ],
)
def test_misuse_of_the_known_classes_is_refused(payload, reason):
    with pytest.raises(FaceviewerError, match=reason):
        parse_face_api(payload, "x.pkl")


def test_large_files_are_not_read(tmp_path):
    path = tmp_path / "large.pkl"
    with path.open("wb") as stream:
        stream.truncate(1 << 34)
    with pytest.raises(FaceviewerError, match="more than the limit"):
        load_face_api(path)
    with pytest.raises(FaceviewerError, match="more than the limit"):
        parse_face_api(bytes((1 << 20) + 1), "x.pkl")


@settings(max_examples=150)
@given(st.data())
def test_damaged_bytes_load_or_fail_cleanly(data):
    raw = bytearray(answer_pickle(data.draw(st.sampled_from([2, 3, 4, 5]))))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    try:
        assert type(parse_face_api(bytes(raw[:cut] if data.draw(st.booleans()) else raw), "fuzz.pkl")) is dict
    except FaceviewerError as error:
        assert str(error).startswith("fuzz.pkl: ")
