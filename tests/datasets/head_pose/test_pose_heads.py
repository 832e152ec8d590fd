"""The documented folder form of photos with known heads."""

from __future__ import annotations

import json

import numpy as np
import pytest
from head_pose_factory import grid_triangles, some_kpt68, write_heads

from faceviewer.datasets.head_pose.heads import Heads
from faceviewer.types import FaceviewerError


def rewritten(made, **views) -> Heads:
    (made.root / "truth.json").write_text(json.dumps(views), "utf-8")
    return Heads(made.root)


def view_of(made, key: str) -> dict:
    return json.loads((made.root / "truth.json").read_text("utf-8"))[key]


def test_samples_come_as_they_were_laid_out(tmp_path, as_made):
    made = write_heads(tmp_path / "mine", 3)
    there = Heads(made.root)
    assert (there.id, there.title, there.angles, there.problems) == ("heads", "known heads, mine", "pose_para", ())
    as_made(there, made)
    truth = there.sample(made.keys[0]).truth
    np.testing.assert_array_equal(truth.K, [[1200, 0, 320], [0, 1200, 240], [0, 0, 1]])
    np.testing.assert_array_equal(truth.landmarks68_mm, truth.vertices_mm[some_kpt68()])
    np.testing.assert_array_equal(truth.triangles, grid_triangles())
    assert truth.shape_is_posed and truth.face_box_ltrb is not None


def test_every_member_may_be_left_out(tmp_path):
    made = write_heads(tmp_path / "mine", 1)
    (key,) = made.keys
    there = rewritten(made, **{key: {}, "other": {"landmarks": [[x, 2 * x] for x in range(68)], "head": None}})
    truth = there.sample(key).truth
    assert truth.R_camera_head is truth.K is truth.vertices_mm is truth.landmarks68_px is truth.face_box_ltrb is None
    assert there.sample("other").truth.landmarks68_px[67].tolist() == [67, 134]


def test_given_landmarks_come_before_projected_ones_and_centres_count(tmp_path):
    made = write_heads(tmp_path / "mine", 1)
    (key,) = made.keys
    view = view_of(made, key)
    given = [[float(x), 7.0 + x] for x in range(68)]
    truth = rewritten(made, **{key: view | {"landmarks": given, "centre_px": [300, 250]}}).sample(key).truth
    assert truth.landmarks68_px.tolist() == given and truth.K[:2, 2].tolist() == [300, 250]
    moved = rewritten(made, **{key: view | {"centre_px": [300, 250]}}).sample(key).truth
    np.testing.assert_allclose(moved.landmarks68_px, made.landmarks_px[key] + [-20, 10], atol=1e-6)
    neutral = rewritten(made, **{key: view | {"neutral": True}}).sample(key).truth
    assert not neutral.shape_is_posed and neutral.landmarks68_px is None


def test_photos_may_be_png_and_lie_deeper(tmp_path):
    made = write_heads(tmp_path / "mine", 1)
    (key,) = made.keys
    there = rewritten(made, **{key: {}, "deep/er": {}})
    made.photos[key].rename(made.root / f"{key}.png")
    assert there.photo_path(key) == made.root / f"{key}.png"
    assert there.photo_path("deep/er") == made.root / "deep" / "er.jpg"


@pytest.mark.parametrize("name", ["../x", "/x", "", "a//b", "a\\b", "c:x", "\ud800", "a/../b"])
def test_names_that_lead_elsewhere_are_left_out_or_refused(tmp_path, name):
    made = write_heads(tmp_path / "mine", 1)
    try:
        there = rewritten(made, **{name: {}, "good": {}})
    except FaceviewerError as error:
        assert "truth.json" in str(error)
        return
    assert list(there.keys) == ["good"] and "truth.json" in there.problems[0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"R": [[1, 0, 0], [0, 1, 0]]}, r"R: a list of 3"),
        ({"R": np.diag([1.0, 1, -1]).tolist()}, "not a rotation"),
        ({"R": None}, r"view0\.R"),
        ({"t_mm": [1, 2]}, "t_mm"),
        ({"t_mm": [1, 2, "x"]}, "t_mm"),
        ({"focal_px": 1e308}, "beyond all measure"),
        ({"t_mm": [0, 1e300, -900]}, "beyond all measure"),
        ({"R": [[1e308] * 3] * 3}, "not a rotation"),
        ({"focal_px": 0}, "focal_px: more than 0"),
        ({"width": -5}, "width"),
        ({"width": 1e3}, "width"),
        ({"landmarks": [[1, 2]] * 67}, "landmarks: a list of 68"),
        ({"landmarks": [[1, 2]] * 68}, "view0: .*lie on one place"),
        ({"t_mm": [0, 0, 900]}, "view0.t_mm: the head would be behind the camera"),
        ({"head": "../../x"}, "head: a plain file name"),
        ({"head": [1]}, "head"),
        ({"head": 9}, r"head9\.npz"),
        ({"neutral": 1}, "true or false"),
    ],
)
def test_damaged_views_are_one_sentence(tmp_path, change, reason):
    made = write_heads(tmp_path / "mine", 2)
    first, second = made.keys
    whole = view_of(made, second)
    there = rewritten(made, **{first: view_of(made, first) | change, second: whole})
    with pytest.raises(FaceviewerError, match=reason) as caught:
        there.sample(first)
    assert str(made.root) in str(caught.value) and "\n" not in str(caught.value)
    assert there.sample(second).truth.R_camera_head is not None


def test_a_name_too_long_for_the_disk_is_a_photo_that_is_not_there(tmp_path):
    made = write_heads(tmp_path / "mine", 1)
    name = "n" * 255  # a suffix makes it too long: Path.exists raises OSError for it
    there = rewritten(made, **{name: view_of(made, made.keys[0])})
    assert there.photo_path(name).name == f"{name}.jpg" and there.sample(name).truth.R_camera_head is not None


def test_of_a_list_that_is_refused_as_a_whole_the_first_reason_is_told(tmp_path):
    made = write_heads(tmp_path / "mine", 1)
    with pytest.raises(FaceviewerError, match=r"truth\.json: names no photo; '\.\./x' is no photo within the folder"):
        rewritten(made, **{"../x": {}})


@pytest.mark.parametrize("view", [None, 3, {}, {"head": None}, {"head": "../../x"}, {"head": [1]}])
def test_without_a_head_that_can_be_told_the_list_is_all_there_is(tmp_path, view):
    (tmp_path / "truth.json").write_text(json.dumps({"a": view}), "utf-8")
    assert Heads(tmp_path).annotation_paths("a") == (tmp_path / "truth.json",)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"a": {}, "a": {}}', "{", '{"a": NaN}', "\xff"])
def test_damaged_lists_are_refused(tmp_path, text):
    (tmp_path / "truth.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(FaceviewerError, match=r"truth\.json"):
        Heads(tmp_path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"v": np.zeros((0, 3))}, "'v' is empty"),
        ({"v": np.zeros((7, 2))}, "7 x 2"),
        ({"v": np.full((7, 3), 1e300), "f": np.zeros((0, 3))}, "beyond all measure"),
        ({"f": np.full((2, 3), 5000)}, "0 to 1219"),
        ({"f": np.full((2, 3), 0.5)}, "0 to 1219"),
        ({"lm68": np.zeros((67, 3))}, "67 x 3"),
    ],
)
def test_damaged_meshes_are_one_sentence(tmp_path, change, reason):
    made = write_heads(tmp_path / "mine", 1)
    path = made.annotations[made.keys[0]]
    np.savez(path, **(dict(np.load(path)) | change))
    with pytest.raises(FaceviewerError, match=reason) as caught:
        Heads(made.root).sample(made.keys[0])
    assert str(path) in str(caught.value)


def test_meshes_need_neither_triangles_nor_landmarks(tmp_path):
    made = write_heads(tmp_path / "mine", 1)
    np.savez(made.annotations[made.keys[0]], v=np.ones((4, 3)))
    truth = Heads(made.root).sample(made.keys[0]).truth
    assert truth.vertices_mm.shape == (4, 3) and truth.triangles is truth.landmarks68_mm is truth.face_box_ltrb is None


def test_the_real_heads(shared):
    there = Heads(shared / "data" / "heads")
    assert len(there.keys) == 23 and there.problems == ()
    for key in there.keys:
        truth = there.sample(key).truth
        assert there.photo_path(key).is_file() and truth.t_camera_head_mm[2] > 400
        low, high = truth.landmarks68_px.min(0), truth.landmarks68_px.max(0)
        assert (low > 0).all() and (high < 2 * truth.K[:2, 2]).all()
        # the nose tip lies in front of the brows, towards the camera, and above the chin on the photo
        assert truth.landmarks68_px[30, 1] < truth.landmarks68_px[8, 1]


@pytest.mark.parametrize(("view", "refused"), [("x", True), ([], True), (3, True), (None, False), ({}, False)])
def test_a_view_that_is_no_object_is_refused(tmp_path, view, refused):
    (tmp_path / "truth.json").write_text(json.dumps({"a": view}))
    if not refused:
        assert Heads(tmp_path).sample("a").truth.R_camera_head is None
        return
    with pytest.raises(FaceviewerError, match=r"truth\.json: a: an object expected"):
        Heads(tmp_path).sample("a")
