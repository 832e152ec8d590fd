"""Every way in which a file can be wrong is told in a sentence that says what to do about it."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch
from hostile import calling, npy_of
from scipy.io import savemat
from small_pack import LARGE, PACK, model, weights, write_npy

from faceviewer.assets.places import find
from faceviewer.assets.verify import Finding, Report, verify
from faceviewer.types import Cancelled, CancelToken, Progress


def report_of(folder) -> Report:
    (located,) = find(folder)
    return verify(located, lambda step: None, CancelToken())


def finding_of(folder, name: str) -> Finding:
    (finding,) = [finding for finding in report_of(folder).findings if finding.file.name == name]
    return finding


def test_whole_files_are_said_to_be_whole(small):
    report = report_of(small)
    assert [finding.state for finding in report.findings] == ["present"] * len(PACK.files)
    assert report.is_sound and report.capabilities == PACK.capabilities
    sentences = [finding.sentence for finding in report.findings]
    assert sentences == [
        "model.npy is whole: 4 arrays",
        "large.pth is whole: 2 tensors of the large net",
        "small.pth is whole: 2 tensors of the small net",
        "old.pth is whole: 1 tensor of the old net",
        "points.mat is whole: 1 array",
        "map.npy is whole: for each of 4 vertices, one of 9",
        "mean.obj is whole: a mesh of 3 vertices",
    ]
    assert all(finding.path == small / finding.file.name and finding.nbytes > 0 for finding in report.findings)


def test_missing_files_are_told_and_matter_when_needed(small):
    (small / "map.npy").unlink()
    report = report_of(small)
    assert report.is_sound
    assert finding_of(small, "map.npy").sentence == "map.npy is not there; optional: the map"
    (small / "model.npy").unlink()
    report = report_of(small)
    assert not report.is_sound and [c.id for c in report.capabilities] == ["view"]
    assert finding_of(small, "model.npy").sentence == "model.npy is not there; needed: the model"


def test_swapped_backbones_are_named(small):
    (small / "large.pth").rename(small / "x")
    (small / "small.pth").rename(small / "large.pth")
    (small / "x").rename(small / "small.pth")
    found = finding_of(small, "large.pth")
    assert found.state == "unknown"
    assert found.sentence == "large.pth holds the weights of the small net, which belong into small.pth"
    assert finding_of(small, "small.pth").sentence.endswith("weights of the large net, which belong into large.pth")
    shutil.copy(small / "old.pth", small / "large.pth")  # of another structure, and not wrapped
    assert finding_of(small, "large.pth").sentence.endswith("weights of the old net, which belong into old.pth")


def nan_weights() -> dict:
    tensors = weights(LARGE)
    tensors["a.weight"][1, 2] = torch.nan
    return {"net": tensors}


def without(values: dict, key: str) -> dict:
    return {name: value for name, value in values.items() if name != key}


@pytest.mark.parametrize(
    ("value", "state", "reason"),
    [
        (nan_weights(), "damaged", "has 1 value in its tensor a.weight that cannot be used, not being finite"),
        (weights(LARGE), "unknown", "has no entry 'net' with the weights of the large net"),
        ({"net": 3}, "unknown", "has no entry 'net' with the weights of the large net"),
        ({"net": {"a": [1]}}, "unknown", "does not hold the weights of the large net"),
        ([1, 2], "unknown", "has no entry 'net' with the weights of the large net"),
        ({"net": without(weights(LARGE), "a.count")}, "unknown", "lacks 1 of 2 tensors of the large net: a.count"),
        (
            {"net": weights(LARGE) | {"z": torch.ones(1)}},
            "unknown",
            "has 1 tensor that the large net does not: z",
        ),
        (
            {"net": weights(LARGE) | {"a.weight": torch.ones(3, 4)}},
            "unknown",
            "has a tensor a.weight of 3 x 4, 4 x 3 expected",
        ),
        (
            {"net": weights(LARGE) | {"a.weight": torch.ones(4, 3).half()}},
            "unknown",
            "has a tensor a.weight of float16, float32 expected",
        ),
    ],
)
def test_wrong_weights_are_told(small, value, state, reason):
    torch.save(value, small / "large.pth")
    found = finding_of(small, "large.pth")
    assert (found.state, found.reason) == (state, reason)
    assert not report_of(small).is_sound


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        ({"mean": np.full((12, 1), np.inf)}, "damaged", "12 values in its 'mean' (mean shape) that cannot be used"),
        ({"mean": np.array([[np.inf], [-np.inf]] * 6)}, "damaged", "12 values"),
        ({"mean": np.zeros((9, 1))}, "unknown", "has 'mean' (mean shape) as 9 x 1, 12 x 1 expected"),
        ({"mean": "text"}, "unknown", "something else than numbers for 'mean'"),
        ({"tri": np.array([[0, 1, 4]])}, "damaged", "has 4 among 'tri' (triangles), which go from 0 to 3"),
        ({"tri": np.array([[0, 1, -1]])}, "damaged", "has -1 among 'tri'"),
        ({"tri": np.array([[0, 1, 0.5]])}, "damaged", "not whole numbers"),
        ({"tri": np.zeros((2, 4), int)}, "unknown", "as 2 x 4, any x 3 expected"),
        ({"around": np.full((4, 2), 3)}, "damaged", "which go from 0 to 2"),
        ({"parts": [np.array([0])]}, "unknown", "has no list of 2 for 'parts'"),
        ({"parts": [np.array([0]), np.array([9])]}, "damaged", "has 9 among 'parts'"),
        ({"parts": [np.array([0]), {"a": 1}]}, "unknown", "something else than numbers"),
        ({"parts": [[0, 1], [[2], [3, 1]]]}, "unknown", "something else than arrays"),
    ],
)
def test_wrong_arrays_are_told(small, change, state, reason):
    write_npy(small / "model.npy", model() | change)
    found = finding_of(small, "model.npy")
    assert found.state == state and reason in found.reason


@pytest.mark.parametrize("parts", [[[0, 1], [2.0]], np.array([[0, 1], [2, 3]]), ([0], np.array([3], np.uint8))])
def test_lists_of_numbers_come_in_several_forms(small, parts):
    write_npy(small / "model.npy", model() | {"parts": parts})
    assert finding_of(small, "model.npy").state == "present"


def test_lacking_arrays_are_told(small):
    write_npy(small / "model.npy", without(model(), "tri"))
    assert finding_of(small, "model.npy").reason == "lacks 'tri' (triangles)"
    np.save(small / "model.npy", np.zeros(100))
    assert finding_of(small, "model.npy").reason == "does not hold arrays by name"
    savemat(small / "points.mat", {"other": np.zeros((68, 3))})
    assert finding_of(small, "points.mat").reason == "lacks 'lm' (landmarks)"


@pytest.mark.parametrize(
    ("array", "state", "reason"),
    [
        (np.array([[8], [0], [3], [5]]), "present", "for each of 4 vertices, one of 9"),
        (np.arange(9) % 4, "present", "for each of 9 vertices, one of 4"),
        (np.array([9, 0, 3, 5]), "unknown", "has 4 numbers from 0 to 9; 4 from 0 to 8 are expected"),
        (np.array([-1, 0, 3, 5]), "unknown", "from -1 to 5"),
        (np.arange(5), "unknown", "has 5 numbers"),
        (np.zeros((2, 2), int), "unknown", "not a list of vertex numbers"),
        (np.array([np.nan, 0, 1, 2]), "damaged", "not being finite"),
        (np.array(["a", "b", "c", "d"]), "unknown", "not a list of vertex numbers"),
    ],
)
def test_correspondences_are_told_by_length_and_maximum(small, array, state, reason):
    np.save(small / "map.npy", array)
    found = finding_of(small, "map.npy")
    assert found.state == state and reason in found.reason


def test_a_mesh_of_another_size_is_remarked_upon(small):
    (small / "mean.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\n")
    assert finding_of(small, "mean.obj").sentence == (
        "mean.obj is whole: a mesh of 4 vertices, not the 3 of the face model"
    )


def test_truncated_files_are_recognised_by_their_size(small):
    data = (small / "large.pth").read_bytes()
    (small / "large.pth").write_bytes(data[:300])
    found = finding_of(small, "large.pth")
    assert found.state == "damaged" and str(small) not in found.reason
    assert found.reason.endswith("(300 bytes of at least 400: probably cut short)")
    (small / "model.npy").write_bytes((small / "model.npy").read_bytes()[:-40])
    assert finding_of(small, "model.npy").state == "damaged"


def test_hostile_files_are_damaged_and_their_wish_is_named(small, tmp_path):
    (small / "model.npy").write_bytes(npy_of(calling("os system", f"touch {tmp_path / 'ran'}") + bytes(300)))
    found = finding_of(small, "model.npy")
    assert found.sentence == "model.npy cannot be used: refused, it asks for os.system, which could run code"
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 96453579\n", "pointer of Git LFS"),
        (b"\n<!DOCTYPE html><html>404</html>", "is a web page"),
        (b"", "the file is empty"),
        (bytes(200_000), "more than the limit of 100000"),
    ],
)
def test_what_downloads_leave_behind_is_named(small, data, reason):
    for name in ("model.npy", "large.pth", "points.mat", "map.npy"):
        (small / name).write_bytes(data)
        found = finding_of(small, name)
        assert found.state == "damaged" and reason in found.reason


def test_progress_and_cancel(small):
    (located,) = find(small)
    steps: list[Progress] = []
    cancel = CancelToken()

    def follow(step: Progress) -> None:
        steps.append(step)
        if len(steps) == 3:
            cancel.cancel()

    with pytest.raises(Cancelled):
        verify(located, follow, cancel)
    assert [step.stage for step in steps] == ["Checking model.npy", "Checking large.pth", "Checking small.pth"]
    fractions = [step.fraction for step in steps if step.fraction is not None]
    assert fractions == sorted(fractions) and fractions[0] == 0 < fractions[-1] < 1
