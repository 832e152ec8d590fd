"""Vertices of the HiFi3D++ head with a meaning, by number; the numbers are those of FFHQ-UV's published code.

All hold for the published topology of 20481 vertices alone.
"""

from __future__ import annotations

import numpy as np

_POINTS_86 = (
    11592, 10911, 11580, 10681, 2653, 11654, 4566, 18648, 6648, 16094, 2022, 6476, 27, 5499, 6400, 5730, 6411, 11877,
    3454, 18705, 18707, 3484, 12056, 3513, 12133, 12130, 939, 16153, 16151, 909, 6712, 6965, 6969, 968, 6893, 14083,
    4644, 4649, 3933, 12559, 12384, 4647, 12775, 1388, 2109, 2104, 8983, 7227, 7416, 2107, 7636, 741, 7450, 686, 7279,
    13894, 8793, 12647, 7511, 14364, 9270, 12451, 12084, 7273, 6920, 7306, 13226, 4302, 735, 1757, 8108, 7917, 13216,
    8098, 16646, 19200, 13077, 7950, 13175, 726, 8049, 19180, 7865, 16626, 19203, 16649,
)  # fmt: skip
LANDMARKS_86 = np.array(_POINTS_86, np.int32)
"""(86,) the points of REALY: jaw, brows (above and below), eyes, nose, mouth; the subject's right first.

No landmark set of our ``Topology``: the rest of the program knows no such set. Fitting may take them for the 68.
"""
_PLACES_68 = (
    *range(17),
    17, 18, 19, 20, 21, 26, 27, 28, 29, 30,
    51, 52, 53, 54, 61, 62, 63, 64, 65,
    35, 36, 37, 38, 39, 40, 43, 44, 45, 46, 47, 48,
    66, 72, 67, 68, 69, 73, 70, 74, 85, 71, 84, 75,
    76, 78, 79, 80, 77, 83, 82, 81,
)  # fmt: skip
LANDMARKS_68 = LANDMARKS_86[list(_PLACES_68)]
"""(68,) iBUG's points among the 86, for a head whose model file, which has a list of its own, is not there."""
EYES_68 = np.arange(36, 48)
"""The outlines of both eyes among the 68."""
