"""Attributes of any spelling, and meta-info of any form, whole or damaged."""

from __future__ import annotations

import json
import math

import pytest
from ffhq_uv_factory import answer_pickle
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.datasets.ffhq_uv.attributes import told_by, told_by_face_api
from faceviewer.datasets.ffhq_uv.entry import ATTRIBUTES
from faceviewer.datasets.ffhq_uv.meta_info import Record, Trouble, id_of, records_in
from faceviewer.io.safe_load import parse_face_api
from faceviewer.types import FaceviewerError

FEMALE = [0, 0.0, "0", "0.0", "female", " Female ", "F", "woman", False, "Gender.female"]
MALE = [1, 1.0, "1", "male", "MALE", "m", "man", True, "Gender.male"]


@pytest.mark.parametrize("value", FEMALE + MALE)
def test_gender_is_read_in_every_spelling(value):
    for key in ("gender", "Gender", "SEX"):
        assert told_by({key: value}).known == {"gender": "male" if any(value is one for one in MALE) else "female"}


@pytest.mark.parametrize(
    ("record", "known"),
    [
        ({"Age": "23", "Beard": 0.4, "Smile": "0.5"}, {"age": 23.0, "beard": 0.4, "expression": 0.5}),
        ({"glasses": "noGlasses"}, {"glasses": False}),
        ({"glasses": "ReadingGlasses"}, {"glasses": True}),
        ({"Glasses": 1, "Bald": 1}, {"glasses": True, "baldness": 1.0}),
        ({"attributes": {"age": 7, "head_pose": {"yaw": -3, "pitch": "2.5"}}}, {"age": 7.0, "yaw": -3.0, "pitch": 2.5}),
        ({"age": None, "gender": None}, {}),
    ],
)
def test_values_may_be_text_or_numbers(record, known):
    told = told_by(record)
    assert (told.known, told.others, told.odd) == (known, {}, ())


def test_what_makes_no_sense_is_kept_as_text():
    told = told_by({"age": "old", "beard": 7, "gender": "x", "yaw": math.nan, "mood": ["calm"], "hat": True})
    assert told.known == {} and set(told.odd) == {"age", "beard", "gender", "yaw"}
    assert told.others == {"age": "old", "beard": "7", "gender": "x", "yaw": "nan", "mood": "['calm']", "hat": "True"}


@pytest.mark.parametrize("key", ["ffhq_index", "FFHQ id", "index", "idx", "id", "image_id", "source", "original_file"])
def test_what_leads_to_a_face_of_ffhq_is_left_out(key):
    assert told_by({key: 31415, "about": {key: "31415"}, "age": 5}).others == {}


def test_an_answer_of_the_face_api_tells_the_same():
    told = told_by_face_api(parse_face_api(answer_pickle(gender="female", facial_hair=None), "x"))
    assert told.known == {
        "gender": "female", "age": 23.0, "beard": 0.0, "baldness": 0.02, "expression": 0.65, "glasses": True,
        "pitch": -5.6, "yaw": 11.2,
    }  # fmt: skip
    assert told_by_face_api({}).known == {} and told_by_face_api({"face_attributes": 3}).known == {}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(["gender", "Age", "beard", "glasses", "yaw", "expression", "id", "name"]) | st.text(max_size=6)


@given(anything | st.dictionaries(keys, anything, max_size=6))
def test_any_record_is_survived(record):
    try:
        told = told_by(record)
    except FaceviewerError:
        assert not isinstance(record, dict)
        return
    assert set(told.known) <= set(ATTRIBUTES) and all(isinstance(text, str) for text in told.others.values())
    json.dumps(told.others).encode()
    for name, value in told.known.items():
        assert isinstance(value, {"gender": str, "glasses": bool}.get(name, float))


FACES = {"00001": {"age": 1}, "00002": {"age": 2, "more": {"a": [1]}}, "00003": {"age": 3}}
LIST = [{"name": f"000/{id_}.png", **facts} for id_, facts in FACES.items()]


def read(text: str) -> tuple[dict[str, float], list[str]]:
    found = list(records_in(text))
    records = {one.id: one.value["age"] for one in found if isinstance(one, Record)}
    return records, [one.sentence for one in found if isinstance(one, Trouble)]


@pytest.mark.parametrize(
    "value",
    [
        FACES,
        LIST,
        {"meta": FACES},
        {"images": LIST},
        {"a": {"b": FACES}},
        [{**one, "name": int(one["name"][4:9])} for one in LIST],
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_every_form_gives_the_same(value, indent):
    records, troubles = read(json.dumps(value, indent=indent))
    assert ({id_.zfill(5): age for id_, age in records.items()}, troubles) == ({"00001": 1, "00002": 2, "00003": 3}, [])


@pytest.mark.parametrize("value", [FACES, LIST, {"meta": FACES}, {"images": LIST}])
def test_of_a_file_that_was_cut_what_is_whole_is_kept(value):
    text = json.dumps(value)
    records, troubles = read(text[: text.index('"age": 3') + 3])
    assert records == {"00001": 1, "00002": 2}
    assert len(troubles) == 1 and "ends in the middle after '00002'" in troubles[0]


def test_damage_in_the_middle_is_passed_over():
    text = json.dumps(FACES)
    for broken in (text.replace('{"age": 2', '{"age": 2x'), text.replace('}, "00002"', '} "00002"')):
        records, troubles = read(broken)
        assert {"00001", "00003"} <= set(records) and len(troubles) == 1 and "damaged after '00001'" in troubles[0]
    records, troubles = read(json.dumps(LIST).replace('"age": 2', '"age": ]'))
    assert set(records) == {"00001", "00003"} and len(troubles) == 1


@pytest.mark.parametrize(
    "text", ["", "   ", "7", '"x"', "null", "<html>", "{", "[", '{"a"', "[[[[", "{" * 5000, "[" * 100_000]
)
def test_what_is_no_meta_info_is_told(text):
    records, troubles = read(text)
    assert records == {} and len(troubles) <= 1 and (troubles or text in ("{}", "[]"))


@settings(max_examples=200)
@given(st.dictionaries(st.text(max_size=6), anything, max_size=4), st.integers(0, 60), st.text(max_size=4))
def test_any_text_is_survived(value, place, noise):
    text = json.dumps(value)
    for one in records_in(text[:place] + noise + text[place:]):
        assert isinstance(one, Record | Trouble)


def test_ids_in_names():
    assert [id_of(name) for name in (7, "00007", "000/00007.png", "a\\b\\7.JPG", "x.y", 1.5)] == [
        "7", "00007", "00007", "7", "x.y", "",
    ]  # fmt: skip
