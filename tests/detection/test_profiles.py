"""Heads of known pose: every one is found, where it is, whichever way it looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import loadmat

from faceviewer.detection import FaceDetector
from faceviewer.io.photo import load_photo
from faceviewer.io.safe_load import load_npz
from faceviewer.types import Face

VIEWS = (*(f"head1_view{k}" for k in range(8)), *(f"ict{i:02}_view{k}" for i in range(5) for k in range(3)))
AFLW = ("00050", "00430", "00516", "02283", "02616", "04331")

# brows, nose, eyes and mouth of the 68 points (17 to 59) among the 478; the jaw is no surface point in a profile
INNER = np.concatenate(
    [
        [70, 63, 105, 66, 107, 336, 296, 334, 293, 300],
        [168, 197, 5, 4, 75, 97, 2, 326, 305],
        [33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380],
        [61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181],
    ]
)


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector()


def _error(face: Face, true_xy_px: np.ndarray) -> float:
    """Mean distance of the 43 inner points, over the root of the box area of all 68."""
    size = np.sqrt(np.prod(np.ptp(true_xy_px, axis=0)))
    return float(np.linalg.norm(face.landmarks["478"].xy_px[INNER] - true_xy_px[17:60], axis=1).mean() / size)


def _projected(view: dict[str, Any], xyz_mm: np.ndarray) -> np.ndarray:
    """Head to photo pixels; the sample's camera looks along -z with y up."""
    x, y, z = (xyz_mm @ np.array(view["R"]).T + view["t_mm"]).T
    focal = view["focal_px"]
    return np.stack([view["width"] / 2 - focal * x / z, view["height"] / 2 + focal * y / z], -1)


@pytest.mark.parametrize("name", VIEWS)
def test_rendered_heads(name: str, shared: Path, detector: FaceDetector) -> None:
    folder = shared / "data/heads"
    view = json.loads((folder / "truth.json").read_text())[name]
    true_xy_px = _projected(view, load_npz(folder / f"head{view['head']}.npz")["lm68"].astype(float))
    (face,) = detector.detect(load_photo(folder / f"{name}.jpg").rgb)
    assert _error(face, true_xy_px) < 0.018 + 0.0004 * abs(view["yaw"])
    seen = face.landmarks["478"].visible.sum()
    if abs(view["yaw"]) < 20:
        assert seen > 420
    if abs(view["yaw"]) > 40:
        assert seen < 380


@pytest.mark.parametrize("number", AFLW)
def test_photos_in_the_wild(number: str, shared: Path, detector: FaceDetector) -> None:
    folder = shared / "data/aflw2000"
    true_xy_px = loadmat(folder / f"image{number}.mat")["pt3d_68"][:2].T
    (face,) = detector.detect(load_photo(folder / f"image{number}.jpg").rgb)
    assert _error(face, true_xy_px) < 0.05
