"""Packs are found where users put them, and a folder with half the files enables what those allow."""

from __future__ import annotations

from pathlib import Path

import pytest
from locked import locked, needs_permissions, public_folder
from small_pack import PACK

from faceviewer.assets.places import Place, asset_place, find, locate, pack_of
from faceviewer.assets.tddfa_v3 import TDDFA_V3
from faceviewer.types import FaceviewerError


def test_the_users_choice_comes_before_the_environment_and_our_own(home, monkeypatch, tmp_path):
    assert asset_place() == Place(home / "data" / "assets", "faceviewer's own")
    monkeypatch.setenv("FACEVIEWER_ASSETS", str(tmp_path))
    assert asset_place().folder == tmp_path and "FACEVIEWER_ASSETS" in asset_place().why
    assert asset_place(Path("here")) == Place(Path("here"), "chosen")


@pytest.mark.parametrize("inner", ["", "assets", "small", "small/assets"])
def test_files_are_found_in_the_folder_and_in_its_usual_subfolders(small, tmp_path, inner):
    (tmp_path / "root" / inner).parent.mkdir(parents=True, exist_ok=True)
    small.rename(tmp_path / "root" / inner)
    (located,) = find(tmp_path / "root")
    assert located.folder == tmp_path / "root" / inner
    assert list(located.files) == list(PACK.by_name) and located.missing == ()
    assert located.path("map.npy") == located.folder / "map.npy"


def test_nothing_is_found_in_other_folders(small, tmp_path):
    assert find(tmp_path / "nowhere") == ()
    located = locate(PACK, Place(tmp_path / "nowhere", "chosen"))
    assert located.folder == tmp_path / "nowhere" / "small" and located.missing == tuple(PACK.by_name)
    assert located.capabilities == ()
    with pytest.raises(FaceviewerError, match=r"lacks model\.npy \(The model\); it is offered at https://example.org"):
        located.path("model.npy")


@needs_permissions
def test_a_folder_that_cannot_be_read_is_told(small):
    """``Path.is_file`` raises PermissionError there, with which ``doctor`` and ``assets list`` once ended."""
    with public_folder() as root:
        inner = root / "locked" / "assets"
        inner.mkdir(parents=True)
        locate(PACK, Place(inner, "chosen"))
        with locked(root / "locked"):
            for folder in (root / "locked", inner):
                assert find(folder) == ()
                with pytest.raises(FaceviewerError, match=rf"{folder}/small \(no permission to read it\): lacks model"):
                    locate(PACK, Place(folder, "chosen")).path("model.npy")


def test_a_name_too_long_for_the_disk_is_a_folder_without_files(small, tmp_path):
    assert find(tmp_path / ("n" * 300)) == ()


def test_half_the_files_enable_what_they_allow(small):
    (small / "large.pth").unlink()
    (small / "mean.obj").write_bytes(b"v")  # cannot be whole
    (located,) = find(small)
    assert [capability.id for capability in located.capabilities] == ["small"]


def test_packs_by_their_ids(small):
    assert pack_of("small") is PACK
    with pytest.raises(FaceviewerError, match="'big', but small"):
        pack_of("big")


def test_3ddfa_v3_declares_what_its_readme_lists():
    assert len(TDDFA_V3.files) == 15 and len(TDDFA_V3.by_name) == 15
    assert [file.name for file in TDDFA_V3.files if file.needed] == [
        "face_model.npy",
        "net_recon.pth",
        "similarity_Lm3D_all.mat",
    ]
    for capability in TDDFA_V3.capabilities:
        assert set(capability.needs) <= set(TDDFA_V3.by_name)
    for file in TDDFA_V3.files:
        assert TDDFA_V3.unlocks(file.name), f"{file.name} is of no use"
        assert 0 < file.size_range[0] < file.size_range[1] and file.origins
    assert [c.id for c in TDDFA_V3.unlocked(["face_model.npy", "net_recon_mbnet.pth"])] == ["face-model", "mbnetv3"]


def test_it_unlocks_exactly_the_readmes_files(shared):
    (tree,) = [text for path in (shared / "seeds").glob("001_*.txt") if "face_model" in (text := path.read_text())]
    listed = {word for line in tree.splitlines() if "──" in line for word in line.split() if "." in word}
    assert listed == set(TDDFA_V3.by_name)
