"""300W-LP and AFLW2000-3D: the list, mirrored photos, landmarks and Pose_Para."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.io
from head_pose_factory import some_landmarks, spoil_pose, write_aflw2000, write_w300lp
from pictures import encoded, picture

from faceviewer.datasets.head_pose.aflw2000 import Aflw2000
from faceviewer.datasets.head_pose.w300lp import PAIRS, W300lp, mirror_index
from faceviewer.geometry.rotations import pose_from_rotation
from faceviewer.types import FaceviewerError


def test_samples_come_as_they_were_laid_out(sets, as_made):
    made = write_w300lp(sets, 3)
    there = W300lp(made.root)
    assert (there.id, there.angles, there.problems) == ("300w-lp", "pose_para", ())
    as_made(there, made)
    truth = there.sample(made.keys[0]).truth
    assert truth.K is truth.t_camera_head_mm is truth.vertices_mm is None  # there is no metric scale


def test_the_mirror_swaps_the_29_pairs(sets):
    assert len(PAIRS) == 29 and len({i for pair in PAIRS for i in pair}) == 58
    ids = mirror_index()
    assert (ids[ids] == np.arange(68)).all() and ids[[0, 36, 48, 59, 67]].tolist() == [16, 45, 54, 55, 65]
    assert ids[[8, 27, 28, 29, 30, 33, 51, 57, 62, 66]].tolist() == [8, 27, 28, 29, 30, 33, 51, 57, 62, 66]
    made = write_w300lp(sets, 1)
    there = W300lp(made.root)
    plain, mirrored = (there.sample(key).truth.landmarks68_px for key in made.keys)
    np.testing.assert_array_equal(plain, some_landmarks(0))  # as the file has them
    np.testing.assert_allclose(mirrored[16], [449 - plain[0, 0], plain[0, 1]])
    np.testing.assert_allclose(mirrored[30], [449 - plain[30, 0], plain[30, 1]])


def test_mirrored_photos_share_the_landmarks_of_the_others(sets):
    made = write_w300lp(sets, 1)
    plain, mirrored = (W300lp(made.root).annotation_paths(key) for key in made.keys)
    assert (
        plain[0] == mirrored[0] == made.annotations[made.keys[1]] and mirrored[1] == made.root / f"{made.keys[1]}.mat"
    )


def test_mirroring_takes_the_width_of_the_photo(sets):
    made = write_w300lp(sets, 1, photo=lambda _: encoded(picture(500, 620), "PNG"))
    plain, mirrored = (W300lp(made.root).sample(key).truth.landmarks68_px for key in made.keys)
    np.testing.assert_allclose(mirrored[30, 0], 619 - plain[30, 0])


def test_mirrored_poses_mirror(sets):
    made = write_w300lp(sets, 1)
    there = W300lp(made.root)
    angles = [pose_from_rotation(there.sample(key).truth.R_camera_head) for key in made.keys]
    np.testing.assert_allclose(angles[1], np.array(angles[0]) * [-1, 1, -1], atol=1e-9)


def test_without_a_list_all_photos_count(sets):
    made = write_w300lp(sets, 3, files_txt=False)
    there = W300lp(made.root)
    assert sorted(there.keys) == sorted(made.keys) and list(there.keys)[:2] == ["AFW/AFW_0000000000_1_0",
                                                                                 "AFW/AFW_0000000002_1_0"]  # fmt: skip
    assert len(there.problems) == 1 and "files.txt" in there.problems[0]


def test_without_pose_files_there_are_landmarks_and_a_note(sets):
    made = write_w300lp(sets, 1, poses=False)
    sample = W300lp(made.root).sample(made.keys[0])
    assert sample.truth.R_camera_head is None and sample.truth.landmarks68_px is not None
    assert any("hence no pose" in note for note in sample.notes)


def test_the_box_stays_in_the_photo(sets):
    made = write_w300lp(sets, 1)
    points = some_landmarks(0) - [300, 0]
    scipy.io.savemat(made.annotations[made.keys[0]], {"pts_3d": points})
    sample = W300lp(made.root).sample(made.keys[0])
    box = sample.truth.face_box_ltrb
    assert box[0] == 0 and "moved" in sample.notes[0]
    assert (sample.truth.landmarks68_px < 0).any()  # points are not moved


@pytest.mark.parametrize(
    "line", ["../x/y", "/etc/passwd", "AFW/../../x", "C:/a/b", "AFW", "a/b/c", "AFW/\x07", "..\\..\\x", "./../a/b"]
)
def test_lines_that_lead_elsewhere_are_left_out_and_told(sets, line):
    made = write_w300lp(sets, 1)
    (made.root / "files.txt").write_text(f"{line}\r\n\r\n.\\{made.keys[0]}.jpg\r\n", "utf-8", newline="")
    there = W300lp(made.root)
    assert list(there.keys) == made.keys[:1]
    assert len(there.problems) == 1 and "files.txt: line 1 " in there.problems[0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty"), (b"\n\n", "names no photo"), (b"\xff\xfeA\0", "UTF-8"), (b"../..\n", "no photo")],
)
def test_lists_that_cannot_be_used_are_refused(sets, data, reason):
    made = write_w300lp(sets, 1)
    (made.root / "files.txt").write_bytes(data)
    with pytest.raises(FaceviewerError, match=reason) as caught:
        W300lp(made.root)
    assert "files.txt" in str(caught.value)


def test_line_ends_of_old_macs(sets):
    made = write_w300lp(sets, 1)
    (made.root / "files.txt").write_text("\r".join(made.keys) + "\r", "utf-8", newline="")
    assert list(W300lp(made.root).keys) == made.keys


def test_of_a_list_that_is_refused_as_a_whole_the_first_reason_is_told(sets):
    made = write_w300lp(sets, 1)
    (made.root / "files.txt").write_text(f"/data/300W_LP/{made.keys[0]}\n/data/x\n", "utf-8")
    with pytest.raises(FaceviewerError, match=r"files\.txt: names no photo; line 1 names .*/data/300W_LP/AFW"):
        W300lp(made.root)


def test_hidden_files_of_macos_are_no_samples(sets, as_made):
    made = write_w300lp(sets, 2, files_txt=False)
    for key in made.keys:
        path = made.photos[key]
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7")
    assert sorted(W300lp(made.root).keys) == sorted(made.keys)
    made = write_aflw2000(sets / "AFLW2000", 2)
    for path in (*made.photos.values(), *made.annotations.values()):
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7")
    there = Aflw2000(made.root)
    as_made(there, made)
    assert there.problems == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"pts_2d": np.zeros((68, 2))}, "no array 'pts_3d'"),
        ({"pts_3d": np.zeros((67, 2))}, "67 x 2, not 68 x 2"),
        ({"pts_3d": np.zeros((2, 68))}, "2 x 68"),
        ({"pts_3d": np.full((68, 2), np.nan)}, "not finite"),
        ({"pts_3d": np.full((68, 2), 1j)}, "not an array of numbers"),
    ],
)
def test_damaged_landmarks_are_one_sentence(sets, content, reason):
    made = write_w300lp(sets, 1)
    scipy.io.savemat(made.annotations[made.keys[0]], content)
    there = W300lp(made.root)
    for key in made.keys:
        with pytest.raises(FaceviewerError, match=reason) as caught:
            there.sample(key)
        assert str(made.annotations[key]) in str(caught.value)


def test_aflw2000_comes_as_it_was_laid_out(tmp_path, as_made):
    made = write_aflw2000(tmp_path / "set", 4)
    there = Aflw2000(made.root)
    assert (there.id, there.angles, there.problems) == ("aflw2000", "pose_para", ())
    as_made(there, made)
    made.annotations.pop(made.keys[1]).unlink()
    there = Aflw2000(made.root)
    assert len(there.keys) == 3 and f"{made.keys[1]}.jpg: has no annotation" in there.problems[0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"pt3d_68": np.zeros((68, 3))}, "68 x 3, not 3 x 68"),
        ({"pt3d_68": np.full((3, 68), np.inf)}, "not finite"),
        ({"Pose_Para": np.zeros((1, 6))}, "1 x 6, not 1 x 7"),
        ({"Pose_Para": np.full((1, 7), 50.0)}, "full turn"),
    ],
)
def test_damaged_annotations_of_aflw2000(tmp_path, change, reason):
    made = write_aflw2000(tmp_path / "set", 1)
    whole = {"pt3d_68": np.ones((3, 68)), "Pose_Para": np.zeros((1, 7))}
    scipy.io.savemat(made.annotations[made.keys[0]], whole | change)
    with pytest.raises(FaceviewerError, match=reason) as caught:
        Aflw2000(made.root).sample(made.keys[0])
    assert str(made.annotations[made.keys[0]]) in str(caught.value)


@pytest.mark.parametrize("kind", ["300w-lp", "aflw2000"])
def test_poses_that_are_not_finite_are_told(sets, kind):
    made = write_w300lp(sets, 1) if kind == "300w-lp" else write_aflw2000(sets, 1)
    spoil_pose(made, kind, made.keys[0])
    there = W300lp(made.root) if kind == "300w-lp" else Aflw2000(made.root)
    with pytest.raises(FaceviewerError, match="'Pose_Para' has numbers that are not finite"):
        there.sample(made.keys[0])


def test_the_real_samples_of_aflw2000(shared):
    there = Aflw2000(shared / "data" / "aflw2000")
    assert len(there.keys) == 6 and there.problems == ()
    for key in there.keys:
        truth = there.sample(key).truth
        content = scipy.io.loadmat(there.root / f"{key}.mat")
        np.testing.assert_array_equal(truth.landmarks68_px, content["pt3d_68"][:2].T)
        pitch, yaw, roll = np.degrees(content["Pose_Para"][0, :3])
        np.testing.assert_allclose(pose_from_rotation(truth.R_camera_head), (yaw, pitch, roll), atol=1e-4)
