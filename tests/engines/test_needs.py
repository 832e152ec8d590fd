"""What an engine lacks is named in one sentence: the files, the folder, and where they are offered."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from faceviewer.assets.tddfa_v3 import FACE_MODEL, MOBILENET_V3, RESNET50, TDDFA_V3
from faceviewer.engines.needs import files_of, missing_for
from faceviewer.engines.registry import engine_ids, engine_spec

SPEC = engine_spec("3ddfa-v3")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FACEVIEWER_ASSETS", raising=False)
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def bring(folder: Path, name: str, size: int | None = None) -> None:
    """A file of a size that the real one may have, with nothing in it."""
    with (folder / name).open("wb") as stream:
        stream.truncate(TDDFA_V3.by_name[name].size_range[0] if size is None else size)


def test_engines_without_needs_lack_nothing(folder):
    assert [missing_for(engine_spec(name), folder) for name in engine_ids() if not engine_spec(name).needs]
    assert missing_for(engine_spec("builtin"), folder) is None


def test_every_engine_that_needs_files_has_a_pack_with_those_capabilities(folder):
    for name in engine_ids():
        if needs := engine_spec(name).needs:
            pack = files_of(engine_spec(name), folder).pack
            assert pack.id == name and set(needs) <= {capability.id for capability in pack.capabilities}


def test_what_all_ways_need_and_one_of_the_rest(folder):
    sentence = missing_for(SPEC, folder)
    assert sentence == (
        f"the engine 3ddfa-v3 lacks face_model.npy and net_recon.pth or net_recon_mbnet.pth in {folder}; "
        f"such files are offered at {TDDFA_V3.page}"
    )
    bring(folder, FACE_MODEL)
    assert f"lacks net_recon.pth or net_recon_mbnet.pth in {folder};" in str(missing_for(SPEC, folder))
    (folder / FACE_MODEL).unlink()
    bring(folder, MOBILENET_V3)
    assert f"lacks face_model.npy in {folder};" in str(missing_for(SPEC, folder))


@pytest.mark.parametrize("network", [RESNET50, MOBILENET_V3])
def test_one_way_is_enough(folder, network):
    for name in (FACE_MODEL, network):
        bring(folder, name)
    assert missing_for(SPEC, folder) is None


def test_files_that_cannot_be_whole_do_not_count(folder):
    bring(folder, FACE_MODEL)
    bring(folder, RESNET50, 1000)
    assert "are not whole: faceviewer assets verify 3ddfa-v3 says" in str(missing_for(SPEC, folder))


def test_the_usual_folder_and_that_of_the_environment(folder, tmp_path, monkeypatch):
    assert f" in {tmp_path / 'home'}" in str(missing_for(SPEC))
    monkeypatch.setenv("FACEVIEWER_ASSETS", str(folder))
    assert f" in {folder};" in str(missing_for(SPEC))
    for name in (FACE_MODEL, RESNET50):
        bring(folder, name)
    assert missing_for(SPEC) is None


def test_asking_needs_no_torch():
    code = "import sys, faceviewer.engines.needs; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
