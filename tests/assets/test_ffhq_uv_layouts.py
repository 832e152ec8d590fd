"""The declared tensors of FFHQ-UV's checkpoints are those of the published ones, in their order."""

from __future__ import annotations

import json

import pytest

from faceviewer.assets import ffhq_uv_layouts, stylegan2_layouts

LAYOUTS = {
    "arcface_r50": ffhq_uv_layouts.arcface_r50,
    "bisenet": ffhq_uv_layouts.bisenet,
    "deep3d": ffhq_uv_layouts.deep3d,
    "dpr_512": ffhq_uv_layouts.dpr,
    "e4e": stylegan2_layouts.e4e,
    "exprecog": ffhq_uv_layouts.expression,
    "resnet18": ffhq_uv_layouts.resnet18_imagenet,
    "styleflow": ffhq_uv_layouts.styleflow,
    "texgan": stylegan2_layouts.texture_generator,
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_keys_shapes_and_dtypes_are_the_published_ones(name, shared):
    published = json.loads((shared / "vectors" / "ffhq_uv" / f"keys_{name}.json").read_text())
    declared = [[tensor.key, list(tensor.shape), tensor.dtype] for tensor in LAYOUTS[name]()]
    assert declared == [[key, shape, dtype.removeprefix("torch.")] for key, shape, dtype in published["keys"]]
