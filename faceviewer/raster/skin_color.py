"""How likely a colour is skin, by two mixtures of Gaussians over brightness and colour differences.

The numbers are those of Deep3DFaceRecon, which FFHQ-UV's fitting uses; the method is that of M. Jones, J. Rehg,
Statistical color models with application to skin detection, 2002.
"""

from __future__ import annotations

import numpy as np

_PRIOR = 0.8
"""Share of skin among the pixels of a crop."""
_TO_YCBCR = np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112], [112, -93.786, -18.214]]) / 255
_OFFSET = np.array([16.0, 128.0, 128.0])

_Component = tuple[float, tuple[float, float, float], float, tuple[float, float, float, float, float, float]]
_SKIN: tuple[_Component, ...] = (
    (0.24063933, (113.71862, 103.39613, 164.08226), 5692842.5,
     (0.0019472069, 0.0020450759, -0.00060243998, 0.017700525, 0.0051420014, 0.0081308950)),
    (0.16365987, (150.19858, 105.18467, 155.51428), 5851930.5,
     (0.0027110141, 0.0011036990, 0.0023122299, 0.010707724, 0.010742856, 0.017481629)),
    (0.26034665, (183.92976, 107.62468, 152.71820), 2329131.0,
     (0.0048026871, 0.00022935172, 0.0077668377, 0.011729696, 0.0081661865, 0.025374353)),
    (0.33535415, (114.90524, 113.59782, 151.38217), 1585971.0,
     (0.0011989699, 0.0022453172, -0.0010748957, 0.047758564, 0.020332102, 0.024502251)),
)  # fmt: skip
_OTHER: tuple[_Component, ...] = (
    (0.12791070, (99.200851, 112.07533, 140.20602), 458703648.0,
     (0.00085371657, 0.00071197288, 0.00023958916, 0.0025935620, 0.00076557708, 0.0015042332)),
    (0.31130761, (110.91392, 125.52969, 130.19237), 6466488.0,
     (0.00024650150, 0.00045542428, 0.00015019422, 0.026412144, 0.018419769, 0.037497383)),
    (0.34245777, (129.75864, 129.96107, 126.96808), 90611376.0,
     (0.00037054974, 0.00038146760, 0.00040408765, 0.0085505722, 0.0079136286, 0.010982352)),
    (0.21832393, (112.29587, 128.85121, 129.05431), 133097.63,
     (0.00013709733, 0.00051228428, 0.00012777430, 0.28237113, 0.10528370, 0.23468947)),
)  # fmt: skip
"""Weight, mean, determinant of the covariance, and its inverse: xx, xy, xz, yy, yz, zz."""


def to_ycbcr(rgb: np.ndarray) -> np.ndarray:
    """(..., 3) float64 YCbCr, 16 to 240 or so, of (..., 3) RGB 0 to 255."""
    return np.asarray(rgb, np.float64) @ _TO_YCBCR.T + _OFFSET


def skin_probability(rgb: np.ndarray) -> np.ndarray:
    """(...,) float64, 0 to 1, of (..., 3) RGB 0 to 255."""
    ycbcr = to_ycbcr(rgb)
    skin, other = (_density(ycbcr, mixture) for mixture in (_SKIN, _OTHER))
    both = skin * _PRIOR + other * (1 - _PRIOR)
    return np.clip(np.divide(skin * _PRIOR, both, out=np.zeros_like(both), where=both > 0), 0, 1)


def _density(ycbcr: np.ndarray, mixture: tuple[_Component, ...]) -> np.ndarray:
    total = np.zeros(ycbcr.shape[:-1])
    for weight, mean, determinant, (xx, xy, xz, yy, yz, zz) in mixture:
        away = ycbcr - mean
        inverse = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        exponent = -0.5 * ((away @ inverse) * away).sum(-1)
        total += weight * np.exp(exponent) / ((2 * np.pi) ** 1.5 * determinant**0.5)
    return total
