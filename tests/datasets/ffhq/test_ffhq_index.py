"""The index: it returns what the JSON says, finds what is asked for, and survives any JSON."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from ffhq_factory import entry, write_json
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.datasets.ffhq.entry import FfhqQuery, account_of
from faceviewer.datasets.ffhq.facts import KINDS
from faceviewer.datasets.ffhq.index import FfhqIndex, find_json, open_index
from faceviewer.datasets.ffhq.index_build import MAX_PROBLEMS, build_index
from faceviewer.types import Cancelled, CancelToken, FaceviewerError, Progress

JSON_KEYS = {"image": "image", "thumbnail": "thumbnail", "wild": "in_the_wild"}


def built(text: str | bytes) -> FfhqIndex:
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "x.json"), Path(folder, "x.sqlite")
        source.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        build_index(source, target, lambda step: None, CancelToken())
        return FfhqIndex(target)  # stays open when the folder goes


def with_(number: int, path: str, value: object) -> dict:
    """An entry with one value replaced, or removed when it is ``...``."""
    whole = entry(number)
    *above, last = path.split(".")
    node = whole
    for key in above:
        node = node[key]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return whole


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
days = st.dates().map(lambda day: f"{day.year:04d}-{day.month:02d}-{day.day:02d}") | st.just("")


@st.composite
def entries(draw) -> dict:
    one = entry(draw(st.integers(0, 69_999)))
    about = one["metadata"]
    about |= {key: draw(texts) for key in ("photo_title", "author", "country", "license", "license_url", "photo_url")}
    about |= {"date_uploaded": draw(days), "date_crawled": draw(days)}
    one["category"] = draw(st.sampled_from(["training", "validation"]))
    numbers = st.floats(-1e5, 1e5) | st.integers(-1000, 1000)
    points = [[draw(numbers), draw(numbers)] for _ in range(4)] * 17
    one["in_the_wild"]["face_landmarks"] = points if draw(st.booleans()) else [x for point in points for x in point]
    return one


@settings(max_examples=25)
@given(st.dictionaries(st.integers(0, 69_999), entries(), min_size=1, max_size=3), st.booleans())
def test_entries_come_back_as_they_were(described, ascii_only):
    index = built(json.dumps({str(number): one for number, one in described.items()}, ensure_ascii=ascii_only))
    assert (len(index), index.problems(), index.about.end_problem) == (len(described), [], "")
    for position, (number, got) in enumerate(zip(described, index.entries(list(described)), strict=True)):
        one = described[number]
        about = one["metadata"]
        assert (got.number, got.position, got.split) == (number, position, one["category"])
        assert (got.title, got.author, got.country) == (about["photo_title"], about["author"], about["country"])
        assert (got.licence, got.licence_url, got.photo_url) == (
            about["license"],
            about["license_url"],
            about["photo_url"],
        )
        assert (got.uploaded, got.crawled) == (about["date_uploaded"], about["date_crawled"])
        for kind in KINDS:
            file, wanted = got.files[kind], one[JSON_KEYS[kind]]
            assert (file.path, file.nbytes, file.md5) == (
                wanted["file_path"],
                wanted["file_size"],
                wanted["file_md5"],
            )
            assert (list(file.size), file.pixel_md5, file.url) == (
                wanted["pixel_size"],
                wanted["pixel_md5"],
                wanted["file_url"],
            )
        wild = np.reshape(one["in_the_wild"]["face_landmarks"], (68, 2))
        assert np.array_equal(got.wild_landmarks, wild)
        assert got.image_landmarks is not None and got.face_quad is not None and got.face_box is not None
        assert np.array_equal(got.image_landmarks, np.float32(one["image"]["face_landmarks"]))
        assert np.array_equal(got.face_quad, one["in_the_wild"]["face_quad"])
        assert list(got.face_box) == one["in_the_wild"]["face_rect"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.dictionaries(st.text(max_size=6) | st.integers(0, 9).map(str), anything, max_size=5), st.integers(0, 200))
def test_any_json_and_any_cut_of_it_is_survived(described, cut):
    text = json.dumps({"7": entry(7), **described})
    for source in (text, text[: len(text) - cut]):
        try:
            index = built(source)
        except FaceviewerError:
            continue
        assert len(index) >= 1 and len(index) + index.about.problem_count >= index.about.members - 1


@settings(max_examples=60)
@given(st.binary(max_size=60), st.integers(0, 4000))
def test_any_bytes_anywhere_are_survived(noise, place):
    text = json.dumps({"0": entry(0), "1": entry(1)}).encode()
    try:
        index = built(text[:place] + noise + text[place + len(noise) :])
    except FaceviewerError:
        return
    assert 1 <= len(index) <= 3


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("category", "test", "category: one of training, validation expected"),
        ("metadata", None, "metadata.photo_title is missing|metadata: an object expected"),
        ("metadata.author", 7, "metadata.author: text"),
        ("metadata.author", ..., "metadata.author is missing"),
        ("metadata.date_uploaded", "yesterday", "metadata.date_uploaded: a date"),
        ("image.file_path", "../../etc/passwd", "image.file_path: a path inside"),
        ("image.file_path", "/etc/passwd", "image.file_path: a path inside"),
        ("image.file_path", "C:/x.png", "image.file_path: a path inside"),
        ("image.file_path", "a\\..\\..\\x.png", "image.file_path: a path inside"),
        ("image.file_path", "a/./x.png", "image.file_path: a path inside"),
        ("image.file_path", "", "image.file_path: a path inside"),
        ("image.file_path", "a/x\0.png", "image.file_path: a path inside"),
        ("image.file_size", -1, "image.file_size: a whole number"),
        ("image.file_size", 1.5, "image.file_size: a whole number"),
        ("image.file_size", True, "image.file_size: a whole number"),
        ("thumbnail.file_md5", "xyz", "thumbnail.file_md5: an md5"),
        ("thumbnail.pixel_size", [128], "thumbnail.pixel_size: width and height"),
        ("thumbnail.pixel_size", [0, 128], "thumbnail.pixel_size: width and height"),
        ("in_the_wild", [], "in_the_wild"),
        ("in_the_wild.face_landmarks", [[1, 2]] * 67, "in_the_wild.face_landmarks: a list of 68 expected, it has 67"),
        ("in_the_wild.face_landmarks", [[1, 2, 3]] * 68, "68 lists of 2 numbers"),
        ("in_the_wild.face_landmarks", [[1, "2"]] * 68, "68 lists of 2 numbers"),
        ("in_the_wild.face_landmarks", [[1, float("nan")]] * 68, "NaN is not a number of JSON"),
        ("in_the_wild.face_landmarks", [[1, 1e300]] * 68, "too large"),
        ("in_the_wild.face_rect", [1, 2, 3], "in_the_wild.face_rect: a list of 4"),
        ("image.face_landmarks", [], "image.face_landmarks"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_goes_on(path, value, reason):
    index = built(json.dumps({"0": entry(0), "1": with_(1, path, value), "2": entry(2)}))
    (problem,) = index.problems()
    assert (problem.position, problem.key) == (1, "1") and any(part in problem.reason for part in reason.split("|"))
    assert index.numbers().tolist() == [0, 2] and index.entry(2).position == 2 and index.about.members == 3


@pytest.mark.parametrize("path", ["image.face_landmarks", "in_the_wild.face_rect", "in_the_wild.face_quad"])
def test_what_the_alignment_does_not_need_may_be_absent(path):
    assert len(built(json.dumps({"0": with_(0, path, ...)}))) == 1


def test_quads_of_any_form():
    flat = [1, 2, 3, 4, 5, 6, 7, 8]
    index = built(
        json.dumps({"0": with_(0, "in_the_wild.face_quad", flat), "1": with_(1, "in_the_wild.face_quad", {})})
    )
    quads = [one.face_quad for one in index.entries([0, 1])]
    assert quads[0] is not None and quads[0].ravel().tolist() == flat and quads[1] is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file is empty"),
        ("  ", "it is empty"),
        ("[]", "does not begin with {"),
        ("{}", "it is empty"),
        ("<html>", "does not begin with {"),
        ('{"0": {}}', "category is missing|metadata is missing|image is missing"),
        ('{"a": 1}', "its key is not a number"),
        ('{"0"', "ends in the middle"),
        ('{"0": ' + "[" * 100_000, "ends in the middle"),
        ('{"0": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
        ("{0: 1}", "a key in quotation marks expected"),
    ],
)
def test_no_metadata_at_all(text, reason):
    with pytest.raises(FaceviewerError) as error:
        built(text)
    assert any(part in str(error.value) for part in reason.split("|"))


def test_a_file_cut_in_half_keeps_what_is_whole(tmp_path):
    data = write_json(tmp_path / "x.json", 40).read_bytes()
    index = built(data[: len(data) // 2])
    kept = index.numbers().tolist()
    assert kept == list(range(len(kept))) and 15 <= len(kept) < 25
    assert index.about.end_problem == f"it ends in the middle, after the entry '{kept[-1]}'"


def test_duplicates_count_once():
    first, second = json.dumps(entry(0)), json.dumps(entry(5))
    index = built(f'{{"0": {first}, "0": {second}, "1": {second}}}')
    assert index.problems()[0].reason == "its key occurs twice; the first one counts"
    assert index.entry(0).title == entry(0)["metadata"]["photo_title"] and index.about.members == 2
    index = built(f'{{"0": {first}, "1": {{"category": 1, "category": 2}}}}')
    assert index.problems()[0].reason == "a key occurs twice"


def test_text_after_the_end_and_missing_commas_are_told():
    one = json.dumps(entry(0))
    assert built(f'{{"0": {one}}} more').about.end_problem == "something follows its end"
    index = built(f'{{"0": {one} "1": {one}}}')
    assert (len(index), index.about.end_problem) == (1, "it has no comma after the entry '0'")


def test_members_that_are_no_json_are_passed_over():
    one = json.dumps(entry(0))
    index = built(f'{{"0": {one}, "1": {{"a": nope, "b": "}}\\""}}, "2": [1,, 2], "3": {one}}}')
    assert index.numbers().tolist() == [0, 3] and [problem.key for problem in index.problems()] == ["1", "2"]


def test_halves_of_characters_in_texts_become_replacement_characters():
    text = json.dumps({"0": with_(0, "metadata.photo_title", "x\ud83dy")})
    assert built(text).entry(0).title == "x\N{REPLACEMENT CHARACTER}y"
    assert built(text.encode().replace(b'"x\\ud83dy"', b'"x\xffy"')).entry(0).title == "x\N{REPLACEMENT CHARACTER}y"
    assert len(built(b"\xef\xbb\xbf" + json.dumps({"0": entry(0)}).encode())) == 1


def test_only_so_many_problems_are_kept():
    count = MAX_PROBLEMS + 5
    index = built(json.dumps({"0": entry(0), **{f"x{k}": 0 for k in range(count)}}))
    assert (index.about.problem_count, len(index.problems())) == (count, MAX_PROBLEMS)


@pytest.fixture
def index(tmp_path) -> FfhqIndex:
    return open_index(write_json(tmp_path / "ffhq-dataset-v2.json", 300), lambda step: None, CancelToken())


def expected(keep, key=lambda one: 0):
    numbers = [number for number in range(300) if keep(entry(number)["metadata"], number)]
    return sorted(numbers, key=lambda number: (key(entry(number)["metadata"]), number))


def test_searching_in_any_script(index):
    for word in ("STRASSE", "straße", "Straße"):
        got = index.numbers(FfhqQuery(title=word)).tolist()
        assert got == expected(lambda about, _: "Straße" in about["photo_title"]) and got
    assert index.numbers(FfhqQuery(author="ПЕТРОВА")).tolist() == expected(lambda a, _: "Петрова" in a["author"])
    assert index.numbers(FfhqQuery(author="MÜLLER")).tolist() == expected(lambda a, _: "Müller" in a["author"])
    assert index.numbers(FfhqQuery(country="öst")).tolist() == expected(lambda a, _: a["country"] == "Österreich")
    assert index.numbers(FfhqQuery(author="%")).tolist() == index.numbers(FfhqQuery(author="' OR 1")).tolist() == []


def test_filters_and_orders(index):
    query = FfhqQuery(
        licences=("Attribution License", "Public Domain Mark"),
        uploaded_from="2008-01-01",
        uploaded_to="2012-12-31",
        split="training",
        order="date",
    )
    wanted = expected(
        lambda about, _: about["license"] in query.licences and "2008" <= about["date_uploaded"] < "2013",
        lambda about: about["date_uploaded"],
    )
    assert index.numbers(query).tolist() == wanted and index.count(query) == len(wanted) > 0
    assert index.count(FfhqQuery(split="validation")) == 0
    by_author = expected(lambda *_: True, lambda about: about["author"].casefold())
    assert index.numbers(FfhqQuery(order="author")).tolist() == by_author
    assert index.numbers(FfhqQuery(order="author", descending=True)).tolist() == by_author[::-1]
    with pytest.raises(ValueError):
        index.numbers(FfhqQuery(order="colour"))  # pyright: ignore[reportArgumentType]


def test_privacy_search_knows_whole_accounts_and_parts_of_names(index):
    assert index.numbers(FfhqQuery(person=" ACCOUNT7 ")).tolist() == [7]
    assert index.numbers(FfhqQuery(person="example 7")).tolist() == expected(
        lambda about, _: "example 7" in about["author"].casefold()
    )


@pytest.mark.parametrize(
    ("url", "account"),
    [("https://www.flickr.com/photos/a/1/", "a"), ("https://www.flickr.com/photos/b", "b"), ("", ""), ("x", "")],
)
def test_accounts(url, account):
    assert account_of(url) == account


def test_entries_by_number_keep_the_order_that_was_asked_for(index):
    assert [one.number for one in index.entries(np.array([9, 3, 200]))] == [9, 3, 200]
    assert index.entries([]) == []
    with pytest.raises(KeyError):
        index.entries([3, 999])
    numbers, positions, landmarks, sizes = index.faces()
    assert numbers.tolist() == positions.tolist() == list(range(300))
    assert landmarks[7].tolist() == entry(7)["in_the_wild"]["face_landmarks"] and sizes[7].tolist() == [2016, 1512]


def test_opened_again_nothing_is_read(index, tmp_path, monkeypatch):
    monkeypatch.setattr("faceviewer.datasets.ffhq.index.build_index", None)
    again = open_index(tmp_path / "ffhq-dataset-v2.json", lambda step: None, CancelToken())
    assert again.path == index.path and again.count() == 300 and not again.is_published


def test_a_damaged_index_is_made_again(index, tmp_path):
    index.close()
    index.path.write_bytes(b"not a database")
    assert len(open_index(tmp_path / "ffhq-dataset-v2.json", lambda step: None, CancelToken())) == 300


def test_cancelling_leaves_nothing(tmp_path, home):
    cancel = CancelToken()

    def stop(step: Progress) -> None:
        cancel.cancel()

    with pytest.raises(Cancelled):
        open_index(write_json(tmp_path / "x.json", 600), stop, cancel)
    assert list((home / "cache" / "ffhq").glob("**/*.sqlite")) == []


def test_finding_the_json(tmp_path):
    path = write_json(tmp_path / "ffhq-dataset-v2.json", 1)
    (tmp_path / "images1024x1024").mkdir()
    assert find_json(tmp_path) == find_json(path) == path
    assert find_json(tmp_path / "images1024x1024") == path
    for place, reason in ((tmp_path / "no", "no such file"), (tmp_path / "images1024x1024" / "x", "no such file")):
        with pytest.raises(FaceviewerError, match=reason):
            find_json(place)
