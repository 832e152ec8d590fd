"""Equality with FFHQ-UV's decoding and drawing of a tiny HiFi3D++ model."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from parity import Reference

from faceviewer.models.hifi3d.coefficients import join_coefficients, split_coefficients
from faceviewer.models.hifi3d.decode import decode
from faceviewer.models.hifi3d.drawing import draw, paint_uv_map
from faceviewer.raster.uv_maps.unwrap import unwrap_info

EVERY3 = np.s_[:, :, 1::3, 1::3]
EDGES = 1e-3
"""The vectors' allowance: share of pixels where rasterisers may differ."""


@pytest.fixture
def vectors(ffhq_uv_reference: Reference) -> dict[str, np.ndarray]:
    return ffhq_uv_reference.load("hifi3d_model.npz")


def test_recipe(ffhq_uv_reference: Reference, vectors, hifi3d_arrays) -> None:
    for key, name in (("idBase", "id_sum"), ("exBase", "ex_sum"), ("texBase", "tex_sum")):
        ffhq_uv_reference.close(name, hifi3d_arrays[key].sum(dtype=np.float64), vectors[name], 1e-9)


def test_decode(ffhq_uv_reference: Reference, vectors, hifi3d_model) -> None:
    coefficients = split_coefficients(torch.tensor(vectors["coeffs"]))
    assert (join_coefficients(coefficients).numpy() == vectors["coeffs"]).all()
    decoded = decode(hifi3d_model, coefficients)
    rows = {
        "id_shape": (decoded.neutral, 1e-5),
        "exp_shape": (decoded.shape, 1e-5),
        "texture": (decoded.albedo, 1e-5),
        "normals": (decoded.normals, 1e-5),
        "rotation": (decoded.rotation, 1e-6),
        "vertex_cam": (decoded.v3d, 1e-5),
        "shading": (decoded.shading, 1e-5),
        "color": (decoded.texture, 1e-5),
        "proj": (decoded.v2d, 1e-3),
        "landmarks": (decoded.v2d[:, hifi3d_model.landmarks.astype(np.int64)], 1e-3),
    }
    for name, (got, tolerance) in rows.items():
        ffhq_uv_reference.close(name, got.numpy(), vectors[name], tolerance)


def test_drawing(ffhq_uv_reference: Reference, vectors, hifi3d_model) -> None:
    decoded = decode(hifi3d_model, split_coefficients(torch.tensor(vectors["coeffs"])))
    head, face = draw(hifi3d_model, decoded), draw(hifi3d_model, decoded, face_only=True)
    for name, drawing in (("mask_head", head), ("mask_face", face)):
        wanted = np.unpackbits(vectors[name]).reshape(2, 224, 224) > 0
        ffhq_uv_reference.share(name, drawing.mask.numpy() != wanted, EDGES)
    ffhq_uv_reference.close("depth_head", head.depth[:, None].numpy()[EVERY3], vectors["depth_head"], 1e-4)
    colors = face.paint(decoded.texture).permute(0, 3, 1, 2).numpy()[EVERY3]
    ffhq_uv_reference.close("render_face_vertexcolor", colors, vectors["render_face_vertexcolor"], 1e-3)
    uv_map = torch.tensor(vectors["uvmap"]).permute(1, 2, 0)
    mapped = paint_uv_map(hifi3d_model, decoded, head, uv_map).permute(0, 3, 1, 2).numpy()[EVERY3]
    wrong = np.abs(mapped - vectors["render_head_uv"]) > 1e-3  # where rounding decides on the neighbouring texel
    ffhq_uv_reference.share("render_head_uv, another texel", wrong, EDGES)


def test_albedo_on_the_layout(ffhq_uv_reference: Reference, vectors, hifi3d_model) -> None:
    decoded = decode(hifi3d_model, split_coefficients(torch.tensor(vectors["coeffs"])))
    rows, columns = np.mgrid[0:64, 0:64]
    i, j, fr, fc = rows // 8, columns // 8, rows % 8 / 8, columns % 8 / 8
    upper = fr + fc <= 1
    ids = np.stack([np.where(upper, i * 9 + j, (i + 1) * 9 + j + 1), np.where(upper, i * 9 + j + 1, (i + 1) * 9 + j),
                    np.where(upper, (i + 1) * 9 + j, i * 9 + j + 1)], -1)  # fmt: skip
    weights = np.stack([np.where(upper, 1 - fr - fc, fr + fc - 1), np.where(upper, fc, 1 - fc),
                        np.where(upper, fr, 1 - fr)], -1)  # fmt: skip
    spread = unwrap_info(ids, weights, vertex_count=81).spread(decoded.albedo[0].numpy())
    ffhq_uv_reference.close("albedo_as_uv, 0 to 255", spread * 255, vectors["albedo_as_uv"], 1e-2)
