"""The refinement by the picture itself: what the skin's edges and shading say of a shape, beyond the landmarks.

The landmark network answers from habit where a face is not average; the picture around its points still shows how the
face differs. ``descriptors`` turns the surroundings of the fitted head's landmarks into numbers, and a linear function
of them, with the head's angles, gives the change of identity and expression. It was learnt by ridge regression on
rendered heads in many skins and lights (``faceviewer.engines.builtin.calibration``). The pose, which landmarks know
better, stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from faceviewer.engines.builtin.correction import pose_angles
from faceviewer.engines.builtin.descriptors import Spots, describe, make_spots
from faceviewer.engines.builtin.fit import FitState, Observations
from faceviewer.models.head_model import HeadModel
from faceviewer.types import FaceviewerError

SPOTS_SET = "478"


@dataclass(frozen=True, eq=False)
class Refinement:
    """``change = offset + matrix @ (features - mean) / sd``, each change within ``limit`` of nothing."""

    spots: Spots
    mean: Tensor
    """(N,)"""
    sd: Tensor
    """(N,)"""
    matrix: Tensor
    """(K + E, N)"""
    offset: Tensor
    """(K + E,)"""
    limit: Tensor
    """(K + E,) the largest changes that the pictures it was learnt from asked for."""


def load_refinement(head: HeadModel, device: str) -> Refinement | None:
    """The refinement stored with the head; a head that is being calibrated has none yet.

    Raises FaceviewerError when it does not fit the head.
    """
    stored = {k.removeprefix("refinement_"): a for k, a in head.calibration.items() if k.startswith("refinement_")}
    if not stored:
        return None
    try:
        spots = make_spots(head, SPOTS_SET, stored["spots"].astype(np.int64), device)
        arrays = [stored[name].astype(np.float32) for name in ("mean", "sd", "matrix", "offset", "limit")]
    except (KeyError, IndexError) as error:
        raise FaceviewerError(f"head.npz: the refinement lacks {error}; build the head again") from None
    changes, count = spots.model.basis.shape[2], feature_count(spots)
    shapes = [(count,), (count,), (changes, count), (changes,), (changes,)]
    if [array.shape for array in arrays] != shapes:
        raise FaceviewerError(f"head.npz: the refinement is {arrays[2].shape}, expected {(changes, count)}")
    return Refinement(spots, *(torch.as_tensor(array, device=device) for array in arrays))


def feature_count(spots: Spots) -> int:
    """Length of ``features``."""
    return 32 * len(spots.model.mean) + 6


def features(spots: Spots, photos: list[np.ndarray], observed: Observations, state: FitState) -> Tensor:
    """(B, N): descriptors of the photos, (H, W, 3) uint8 each, and pose terms."""
    yaw, pitch, _ = pose_angles(state.R)
    pose = torch.stack([yaw, pitch, yaw**2, pitch**2, yaw * pitch, yaw**3], 1)
    return torch.cat([describe(spots, photos, observed, state), pose], 1)


def refine(refinement: Refinement, photos: list[np.ndarray], observed: Observations, state: FitState) -> FitState:
    """The state with identity and expression moved; photos of one person agree on the mean of their changes."""
    whitened = (features(refinement.spots, photos, observed, state) - refinement.mean) / refinement.sd
    change = refinement.offset + whitened @ refinement.matrix.T
    change = torch.maximum(torch.minimum(change, refinement.limit), -refinement.limit)
    K = state.identity.shape[1]
    photos_of = torch.bincount(observed.person, minlength=len(state.identity)).clamp_min(1)
    identity = state.identity.index_add(0, observed.person, change[:, :K] / photos_of[observed.person, None])
    return replace(state, identity=identity, expression=(state.expression + change[:, K:]).clamp(0, 1))
