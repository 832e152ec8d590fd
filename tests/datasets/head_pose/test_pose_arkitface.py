"""ARKitFace: lists, frames, landmarks by the user's files, and the mirror permutation."""

from __future__ import annotations

import numpy as np
import pytest
from head_pose_factory import FLIP, arkit_arrays, grid_triangles, some_kpt68, write_arkitface, write_resources
from pictures import encoded, picture

from faceviewer.datasets.head_pose.arkitface import ArkitFace, list_path
from faceviewer.types import FaceviewerError

HEADER = "subject_id,facial_action,img_id\n"


def listed(made, text: str | bytes) -> ArkitFace:
    data = text.encode() if isinstance(text, str) else text
    list_path(made.root, "test").write_bytes(data)
    return ArkitFace(made.root)


def test_samples_come_in_our_frames(sets, as_made):
    made = write_arkitface(sets)
    there = ArkitFace(made.root)
    assert (there.id, there.title, there.angles, there.problems) == ("arkitface", "ARKitFace, test", "yxz", ())
    as_made(there, made)


def test_an_upright_head_looks_into_the_camera(sets):
    made = write_arkitface(sets, 1, rotation=lambda _: FLIP)
    truth = ArkitFace(made.root).sample(made.keys[0]).truth
    arrays = np.load(made.annotations[made.keys[0]])
    np.testing.assert_allclose(arrays["R_t"][:3, :3], np.eye(3), atol=1e-6)  # ARKit's camera looks at it unturned
    assert arrays["R_t"][3, 2] < 0 < truth.t_camera_head_mm[2]
    np.testing.assert_allclose(truth.R_camera_head @ [0, 0, 1], [0, 0, -1], atol=1e-6)
    np.testing.assert_allclose(truth.R_camera_head @ [0, 1, 0], [0, -1, 0], atol=1e-6)


@pytest.mark.parametrize(("size", "focal"), [((800, 800), 629.7748), ((400, 600), 314.8874)])
def test_the_camera_scales_with_the_photo(sets, size, focal):
    made = write_arkitface(sets, 1, photo=lambda _: encoded(picture(size[1], size[0]), "JPEG"))
    K = ArkitFace(made.root).sample(made.keys[0]).truth.K
    np.testing.assert_allclose(K[[0, 0, 1], [0, 2, 2]], [focal, size[0] / 2, size[1] / 2], atol=1e-3)
    np.testing.assert_allclose(K[1, 1], focal * size[1] / size[0], atol=1e-3)


def test_landmarks_box_and_triangles_come_from_the_users_files(sets):
    made = write_arkitface(sets, 1)
    truth = ArkitFace(made.root).sample(made.keys[0]).truth
    np.testing.assert_array_equal(truth.landmarks68_mm, truth.vertices_mm[some_kpt68()])
    xyz = truth.landmarks68_mm @ truth.R_camera_head.T + truth.t_camera_head_mm
    np.testing.assert_allclose(truth.landmarks68_px, xyz[:, :2] / xyz[:, 2:] * truth.K[0, 0] + 400, atol=1e-9)
    low, high = truth.landmarks68_px.min(0), truth.landmarks68_px.max(0)
    half = 0.75 * (high - low).max()
    expected = np.trunc(np.concatenate([(low + high) / 2 - half, (low + high) / 2 + half]))
    np.testing.assert_array_equal(truth.face_box_ltrb, expected)
    np.testing.assert_array_equal(truth.triangles, grid_triangles())


def test_without_them_the_rest_is_there_and_the_reason_is_told(sets, tmp_path):
    made = write_arkitface(sets, 1, resources=False)
    there = ArkitFace(made.root)
    truth = there.sample(made.keys[0]).truth
    assert truth.landmarks68_px is truth.landmarks68_mm is truth.face_box_ltrb is truth.triangles is None
    assert truth.vertices_mm.shape == (1220, 3)
    assert len(there.problems) == 2 and all("trg_constants.npz" in problem for problem in there.problems)
    elsewhere = write_resources(tmp_path / "trg")
    assert ArkitFace(made.root, resources=elsewhere).problems == ()
    np.savez(made.root / "trg_constants.npz", kpt68=some_kpt68(), triangles=grid_triangles())
    assert ArkitFace(made.root).problems == ()
    assert ArkitFace(made.root).sample(made.keys[0]).truth.triangles is not None


def test_triangles_without_the_caps_of_eyes_and_mouth(sets):
    made = write_arkitface(sets, 1)
    resources = made.root / "ARKitFace_resources"
    (resources / "triangles.npy").unlink()
    capped = np.concatenate([grid_triangles(), [[0, 1, 1220], [2, 3, 1222]]])
    np.save(resources / "tris_2388x3.npy", capped)
    there = ArkitFace(made.root)
    np.testing.assert_array_equal(there.sample(made.keys[0]).truth.triangles, grid_triangles())
    np.save(resources / "tris_2388x3.npy", capped + 1)
    assert "0 to 1222" in ArkitFace(made.root).problems[0]


def test_a_damaged_file_of_trg_is_told_and_another_taken(sets):
    made = write_arkitface(sets, 1)
    np.save(made.root / "ARKitFace_resources" / "kpt_ind.npy", np.full(68, 1220))
    (problem, lacking) = ArkitFace(made.root).problems
    assert "kpt_ind.npy" in problem and "0 to 1219" in problem and "landmarks" in lacking
    np.save(made.root / "kpt_ind.npy", some_kpt68())
    there = ArkitFace(made.root)
    assert len(there.problems) == 1 and there.sample(made.keys[0]).truth.landmarks68_px is not None


def test_the_mirror_permutation_is_checked(sets):
    made = write_arkitface(sets, 1)
    assert ArkitFace(made.root).flip_index.tolist() == list(range(1219, -1, -1))
    path = made.root / "flip_index.npy"
    for array, reason in (
        (np.roll(np.arange(1220), 1), "applied twice"),
        (np.arange(1219), "1219, not 1220"),
        (np.arange(1220) - 1, "0 to 1219"),
        (np.full(1220, np.nan), "not finite"),
        (np.array(["a"] * 1220), "not an array of numbers"),
    ):
        np.save(path, array)
        there = ArkitFace(made.root)
        assert there.flip_index is None
        assert len(there.problems) == 1 and "flip_index.npy" in there.problems[0] and reason in there.problems[0]
    path.unlink()
    assert ArkitFace(made.root).problems == () and ArkitFace(made.root).flip_index is None


def test_train_has_its_own_folders(sets, as_made):
    made = write_arkitface(sets, 2, part="train")
    there = ArkitFace(made.root, "train")
    as_made(there, made)
    assert there.title == "ARKitFace, train" and "ARKitFace_image_train" in str(there.photo_path(made.keys[0]))
    with pytest.raises(FaceviewerError, match=r"ARKitFace_test\.csv: there is no such file"):
        ArkitFace(made.root)


def test_ids_are_text_and_columns_go_by_name(sets):
    made = write_arkitface(sets, 1)
    text = "\ufeff,img_id,age,facial_action,subject_id\r\n0,007,30,a b,001\r\n1,1e5,30,c,002\r\n\r\n"
    assert list(listed(made, text).keys) == ["001/a b/007", "002/c/1e5"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("../x,b,c", "within the folder"), ("..,b,c", "within the folder"), ("/etc,b,c", "within the folder"),
        ("C:,b,c", "within the folder"), ("a,b\\..\\..,c", "within the folder"), (",b,c", "within the folder"),
        ("a,b,c/../../../x", "within the folder"), ("a,b,.", "within the folder"), ("a,b", "too few columns"),
        ("a,b,c\x01", "within the folder"), ("a,b," + "c" * 300, "within the folder"),
    ],
)  # fmt: skip
def test_rows_that_name_no_photo_are_left_out_and_told(sets, row, reason):
    made = write_arkitface(sets, 1)
    there = listed(made, f"{HEADER}{row}\n1,2,3\n")
    assert list(there.keys) == ["1/2/3"]
    (problem,) = there.problems
    assert "ARKitFace_test.csv: line 2" in problem and reason in problem and len(problem) < 400


def test_lines_are_counted_as_an_editor_counts_them(sets):
    made = write_arkitface(sets, 1)
    there = listed(made, f"\n ,\n{HEADER}\n\n..,b,c\n1,2,3\n")  # blank lines, also before the header
    assert list(there.keys) == ["1/2/3"] and "line 6 names no photo" in there.problems[0]


def test_line_ends_of_old_macs(sets):
    made = write_arkitface(sets, 1)
    there = listed(made, f"{HEADER}..,b,c\n1,2,3\n4,5,6\n".replace("\n", "\r"))
    assert list(there.keys) == ["1/2/3", "4/5/6"] and "line 2" in there.problems[0]


def test_of_a_list_that_is_refused_as_a_whole_the_first_reason_is_told(sets):
    made = write_arkitface(sets, 1)
    with pytest.raises(FaceviewerError, match=r"names a photo; line 2 names no photo within .* \('\.\./a/b/c'\)$"):
        listed(made, f"{HEADER}../a,b,c\n../d,e,f\n")


def test_many_bad_rows_are_counted_and_repeated_ones_too(sets):
    made = write_arkitface(sets, 1)
    there = listed(made, HEADER + "..,b,c\n" * 100 + "1,2,3\n" * 5)
    assert len(there.problems) == 22 and len(there.keys) == 1
    assert there.problems[20] == "80 more rows that name no photo within the folder"
    assert "4 rows repeat others" in there.problems[21]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"), (HEADER.encode(), "no row"), (b"subject_id,img_id\n1,2\n", "no column facial_action"),
        (HEADER.encode() + b"\xff\xfe\n", "not UTF-8"), ("\ufeff".encode("utf-16") + b"a\0", "not UTF-8"),
        (b"\x00" * 50, "no column"), (HEADER.encode() + b"../a,b,c\n", "no row"),
        (HEADER.encode() + b'"' + b"a" * 200_000 + b'",b,c\n', "not a CSV file"),
    ],
)  # fmt: skip
def test_lists_that_cannot_be_used_are_refused_in_a_sentence(sets, data, reason):
    made = write_arkitface(sets, 1)
    with pytest.raises(FaceviewerError, match=reason) as caught:
        listed(made, data)
    assert "ARKitFace_test.csv" in str(caught.value) and "\n" not in str(caught.value)


def _turned(R_t: np.ndarray, change: np.ndarray) -> np.ndarray:
    R_t[:3, :3] = R_t[:3, :3] @ change
    return R_t


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda a: a.pop("verts"), "no array 'verts'"),
        (lambda a: a.update(verts=a["verts"][:1219]), "1219 x 3, not 1220 x 3"),
        (lambda a: a.update(verts=a["verts"].T), "3 x 1220"),
        (lambda a: a["verts"].__setitem__((5, 1), np.nan), "'verts' has numbers that are not finite"),
        (lambda a: a["R_t"].__setitem__((3, 0), np.inf), "'R_t' has numbers that are not finite"),
        (lambda a: a.update(R_t=a["R_t"][:3]), "3 x 4, not 4 x 4"),
        (lambda a: a.update(R_t=a["R_t"].T), "row vectors"),
        (lambda a: _turned(a["R_t"], np.diag([1, 1, -1])), "not a rotation"),
        (lambda a: _turned(a["R_t"], np.eye(3) * 1.01), "not a rotation"),
        (lambda a: _turned(a["R_t"], np.eye(3) * 1e9), "not a rotation"),
        (lambda a: _turned(a["R_t"], np.eye(3) * 1e30), "beyond all measure"),
        (lambda a: a.update(verts=np.full((1220, 3), "x")), "not an array of numbers"),
        (lambda a: a.update(verts=np.full((1220, 3), {}, object)), "Python objects"),
    ],
)
def test_damaged_annotations_are_one_sentence_that_names_the_file(sets, change, reason):
    made = write_arkitface(sets, 2)
    first, second = made.keys
    arrays = arkit_arrays(made, first)
    change(arrays)
    np.savez(made.annotations[first], **arrays)
    there = ArkitFace(made.root)
    with pytest.raises(FaceviewerError, match=reason) as caught:
        there.sample(first)
    assert str(made.annotations[first]) in str(caught.value)
    assert there.sample(second).truth.R_camera_head is not None


def test_a_head_behind_the_camera_has_no_landmarks_on_the_photo(sets):
    made = write_arkitface(sets, 1)
    key = made.keys[0]
    made.t_mm[key] = np.array([0, 0, -500.0])
    np.savez(made.annotations[key], **arkit_arrays(made, key))
    sample = ArkitFace(made.root).sample(key)
    assert sample.truth.landmarks68_px is sample.truth.face_box_ltrb is None and "in front" in sample.notes[0]


def test_other_keys_are_key_errors(sets):
    there = ArkitFace(write_arkitface(sets, 1).root)
    for key in ("", "1/2/3", "../../x", "\udcff"):
        with pytest.raises(KeyError):
            there.sample(key)
        with pytest.raises(KeyError):
            there.photo_path(key)
