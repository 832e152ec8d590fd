"""3DDFA-V3's pack on a folder of all its files, of the published structure with synthetic numbers."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from faceviewer.assets.places import find
from faceviewer.assets.tddfa_v3 import TDDFA_V3
from faceviewer.assets.verify import examine, verify
from faceviewer.io.safe_load import cache, load_cached, load_checkpoint, load_npy
from faceviewer.types import CancelToken


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """A cache that the tests of this module share; removed at the end."""
    folder = tmp_path_factory.mktemp("home")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def home(converted, monkeypatch):
    monkeypatch.setenv("FACEVIEWER_HOME", str(converted))


@pytest.fixture
def half(tddfa_v3_assets, tmp_path):
    """A function that gives a folder with the named files only."""

    def make(*names: str):
        for name in names:
            (tmp_path / name).symlink_to(tddfa_v3_assets / name)
        return tmp_path

    return make


def test_every_file_is_whole_and_everything_unlocked(tddfa_v3_assets):
    (located,) = find(tddfa_v3_assets.parent)  # as of a checkout of the published project
    assert located.pack is TDDFA_V3 and located.folder == tddfa_v3_assets and located.missing == ()
    report = verify(located, lambda step: None, CancelToken())
    assert {finding.file.name: finding.reason for finding in report.findings if finding.state != "present"} == {}
    assert report.is_sound and report.capabilities == located.capabilities == TDDFA_V3.capabilities


def test_swapped_backbones_are_named(tddfa_v3_assets, tmp_path):
    (tmp_path / "net_recon.pth").symlink_to(tddfa_v3_assets / "net_recon_mbnet.pth")
    finding = examine(TDDFA_V3, TDDFA_V3.by_name["net_recon.pth"], tmp_path / "net_recon.pth")
    assert finding.state == "unknown"
    assert finding.sentence == (
        "net_recon.pth holds the weights of the MobileNet-V3 backbone, which belong into net_recon_mbnet.pth"
    )


def test_the_mobilenet_needs_neither_the_resnet_nor_the_detectors(half):
    (located,) = find(half("face_model.npy", "net_recon_mbnet.pth", "similarity_Lm3D_all.mat"))
    assert [capability.id for capability in located.capabilities] == ["face-model", "mbnetv3", "alignment"]


def test_the_face_model_comes_back_exactly_from_file_and_cache(tddfa_v3_assets):
    path = tddfa_v3_assets / "face_model.npy"
    expected = np.load(path, allow_pickle=True).item()
    for found in (load_npy(path), load_cached(path, "npy"), load_cached(path, "npy")):
        assert list(found) == list(expected)
        for name, value in expected.items():
            pairs = zip(found[name], value, strict=True) if isinstance(value, list) else [(found[name], value)]
            assert all(np.array_equal(one, other) and one.dtype == other.dtype for one, other in pairs)


def test_a_cached_checkpoint_needs_no_torch_and_is_not_parsed_again(tddfa_v3_assets, monkeypatch):
    path = tddfa_v3_assets / "net_recon_mbnet.pth"
    expected = load_checkpoint(path)["net_recon"]
    load_cached(path, "checkpoint")
    monkeypatch.setitem(cache._PARSERS, "checkpoint", None)
    found = load_cached(path, "checkpoint")["net_recon"]
    assert list(found) == list(expected)
    assert all(np.array_equal(found[key], expected[key]) for key in expected)
