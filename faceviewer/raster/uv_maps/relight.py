"""The light of FFHQ-UV's data set, nine numbers a face, and maps under such a light.

The numbers come from DPR (H. Zhou et al., Deep Single-Image Portrait Relighting, 2019): spherical harmonics in the
order of ``raster.shading``, times what the clamped cosine keeps of each. DPR's axes are x to the picture's right, y out
of the picture and z up; that is its published program's way, not written down in FFHQ-UV. The light is grey.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch import Tensor

from faceviewer.io.safe_load import load_npy
from faceviewer.raster.shading import COSINE_LOBE, sh_basis
from faceviewer.types import FaceviewerError

PLAIN = (1.0, *(0.0,) * 8)
"""The same from all sides: what FFHQ-UV's edited faces are lit by."""
_FROM_HEAD = (0, 2, 1)
"""DPR's x, y, z among the head frame's axes."""


def dpr_basis(normals: Tensor) -> Tensor:
    """(..., 9) of unit normals (..., 3) in DPR's axes, so that ``basis @ light`` is the shading."""
    basis = sh_basis(normals)
    return basis * basis.new_tensor(COSINE_LOBE)


def head_shading(normals: Tensor, light: Tensor) -> Tensor:
    """(...,) factor of the colours, 1 under ``PLAIN``, at least 0; normals: (..., 3) unit, head frame. light: (9,)."""
    plain = dpr_basis(normals.new_tensor([0.0, 0.0, 1.0]))[0]
    return ((dpr_basis(normals[..., _FROM_HEAD]) @ light) / plain).clamp(min=0)


def relit(rgb: Tensor, normals: Tensor, light: Tensor) -> Tensor:
    """(..., 3) 0 to 255: colours of a map or of vertices, lit plainly before, under another light; see above."""
    return (rgb * head_shading(normals, light)[..., None]).clamp(0, 255)


def load_light(path: Path) -> np.ndarray:
    """(9,) float32 of a ``lights/ID.npy``. Raises FaceviewerError for anything but nine finite numbers."""
    array = load_npy(path)
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or array.size != 9 or not np.isfinite(array).all():
        raise FaceviewerError(f"{path}: not a light of FFHQ-UV, which is nine finite numbers")
    return np.ravel(array).astype(np.float32)
