"""Which data set a folder is, keys of large ones, and whatever else all readers share."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest
from head_pose_factory import (
    DAMAGES,
    WRITERS,
    spoil_pose,
    write_arkitface,
    write_biwi,
    write_heads,
    write_resources,
    write_trg_root,
    write_w300lp,
)
from locked import locked, needs_permissions, public_folder
from pictures import encoded, picture
from PIL import Image

from faceviewer.datasets.head_pose.arkitface import ArkitFace, list_path
from faceviewer.datasets.head_pose.facts import TERMS
from faceviewer.datasets.head_pose.key_table import KeyTable
from faceviewer.datasets.head_pose.lists import is_safe_key
from faceviewer.datasets.head_pose.opening import KINDS, open_dataset
from faceviewer.datasets.head_pose.published_samples import PUBLISHED_KINDS, published_sample
from faceviewer.datasets.head_pose.w300lp import W300lp
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
    with pytest.raises(FaceviewerError, match=r"ARKitFace_train\.csv: there is no .* part test is there"):
        open_dataset(made.root, part="train")
    with pytest.raises(FaceviewerError, match="only ARKitFace has parts"):
        open_dataset(write_w300lp(tmp_path / "dataset", 1).root, part="test")


def test_errors_use_titles_where_the_reader_chooses_by_them(tmp_path):
    (tmp_path / "empty").mkdir()
    for titled, words in ((False, "looked for arkitface: "), (True, "looked for ARKitFace: ")):
        with pytest.raises(FaceviewerError, match=words):
            open_dataset(tmp_path / "empty", titled=titled)
    with pytest.raises(FaceviewerError, match="which is meant: ARKitFace, 300W-LP, BIWI"):
        open_dataset(write_trg_root(tmp_path), titled=True)


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


ANNOTATIONS = {
    "arkitface": ("ARKitFace_info_test/info/{key}_info.npz",),
    "300w-lp": ("landmarks/{key}_pts.mat", "{key}.mat"),
    "aflw2000": ("{key}.mat",),
    "biwi": ("{key}_pose.txt", "01/rgb.cal", "01.obj", "annot_mtcnn_fan.pkl"),
    "heads": ("truth.json", "head0.npz"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_of_an_annotation_are_told_whether_or_not_they_are_there(tmp_path, kind):
    made = WRITERS[kind](tmp_path)
    key = made.keys[0]
    there = open_dataset(made.root)
    expected = tuple(made.root / place.format(key=key) for place in ANNOTATIONS[kind])
    assert there.annotation_paths(key) == expected and all(path.is_file() for path in expected)
    for path in expected:
        path.unlink()
    assert there.annotation_paths(key) == expected
    with pytest.raises(KeyError):
        there.annotation_paths("another")


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


def test_arkitface_with_train_alone_opens_train(tmp_path):
    made = write_arkitface(tmp_path, 1, part="train")
    assert open_dataset(tmp_path).title == "ARKitFace, train"
    with pytest.raises(FaceviewerError, match=r"ARKitFace_test\.csv: there is no .* part train is there"):
        open_dataset(made.root, part="test")
    write_arkitface(tmp_path, 1)
    assert open_dataset(tmp_path).title == "ARKitFace, test"


@needs_permissions
@pytest.mark.parametrize("mode", [0, 0o444], ids=["locked", "may be listed, not entered"])
def test_a_locked_folder_is_named_and_hides_no_other(mode):
    """``Path.is_dir`` and its like raise PermissionError for what lies in it."""
    with public_folder() as root:
        made = write_arkitface(root / "dataset", 1)
        inner = write_heads(root / "locked" / "heads").root
        (root / "dataset" / "BIWI").mkdir()
        open_dataset(made.root), open_dataset(inner)
        with locked(root / "locked", mode):
            for folder in (root / "locked", inner):
                with pytest.raises(FaceviewerError, match=f"^{folder}: no permission to read it$"):
                    open_dataset(folder)
            with pytest.raises(FaceviewerError, match=f"^{root}/nowhere: there is no such folder$"):
                open_dataset(root / "nowhere")
            there = open_dataset(made.root, resources=root / "locked")
            assert there.problems == ()
        with locked(root / "dataset" / "BIWI", mode):
            assert open_dataset(root / "dataset").id == "arkitface"


@needs_permissions
def test_locked_folders_of_a_data_set_cost_only_their_own_samples():
    with public_folder() as root:
        faces, biwi = write_w300lp(root, 2, files_txt=False), write_biwi(root, 2, 1, annotation=None)
        W300lp(faces.root), open_dataset(biwi.root)
        with locked(faces.root / "AFW"):
            there = open_dataset(faces.root)
            assert not [key for key in there.keys if key.startswith("AFW/")] and len(there.keys) == 3
            assert f"{faces.root}/AFW: the folder cannot be read" in there.problems[0]
        with locked(biwi.root / "01"):
            there = open_dataset(biwi.root)
            assert list(there.keys) == biwi.keys[1:] and f"{biwi.root}/01: the folder cannot" in there.problems[0]


@needs_permissions
def test_locked_resources_are_told():
    with public_folder() as root:
        made = write_arkitface(root, 1, resources=False)
        resources = write_resources(root / "trg")
        open_dataset(made.root, resources=resources)
        with locked(resources):
            problems = open_dataset(made.root, resources=resources).problems
        assert len(problems) == 2 and all(f"{resources} (no permission to read it) or" in one for one in problems)


@pytest.mark.parametrize("kind", ["biwi", "heads"])
def test_photos_of_another_size_than_the_annotation_is_for_are_refused(tmp_path, kind):
    """Made smaller, they were measured against the pixels of the large ones, and nothing said so."""
    made = WRITERS[kind](tmp_path)
    first, second = made.keys[:2]
    made.photos[first].write_bytes(encoded(picture(240, 320), "JPEG"))
    there = open_dataset(made.root)
    with pytest.raises(FaceviewerError, match=r"has 320 x 240 pixels, but .* is for 640 x 480 \(") as caught:
        there.sample(first)
    assert str(caught.value).startswith(str(made.photos[first]))
    for damage in (b"no photo", b""):  # told by who reads it
        made.photos[second].write_bytes(damage)
        there.sample(second)
    made.photos[second].unlink()
    there.sample(second)


@pytest.mark.parametrize("kind", ["biwi", "heads"])
def test_photos_that_lie_on_their_side_have_the_size_that_is_seen(tmp_path, kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    made = WRITERS[kind](tmp_path)
    made.photos[made.keys[0]].write_bytes(encoded(picture(640, 480), "JPEG", exif=exif))
    open_dataset(made.root).sample(made.keys[0])


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
