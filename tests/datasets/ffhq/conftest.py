"""Fixtures for the tests of FFHQ: the reference's vectors, an own home, a small data set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ffhq_factory import write_dataset
from parity import Reference

from faceviewer.datasets.ffhq.index import FfhqIndex, find_json, open_index
from faceviewer.types import CancelToken, Progress


def nobody(_: Progress) -> None:
    """Nobody watches."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def ffhq(shared: Path, request: pytest.FixtureRequest) -> Reference:
    """The official alignment's own outputs."""
    return Reference(shared, request.node.user_properties, "ffhq")


@pytest.fixture
def open_at(home: Path) -> Callable[[Path], FfhqIndex]:
    """Opens the index of a folder or JSON."""
    return lambda place: open_index(find_json(place), nobody, CancelToken())


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """(folder, metadata) of a small data set with all its files."""
    root = tmp_path / "ffhq"
    root.mkdir()
    return root, write_dataset(root, (0, 1, 2, 1003, 60000))
