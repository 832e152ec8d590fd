"""The index: every layout that users have, attributes joined to maps, queries, growth, and all that can be wrong."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from ffhq_uv_factory import LIGHT, attributes, facts, npy, project_files, write_map, write_project, write_set, write_zip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faceviewer.datasets.ffhq_uv.details import details, latent_views, light_of
from faceviewer.datasets.ffhq_uv.entry import UvMapQuery
from faceviewer.datasets.ffhq_uv.index import MAX_KEPT, UvMapIndex
from faceviewer.types import Cancelled, CancelToken, FaceviewerError

NUMBERS = (0, 1, 2, 999, 1000, 54164)


EVERYTHING = UvMapQuery()


def ids(index, query=EVERYTHING):
    return [entry.id for entry in index.page(query, 0, 1000)]


def kinds(index):
    return {(problem.kind, problem.subject) for problem in index.problems()}


def test_the_published_layout_from_wherever_it_is_opened(tmp_path, open_at):
    folder = write_set(tmp_path / "FFHQ-UV" / "dataset", NUMBERS)
    write_set(tmp_path / "FFHQ-UV" / "dataset", (0, 5), name="ffhq-uv-interpolate")
    for place, count in (
        (tmp_path / "FFHQ-UV", 8),
        (tmp_path / "FFHQ-UV" / "dataset", 8),
        (folder, 6),
        (folder / "uv-maps", 6),
    ):
        index = open_at(place)
        assert len(index) == count and index.problem_counts() == {}
        (entry, *_) = index.named("54164")
        assert (entry.id, entry.part, entry.folder, entry.gender, entry.age) == (
            "54164",
            "ffhq-uv",
            "054",
            "female",
            34.0,
        )
        assert entry.path == folder / "uv-maps" / "054" / "54164.png" and entry.path.is_file()
        assert entry.has_latent and not entry.has_light and entry.latent_source == "face-latents"
        assert entry.sources == dict.fromkeys(("gender", "age", "beard"), "meta-info.json")
        assert latent_views(index, entry) == {"face-latents/054/54164": ["front", "left", "right"]}
        assert details(index, entry).others == {"mood": "calm"}
    assert [entry.part for entry in open_at(tmp_path / "FFHQ-UV").named("0")] == ["ffhq-uv", "ffhq-uv-interpolate"]


def test_any_folder_of_maps(tmp_path, open_at):
    folder = tmp_path / "mine"
    for name in ("b.png", "a.JPG", "10.png", "9.png", "007/c.jpeg", ".hidden.png", "notes.txt", "eyes/d.png"):
        write_map(folder / name) if not name.endswith(("txt", "JPG")) else (folder / name).write_bytes(b"x")
    index = open_at(folder)
    assert ids(index) == ["9", "10", "a", "b", "c"] and index.problem_counts() == {}
    assert [entry.part for entry in index.page(UvMapQuery(), 0, 1)] == ["mine"]
    (folder / "meta-info.json").write_text(json.dumps({"a": {"age": 4}, "9": {"age": "5"}}))
    assert ids(open_at(folder), UvMapQuery(age=(0, 10), order="age", descending=True)) == ["9", "a"]
    with pytest.raises(FaceviewerError, match="no such folder"):
        open_at(tmp_path / "nowhere")
    with pytest.raises(FaceviewerError, match="no such folder"):
        open_at(folder, project=tmp_path / "nowhere")


def test_an_empty_folder_is_no_failure(tmp_path, open_at):
    index = open_at(tmp_path)
    assert len(index) == 0 and ids(index) == [] and index.keys().shape == (0,) and index.facets().total == 0


@pytest.mark.parametrize("zipped", [True, False])
def test_the_projects_files_are_joined_to_maps_that_were_made_from_them(tmp_path, open_at, zipped):
    maps = tmp_path / "mine"
    for number in range(4):
        write_map(maps / f"{number:05d}.png")
    files = project_files(range(3))
    del files["attributes"]["00002.json"]
    write_project(tmp_path / "dataset_project", files, zipped=zipped)
    index = open_at(maps)
    first, _, third, fourth = index.page(UvMapQuery(), 0, 10)
    wanted = attributes(0)
    assert (first.gender, first.glasses, first.expression, first.yaw) == (
        "female",
        True,
        wanted["Expression"],
        wanted["Yaw"],
    )
    suffix = ".zip" if zipped else ""
    assert set(first.sources.values()) == {f"attributes{suffix}"} and first.light_source == f"lights{suffix}"
    assert (third.gender, third.beard, set(third.sources.values())) == ("male", 0.4, {f"attributes_ms_api{suffix}"})
    assert (fourth.gender, fourth.age, fourth.has_light, dict(fourth.sources)) == ("", None, False, {})
    known = details(index, first)
    assert known.light is not None and known.face_api is not None and known.problems == ()
    assert np.array_equal(known.light, LIGHT) and known.face_api["face_attributes"]["hair"]["bald"] == 0.02
    assert light_of(index, "00003") is None


def test_published_maps_are_shuffled_so_nothing_is_joined_by_number_unasked(tmp_path, open_at):
    folder = write_set(tmp_path / "dataset", NUMBERS)
    project = write_project(tmp_path / "dataset_project", project_files(NUMBERS))
    index = open_at(folder)
    assert index.left_out and index.count(UvMapQuery(has_light=True)) == 0 and light_of(index, "00000") is None
    index = open_at(folder, project=project, same_ids=True)
    assert not index.left_out and index.count(UvMapQuery(has_light=True)) == len(NUMBERS)
    (entry,) = index.named("00001")
    assert entry.sources["age"] == "meta-info.json" and entry.sources["expression"] == "attributes.zip"
    assert open_at(folder).same_ids  # it is remembered
    assert not open_at(folder, same_ids=False).count(UvMapQuery(has_light=True))
    alone = open_at(project)
    assert len(alone) == 0 and np.array_equal(light_of(alone, "00000"), LIGHT)


def test_queries(tmp_path, open_at):
    index = open_at(write_set(tmp_path, range(60)))
    everything = {f"{number:05d}": facts(number) for number in range(60)}
    assert ids(index, UvMapQuery(gender="male")) == [i for i, f in everything.items() if f["gender"] == "male"]
    young = UvMapQuery(age=(None, 30), beard=(0.2, 0.5), order="age")
    found = ids(index, young)
    assert set(found) == {i for i, f in everything.items() if f["age"] <= 30 and 0.2 <= f["beard"] <= 0.5}
    assert [everything[i]["age"] for i in found] == sorted(everything[i]["age"] for i in found)
    assert ids(index, UvMapQuery(id="005")) == [i for i in everything if "005" in i]
    assert ids(index, UvMapQuery(id="%")) == [] and ids(index, UvMapQuery(expression=(0, 1))) == []
    assert ids(index, UvMapQuery(descending=True))[0] == "00059"
    assert index.count(UvMapQuery(has_latent=True)) == 30 and index.count(UvMapQuery(glasses=True)) == 0
    assert [one.id for one in index.page(UvMapQuery(), 58, 10)] == ["00058", "00059"]
    assert index.page(UvMapQuery(), 99, 10) == [] and index.page(UvMapQuery(), -3, 1)[0].id == "00000"
    facets = index.facets(UvMapQuery(gender="male", has_latent=False))
    assert (facets.total, facets.gender, facets.latent) == (30, {"male": 30}, {"no": 30})
    assert index.facets().gender == {"female": 30, "male": 30} and index.facets().part == {"ffhq-uv": 60}
    assert index.spans()["age"] == (20.0, 69.0) and index.spans()["yaw"] == (None, None)
    with pytest.raises(ValueError, match="sorted by"):
        index.keys(UvMapQuery(order="colour"))


def test_the_random_order_is_the_same_everywhere(tmp_path, open_at):
    folder = write_set(tmp_path, range(40))
    one, again, other = (ids(open_at(folder), UvMapQuery(order="random", seed=seed)) for seed in (1, 1, 2))
    assert one == again != other and sorted(one) == sorted(other) == sorted(ids(open_at(folder))) != one
    shutil.rmtree(tmp_path / "home")
    (folder / "uv-maps" / "000" / "00000.png").unlink()
    assert ids(open_at(folder), UvMapQuery(order="random", seed=1)) == [i for i in one if i != "00000"]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.builds(
        UvMapQuery,
        id=st.sampled_from(["", "1", "00"]),
        gender=st.sampled_from(["", "female", "male"]),
        age=st.tuples(st.none() | st.floats(0, 90), st.none() | st.floats(0, 90)),
        has_latent=st.none() | st.booleans(),
        order=st.sampled_from(["id", "age", "beard", "expression", "random"]),
        descending=st.booleans(),
        seed=st.integers(),
    ),
    st.integers(0, 30),
)
def test_pages_counts_and_keys_agree(shared_index, query, offset):
    keys = shared_index.keys(query)
    assert len(keys) == shared_index.count(query) == shared_index.facets(query).total == len(set(keys.tolist()))
    for _ in range(2):  # with and without a kept answer
        shared_index._answers.clear()
        assert [e.key for e in shared_index.page(query, offset, 7)] == keys[offset : offset + 7].tolist()
    for entry in shared_index.entries(keys):
        assert query.id in entry.id and query.gender in ("", entry.gender)
        assert query.has_latent in (None, entry.has_latent)


@pytest.fixture(scope="module")
def shared_index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("uv")
    before = os.environ.get("FACEVIEWER_HOME")
    os.environ["FACEVIEWER_HOME"] = str(folder / "home")
    index = UvMapIndex(write_set(folder, range(25)))
    index.update(lambda step: None, CancelToken())
    os.environ.pop("FACEVIEWER_HOME") if before is None else os.environ.update(FACEVIEWER_HOME=before)
    return index


def test_it_is_brought_up_to_date_when_files_come_and_go(tmp_path, open_at):
    folder = write_set(tmp_path, (1, 2, 3))
    first = open_at(folder)
    before = first.path.stat().st_mtime_ns
    assert not first.update(lambda step: None, CancelToken()) and first.path.stat().st_mtime_ns >= before
    (folder / "uv-maps" / "000" / "00002.png").unlink()
    write_map(folder / "uv-maps" / "001" / "01001.png")
    known = UvMapIndex(folder)
    assert known.was_known and ids(known) == ["00001", "00002", "00003"]  # as it was left, at once
    assert known.update(lambda step: None, CancelToken()) and ids(known) == ["00001", "00003", "01001"]
    assert kinds(known) == {("missing map", "00002"), ("no meta-info", "01001")}
    assert [entry.key for entry in known.named("00001")] == [entry.key for entry in first.named("00001")]
    (folder / "meta-info.json").unlink()
    assert open_at(folder).named("00001")[0].age is None


numbers = st.sets(st.integers(0, 30), max_size=8)


@settings(max_examples=15)
@given(st.lists(st.tuples(numbers, numbers, st.booleans()), min_size=2, max_size=4))
def test_an_index_that_was_kept_up_to_date_equals_a_new_one(states):
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setenv("FACEVIEWER_HOME", str(Path(place, "home")))
        folder = Path(place, "set")
        for maps, told, is_cut in states:
            shutil.rmtree(folder, ignore_errors=True)
            for number in maps:
                write_map(folder / "uv-maps" / f"{number % 3:03d}" / f"{number:05d}.png", side=1)
            (folder / "uv-maps").mkdir(parents=True, exist_ok=True)
            text = json.dumps({f"{number:05d}": facts(number) for number in told})
            (folder / "meta-info.json").write_text(text[: len(text) // 2] if is_cut else text)
            kept = UvMapIndex(folder)
            kept.update(lambda step: None, CancelToken())
            found = [(e.id, e.path, e.gender, e.age, dict(e.sources)) for e in kept.page(EVERYTHING, 0, 99)]
            problems, counts = kept.problems(), kept.problem_counts()
        kept.path.unlink()
        fresh = UvMapIndex(folder)
        assert not fresh.was_known and fresh.update(lambda step: None, CancelToken())
        assert found == [(e.id, e.path, e.gender, e.age, dict(e.sources)) for e in fresh.page(EVERYTHING, 0, 99)]
        assert (problems, counts) == (fresh.problems(), fresh.problem_counts())


def test_it_can_be_asked_while_it_grows(tmp_path, monkeypatch):
    monkeypatch.setattr("faceviewer.datasets.ffhq_uv.scan.BATCH", 10)
    folder = write_set(tmp_path, range(45), meta=False)
    index = UvMapIndex(folder)
    seen, asked, go_on = [], threading.Event(), threading.Event()

    def progress(step):
        if "found" in step.stage and not seen:
            asked.set()
            go_on.wait(10)

    worker = threading.Thread(target=index.update, args=(progress, CancelToken()))
    worker.start()
    assert asked.wait(10)
    seen.append(len(index.page(UvMapQuery(), 0, 100)))
    generation = index.generation
    go_on.set()
    worker.join()
    assert 0 < seen[0] < 45 and len(index) == 45 and index.generation != generation


def test_cancelling_keeps_what_was_found_and_stores_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("faceviewer.datasets.ffhq_uv.scan.BATCH", 10)
    cancel = CancelToken()
    index = UvMapIndex(write_set(tmp_path, range(45), meta=False))
    with pytest.raises(Cancelled):
        index.update(lambda step: cancel.cancel(), cancel)
    assert 0 < len(index) < 45 and not index.path.exists()
    assert index.update(lambda step: None, CancelToken()) and len(index) == 45


def test_what_is_known_comes_back_after_cancelling(tmp_path, open_at):
    folder = write_set(tmp_path, range(20))
    index, cancel = open_at(folder), CancelToken()
    write_map(folder / "uv-maps" / "000" / "00021.png")
    with pytest.raises(Cancelled):
        index.update(lambda step: cancel.cancel() if "meta-info" in step.stage else None, cancel)
    assert index.update(lambda step: None, CancelToken()) and index.count(UvMapQuery(gender="male")) == 10
    write_map(folder / "uv-maps" / "000" / "00022.png")
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        index.update(lambda step: cancel.cancel() if "found" in step.stage else None, cancel)
    assert len(index) == 22 and index.problem_counts() == {"no meta-info": 1}
    assert index.update(lambda step: None, CancelToken()) and index.problem_counts() == {"no meta-info": 2}


def test_maps_that_go_are_told_after_cancelling(tmp_path, open_at):
    folder = write_set(tmp_path, range(3))
    write_set(tmp_path, range(3), name="ffhq-uv-interpolate")
    index, cancel, looked = open_at(tmp_path), CancelToken(), []
    (folder / "uv-maps" / "000" / "00001.png").unlink()

    def progress(step):
        looked.append(step)
        if len(looked) == 2:  # at the second part, when the map of the first has gone
            cancel.cancel()

    with pytest.raises(Cancelled):
        index.update(progress, cancel)
    assert len(index) == 5 and index.problem_counts() == {}
    assert index.update(lambda step: None, CancelToken()) and index.problem_counts() == {"missing map": 1}


def test_zips_that_are_replaced_are_read_anew(tmp_path, open_at):
    for number in range(2):
        write_map(tmp_path / "mine" / f"{number:05d}.png")
    project = tmp_path / "dataset_project"
    write_project(project, project_files([0]))
    index = open_at(tmp_path / "mine")
    assert np.array_equal(light_of(index, "00000"), LIGHT) and light_of(index, "00001") is None
    files = project_files([0, 1])
    files["lights"]["00000.npy"] = npy(2 * LIGHT.reshape(1, 9, 1, 1))
    files["attributes"]["00000.json"] = json.dumps({**attributes(0), "Gender": 1}).encode()
    for source, members in files.items():
        write_zip(project / "new.zip", {f"{source}/{name}": data for name, data in members.items()})
        (project / "new.zip").replace(project / f"{source}.zip")
    assert index.update(lambda step: None, CancelToken())
    assert [entry.gender for entry in index.page(EVERYTHING, 0, 9)] == ["male", "male"]
    assert np.array_equal(light_of(index, "00000"), 2 * LIGHT) and np.array_equal(light_of(index, "00001"), LIGHT)


def test_damaged_caches_are_made_again(tmp_path, open_at, monkeypatch):
    folder = write_set(tmp_path, (1, 2))
    path = open_at(folder).path
    whole = path.read_bytes()
    for broken in (b"", b"not a database", whole[: len(whole) // 2], whole[:5000] + bytes(3000) + whole[8000:]):
        path.write_bytes(broken)
        assert ids(open_at(folder)) == ["00001", "00002"]
    monkeypatch.setenv("FACEVIEWER_HOME", "/dev/null/home")
    assert ids(open_at(folder)) == ["00001", "00002"]


def test_only_some_indices_are_kept(tmp_path, open_at):
    for number in range(MAX_KEPT + 2):
        open_at(write_map(tmp_path / f"set{number}" / "1.png").parent)
    assert len(list((tmp_path / "home" / "cache" / "ffhq_uv").glob("*.sqlite"))) == MAX_KEPT


def test_what_does_not_fit_together_is_named_once(tmp_path, open_at):
    folder = write_set(tmp_path, (1, 2, 3))
    said = json.loads((folder / "meta-info.json").read_text())
    said["00009"] = said.pop("00003")
    said["00002"]["age"] = "old"
    said["2"] = said["00002"]
    (folder / "meta-info.json").write_text(json.dumps(said))
    write_map(folder / "uv-maps" / "00001.jpg")
    index = open_at(folder)
    missing = {("missing map", "00009"), ("no meta-info", "00003")}
    assert kinds(index) == missing | {("twice", "00001"), ("odd value", "ffhq-uv: age in meta-info")}
    assert index.problem_counts() == {"missing map": 1, "no meta-info": 1, "odd value": 1, "twice": 1}
    assert len(index.named("00001")) == 2 and index.others(index.named("2")[0])["age"] == "old"


def test_meta_info_that_was_cut_in_half(tmp_path, open_at):
    folder = write_set(tmp_path, range(20))
    text = (folder / "meta-info.json").read_text()
    (folder / "meta-info.json").write_text(text[: len(text) // 2])
    index = open_at(folder)
    known = index.count(UvMapQuery(gender="male")) + index.count(UvMapQuery(gender="female"))
    assert 8 <= known <= 10 and index.problem_counts() == {"meta-info": 1, "no meta-info": 20 - known}


@pytest.mark.parametrize("zipped", [True, False])
def test_damaged_files_of_the_project_are_told_and_the_rest_goes_on(tmp_path, open_at, zipped):
    for number in range(4):
        write_map(tmp_path / "mine" / f"{number:05d}.png")
    files = project_files(range(4))
    files["attributes"]["00001.json"] = b'{"Age": 2'
    files["attributes"]["00002.json"] = b"[1]"
    files["lights"]["00001.npy"] = npy(np.zeros(8, np.float32))
    files["lights"]["00002.npy"] = npy(np.full((1, 9, 1, 1), np.nan, np.float32))
    files["lights"]["00003.npy"] = b"junk"
    files["attributes_ms_api"]["00001.pkl"] = b"cos\nsystem\n(S'true'\ntR."
    write_project(tmp_path / "mine", files, zipped=zipped)
    index = open_at(tmp_path / "mine")
    assert kinds(index) == {("attributes", "00001"), ("attributes", "00002")}
    problems = {number: " ".join(details(index, index.named(f"{number}")[0]).problems) for number in range(4)}
    assert problems[0] == "" and "nine" not in problems[1] and "9 numbers" in problems[1] and "os.system" in problems[1]
    assert "not finite" in problems[2] and "not an .npy" in problems[3]


def test_hostile_zips_are_refused_and_the_rest_goes_on(tmp_path, open_at):
    write_map(tmp_path / "mine" / "00000.png")
    write_project(tmp_path / "mine", project_files([0]))
    write_zip(tmp_path / "mine" / "attributes.zip", {"../../up.json": b"{}"})
    index = open_at(tmp_path / "mine")
    ((kind, subject),) = kinds(index)
    assert (kind, subject) == ("project", "attributes.zip") and "leads out" in index.problems()[0].reason
    (entry,) = index.named("00000")
    assert entry.has_light and entry.sources["age"] == "attributes_ms_api.zip"


@pytest.mark.skipif(os.name != "posix", reason="names are bytes there alone")
def test_names_that_are_no_text_are_left_out(tmp_path, open_at):
    folder = write_map(tmp_path / "mine" / "1.png").parent
    try:
        (folder / os.fsdecode(b"\xff\xfe.png")).write_bytes(b"x")
    except OSError:
        pytest.skip("the file system takes text alone")
    index = open_at(folder)
    assert ids(index) == ["1"] and index.problem_counts() == {"folder": 1}


def test_a_project_without_latent_codes_gives_none(tmp_path, open_at):
    write_map(tmp_path / "mine" / "00000.png")
    write_project(tmp_path / "mine", project_files([0]))
    index = open_at(tmp_path / "mine")
    (entry,) = index.named("00000")
    assert entry.has_light and not entry.has_latent and latent_views(index, entry) == {}
