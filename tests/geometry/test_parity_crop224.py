"""Equality with the reference's alignment: scale and shift, crops and the way back, bit for bit."""

from __future__ import annotations

import pytest
from parity import Array, Reference, block

from faceviewer.geometry.crop224 import Crop224, crop_around, five_of_68


@pytest.fixture
def vectors(reference: Reference) -> dict[str, Array]:
    return reference.load("align.npz")


def crop_of(vectors: dict[str, Array], case: int) -> Crop224:
    height, width = (int(side) for side in vectors[f"size{case}"])
    return crop_around(vectors[f"lm_y_up{case}"], (width, height), vectors["lm3d_5"])


def test_five_points(reference: Reference, vectors: dict[str, Array]) -> None:
    reference.close("five_of_68", five_of_68(vectors["lm3d_68"]), vectors["lm3d_5"], 1e-7)


@pytest.mark.parametrize("case", range(4))
def test_alignment(reference: Reference, vectors: dict[str, Array], case: int) -> None:
    crop = crop_of(vectors, case)
    reference.close_each("trans_params", crop.trans_params, vectors[f"trans_params{case}"], 1e-6)
    picture = crop.cut(block(*vectors[f"size{case}"], 64 + case))
    reference.close("crop (levels)", picture, vectors[f"crop{case}"], 0)
    points = crop.points_to_crop(vectors[f"lm_y_up{case}"])
    reference.close("points in the crop (px)", points, vectors[f"lm_in_crop{case}"], 1e-4)
    back = crop.points_to_photo(vectors[f"ldm_in{case}"])
    reference.close("points in the photo (px)", back, vectors[f"ldm_back{case}"], 1e-4)


@pytest.mark.parametrize("case", [1, 2])
@pytest.mark.parametrize("name", ["bicubic", "nearest"])
def test_pictures_back(reference: Reference, vectors: dict[str, Array], case: int, name: str) -> None:
    crop = crop_of(vectors, case)
    patch = crop.picture_to_photo(block(224, 224, 70 + case), nearest=name == "nearest")
    wanted = vectors[f"patch_back_{name}{case}"]
    reference.close(f"{name} (levels)", patch.on_black(crop.photo_size), wanted, 0)
