"""The 112 x 112 crop that ArcFace looks at: five points laid on its template by a similarity.

Source: J. Deng et al., ArcFace, 2019; the template is InsightFace's.
"""

from __future__ import annotations

import numpy as np

from faceviewer.geometry.crop224 import CROP_SIZE, five_of_68

SIZE = 112
_TEMPLATE = np.array(
    [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)]
)
"""Eyes, nose and corners of the mouth, left in the picture first; pixel indices, y down."""


def recognition_matrix(landmarks68: np.ndarray) -> np.ndarray:
    """(2, 3) float64 from pixel indices of the 224 crop, y down, to those of the recognition crop.

    landmarks68: (68, 2) in the 224 crop, y up. Points without extent give no change. Source of the fit: S. Umeyama,
    PAMI 1991.
    """
    five = five_of_68(np.asarray(landmarks68, np.float64))
    five = np.column_stack([five[:, 0], CROP_SIZE - 1 - five[:, 1]])
    middle, target = five.mean(0), _TEMPLATE.mean(0)
    a, b = five - middle, _TEMPLATE - target
    spread = (a**2).sum()
    if not np.isfinite(spread) or spread <= 0:
        return np.eye(2, 3)
    # in the plane a similarity is a complex factor, and its least-squares fit a quotient
    x, y = (a * b).sum() / spread, (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / spread
    linear = np.array([[x, -y], [y, x]])
    return np.column_stack([linear, target - linear @ middle])
