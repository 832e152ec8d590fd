"""The engine on a synthetic folder, and folders in which files are missing or spoilt."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from faceviewer.assets import trg as files
from faceviewer.engines.trg.engine import TrgEngine, build

SMALL = {files.SUBSAMPLE: "data", files.TRIANGLE_LIST: "data", files.KEYPOINTS: "npy", files.UV: "npy"}


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory):
    """The user's folders, empty, and shared by a module: converting the files once is enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FACEVIEWER_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("FACEVIEWER_ASSETS", raising=False)
        yield


@pytest.fixture(scope="module", autouse=True)
def one_core():
    """Small networks gain little from more, and lose much where other programs want the cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def engine(trg_assets: Path) -> TrgEngine:
    return build("cpu", trg_assets)


@pytest.fixture
def folder_with(trg_assets: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder with the network and links to the named small files, all beside one another."""

    def make(*names: str) -> Path:
        folder = tmp_path / "half"
        (folder / files.BOTH_SETS).parent.mkdir(parents=True)
        os.symlink(trg_assets / files.BOTH_SETS, folder / files.BOTH_SETS)
        for name in names:
            os.symlink(trg_assets / SMALL[name] / name, folder / name)
        return folder

    return make
