"""Facts about the 478 points and 52 blendshapes of the landmark networks."""

from __future__ import annotations

import numpy as np

POINT_COUNT = 478
MESH_POINT_COUNT = 468
"""Points 468 to 477 are the irises: centre and a ring of four for the subject's right eye, then for the left."""

RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263
"""Outer eye corners of the subject's right and left eye: their line is the face's horizontal."""

RIGHT_IRIS = np.arange(468, 473)
LEFT_IRIS = np.arange(473, 478)
MIRRORED_IRISES = np.array([473, 476, 475, 474, 477, 468, 471, 470, 469, 472])
"""For 468 to 477 the point that takes its place in a mirrored picture."""

RIGHT_EYELIDS = np.array([33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246])
LEFT_EYELIDS = np.array([263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466])
"""The rings of points around the eye openings."""


def _ranges(text: str) -> np.ndarray:
    """Ids written as "1-3 7" to (N,) int."""
    spans = [[int(end) for end in span.split("-")] for span in text.split()]
    return np.concatenate([np.arange(span[0], span[-1] + 1) for span in spans])


BLENDSHAPE_POINTS = _ranges(
    "0-1 4-8 10 13-14 17 21 33 37 39-40 46 52-55 58 61 63 65-67 70 78 80-82 84 87-88 91 93 95 103 105 107 109 127 "
    "132-133 136 144-146 148-150 152-155 157-163 168 172-173 176 178 181 185 191 195 197 234 246 249 251 263 267 "
    "269-270 276 282-285 288 291 293 295-297 300 308 310-312 314 317-318 321 323-324 332 334 336 338 356 361-362 365 "
    "373-375 377-382 384-390 397-398 400 402 405 409 415 454 466 468-477"
)
"""(146,) ids of the points that the blendshape network reads, in its order."""
