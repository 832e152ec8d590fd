"""The declared tensors are those of the published checkpoints, in their order."""

from __future__ import annotations

import json
import math

import pytest

from faceviewer.assets import layouts

COUNTS = {
    "recon_resnet50": (layouts.resnet50_regressor, 332, 24_034_625),
    "recon_mbnetv3": (layouts.mobilenet_v3_regressor, 322, 3_218_929),
    "retinaface": (layouts.retinaface_resnet50, 456, 27_293_600),
    "large_base": (layouts.large_base, 335, 1_722_112),
}


@pytest.mark.parametrize("name", COUNTS)
def test_numbers_of_tensors_and_parameters(name):
    layout, tensors, parameters = COUNTS[name]
    found = layout()
    learnt = [tensor for tensor in found if not tensor.key.endswith(("running_mean", "running_var", "_tracked"))]
    assert len(found) == len({tensor.key for tensor in found}) == tensors
    assert sum(math.prod(tensor.shape) for tensor in learnt) == parameters


@pytest.mark.parametrize("name", COUNTS)
def test_keys_shapes_and_dtypes_are_the_published_ones(name, shared):
    published = json.loads((shared / "vectors" / "3ddfa_v3" / f"keys_{name}.json").read_text())
    declared = [[tensor.key, list(tensor.shape), tensor.dtype] for tensor in COUNTS[name][0]()]
    assert declared == published["keys"]
