"""Equality with FFHQ-UV's alignment: five points, the crop of 224, positions there and back, the recognition crop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.random import default_rng
from parity import Reference

from faceviewer.datasets.ffhq.cut import cut_square, plan_cut
from faceviewer.datasets.ffhq.options import PUBLISHED
from faceviewer.datasets.ffhq.quad import face_quad
from faceviewer.geometry.crop224 import crop_around, five_of_68
from faceviewer.geometry.recognition_crop import recognition_matrix
from faceviewer.io.cv import cv2


def sampled(picture: np.ndarray, vectors: dict[str, np.ndarray], name: str) -> np.ndarray:
    """The values that the vectors keep of a picture."""
    assert picture.shape == tuple(vectors[f"{name}__shape"])
    return picture.ravel()[vectors[f"{name}__idx"]]


def test_unwrapping(ffhq_uv_reference: Reference) -> None:
    vectors = ffhq_uv_reference.load("step4_preprocess.npz")
    photo, five = vectors["photo"], five_of_68(vectors["lm68"])
    ffhq_uv_reference.close("lm5", five, vectors["lm5"], 1e-5)
    five_3d = five_of_68(vectors["lm68_3d"])
    ffhq_uv_reference.close("lm5_3d", five_3d, vectors["lm5_3d"], 1e-9)
    crop = crop_around(five, (photo.shape[1], photo.shape[0]), five_3d)
    ffhq_uv_reference.close("pos_t", [[crop.tx], [crop.ty]], vectors["pos_t"], 1e-5)
    ffhq_uv_reference.close("scale", crop.scale, vectors["scale"], 1e-6)
    ffhq_uv_reference.close("pos_s", 102 / crop.scale, vectors["pos_s"], 1e-5)
    ffhq_uv_reference.close("tar", sampled(crop.cut(photo), vectors, "tar"), vectors["tar__val"], 1)
    back = crop.points_from_crop(vectors["proj"])
    back = np.column_stack([back[:, 0], photo.shape[0] - 1 - back[:, 1]])
    back = np.clip(back, 0, [photo.shape[1] - 1, photo.shape[0] - 1])
    ffhq_uv_reference.close("back", back, vectors["back"], 1e-3)


def test_fitting(ffhq_uv_reference: Reference) -> None:
    vectors = ffhq_uv_reference.load("fit_preprocess.npz")
    photo, five = vectors["photo"], five_of_68(vectors["lm"])
    ffhq_uv_reference.close("lm5", five, vectors["lm5"], 1e-5)
    crop = crop_around(five, (photo.shape[1], photo.shape[0]), five_of_68(vectors["lm3d"]))
    ffhq_uv_reference.close("trans_params", crop.trans_params, vectors["trans_params"], 1e-4)
    moved = crop.points_to_crop(vectors["lm"])
    ffhq_uv_reference.close("lm_new", moved, vectors["lm_new"], 1e-4)
    ffhq_uv_reference.close("lm_new back", crop.points_from_crop(moved), vectors["lm"], 1e-4)
    ffhq_uv_reference.close("img", sampled(crop.cut(photo), vectors, "img"), vectors["img__val"], 1)
    ffhq_uv_reference.close("M", recognition_matrix(vectors["lm_new"]), vectors["M"], 1e-4)


@pytest.mark.parametrize("case", ["inside", "edge", "large"])
def test_inversion(ffhq_uv_reference: Reference, case: str) -> None:
    """The square of 256 that FFHQ-UV inverts is the data set's own, cut at that size."""
    vectors = ffhq_uv_reference.load("ffhq_align.npz")
    height, width = (int(length) for length in vectors[f"size_{case}"])
    cells = default_rng(1096).integers(0, 256, (20, 22, 3), np.uint8)
    photo = cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC)
    options = replace(PUBLISHED, size=256, transform_size=256)
    plan = plan_cut(face_quad(vectors[f"lm_{case}"].astype(float)), (width, height), options)
    square = cut_square(photo, plan, options)
    step = 2 if case == "large" else 1
    ffhq_uv_reference.close(f"out_{case}", square[::step, ::step], vectors[f"out_{case}"], 3 if case == "large" else 2)
