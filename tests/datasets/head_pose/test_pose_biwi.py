"""BIWI: frames with and without TRG's annotation file, the colour camera, and files that are damaged or foreign."""

from __future__ import annotations

import numpy as np
import pytest
from head_pose_factory import FLIP, biwi_annotation, grid_triangles, write_annotation, write_biwi
from hostile import attacks

from faceviewer.datasets.head_pose.biwi import Biwi, is_hpdb
from faceviewer.types import FaceviewerError

PKL = "annot_mtcnn_fan.pkl"


@pytest.mark.parametrize("annotation", [PKL, "annot_predBbox_0718.pkl", None])
def test_samples_come_in_the_colour_camera(sets, as_made, annotation):
    made = write_biwi(sets, annotation=annotation)
    there = Biwi(made.root)
    assert (there.id, there.angles) == ("biwi", "yxz")
    as_made(there, made)
    truth = there.sample(made.keys[0]).truth
    np.testing.assert_allclose(truth.K, [[517.679, 0, 320], [0, 517.679, 240.5], [0, 0, 1]])
    assert truth.landmarks68_px is None and truth.landmarks68_mm is None  # what FAN found is no truth
    np.testing.assert_array_equal(truth.triangles, grid_triangles())
    assert not truth.shape_is_posed
    assert (truth.face_box_ltrb is None) == (annotation is None)
    assert len(there.problems) == (1 if annotation is None else 0)


def test_an_upright_head_looks_into_the_camera(sets):
    made = write_biwi(sets, 1, 1, rotation=lambda _: FLIP)
    truth = Biwi(made.root).sample(made.keys[0]).truth
    np.testing.assert_allclose(truth.R_camera_head @ [0, 0, 1], [0, 0, -1], atol=1e-6)
    np.testing.assert_allclose(truth.R_camera_head @ [0, 1, 0], [0, -1, 0], atol=1e-6)
    nose = truth.vertices_mm[truth.vertices_mm[:, 2].argmax()]
    assert (truth.R_camera_head @ nose)[2] < 0  # towards the camera


def test_the_box_is_around_the_found_landmarks(sets):
    made = write_biwi(sets, 1, 1)
    points = made.landmarks_px[made.keys[0]]
    low, high = points.min(0), points.max(0)
    half = 0.75 * (high - low).max()
    expected = np.trunc(np.concatenate([(low + high) / 2 - half, (low + high) / 2 + half]))
    np.testing.assert_array_equal(Biwi(made.root).sample(made.keys[0]).truth.face_box_ltrb, expected)


def test_the_file_says_which_frames_count_and_in_which_order(sets):
    made = write_biwi(sets, 2, 3)
    content = biwi_annotation(made)
    content["img_path"] = content["img_path"][::-2]
    write_annotation(made.root / PKL, content, old_numpy=False)
    assert list(Biwi(made.root).keys) == made.keys[::-2]


def test_frames_without_landmarks_have_no_box_and_are_counted(sets):
    made = write_biwi(sets, 1, 4)
    content = biwi_annotation(made)
    names = content["img_path"]
    del content["pred_kpt"][names[0]]
    content["pred_kpt"][names[1]][5, 0] = np.nan
    content["pred_kpt"][names[2]][:] = 100
    write_annotation(made.root / PKL, content)
    there = Biwi(made.root)
    assert "1 of 4 frames have no found landmarks" in " ".join(there.problems)
    assert f"landmarks of {made.keys[1]}" in " ".join(there.problems)
    for key in made.keys[:3]:
        sample = there.sample(key)
        assert sample.truth.face_box_ltrb is None and "hence no box" in sample.notes[0]
        assert sample.truth.R_camera_head is not None
    assert there.sample(made.keys[3]).truth.face_box_ltrb is not None


def test_heads_come_from_the_folder_when_the_file_lacks_them(sets):
    made = write_biwi(sets, 2, 1)
    content = biwi_annotation(made)
    del content["mesh"]["02"]
    write_annotation(made.root / PKL, content)
    there = Biwi(made.root)
    np.testing.assert_allclose(there.sample(made.keys[1]).truth.vertices_mm, made.vertices_mm[made.keys[1]], atol=1e-4)
    (made.root / "02.obj").unlink()
    there = Biwi(made.root)
    with pytest.raises(FaceviewerError, match=r"02\.obj"):
        there.sample(made.keys[1])
    assert there.sample(made.keys[0]).truth.vertices_mm is not None


def test_without_the_file_a_frames_annotation_is_its_own_files(sets):
    made = write_biwi(sets, 1, 1, annotation=None)
    names = [path.name for path in Biwi(made.root).annotation_paths(made.keys[0])]
    assert names == ["frame_00003_pose.txt", "rgb.cal", "01.obj"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: c.pop("img_path"), "no 'img_path'"),
        (lambda c: c.pop("mesh"), "no 'mesh'"),
        (lambda c: c.update(pred_kpt=[]), "dicts"),
        (lambda c: c.update(img_path="01/frame_00003_rgb.png"), "list"),
        (lambda c: c.update(img_path=[]), "names no frame"),
        (lambda c: c.update(img_path=["../../etc/passwd", 7, b"x", None]), "names no frame"),
        (lambda c: c["mesh"]["01"].pop("faces"), "no vertices or no faces"),
        (lambda c: c["mesh"].update({"01": np.zeros(3)}), "no vertices or no faces"),
        (lambda c: c["mesh"]["01"].update(vertices=np.zeros((5, 2))), "5 x 2"),
        (lambda c: c["mesh"]["01"].update(vertices=np.full((1220, 3), np.nan)), "not finite"),
        (lambda c: c["mesh"]["01"].update(faces=np.full((3, 3), 1220)), "0 to 1219"),
        (lambda c: c["mesh"]["01"].update(vertices=np.zeros((0, 3)), faces=np.zeros((0, 3))), "'vertices' is empty"),
    ],
)
def test_files_of_another_form_are_refused_in_a_sentence(sets, change, reason):
    made = write_biwi(sets, 1, 1)
    content = biwi_annotation(made)
    change(content)
    write_annotation(made.root / PKL, content)
    with pytest.raises(FaceviewerError, match=reason) as caught:
        Biwi(made.root)
    assert PKL in str(caught.value) and "\n" not in str(caught.value)


def test_backslashes_of_windows_do_not_matter(sets, as_made):
    made = write_biwi(sets, 1, 2)
    content = biwi_annotation(made)
    content["img_path"] = [name.replace("/", "\\") for name in content["img_path"]]
    content["pred_kpt"] = {name.replace("/", "\\"): points for name, points in content["pred_kpt"].items()}
    write_annotation(made.root / PKL, content)
    there = Biwi(made.root)
    as_made(there, made)
    assert there.problems == () and there.sample(made.keys[0]).truth.face_box_ltrb is not None


def test_of_a_list_that_is_refused_as_a_whole_the_first_reason_is_told(sets):
    made = write_biwi(sets, 1, 1)
    content = biwi_annotation(made)
    content["img_path"] = ["hpdb/01/frame_00003_rgb.png"]
    write_annotation(made.root / PKL, content)
    with pytest.raises(FaceviewerError, match=r"with a pose; 'img_path' has 'hpdb/01/frame_00003_rgb\.png'"):
        Biwi(made.root)


def test_hidden_files_of_macos_are_no_frames(sets):
    made = write_biwi(sets, 1, 1, annotation=None)
    pose = made.annotations[made.keys[0]]
    pose.with_name(f"._{pose.name}").write_bytes(b"\0\5\x16\7")
    (made.root / "._01").write_bytes(b"\0\5\x16\7")
    assert list(Biwi(made.root).keys) == made.keys


def test_single_odd_entries_are_left_out_and_told(sets):
    made = write_biwi(sets, 1, 1)
    content = biwi_annotation(made)
    content["img_path"] += ["../../etc/passwd", 7, content["img_path"][0], "01/../frame_00003_rgb.png"]
    write_annotation(made.root / PKL, content)
    there = Biwi(made.root)
    assert list(there.keys) == made.keys and len(there.problems) == 4


def test_foreign_pickles_are_refused_and_run_nothing(sets, tmp_path):
    made = write_biwi(sets, 1, 1)
    mark = tmp_path / "mark"
    for name, (data, _) in attacks(mark).items():
        (made.root / PKL).write_bytes(data)
        with pytest.raises(FaceviewerError, match=PKL):
            Biwi(made.root)
        assert not mark.exists(), name


def _edit(path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("file", "change", "reason"),
    [
        ("01/frame_00003_pose.txt", lambda p: p.write_text("1 0 0\n0 1 0\n0 0 1\n"), "9 numbers, not 12"),
        ("01/frame_00003_pose.txt", lambda p: p.write_text("1 0 0 0 1 0 0 0 -1 1 2 3"), "'R' is not a rotation"),
        ("01/frame_00003_pose.txt", lambda p: p.write_text("1 0 0 0 1 0 0 0 1 1 2 inf"), "not finite"),
        ("01/frame_00003_pose.txt", lambda p: p.write_text("1 0 0 0 1 0 0 0 1 1 2 x"), "not numbers"),
        ("01/frame_00003_pose.txt", lambda p: p.write_text("1 0 0 0 1 0 0 0 1 1 2 1e308"), "beyond all measure"),
        ("01/frame_00003_pose.txt", lambda p: p.write_bytes(b"\xff" * 12), "1 numbers"),
        ("01/frame_00003_pose.txt", lambda p: p.unlink(), "no such file"),
        ("01/rgb.cal", lambda p: p.unlink(), "no such file"),
        ("01/rgb.cal", lambda p: _edit(p, "517.679", "-517.679"), "no camera"),
        ("01/rgb.cal", lambda p: _edit(p, "517.679", "nan"), "not finite"),
        ("01/rgb.cal", lambda p: _edit(p, "640 480", "0 480"), "width and height"),
        ("01/rgb.cal", lambda p: _edit(p, "640 480", "640.5 480"), "width and height"),
        ("01/rgb.cal", lambda p: _edit(p, "640 480", "640"), "26 numbers, not 27"),
        ("01/rgb.cal", lambda p: p.write_bytes(b"1 " * 100_000), "more than the limit"),
    ],
)
def test_damaged_frames_are_one_sentence_that_names_the_file(sets, file, change, reason):
    made = write_biwi(sets, 2, 1)
    change(made.root / file)
    there = Biwi(made.root)
    with pytest.raises(FaceviewerError, match=reason) as caught:
        there.sample(made.keys[0])
    assert str(made.root / file) in str(caught.value) and "\n" not in str(caught.value)
    assert there.sample(made.keys[1]).truth.R_camera_head is not None


def test_windows_line_ends_do_not_matter(sets, as_made):
    made = write_biwi(sets, 1, 1)
    for path in (*made.root.glob("*/*.txt"), *made.root.glob("*/rgb.cal"), *made.root.glob("*.obj")):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    as_made(Biwi(made.root), made)


def test_a_folder_without_frames_is_refused(tmp_path):
    (tmp_path / "01").mkdir()
    (tmp_path / "02").write_text("a file")
    assert not is_hpdb(tmp_path)
    with pytest.raises(FaceviewerError, match="names no frame with a pose"):
        Biwi(tmp_path)
