"""Equality with FFHQ-UV's blends of the facial square, its skin attention, its parsing masks and DPR's light."""

from __future__ import annotations

import numpy as np
import torch
from numpy.random import default_rng
from parity import Reference

from faceviewer.raster.shading import sh_basis
from faceviewer.raster.skin_color import skin_probability, to_ycbcr
from faceviewer.raster.uv_maps.face_square import blend_canvas, blend_result
from faceviewer.raster.uv_maps.parsing import face_mask
from faceviewer.raster.uv_maps.relight import dpr_basis

EVERY2 = np.s_[::2, ::2]


def test_blends_of_the_facial_square(ffhq_uv_reference: Reference) -> None:
    vectors = ffhq_uv_reference.load("fit_uv_blend.npz")
    mask = np.unpackbits(vectors["blend_mask"]).reshape(256, 256).astype(np.float32)
    hair = np.zeros((256, 256), np.float32)
    hair[:70] = 1
    got = blend_result(vectors["res_uv"], vectors["template"], mask, hair)
    ffhq_uv_reference.close("blend_laplacian", got[EVERY2], vectors["blend_laplacian"], 1e-2)
    canvas, template = (torch.tensor(vectors[name] / 255).permute(2, 0, 1).float() for name in ("res_uv", "template"))
    linear = blend_canvas(canvas, template, torch.tensor(mask), torch.tensor(hair)).permute(1, 2, 0).numpy()
    ffhq_uv_reference.close("blend_linear", linear[EVERY2], vectors["blend_linear"], 1e-4)


def test_skin(ffhq_uv_reference: Reference) -> None:
    vectors = ffhq_uv_reference.load("skin_mask.npz")
    skin = skin_probability(vectors["img"])
    ffhq_uv_reference.close("ycbcr", to_ycbcr(vectors["img"]), vectors["ycbcr"], 1e-6)
    ffhq_uv_reference.close("skin", skin, vectors["skin"], 1e-6)
    ffhq_uv_reference.close("skin_uint8", np.rint(skin * 255), vectors["skin_uint8"], 0)


def test_light(ffhq_uv_reference: Reference) -> None:
    vectors = ffhq_uv_reference.load("dpr.npz")
    normals = default_rng(1034).standard_normal((50, 3))
    normals = torch.tensor(normals / np.linalg.norm(normals, axis=1, keepdims=True))
    ffhq_uv_reference.close("sh_basis_noatt", sh_basis(normals), vectors["sh_basis_noatt"], 1e-6)
    basis = dpr_basis(normals)
    ffhq_uv_reference.close("sh_basis", basis, vectors["sh_basis"], 1e-6)
    light = torch.tensor(default_rng(1035).standard_normal((9, 2)))
    ffhq_uv_reference.close("shading", basis @ light, vectors["shading"], 1e-6)


def test_face_of_parsed_classes(ffhq_uv_reference: Reference) -> None:
    vectors = ffhq_uv_reference.load("bisenet.npz")
    wanted = np.unpackbits(vectors["mask_face"]).reshape(vectors["seg"].shape) > 0
    ffhq_uv_reference.share("mask_face", face_mask(vectors["seg"]) != wanted, 0)
