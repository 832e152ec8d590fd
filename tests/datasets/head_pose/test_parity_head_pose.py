"""Samples against those of TRG's own readers, on data sets laid out as ``vectors/trg`` says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.io
from head_pose_factory import vector_picture, write_annotation
from parity import Reference
from pictures import encoded

from faceviewer.datasets.head_pose.opening import open_dataset
from faceviewer.datasets.head_pose.published_samples import published_sample
from faceviewer.io.photo import load_photo

Arrays = dict[str, np.ndarray]
FIFTH = slice(None, None, 5)


@pytest.fixture
def trg(shared: Path, request: pytest.FixtureRequest) -> Reference:
    return Reference(shared, request.node.user_properties, "trg")


@pytest.fixture
def vectors(trg: Reference) -> Arrays:
    return trg.load("datasets.npz")


def picture_file(path: Path, vectors: Arrays, prefix: str, size: tuple[int, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(vector_picture(vectors[f"{prefix}_in_img_params"], *size), "PNG"))


def check(trg: Reference, vectors: Arrays, prefix: str, got: Arrays, path: Path) -> None:
    """Everything that the vectors have of a sample."""
    assert int(load_photo(path).rgb.sum(dtype=np.int64)) == int(vectors[f"{prefix}_in_img_sum"])
    assert str(got["img_path"]) == str(path)
    names = [name.removeprefix(f"{prefix}_") for name in vectors if name.startswith(f"{prefix}_")]
    tolerances = {
        "R_t": 1e-4, "K": 1e-4, "K_crop": 1e-4, "bbox_info": 1e-4, "lmk68_full": 1e-3, "lmk68_crop": 1e-4,
        "vtx_world": 1e-4, "vtx_cam": 1e-4, "vtx_img": 1e-3, "img_probe": 2 / 255 / 0.224, "crop_u8": 2,
    }  # fmt: skip
    got = {**got, "crop_u8": got["img_raw"], "img_probe": got["img"][:, ::16, ::16]}
    if prefix.startswith("arkit"):  # stored thinned out
        got |= {"vtx_cam": got["vtx_cam"][FIFTH], "vtx_img": got["vtx_img"][FIFTH]}
    compared = [name for name in names if not name.startswith("in_") and name != "tform"]
    for name in compared:
        trg.close(f"{prefix} {name}", got[name], vectors[f"{prefix}_{name}"], tolerances[name])
    trg.close(f"{prefix} box", got["bbox_info"][:4], vectors[f"{prefix}_bbox_info"][:4], 0)
    assert {"R_t", "K", "K_crop", "bbox_info", "crop_u8"} <= set(compared)


def test_arkitface(trg, vectors, shared, tmp_path):
    root = tmp_path / "dataset" / "ARKitFace"
    rows = ("100001,01_Frontal_Neutral,1616000000001", "100002,09_LeftToRight_Frown,1616000000002")
    path = root / "ARKitFace_list" / "list" / "ARKitFace_test.csv"
    path.parent.mkdir(parents=True)
    path.write_text("subject_id,facial_action,img_id\n" + "\n".join(rows) + "\n", "utf-8")
    np.save(root / "flip_index.npy", np.arange(1220))
    for number, row in enumerate(rows):
        place = row.replace(",", "/")
        picture_file(root / f"ARKitFace_image_test/image/{place}_ar.jpg", vectors, f"arkit{number}", (800, 800))
        info = root / f"ARKitFace_info_test/info/{place}_info.npz"
        info.parent.mkdir(parents=True)
        np.savez(info, verts=vectors[f"arkit{number}_in_verts"], R_t=vectors[f"arkit{number}_in_R_t"])
    there = open_dataset(root, resources=shared / "data" / "trg")
    assert there.problems == () and len(there.keys) == 2
    for number, key in enumerate(there.keys):
        check(trg, vectors, f"arkit{number}", published_sample(there, key), there.photo_path(key))


def _text(rows: np.ndarray) -> str:
    return "".join(" ".join(f"{number:.17g}" for number in row) + " \n" for row in np.atleast_2d(rows))


def test_biwi(trg, vectors, tmp_path):
    root = tmp_path / "dataset" / "BIWI" / "download_from_official_site" / "kinect_head_pose_db" / "hpdb"
    content = {"img_path": [], "mesh": {}, "pred_kpt": {}}
    for number, (sequence, frame) in enumerate((("01", "frame_00003"), ("02", "frame_00010"))):
        given = {name: vectors[f"biwi{number}_in_{name}"] for name in
                 ("cal_K", "cal_R", "cal_T", "pose_R", "pose_T", "mesh_v", "mesh_f", "pred_kpt")}  # fmt: skip
        name = f"{sequence}/{frame}_rgb.png"
        picture_file(root / name, vectors, f"biwi{number}", (480, 640))
        parts = (given["cal_K"], np.zeros(4), given["cal_R"], given["cal_T"])
        (root / sequence / "rgb.cal").write_text("\n".join(map(_text, parts)) + "\n640 480 \n", "utf-8")
        pose = _text(given["pose_R"]) + "\n" + _text(given["pose_T"])
        (root / sequence / f"{frame}_pose.txt").write_text(pose, "utf-8")
        content["img_path"].append(name)
        content["mesh"][sequence] = {"vertices": given["mesh_v"], "faces": given["mesh_f"]}
        content["pred_kpt"][name] = given["pred_kpt"]
    write_annotation(root / "annot_mtcnn_fan.pkl", content)
    there = open_dataset(tmp_path / "dataset" / "BIWI")
    assert there.problems == () and list(there.keys) == ["01/frame_00003", "02/frame_00010"]
    for number, key in enumerate(there.keys):
        check(trg, vectors, f"biwi{number}", published_sample(there, key), there.photo_path(key))
    assert there.sample("02/frame_00010").notes == ("the box was moved into the photo",)


def test_300w_lp(trg, vectors, tmp_path):
    root = tmp_path / "dataset" / "300W_LP"
    name = "AFW_0000000001_1_0"
    for number, folder in enumerate(("AFW", "AFW_Flip")):
        picture_file(root / folder / f"{name}.jpg", vectors, f"w300_{number}", (450, 450))
    (root / "landmarks" / "AFW").mkdir(parents=True)
    scipy.io.savemat(root / "landmarks" / "AFW" / f"{name}_pts.mat", {"pts_3d": vectors["w300_in_pts_3d"]})
    (root / "files.txt").write_text(f"./AFW/{name}\n./AFW_Flip/{name}\n", "utf-8")
    there = open_dataset(root)
    assert list(there.keys) == [f"AFW/{name}", f"AFW_Flip/{name}"]
    for number, key in enumerate(there.keys):
        got = published_sample(there, key)
        check(trg, vectors, f"w300_{number}", got, there.photo_path(key))
        assert got["has_3d_vtx"] == got["has_rot"] == 0
