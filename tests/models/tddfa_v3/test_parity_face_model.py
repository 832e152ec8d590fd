"""Equality with the reference's geometry, colours and landmarks on the synthetic face model."""

from __future__ import annotations

import numpy as np
import pytest
from parity import Reference, statistics

from faceviewer.models.tddfa_v3.landmarks import landmark_vertices, landmarks_v2d
from faceviewer.models.tddfa_v3.lighting import gray_shading

TOLERANCES = {
    "shape": 2e-6,
    "albedo": 2e-6,
    "normal": 2e-5,
    "normal_rotated": 2e-5,
    "texture": 2e-5,
    "gray": 2e-5,
    "v3d": 1e-5,
    "v2d": 2e-4,
}


@pytest.mark.parametrize("case", "abc")
def test_decode(reference: Reference, decoded_case, case: str) -> None:
    vectors, decoded = reference.load(f"model_{case}.npz"), decoded_case(case).decoded
    rows = {
        "shape": decoded.shape,
        "albedo": decoded.albedo,
        "normal": decoded.normals,
        "normal_rotated": decoded.posed_normals,
        "texture": decoded.texture,
        "gray": gray_shading(decoded.posed_normals),
        "v3d": decoded.v3d,
        "v2d": decoded.v2d,
    }
    for name, tolerance in TOLERANCES.items():
        got = rows[name][0].numpy()
        reference.close(f"{case} {name}", got[vectors["vertex_index"]], vectors[name], tolerance)
        if f"{name}_stats" in vectors:
            reference.close(f"{case} {name}_stats", statistics(got), vectors[f"{name}_stats"], tolerance)
    reference.close(f"{case} rotation", decoded.rotation[0].numpy(), vectors["rotation"], 1e-6)


@pytest.mark.parametrize("case", "abc")
def test_landmarks(reference: Reference, face_model, decoded_case, case: str) -> None:
    vectors, one = reference.load(f"model_{case}.npz"), decoded_case(case)
    vertices = landmark_vertices(face_model, one.decoded, one.coefficients)
    for name, points in landmarks_v2d(one.decoded, vertices).items():
        reference.close(f"{case} ldm{name}", points[0].numpy(), vectors[f"ldm{name}"], 2e-4)
    reference.share(f"{case} ldm106_2d_vertex", vertices["106_2d"][0].numpy() != vectors["ldm106_2d_vertex"], 0)


@pytest.mark.parametrize("network", ["resnet50", "mbnetv3"])
def test_pipeline_after_the_network(reference: Reference, face_model, network: str) -> None:
    import torch

    from faceviewer.models.tddfa_v3.coefficients import split_coefficients
    from faceviewer.models.tddfa_v3.decode import decode
    from faceviewer.models.tddfa_v3.drawing import LIKE_CPU, draw

    vectors = reference.load("pipeline.npz")
    coefficients = split_coefficients(torch.from_numpy(vectors[f"{network}_alpha"]))
    decoded = decode(face_model, coefficients)
    rows = vectors["vertex_index"]
    reference.close(f"{network} v3d", decoded.v3d[0].numpy()[rows], vectors[f"{network}_v3d"], 1e-4)
    reference.close(f"{network} v2d", decoded.v2d[0].numpy()[rows], vectors[f"{network}_v2d"], 0.02)
    reference.close(
        f"{network} texture", decoded.texture[0].clamp(0, 1).numpy()[rows], vectors[f"{network}_texture"], 1e-3
    )
    points = landmarks_v2d(decoded, landmark_vertices(face_model, decoded, coefficients))["106_2d"]
    reference.close(f"{network} ldm106_2d", points[0].numpy(), vectors[f"{network}_ldm106_2d"], 0.02)
    mask = np.unpackbits(vectors[f"{network}_mask_bits"]).reshape(224, 224).astype(bool)
    inner = np.s_[2:222, 2:222]  # the reference's two outermost pixels show streaks
    drawn = draw(face_model, decoded, LIKE_CPU).mask[0].numpy()
    reference.share(f"{network} mask", drawn[inner] != mask[inner], 2e-4)
