"""``faceviewer dataset head-pose``: what it says, and with which status it ends."""

from __future__ import annotations

import json

import numpy as np
import pytest
from head_pose_factory import (
    WRITERS,
    write_aflw2000,
    write_arkitface,
    write_heads,
    write_resources,
    write_trg_root,
    write_w300lp,
)
from locked import locked, needs_permissions, public_folder
from typer.testing import CliRunner

from faceviewer.cli.main import app


@pytest.fixture
def head_pose():
    """Run ``faceviewer dataset head-pose ...``: (status, stdout, stderr)."""

    def call(*arguments) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, ["dataset", "head-pose", *map(str, arguments)], prog_name="faceviewer")
        return done.exit_code, done.stdout, done.stderr

    return call


def test_help_names_both_commands(head_pose):
    status, text, _ = head_pose("--help")
    assert status == 0 and "info" in text and "show" in text
    for name in ("info", "show"):
        assert head_pose(name, "--help")[0] == 0


def test_info_says_what_is_there_on_which_terms(head_pose, tmp_path):
    made = write_arkitface(tmp_path, 3)
    status, text, errors = head_pose("info", tmp_path)
    assert (status, errors) == (0, "")
    assert text.startswith(f"ARKitFace, test (arkitface): 3 samples, {made.keys[0]} to {made.keys[-1]}\n")
    assert "signed agreement" in text
    status, text, _ = head_pose("info", made.root, "--json")
    about = json.loads(text)
    assert status == 0 and about["samples"] == 3 and about["angles"] == "yxz" and about["problems"] == []


def test_info_tells_problems_on_stderr(head_pose, tmp_path):
    made = write_arkitface(tmp_path, 1, resources=False)
    status, _, errors = head_pose("info", made.root)
    assert status == 0 and errors.count("\n") == 2 and "kpt_ind.npy" in errors
    resources = write_resources(tmp_path / "trg")
    assert head_pose("info", made.root, "--resources", resources) == (0, head_pose("info", made.root)[1], "")


@pytest.mark.parametrize("kind", WRITERS)
def test_show_prints_every_kind(head_pose, tmp_path, kind):
    made = WRITERS[kind](tmp_path)
    status, text, errors = head_pose("show", made.root, made.keys[0])
    assert (status, errors) == (0, "") and text.startswith(f"{made.keys[0]}\n  photo: {made.photos[made.keys[0]]}\n")
    assert "pose: yaw " in text and "box of the face" in text
    status, text, _ = head_pose("show", made.root, made.keys[0], "--json")
    said = json.loads(text)
    assert status == 0 and said["dataset"] == kind and said["key"] == made.keys[0]
    np.testing.assert_allclose(said["R_camera_head"], made.R[made.keys[0]], atol=1e-6)
    assert (said["landmarks68_px"] is None) == (kind == "biwi") and said["shape_is_posed"] == (kind != "biwi")


def test_show_counts_angles_as_the_data_set_does(head_pose, tmp_path):
    from scipy.spatial.transform import Rotation

    made = write_arkitface(tmp_path, 1)
    said = json.loads(head_pose("show", made.root, made.keys[0], "--json")[1])
    R = made.R[made.keys[0]] @ np.diag([1, -1, -1])
    yaw, pitch, roll = Rotation.from_matrix(R).as_euler("yxz", degrees=True)
    np.testing.assert_allclose(list(said["pose"].values()), [yaw, pitch, roll], atol=1e-4)


def test_show_without_pose(head_pose, tmp_path):
    made = write_w300lp(tmp_path, 1, poses=False)
    status, text, _ = head_pose("show", made.root, made.keys[0])
    assert status == 0 and "  pose: not known\n" in text and "  note: " in text


def test_several_data_sets_want_a_kind(head_pose, tmp_path):
    root = write_trg_root(tmp_path)
    status, _, errors = head_pose("info", root)
    assert status == 1 and "arkitface, 300w-lp, biwi" in errors
    assert head_pose("info", root, "--dataset", "biwi")[0] == 0
    assert head_pose("info", root, "--dataset", "arkitface", "--part", "train")[0] == 1


def test_failures_are_one_line(head_pose, tmp_path):
    made = write_arkitface(tmp_path, 1)
    made.annotations[made.keys[0]].write_bytes(b"x")
    for arguments, part in (
        (("show", made.root, made.keys[0]), "_info.npz"),
        (("show", made.root, "../../etc"), "no sample"),
    ):
        status, text, errors = head_pose(*arguments)
        assert (status, text, errors.count("\n")) == (1, "", 1) and part in errors
    (tmp_path / "empty").mkdir()
    assert head_pose("info", tmp_path / "empty")[0] == 1


@pytest.mark.parametrize(
    "arguments", [("--dataset", "lfw"), ("--part", "val"), ("--resources", "nowhere"), ("--no-such-option",)]
)
def test_wrong_usage(head_pose, tmp_path, arguments):
    status, _, errors = head_pose("info", write_arkitface(tmp_path, 1).root, *arguments)
    assert status == 2 and errors
    assert head_pose("info", tmp_path / "nowhere")[0] == 2


@needs_permissions
def test_a_locked_folder_is_one_line(head_pose):
    with public_folder() as root:
        made = write_heads(root / "outer" / "heads", 1)
        assert head_pose("show", made.root, made.keys[0])[0] == 0
        with locked(root / "outer"):
            for folder, ends in ((made.root, 2), (root / "outer", 1)):
                said = (ends, "", f"error: {folder}: no permission to read it\n")
                assert head_pose("info", folder) == said
            assert head_pose("info", "n" * 300)[0] == 2


def test_words_for_people(head_pose, tmp_path):
    made = write_aflw2000(tmp_path / "AFLW2000", 1)
    assert f": 1 sample, {made.keys[0]}\n" in head_pose("info", made.root)[1]
    assert "degrees (as AFLW2000-3D counts them)" in head_pose("show", made.root, made.keys[0])[1]
    made = write_arkitface(tmp_path, 1)
    assert "degrees (as TRG counts them)" in head_pose("show", made.root, made.keys[0])[1]
