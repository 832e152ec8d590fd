"""From photos to coefficients: the crops that the network looks at, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from faceviewer.geometry.crop224 import Crop224
from faceviewer.models.tddfa_v3.coefficients import Coefficients, split_coefficients
from faceviewer.networks.inference import exact, to_input
from faceviewer.types import CancelToken, FaceviewerError, Photo


@dataclass(frozen=True, eq=False)
class CroppedFace:
    """One face as the network sees it."""

    photo: Photo
    crop: Crop224
    rgb: np.ndarray
    """(224, 224, 3) uint8."""


def cut(photo: Photo, crop: Crop224) -> CroppedFace:
    """The face's pixels, which alone are resampled, however large the photo is."""
    return CroppedFace(photo, crop, crop.cut(photo.rgb))


def regress(
    network: nn.Module, faces: Sequence[CroppedFace], device: str, dtype: torch.dtype, cancel: CancelToken
) -> Tensor:
    """(B, 257) float32 on ``device``. Raises Cancelled, and FaceviewerError for answers that are not finite."""
    at_once = 4 if device == "cpu" else 64
    answers = []
    for start in range(0, len(faces), at_once):
        cancel.check()
        pictures = np.stack([face.rgb for face in faces[start : start + at_once]]).astype(np.float32) / np.float32(255)
        with exact():
            answers.append(network(to_input(pictures, device, dtype)).float())
    alpha = torch.cat(answers)
    for face, finite in zip(faces, torch.isfinite(alpha).all(1).tolist(), strict=True):
        if not finite:
            raise FaceviewerError(f"{face.photo.path or face.photo.name}: the network gave no usable numbers for it")
    return alpha


def coefficients_of(alpha: Tensor, *, one_person: bool) -> Coefficients:
    """The answers by meaning; of one person, all have the mean identity and the mean colour of the skin."""
    coefficients = split_coefficients(alpha)
    if not one_person:
        return coefficients
    shared = {
        name: getattr(coefficients, name).mean(0, keepdim=True).expand_as(getattr(coefficients, name)).contiguous()
        for name in ("identity", "albedo")
    }
    return replace(coefficients, **shared)
