"""3DDFA-V3's face model: every step of one face, with the reference's milliseconds beside ours.

As a script it prints the table: ``PYTHONPATH=.:tests python tests/benchmarks/test_bench_tddfa_model.py``. The
reference's times are of one thread of a server's processor; so are ours when the machine has nothing else to do.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from faceviewer.geometry.crop224 import Crop224
from faceviewer.io.cv import cv2
from faceviewer.models.tddfa_v3.blend import median_blend, poisson_blend
from faceviewer.models.tddfa_v3.coefficients import split_coefficients
from faceviewer.models.tddfa_v3.convert import photo_camera
from faceviewer.models.tddfa_v3.decode import decode, decode_shape
from faceviewer.models.tddfa_v3.drawing import draw, visible_vertices
from faceviewer.models.tddfa_v3.face_model import face_model_from_arrays
from faceviewer.models.tddfa_v3.landmarks import landmark_vertices, landmarks_v2d
from faceviewer.models.tddfa_v3.lighting import gray_shading
from faceviewer.models.tddfa_v3.photo_texture import texel_layers
from faceviewer.models.tddfa_v3.segments import part_masks, seen_part_masks
from faceviewer.models.tddfa_v3.texture import colors_from_uv, reference_grid, reference_layers
from faceviewer.types import Photo

SHARED = Path(os.environ.get("FACEVIEWER_SHARED", Path(__file__).resolve().parents[3] / "shared"))
VECTORS = SHARED / "vectors" / "3ddfa_v3"


class Face:
    """One decoded face of the vectors, and everything that is timed on it."""

    def __init__(self) -> None:
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
        spec = importlib.util.spec_from_file_location("recipe", VECTORS / "make_face_model.py")
        assert spec is not None and spec.loader is not None
        recipe = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(recipe)
        self.model = face_model_from_arrays(recipe.make_face_model(0), "face_model.npy")
        vectors = np.load(VECTORS / "texture_a.npz")
        self.coefficients = split_coefficients(torch.from_numpy(vectors["alpha"]))
        self.crop = torch.from_numpy(vectors["image"])
        self.decoded = decode(self.model, self.coefficients)
        self.drawing = draw(self.model, self.decoded)
        self.visible = visible_vertices(self.drawing, self.decoded)
        self.layers = reference_layers(self.model, self.decoded, self.crop, self.visible)
        self.photo = Photo(np.random.default_rng(0).integers(0, 256, (3000, 4000, 3), dtype=np.uint8))
        self.camera = photo_camera(self.model, self.coefficients, Crop224((4000, 3000), 0.12, 2000.0, 1500.0))
        reference_grid(self.model, torch.device("cpu"))  # drawn once per model
        self.texels()

    def decode(self) -> object:
        return decode(self.model, self.coefficients)

    def shape(self) -> object:
        return decode_shape(self.model, self.coefficients)

    def landmarks(self) -> object:
        return landmarks_v2d(self.decoded, landmark_vertices(self.model, self.decoded, self.coefficients))

    def draw(self) -> object:
        drawing = draw(self.model, self.decoded)
        return drawing, visible_vertices(drawing, self.decoded)

    def parts(self) -> object:
        return part_masks(self.model, self.decoded)

    def seen_parts(self) -> object:
        return seen_part_masks(self.model, self.drawing, self.visible)

    def uv_layers(self) -> object:
        return reference_layers(self.model, self.decoded, self.crop, self.visible)

    def poisson(self) -> object:
        return poisson_blend(self.layers)

    def median(self) -> object:
        return median_blend(self.layers)

    def texels(self) -> object:
        return texel_layers(self.model, self.decoded, self.photo, self.camera, self.visible, size=1024)

    def pictures(self) -> object:
        """Without parts and photo texture: what the reference does in 40 ms."""
        decoded = decode(self.model, self.coefficients)
        drawing = draw(self.model, decoded)
        renders = drawing.paint(decoded.texture.clamp(0, 1)), drawing.paint(gray_shading(decoded.posed_normals))
        return renders, landmarks_v2d(decoded, landmark_vertices(self.model, decoded, self.coefficients))

    def everything(self) -> object:
        """All outputs of one face, network not included."""
        decoded = decode(self.model, self.coefficients)
        drawing = draw(self.model, decoded)
        visible = visible_vertices(drawing, decoded)
        renders = drawing.paint(decoded.texture.clamp(0, 1)), drawing.paint(gray_shading(decoded.posed_normals))
        points = landmarks_v2d(decoded, landmark_vertices(self.model, decoded, self.coefficients))
        parts = part_masks(self.model, decoded), seen_part_masks(self.model, drawing, visible)
        blended = poisson_blend(reference_layers(self.model, decoded, self.crop, visible))
        return renders, points, parts, colors_from_uv(self.model, torch.from_numpy(blended) / 255)


STEPS: dict[str, float | None] = {
    "decode": 16,
    "shape": 2.9,
    "landmarks": 5,
    "draw": 12,
    "parts": 12,
    "seen_parts": 32,
    "uv_layers": 96,
    "poisson": 462,
    "median": None,
    "texels": None,
    "pictures": 40,
    "everything": 686,
}
"""Method of ``Face`` -> the reference's milliseconds, None for what it does not do."""


@pytest.fixture(scope="module")
def face() -> Face:
    if not VECTORS.is_dir():
        pytest.skip("shared sample data absent")
    return Face()


@pytest.mark.parametrize("step", STEPS)
def test_step(benchmark, face, step):
    with torch.inference_mode():
        benchmark(getattr(face, step))


def milliseconds(work: Callable[[], object], runs: int = 9) -> float:
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return 1e3 * min(times)


def table() -> str:
    face = Face()
    lines = [f"{'step':<12} {'ms':>7} {'reference':>10}"]
    with torch.inference_mode():
        for step, published in STEPS.items():
            lines.append(f"{step:<12} {milliseconds(getattr(face, step)):7.1f} {published or '-':>10}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
