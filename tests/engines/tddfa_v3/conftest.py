"""The engine on a synthetic folder, and folders in which files are missing or spoilt."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from faceviewer.assets import tddfa_v3 as files
from faceviewer.engines.tddfa_v3.engine import TddfaV3Engine, build


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory):
    """The user's folders, empty, and shared by a module: converting the files once is enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FACEVIEWER_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("FACEVIEWER_ASSETS", raising=False)
        yield


@pytest.fixture(scope="module")
def engine(tddfa_v3_assets: Path) -> TddfaV3Engine:
    return build("cpu", tddfa_v3_assets)


@pytest.fixture
def folder_with(tddfa_v3_assets: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder with links to the named files, by default those without which nothing works."""

    def make(*names: str) -> Path:
        folder = tmp_path / "half"
        folder.mkdir()
        for name in names or (files.FACE_MODEL, files.RESNET50, files.ALIGNMENT):
            os.symlink(tddfa_v3_assets / name, folder / name)
        return folder

    return make
