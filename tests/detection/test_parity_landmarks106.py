"""Equality with the reference's crops and points, given what its network said."""

from __future__ import annotations

import numpy as np
from parity import Reference, block, statistics

from faceviewer.detection.landmarks106 import CROP_SIZE, FIVE_POINTS, FaceSquare
from faceviewer.geometry.crop224 import crop_around


def test_crops_and_points(reference: Reference) -> None:
    """The second square is that of the reference's own first pass."""
    vectors, rgb = reference.load("landmark_stage.npz"), block(420, 560, 50)
    points = []
    for k, box in enumerate(vectors["boxes"]):
        square = FaceSquare.around_box(box)
        for look in (2 * k, 2 * k + 1):
            crop = square.crop(rgb)
            reference.close(f"crop {look} (levels)", crop[::4, ::4], vectors["crops_every4"][look], 1)
            stats = statistics(crop.reshape(-1, 3))
            reference.close(f"crop {look} statistics (levels)", stats, vectors["crop_stats"][look], 1)
            xy = square.to_photo(vectors["net_out"][look] / CROP_SIZE)
            square = FaceSquare.around_points(xy)
        points.append(xy)
    reference.close("landmarks (px)", points, vectors["landmarks106"], 0.05)


def test_the_106_points_give_the_crop_of_the_regressor(reference: Reference) -> None:
    vectors, rgb = reference.load("landmark_stage.npz"), block(420, 560, 50)
    five = vectors["crop_from_106_in"][list(FIVE_POINTS)]
    upwards = np.column_stack([five[:, 0], 420 - 1 - five[:, 1]])
    crop = crop_around(upwards, (560, 420), reference.load("align.npz")["lm3d_5"])
    reference.close_each("trans_params", crop.trans_params, vectors["crop_from_106_trans_params"], 1e-6)
    reference.close("crop (levels)", crop.cut(rgb), vectors["crop_from_106_tensor_u8"], 1)
