"""Equality with what the reference writes: arrays, labels and pictures in the photo, vertices and colours of OBJs."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from parity import Reference

from faceviewer.geometry.crop224 import Crop224
from faceviewer.io.cv import cv2
from faceviewer.models.tddfa_v3.blend import poisson_blend
from faceviewer.models.tddfa_v3.coefficients import split_coefficients
from faceviewer.models.tddfa_v3.convert import WHOLE_PICTURE
from faceviewer.models.tddfa_v3.decode import decode
from faceviewer.models.tddfa_v3.drawing import LIKE_CPU, draw, visible_vertices
from faceviewer.models.tddfa_v3.landmarks import landmark_vertices, landmarks_v2d
from faceviewer.models.tddfa_v3.lighting import gray_shading
from faceviewer.models.tddfa_v3.published import in_photo, landmarks_in_photo, overlay, paint_labels
from faceviewer.models.tddfa_v3.segments import part_labels, part_masks, seen_part_masks
from faceviewer.models.tddfa_v3.texture import colors_from_uv, reference_layers

PIXELS = 1e-3


@pytest.mark.parametrize("case", "ab")
def test_output(reference: Reference, face_model, case: str) -> None:
    vectors = reference.load(f"output_{case}.npz")
    photo, crop = vectors["photo_rgb"], crop_of(vectors)
    coefficients = split_coefficients(torch.from_numpy(vectors["alpha"]))
    decoded = decode(face_model, coefficients)
    points = landmarks_v2d(decoded, landmark_vertices(face_model, decoded, coefficients))
    for name, v2d in points.items():
        reference.close(f"{case} ldm{name}", landmarks_in_photo(v2d[0], crop), vectors[f"ldm{name}"], 1e-3)

    drawing = draw(face_model, decoded, LIKE_CPU)
    masks = part_masks(face_model, decoded, LIKE_CPU)
    seen = seen_part_masks(face_model, drawing, visible_vertices(drawing, decoded))
    labels = in_photo(part_labels(seen)[0].numpy(), crop)
    inner = in_photo(np.pad(np.ones((220, 220), np.uint8), 2), crop).astype(bool)  # the reference's streaks lie outside
    reference.share(f"{case} seg_visible", (labels != vectors["seg_visible"][..., 0])[inner], PIXELS)
    wanted = np.unpackbits(vectors["seg_bits"])[: labels.size * 8].reshape(*labels.shape, 8)
    reference.share(f"{case} seg", (in_photo(masks[0].numpy().astype(np.uint8), crop) != wanted)[inner], PIXELS)

    mask = drawing.mask[0].numpy().astype(np.uint8)
    away = cv2.erode(in_photo(mask, crop), np.ones((9, 9), np.uint8)).astype(bool) & inner  # from silhouettes
    renders = {
        "render_shape": drawing.paint(gray_shading(decoded.posed_normals)),
        "render_face": drawing.paint(decoded.texture.clamp(0, 1)),
    }
    for name, render in renders.items():
        difference = np.abs(
            overlay(photo, render[0].numpy(), mask, crop)[..., ::-1].astype(int) - vectors[f"{name}_bgr"]
        )
        reference.share(f"{case} {name} panel, over 2 levels", difference[away] > 2, PIXELS)
    panel = paint_labels(photo, vectors["seg_visible"][..., 0])[..., ::-1]
    reference.close(f"{case} seg_visible panel", panel, vectors["seg_visible_panel_bgr"], 2)


@pytest.mark.parametrize("case", "ab")
def test_obj_text(reference: Reference, face_model, case: str) -> None:
    vectors = reference.load(f"output_{case}.npz")
    texts = json.loads((reference.folder / "obj_text.json").read_text())
    decoded = decode(face_model, split_coefficients(torch.from_numpy(vectors["alpha"])))
    drawing = draw(face_model, decoded, LIKE_CPU)
    crop = torch.from_numpy(reference.load(f"texture_{case}.npz")["image"])  # which the recorded colours come from
    layers = reference_layers(face_model, decoded, crop, visible_vertices(drawing, decoded))
    extracted = colors_from_uv(face_model, torch.from_numpy(poisson_blend(layers)) / 255)
    for kind, colors, tolerance in (("pcaTex", decoded.texture[0].clamp(0, 1), 1e-5), ("extractTex", extracted, 0.01)):
        text = texts[f"{case}_{kind}"]
        lines = np.array([line.split()[1:] for line in text["v_first5"] + text["v_last2"]], float)
        rows = [0, 1, 2, 3, 4, -2, -1]
        reference.close(f"{case} {kind} vertices", decoded.posed[0][rows], lines[:, :3], 1e-5)
        reference.close(f"{case} {kind} colours", colors[rows], lines[:, 3:], tolerance)
        faces = np.array([line.split()[1:] for line in text["f_first3"] + text["f_last2"]], int)
        assert (face_model.triangles[[0, 1, 2, -2, -1]] + 1 == faces).all()
        assert text["v"] == len(face_model.uv) and text["f"] == len(face_model.triangles)


def crop_of(vectors) -> Crop224:
    """The crop of the vectors' photo; without trans_params the photo was the crop."""
    if not vectors["trans_params"].size:
        return WHOLE_PICTURE
    width, height, scale, tx, ty = vectors["trans_params"].tolist()
    return Crop224((int(width), int(height)), scale, tx, ty)
