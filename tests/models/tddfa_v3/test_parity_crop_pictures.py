"""Equality with the reference's CPU pictures of the crop, away from the two outermost pixels where it draws streaks."""

from __future__ import annotations

import numpy as np
import pytest
from parity import Reference

from faceviewer.models.tddfa_v3.drawing import LIKE_CPU, draw, visible_vertices
from faceviewer.models.tddfa_v3.lighting import gray_shading
from faceviewer.models.tddfa_v3.segments import part_masks, seen_part_masks

PIXELS, VERTICES = 2e-4, 20 / 35709
"""The vectors' allowance: shares of pixels and vertices that may differ."""
INNER = np.s_[2:222, 2:222]


@pytest.mark.parametrize("case", "abc")
def test_drawing(reference: Reference, face_model, decoded_case, case: str) -> None:
    vectors, decoded = reference.load(f"render_{case}.npz"), decoded_case(case).decoded
    drawing = draw(face_model, decoded, LIKE_CPU)
    triangle, wanted = drawing.fragments.triangle[0].numpy()[INNER], vectors["triangle_id"][INNER]
    reference.share(f"{case} triangle_id", triangle != wanted, PIXELS)
    reference.share(f"{case} mask", drawing.mask[0].numpy()[INNER] != vectors["mask"][INNER].astype(bool), PIXELS)
    same = (triangle == wanted) & (wanted >= 0)
    pictures = {
        "depth": drawing.depth[..., None],
        "render_face": drawing.paint(decoded.texture.clamp(0, 1)),
        "render_shape": drawing.paint(gray_shading(decoded.posed_normals)),
    }
    for name, picture in pictures.items():
        got = picture[0].numpy()[INNER][same].squeeze()
        reference.close(f"{case} {name}", got, vectors[name][INNER][same], 1e-4)
    screen = np.stack([decoded.v2d[0, :, 0], 224 - decoded.v2d[0, :, 1], -decoded.v3d[0, :, 2]], -1)
    reference.close(f"{case} screen_vertices", screen[::16], vectors["screen_vertices"], 1e-4)


@pytest.mark.parametrize("case", "abc")
def test_visible_vertices(reference: Reference, face_model, decoded_case, case: str) -> None:
    vectors, decoded = reference.load(f"render_{case}.npz"), decoded_case(case).decoded
    drawing = draw(face_model, decoded, LIKE_CPU)
    xy_px = decoded.crop_xy_px[0].numpy()
    away = ((xy_px > 4) & (xy_px < 220)).all(1) | ((xy_px < -4) | (xy_px > 228)).any(1)
    for name, visible in (
        ("visible_by_renderer", drawing.owners()),
        ("visible", visible_vertices(drawing, decoded)),
    ):
        wanted = np.unpackbits(vectors[name])[:35709].astype(bool)
        reference.share(f"{case} {name}", (visible[0].numpy() != wanted)[away], VERTICES)


@pytest.mark.parametrize("case", "abc")
def test_segments(reference: Reference, face_model, decoded_case, case: str) -> None:
    vectors, decoded = reference.load(f"render_{case}.npz"), decoded_case(case).decoded
    drawing = draw(face_model, decoded, LIKE_CPU)
    masks = {
        "seg": part_masks(face_model, decoded, LIKE_CPU),
        "seg_visible": seen_part_masks(face_model, drawing, visible_vertices(drawing, decoded)),
    }
    for name, mask in masks.items():
        wanted = np.unpackbits(vectors[name]).reshape(224, 224, 8).astype(bool)
        reference.share(f"{case} {name}", (mask[0].numpy() != wanted)[INNER], PIXELS)
