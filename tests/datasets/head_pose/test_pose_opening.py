"""Which data set a folder is, keys of large ones, and whatever else all readers share."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest
from head_pose_factory import DAMAGES, WRITERS, spoil_pose, write_arkitface, write_biwi, write_trg_root, write_w300lp
from pictures import picture, write
from PIL import Image

from faceviewer.datasets.head_pose.arkitface import ArkitFace, list_path
from faceviewer.datasets.head_pose.facts import TERMS
from faceviewer.datasets.head_pose.key_table import KeyTable
from faceviewer.datasets.head_pose.lists import is_safe_key
from faceviewer.datasets.head_pose.opening import KINDS, open_dataset
from faceviewer.datasets.head_pose.photo_size import photo_size
from faceviewer.datasets.head_pose.published_samples import PUBLISHED_KINDS, published_sample
from faceviewer.datasets.head_pose.w300lp import W300lp
from faceviewer.io.photo import load_photo
from faceviewer.types import FaceviewerError

HPDB = "BIWI/download_from_official_site/kinect_head_pose_db/hpdb"


def test_every_kind_is_recognised_by_its_own_folder(tmp_path):
    assert tuple(WRITERS) == KINDS == tuple(TERMS)
    for kind, lay_out in WRITERS.items():
        made = lay_out(tmp_path / kind)
        for asked in ("auto", kind):
            there = open_dataset(made.root, kind=asked)
            assert there.id == kind and sorted(there.keys) == sorted(made.keys)


@pytest.mark.parametrize(
    ("inner", "kind"),
    [
        ("ARKitFace", "arkitface"), ("ARKitFace/ARKitFace_list/list", "arkitface"),
        ("ARKitFace/ARKitFace_image_test/image/100001", "arkitface"), ("300W_LP", "300w-lp"),
        ("300W_LP/AFW_Flip", "300w-lp"), ("300W_LP/landmarks/AFW", "300w-lp"), ("BIWI", "biwi"),
        ("BIWI/download_from_official_site", "biwi"), (HPDB.removesuffix("/hpdb"), "biwi"), (HPDB, "biwi"),
        (f"{HPDB}/01", "biwi"),
    ],
)  # fmt: skip
def test_folders_around_and_within_are_understood(tmp_path, inner, kind):
    root = write_trg_root(tmp_path)
    assert open_dataset(root / inner).id == kind


def test_a_folder_with_several_wants_to_be_told_which(tmp_path):
    root = write_trg_root(tmp_path)
    for folder in (root, tmp_path):
        with pytest.raises(FaceviewerError, match="arkitface, 300w-lp, biwi"):
            open_dataset(folder)
        for kind in ("arkitface", "300w-lp", "biwi"):
            assert open_dataset(folder, kind=kind).id == kind


def test_what_is_not_there_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(FaceviewerError, match=r"truth\.json"):
        open_dataset(tmp_path / "empty")
    with pytest.raises(FaceviewerError, match="hpdb with") as caught:
        open_dataset(tmp_path / "empty", kind="biwi")
    assert "ARKitFace" not in str(caught.value)
    with pytest.raises(FaceviewerError, match="no such folder"):
        open_dataset(tmp_path / "nowhere")
    with pytest.raises(FaceviewerError, match="no kind of data set"):
        open_dataset(tmp_path, kind="lfw")
    made = write_arkitface(tmp_path / "dataset", 1)
    with pytest.raises(FaceviewerError, match="no part of ARKitFace"):
        open_dataset(made.root, part="val")
    with pytest.raises(FaceviewerError, match=r"ARKitFace_train\.csv"):
        open_dataset(made.root, part="train")
    with pytest.raises(FaceviewerError, match="only ARKitFace has parts"):
        open_dataset(write_w300lp(tmp_path / "dataset", 1).root, part="test")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_happens_to_an_annotation_is_one_sentence(tmp_path, kind, damage):
    made = WRITERS[kind](tmp_path)
    first = made.keys[0]
    path = made.annotations[first]
    DAMAGES[damage](path)
    there = open_dataset(made.root)
    if first in there.keys:  # AFLW2000-3D lists annotations
        with pytest.raises(FaceviewerError) as caught:
            there.sample(first)
        assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    intact = [key for key in there.keys if made.annotations[key] != path]
    for key in intact:
        there.sample(key)
    assert intact or kind in ("heads", "300w-lp")


@pytest.mark.parametrize("kind", KINDS)
def test_a_pose_that_makes_no_sense_is_one_sentence(tmp_path, kind):
    made = WRITERS[kind](tmp_path)
    spoil_pose(made, kind, made.keys[0])
    there = open_dataset(made.root)
    with pytest.raises(FaceviewerError, match=r"not finite|not a rotation"):
        there.sample(made.keys[0])
    there.sample(made.keys[-1])


@pytest.mark.parametrize("kind", ["arkitface", "300w-lp"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_photos_whose_size_is_needed(tmp_path, kind, damage):
    made = WRITERS[kind](tmp_path)
    DAMAGES[damage](made.photos[made.keys[0]])
    there = open_dataset(made.root)
    try:
        there.sample(made.keys[0])
    except FaceviewerError as error:
        assert str(made.photos[made.keys[0]]) in str(error)
    else:
        assert damage == "truncated"  # its head still says how large it is
    assert there.photo_path(made.keys[0]) == made.photos[made.keys[0]]


@pytest.mark.parametrize("kind", KINDS)
def test_mutated_files_raise_sentences_and_nothing_else(tmp_path, kind):
    made = WRITERS[kind](tmp_path)
    rng = np.random.default_rng(11)
    files = [path for path in sorted(made.root.rglob("*")) if path.is_file() and path.suffix not in (".jpg", ".png")]
    for turn in range(60):
        path = files[turn % len(files)]
        whole = path.read_bytes()
        data = bytearray(whole)
        for _ in range(rng.integers(1, 6)):
            at = int(rng.integers(0, len(data)))
            data[at : at + int(rng.integers(0, 3))] = rng.bytes(int(rng.integers(0, 4)))
        path.write_bytes(data)
        try:
            there = open_dataset(made.root, kind=kind)
            for key in there.keys[:3]:
                try:
                    for array in vars(there.sample(key).truth).values():
                        assert not isinstance(array, np.ndarray) or np.isfinite(array).all()
                except FaceviewerError as error:
                    assert "\n" not in str(error)
        except FaceviewerError as error:
            assert "\n" not in str(error)
        path.write_bytes(whole)


def test_keys_are_found_by_name_and_by_place():
    keys = [f"a/{number}" for number in range(1000)] + ["é", "plumless", "buckeroo"]  # the last two share a checksum
    table = KeyTable([*keys, "a/7", "é"])
    assert (len(table), table.repeated, list(table), table[-1]) == (1003, 2, keys, "buckeroo")
    assert [table.row(key) for key in keys] == list(range(1003)) and table[1:3] == keys[1:3]
    assert "a/1000" not in table and 7 not in table and "\ud800" not in table
    with pytest.raises(KeyError):
        table.row("a")
    with pytest.raises(IndexError):
        table[1003]
    assert list(KeyTable([])) == [] and "" not in KeyTable([])


@pytest.mark.parametrize("key", ["a", "a/b", "a..b/c", "..a", "a b/é", "..."])
def test_safe_keys(key):
    assert is_safe_key(key)


@pytest.mark.parametrize(
    "key", ["", ".", "..", "/", "/a", "a/", "a//b", "./a", "a/..", "a/../b", "a\\b", "c:a", "a\0", "\n"]
)
def test_unsafe_keys(key):
    assert not is_safe_key(key)


def _small_memory(make):
    tracemalloc.start()
    begun = time.perf_counter()
    there = make()
    seconds = time.perf_counter() - begun
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 30 and kept < 25e6 and peak < 150e6  # 0.4 s without the watch on memory
    return there


def test_lists_of_the_published_length_open_quickly_and_stay_small(sets):
    made = write_arkitface(sets, 1)
    rows = (f"{100000 + n // 600},{n % 33:02d}_Some_Action_Of_Its_Own,{1616212233525 + n}\n" for n in range(184_884))
    list_path(made.root, "test").write_text("subject_id,facial_action,img_id\n" + "".join(rows), "utf-8")
    there = _small_memory(lambda: ArkitFace(made.root))
    assert len(there.keys) == 184_884 and there.keys[-1] == "100308/17_Some_Action_Of_Its_Own/1616212418408"
    made = write_w300lp(sets, 1)
    (made.root / "files.txt").write_text("".join(f"./HELEN/HELEN_{n:09d}_1_0\n" for n in range(122_450)), "utf-8")
    there = _small_memory(lambda: W300lp(made.root))
    assert len(there.keys) == 122_450 and there.photo_path(there.keys[-1]).name == "HELEN_000122449_1_0.jpg"


@pytest.mark.parametrize("kind", KINDS)
def test_published_samples_of_what_trg_has_readers_for(tmp_path, kind):
    made = WRITERS[kind](tmp_path)
    there = open_dataset(made.root)
    if kind not in PUBLISHED_KINDS:
        with pytest.raises(FaceviewerError, match="TRG has no reader"):
            published_sample(there, made.keys[0])
        return
    sample = published_sample(there, made.keys[0])
    assert sample["img"].shape == (3, 192, 192) and sample["img"].dtype == np.float32
    assert sample["has_rot"] == (kind != "300w-lp") and sample["dataset"] == kind
    assert ("lmk68_full" in sample) == (kind != "biwi")
    with pytest.raises(KeyError):
        published_sample(there, "another")


def test_published_samples_need_a_box_and_a_photo(sets):
    made = write_arkitface(sets, 1, resources=False)
    with pytest.raises(FaceviewerError, match="no box of landmarks"):
        published_sample(ArkitFace(made.root), made.keys[0])
    made = write_biwi(sets, 1, 1)
    made.photos[made.keys[0]].unlink()
    with pytest.raises(FaceviewerError, match="no such file"):
        published_sample(open_dataset(made.root), made.keys[0])


def test_a_foreign_folder_within_is_not_the_data_set(tmp_path):
    made = write_arkitface(tmp_path, 1)
    (made.root / "my notes").mkdir()
    with pytest.raises(FaceviewerError, match="no head-pose data set"):
        open_dataset(made.root / "my notes")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_sizes_are_those_of_the_upright_photo(tmp_path, kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = write(tmp_path, picture(32, 48), kind, exif=exif)
    assert photo_size(path) == load_photo(path).size == ((48, 32) if orientation < 5 else (32, 48))
