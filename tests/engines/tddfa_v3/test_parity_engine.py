"""Equality with the reference through the whole engine: files in a folder, a crop, and what comes out of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from parity import Reference

from faceviewer.engines.options import ReconstructOptions
from faceviewer.engines.tddfa_v3.engine import build
from faceviewer.io.photo import photo_from_array
from faceviewer.types import CancelToken


@pytest.mark.parametrize("backbone", ["resnet50", "mbnetv3"])
def test_pipeline(reference: Reference, tddfa_v3_assets: Path, backbone: str) -> None:
    vectors = reference.load("pipeline.npz")
    rows, rgb = vectors["vertex_index"], vectors[f"{backbone}_image"]
    how = ReconstructOptions(choices={"input": "crop", "backbone": backbone, "published": "yes"})
    engine = build("cpu", tddfa_v3_assets)
    (face,) = engine.face_search(how).detect(rgb)
    (result,) = engine.reconstruct(
        [(photo_from_array(rgb), face)], options=how, progress=lambda _: None, cancel=CancelToken()
    )
    arrays = result.published
    reference.close(f"{backbone} alpha", arrays["alpha"][None], vectors[f"{backbone}_alpha"], 1e-4)
    reference.close(f"{backbone} v3d", arrays["v3d"][rows], vectors[f"{backbone}_v3d"], 1e-4)
    reference.close(f"{backbone} v2d (px)", arrays["v2d"][rows], vectors[f"{backbone}_v2d"], 0.02)
    reference.close(f"{backbone} texture", arrays["face_texture"][rows], vectors[f"{backbone}_texture"], 1e-3)
    wanted = vectors[f"{backbone}_ldm106_2d"] * [1, -1] + [0, 223]  # as they are before the reference turns y
    reference.close(f"{backbone} ldm106_2d (px)", arrays["ldm106_2d"], wanted, 0.02)
    # our own conventions say the same: half a pixel, and y counted from the first row's edge
    xy_px = result.landmarks["106_2d"].xy_px
    reference.close(f"{backbone} our landmarks (px)", xy_px - [0, 1], wanted, 0.02)
    projected = result.camera.project(result.mesh.vertices[rows])
    reference.close(f"{backbone} our camera (px)", projected * [1, -1] + [0, 224], vectors[f"{backbone}_v2d"], 0.02)
    assert result.coefficients["identity"].shape == (80,) and np.isfinite(result.mesh.vertices).all()
