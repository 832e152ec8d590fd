"""The frames of published head poses, and how they become faceviewer's.

TRG, and BIWI as TRG uses it, count head axes like those of the camera: x right, y down, z forward, so that the face of
an unturned head looks along -z. Turning such a head by ``TRG_FROM_OURS`` gives our axes. The ARKitFace files have our
head axes but a camera that looks along -z with y up.
"""

from __future__ import annotations

import numpy as np

TRG_FROM_OURS = np.diag([1.0, -1.0, -1.0])
"""Between x left of the subject, y up, z out of the face, and x right, y down, z forward; its own inverse."""
CAMERA_FROM_VIEWER = TRG_FROM_OURS
"""Between a camera with y up that looks along -z and the OpenCV camera: the same numbers, between other frames."""
MM = 1000.0
"""Millimetres in a metre."""


def project(points: np.ndarray, R: np.ndarray, t: np.ndarray, K: np.ndarray) -> np.ndarray | None:
    """(N, 2) photo pixels of (N, 3) points; None when one of them is not in front of the camera."""
    xyz = points @ R.T + t
    if not (xyz[:, 2] > 1e-6).all():
        return None
    return xyz[:, :2] / xyz[:, 2:] @ K[:2, :2].T + K[:2, 2]
