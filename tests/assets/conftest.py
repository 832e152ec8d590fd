"""A pack of small files that takes the place of the real ones."""

from __future__ import annotations

import pytest
from small_pack import PACK, write_small_pack


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """The user's folders, empty."""
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FACEVIEWER_ASSETS", raising=False)
    return tmp_path / "home"


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A folder with all files of the small pack, which is the only known one."""
    monkeypatch.setattr("faceviewer.assets.places.PACKS", (PACK,))
    monkeypatch.setattr("faceviewer.assets.importing.PACKS", (PACK,))
    return write_small_pack(tmp_path / "download")
