"""TRG's pack: as a checkout with its checkpoints has the files, all beside one another, or the small ones in one."""

from __future__ import annotations

import json
import math
import pickle
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hostile import attacks, npy_of

from faceviewer.app.models_state import ModelFile, ModelPack
from faceviewer.assets import trg as files
from faceviewer.assets.checks import UnknownVersion, check_state_dict, state_dict_of
from faceviewer.assets.importing import import_from
from faceviewer.assets.loading import load_asset
from faceviewer.assets.packs import StateDict
from faceviewer.assets.places import PACKS, Place, find, locate
from faceviewer.assets.trg import TRG
from faceviewer.assets.trg_layout import trg
from faceviewer.assets.verify import examine, verify
from faceviewer.engines.needs import missing_for
from faceviewer.engines.registry import engine_spec
from faceviewer.models.trg_face import load_trg_face, to_head_mm
from faceviewer.types import CancelToken

SMALL = (files.SUBSAMPLE, files.TRIANGLE_LIST, files.KEYPOINTS)
WEIGHTS = TRG.by_name[files.BOTH_SETS].content


def ids(capabilities) -> list[str]:
    return [capability.id for capability in capabilities]


def flat(trg_assets: Path, folder: Path, *names: str) -> Path:
    """The named small files of a checkout, beside one another."""
    folder.mkdir(exist_ok=True)
    for name in names:
        shutil.copyfile(next(trg_assets.rglob(name)), folder / name)
    return folder


def of_that_size(folder: Path, name: str) -> None:
    """A file that may be whole, as far as its size tells."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("wb") as stream:
        stream.truncate(TRG.by_name[name].size_range[0])


def test_the_declared_tensors_are_the_published_ones(shared):
    declared = [[tensor.key, list(tensor.shape), tensor.dtype] for tensor in trg()]
    assert declared == json.loads((shared / "vectors" / "trg" / "keys_trg.json").read_text())
    learnt = [t for t in trg() if not t.key.endswith(("running_mean", "running_var", "_tracked"))]
    buffers = ("points_grid", "init_face", "init_head_pose")
    assert sum(math.prod(t.shape) for t in learnt if not t.key.endswith(buffers)) == 37_631_122


def test_the_pack_is_known_and_whole(trg_assets):
    assert TRG in PACKS
    (located,) = find(trg_assets)
    assert located.pack is TRG and located.missing == (files.ARKITFACE, files.CONSTANTS)
    assert located.files[files.SUBSAMPLE].parent.name == "data" and located.files[files.UV].parent.name == "npy"
    report = verify(located, lambda step: None, CancelToken())
    assert {finding.state for finding in report.findings} == {"present", "missing"} and report.is_sound
    assert ids(report.capabilities) == ids(located.capabilities) == ["trg", "texture"]


def test_every_file_is_of_use():
    for file in TRG.files:
        assert TRG.unlocks(file.name), f"{file.name} is of no use"
        assert 0 < file.size_range[0] < file.size_range[1] and file.origins
        assert set(file.stands_for) <= set(TRG.by_name)
    assert set(ids(TRG.unlocks(files.CONSTANTS))) == {"trg", "trg-single", "texture"}


def test_small_files_may_lie_anywhere_they_are_kept(trg_assets, tmp_path):
    (located,) = find(flat(trg_assets, tmp_path / "flat", *SMALL, files.UV))
    (published,) = find(trg_assets)
    one, other = load_trg_face(located), load_trg_face(published)
    np.testing.assert_array_equal(one.subset, other.subset)
    assert one.topology is other.topology and one.has_uv


def test_one_file_stands_for_four(shared, trg_assets, tmp_path):
    shutil.copyfile(shared / "data" / "trg" / files.CONSTANTS, tmp_path / files.CONSTANTS)
    of_that_size(tmp_path, files.ARKITFACE)
    (located,) = find(tmp_path)
    assert ids(located.capabilities) == ["trg-single", "texture"]
    one, other = load_trg_face(located), load_trg_face(find(trg_assets)[0])
    assert one.subset.tolist() == other.subset.tolist() and one.topology is other.topology
    report = verify(located, lambda step: None, CancelToken())
    assert not report.is_sound  # the weights are nothing but zeros
    (tmp_path / files.ARKITFACE).unlink()
    assert verify(find(tmp_path)[0], lambda step: None, CancelToken()).is_sound
    assert missing_for(engine_spec("trg"), tmp_path) == (
        f"the engine trg lacks {files.BOTH_SETS} or {files.ARKITFACE} in {tmp_path}; "
        f"such files are offered at {TRG.page}"
    )


def test_what_is_missing_is_told_with_the_way_that_the_authors_offer(tmp_path):
    assert missing_for(engine_spec("trg"), tmp_path) == (
        f"the engine trg lacks arkit_subsample.pkl, triangles.npy, kpt_ind.npy and {files.BOTH_SETS} or "
        f"{files.ARKITFACE} in {tmp_path}; such files are offered at {TRG.page}"
    )


def test_the_models_page_counts_what_stands_for_others(tmp_path):
    there = {files.CONSTANTS, files.BOTH_SETS}
    known = tuple(ModelFile(file, "whole" if file.name in there else "missing", "") for file in TRG.files)
    pack = ModelPack(TRG, tmp_path, known)
    assert ids(pack.works) == ["trg", "texture"]
    assert pack.lacks(TRG.capabilities[1]) == (files.ARKITFACE,)


def test_checkpoints_of_one_name_are_told_apart_by_their_folders(trg_assets, tmp_path):
    """And the small files are found in a zip of the repository, which has a folder of its own."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for path in sorted(trg_assets.rglob("*.*")):
            if path.is_file():
                archive.write(path, f"TRG-Release-main/{path.relative_to(trg_assets)}")
    place = Place(tmp_path / "own", "chosen")
    results = import_from(tmp_path / "a.zip", place, lambda step: None, CancelToken())
    assert {result.file.name for result in results} == {files.BOTH_SETS, *SMALL, files.UV}
    assert {result.state for result in results} == {"imported"}
    assert locate(TRG, place).missing == (files.ARKITFACE, files.CONSTANTS)
    assert (place.folder / "trg" / files.BOTH_SETS).stat().st_size == (trg_assets / files.BOTH_SETS).stat().st_size


@pytest.mark.parametrize(
    ("name", "content", "state", "said"),
    [
        (files.SUBSAMPLE, pickle.dumps({"1220_to_305": list(range(305))}), "present", "is whole: 1 array"),
        (files.SUBSAMPLE, pickle.dumps({"305_to_77": [1]}), "unknown", "lacks '1220_to_305'"),
        (files.SUBSAMPLE, pickle.dumps({"1220_to_305": list(range(1000, 1305))}), "damaged", "has 1304 among"),
        (files.SUBSAMPLE, pickle.dumps({"1220_to_305": ["a"] * 305}), "unknown", "something else than numbers"),
        (files.SUBSAMPLE, pickle.dumps([1, 2]), "unknown", "does not hold arrays by name"),
        (files.SUBSAMPLE, attacks(Path("mark"))["eval"][0], "damaged", "refused, it asks for builtins.eval"),
        (files.TRIANGLE_LIST, np.zeros((2304, 3), np.uint16), "present", "an array of 2304 x 3"),
        (files.TRIANGLE_LIST, np.zeros((2304, 4), np.uint16), "unknown", "2304 x 3 expected"),
        (files.TRIANGLE_LIST, np.full((2304, 3), 1220), "damaged", "has 1220 among"),
        (files.TRIANGLE_LIST, np.full((2304, 3), -1), "damaged", "has -1 among"),
        (files.KEYPOINTS, np.arange(68), "present", "an array of 68"),
        (files.KEYPOINTS, np.arange(67), "unknown", "as 67, 68 expected"),
        (files.UV, np.full((1279, 2), 0.5, np.float32), "present", "an array of 1279 x 2"),
        (files.UV, np.full((1279, 2), np.nan, np.float32), "damaged", "that cannot be used, not being finite"),
        (files.UV, npy_of(attacks(Path("mark"))["eval"][0]), "damaged", "builtins.eval"),
    ],
)
def test_small_files_are_checked(tmp_path, name, content, state, said):
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    else:
        np.save(tmp_path / name, content)
    found = examine(TRG, TRG.by_name[name], tmp_path / name)
    assert (found.state, said in found.reason) == (state, True), found.reason
    assert not Path("mark").exists()


def test_an_npz_without_its_arrays(tmp_path):
    np.savez(tmp_path / files.CONSTANTS, sub_1220_to_305=np.arange(305), kpt68=np.arange(68))
    found = examine(TRG, TRG.by_name[files.CONSTANTS], tmp_path / files.CONSTANTS)
    assert (found.state, "lacks 'triangles'" in found.reason) == ("unknown", True), found.reason


def test_checkpoints_may_be_wrapped_and_prefixed():
    assert isinstance(WEIGHTS, StateDict)
    plain = {t.key: torch.zeros(t.shape, dtype=getattr(torch, t.dtype)).numpy() for t in WEIGHTS.tensors}
    prefixed = {f"module.{key}": value for key, value in plain.items()}
    for value in (plain, prefixed, {"state_dict": plain, "epoch": 3}, {"state_dict": prefixed}):
        assert check_state_dict(WEIGHTS, value, TRG.files) == "189 tensors of the TRG network"
        assert list(state_dict_of(WEIGHTS, value)) == list(plain)
    del plain["points_grid"]
    with pytest.raises(UnknownVersion, match=r"lacks 1 of 189 tensors of the TRG network: points_grid"):
        check_state_dict(WEIGHTS, {"state_dict": plain}, TRG.files)


def test_loading_by_name_gives_arrays(trg_assets):
    (located,) = find(trg_assets)
    assert load_asset(located, files.SUBSAMPLE)[files.SUBSET_KEY][:2] != []
    assert load_asset(located, files.TRIANGLE_LIST).shape == (2304, 3)


def test_axes_and_units(shared):
    """The nose is the most forward of all points, and the chin the lowest, in our frame."""
    with np.load(shared / "data" / "trg" / files.CONSTANTS) as constants:
        vertices, keypoints = to_head_mm(constants["init_face"]), constants["kpt68"]
    assert vertices[keypoints[30], 2] == pytest.approx(69.3, abs=0.5) and vertices[:, 2].max() < 70
    assert vertices[keypoints[8], 1] < -75 and vertices[keypoints[36], 0] < -30
