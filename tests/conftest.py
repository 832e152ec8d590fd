"""Fixtures for all tests. Sample data that is not part of the repository lies in a folder beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("FACEVIEWER_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def shared_dir() -> Path:
    """The folder of sample data, there or not: for lists of parameters."""
    return SHARED


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of sample data. Without it a test skips, but fails in continuous integration."""
    if not (SHARED / "data").is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"shared sample data absent: {SHARED}")
        pytest.skip("shared sample data absent")
    return SHARED
