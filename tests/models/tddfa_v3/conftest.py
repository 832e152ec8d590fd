"""The synthetic face model of the vectors' recipe, made once, and the decoded faces of the vectors."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from faceviewer.models.tddfa_v3.coefficients import Coefficients, split_coefficients
from faceviewer.models.tddfa_v3.decode import Decoded, decode
from faceviewer.models.tddfa_v3.face_model import FaceModel, face_model_from_arrays


@dataclass(frozen=True)
class Case:
    """One of the vectors' three faces."""

    coefficients: Coefficients
    decoded: Decoded


@pytest.fixture(scope="session")
def face_arrays(shared: Path) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("recipe", shared / "vectors" / "3ddfa_v3" / "make_face_model.py")
    assert spec is not None and spec.loader is not None
    recipe = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(recipe)
    return recipe.make_face_model(0)


@pytest.fixture(scope="session")
def face_model(face_arrays: dict[str, Any]) -> FaceModel:
    return face_model_from_arrays(face_arrays, "face_model.npy")


@pytest.fixture(scope="session")
def alphas(shared: Path) -> dict[str, torch.Tensor]:
    """Case -> (1, 257): a near-frontal, b turned, c turned strongly and partly outside of the crop."""
    folder = shared / "vectors" / "3ddfa_v3"
    return {case: torch.from_numpy(np.load(folder / f"model_{case}.npz")["alpha"]) for case in "abc"}


@pytest.fixture(scope="session")
def decoded_case(face_model: FaceModel, alphas: dict[str, torch.Tensor]) -> Callable[[str], Case]:
    torch.set_num_threads(1)
    with torch.inference_mode():
        split = {case: split_coefficients(alpha) for case, alpha in alphas.items()}
        cases = {case: Case(coefficients, decode(face_model, coefficients)) for case, coefficients in split.items()}
    return cases.__getitem__
