"""What the picture itself says of heads whose truth is known, and what the engine still misses of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from faceviewer.detection.canonical import canonical_face
from faceviewer.engines.builtin.calibration.dataset import Dataset
from faceviewer.engines.builtin.calibration.learn import LOST_DEG, mirrored, observe_pictures, with_best_coefficients
from faceviewer.engines.builtin.descriptors import Spots, make_spots, spread_out
from faceviewer.engines.builtin.engine import BuiltinEngine
from faceviewer.engines.builtin.refine import SPOTS_SET, features
from faceviewer.models.head_model import HeadModel

SPOTS = 130
RIDGE = 2e4
"""Of what was tried, 2e4 to 3e4 served heads in skins of photographed people best; less only suits the skins drawn."""
LIMIT_SD = 3.0
"""Changes beyond this many standard deviations of those learnt from are of pictures unlike them."""


@dataclass(frozen=True, eq=False)
class Studies:
    """One row per picture; the pictures themselves, a hundred times larger, need not be kept."""

    features: np.ndarray
    """(N, F) float16"""
    change: np.ndarray
    """(N, K + E) float32 from the engine's fit to the truth."""

    def __len__(self) -> int:
        return len(self.change)


def unrefined(head: HeadModel) -> HeadModel:
    """The head without its refinement, so that learning one anew does not depend on the one before."""
    kept = {name: array for name, array in head.calibration.items() if not name.startswith("refinement_")}
    return replace(head, calibration=kept)


def chosen_spots(head: HeadModel) -> np.ndarray:
    """(SPOTS,) landmarks of the skin that are spread evenly over the mean face."""
    corners, weights = head.topology.landmarks[SPOTS_SET]
    xyz_mm = np.einsum("lk,lkc->lc", weights, head.mean_vertices_mm()[corners])
    on_skin = np.flatnonzero(np.isin(corners, head.topology.regions["face"]).all(1))
    return on_skin[spread_out(xyz_mm[on_skin], SPOTS)]


def study(engine: BuiltinEngine, data: Dataset, pictures: np.ndarray) -> Studies:
    """Fit and describe pictures (N, H, W, 3) uint8 and, as further people, their mirror images."""
    head = engine.head
    spots = make_spots(head, SPOTS_SET, chosen_spots(head), engine.device)
    twin = mirrored(data, head, canonical_face().mirrored)
    halves = [_study(engine, spots, data, pictures), _study(engine, spots, twin, pictures[:, :, ::-1])]
    return join(halves)


def _study(engine: BuiltinEngine, spots: Spots, data: Dataset, pictures: np.ndarray) -> Studies:
    truth = with_best_coefficients(engine.head, data)
    observed = observe_pictures(engine.points, data, engine.landmark_sd_mm.numpy())
    state = engine.fit(observed)
    missing = state.R.transpose(1, 2) @ torch.tensor(data.R)
    cosine = (torch.diagonal(missing, dim1=1, dim2=2).sum(1) - 1) / 2
    followed = (cosine > np.cos(np.radians(LOST_DEG))).numpy()
    found = features(spots, [np.ascontiguousarray(rgb) for rgb in pictures], observed, state).numpy()
    change = np.concatenate([truth.identity, truth.expression], 1) - state.coefficients(observed.person).numpy()
    return Studies(found[followed].astype(np.float16), change[followed].astype(np.float32))


def join(parts: list[Studies]) -> Studies:
    return Studies(np.concatenate([p.features for p in parts]), np.concatenate([p.change for p in parts]))


def learn_refinement(studies: Studies, ridge: float = RIDGE) -> dict[str, np.ndarray]:
    """Ridge regression on standardised features: "mean", "sd", "matrix", "offset", "limit" of a ``Refinement``."""
    x, y = studies.features.astype(np.float32), studies.change
    mean, sd, offset = x.mean(0), x.std(0) + 1e-3, y.mean(0)
    z = (x - mean) / sd
    gram = (z.T @ z).astype(np.float64)
    gram[np.diag_indices(len(gram))] += ridge
    matrix = np.linalg.solve(gram, (z.T @ (y - offset)).astype(np.float64)).T
    limit = LIMIT_SD * (z @ matrix.T.astype(np.float32)).std(0) + np.abs(offset)
    arrays = {"mean": mean, "sd": sd, "offset": offset, "limit": limit}
    return {"matrix": matrix.astype(np.float16), **{name: array.astype(np.float32) for name, array in arrays.items()}}
