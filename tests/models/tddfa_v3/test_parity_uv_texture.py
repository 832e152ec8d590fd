"""Equality with the reference's texture: sampled colours, UV pictures, both blends, colours back at the vertices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from parity import Reference, block

from faceviewer.models.tddfa_v3.blend import median_blend, poisson_blend, truncated
from faceviewer.models.tddfa_v3.texture import colors_from_uv, reference_grid, reference_layers, vertex_colors

EVERY8 = np.s_[::8, ::8]


@pytest.mark.parametrize("case", "abc")
def test_texture(reference: Reference, face_model, decoded_case, case: str) -> None:
    vectors, decoded = reference.load(f"texture_{case}.npz"), decoded_case(case).decoded
    crop, rows = torch.from_numpy(vectors["image"]), vectors["vertex_index"]
    assert (vectors["image"] == block(224, 224, 90 + "abc".index(case))).all()
    bits = reference.load(f"render_{case}.npz")["visible"]
    visible = torch.from_numpy(np.unpackbits(bits)[:35709].astype(bool))[None]
    reference.close(f"{case} sampled_colors", vertex_colors(decoded, crop)[rows], vectors["sampled_colors"], 1e-4)
    reference.close(f"{case} face_texture", decoded.texture[0].clamp(0, 1).numpy()[rows], vectors["face_texture"], 2e-5)

    layers = reference_layers(face_model, decoded, crop, visible)
    grid = reference_grid(face_model, torch.device("cpu"))
    covered = grid.covered[EVERY8].numpy()
    reference.share(f"{case} uv coverage", covered != (vectors["uv_triangle_id_every8"] >= 0), 0)
    for name, layer in (("pca", layers.model), ("image", layers.photo), ("weight", layers.weight)):
        reference.close(f"{case} uv_{name}", layer[EVERY8], vectors[f"uv_{name}_every8"], 1e-4)
    mask = np.unpackbits(vectors["clone_mask_bits"]).reshape(1024, 1024).astype(bool)
    reference.share(f"{case} clone_mask", (truncated(1 - layers.weight) > 0) != mask, 1e-5)

    blended = poisson_blend(layers)
    reference.close(f"{case} blended_uv", blended[EVERY8], vectors["blended_uv_every8"], 2)
    back = colors_from_uv(face_model, torch.from_numpy(blended) / 255)
    reference.close(f"{case} extract_tex", back, vectors["extract_tex"], 0.01)

    if "blended_uv_no_pca_every8" in vectors:  # the photo mirrored in the place of the model's colours
        mirrored = poisson_blend(replace(layers, model=layers.photo[:, ::-1]))
        reference.close(f"{case} blended_uv_no_pca", mirrored[EVERY8], vectors["blended_uv_no_pca_every8"], 2)
        back = colors_from_uv(face_model, torch.from_numpy(mirrored) / 255)[rows]
        reference.close(f"{case} extract_tex_no_pca", back, vectors["extract_tex_no_pca"], 0.01)

    median = median_blend(layers)
    reference.close(f"{case} median_blend_uv", median[EVERY8], vectors["median_blend_uv_every8"], 0.005)
    colors = colors_from_uv(face_model, torch.from_numpy(median))[rows]
    reference.close(f"{case} median_blend_vertex_colors", colors, vectors["median_blend_vertex_colors"], 0.005)
