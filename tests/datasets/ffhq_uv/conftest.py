"""Fixtures for the tests of FFHQ-UV: an own home, and the index of a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faceviewer.datasets.ffhq_uv.index import UvMapIndex, open_index
from faceviewer.types import CancelToken, Progress


def nobody(_: Progress) -> None:
    """Nobody watches."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def open_at(home: Path) -> Callable[..., UvMapIndex]:
    """Opens the index of a folder, up to date."""

    def call(place: Path, **options: Any) -> UvMapIndex:
        return open_index(place, nobody, CancelToken(), **options)

    return call
