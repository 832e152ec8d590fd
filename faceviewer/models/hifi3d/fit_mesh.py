"""The coefficients of a HiFi3D++ head from its vertices, so that its shape and expression can be changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from faceviewer.assets.ffhq_uv_names import MODEL
from faceviewer.assets.places import Place, locate, pack_of
from faceviewer.models.hifi3d.face_model import Hifi3dModel, load_hifi3d
from faceviewer.models.morphable.sliders import WEIGHTS, remember_model
from faceviewer.models.morphable.units import MM_PER_UNIT
from faceviewer.types import FaceMesh, FaceviewerError

_EVERY = 7
"""Of the vertices: 2926 of 20481 tell 577 coefficients apart as well as all do."""
_NOISE = 0.005
"""Model units, half a millimetre: what a vertex may lie beside the model, against coefficients of one deviation."""


def coefficients_of(mesh: FaceMesh, place: Place) -> dict[str, np.ndarray]:
    """ "identity" and "expression" of a HiFi3D++ head by the user's model, which its sliders then use.

    Empty when no usable model lies in ``place``; ``assets verify`` says what is wrong with it. Slow the first time.
    """
    path = locate(pack_of("ffhq-uv"), place).files.get(MODEL)
    if path is None:
        return {}
    try:
        status = path.stat()
        model = _model(path, status.st_mtime_ns, status.st_size)
    except (FaceviewerError, OSError):
        return {}
    if len(model.mean_shape) != len(mesh.vertices):
        return {}
    remember_model(mesh.topology, model, WEIGHTS)
    return fitted(model, mesh.vertices)


def fitted(model: Hifi3dModel, vertices_mm: np.ndarray) -> dict[str, np.ndarray]:
    """The most likely "identity" (K,) and "expression" (E,) float32 of vertices (N, 3), wherever the head stands.

    The head is upright and of the model's size, as FFHQ-UV writes heads: it may be moved, not turned. Coefficients are
    taken as normally distributed with a deviation of 1; those of expressions are never negative, as the published
    network's.
    """
    from scipy.linalg import cholesky, solve_triangular
    from scipy.optimize import lsq_linear

    chosen = slice(None, None, _EVERY)
    shapes = np.concatenate([model.identity[:, chosen], model.expression[:, chosen]]).astype(np.float64)
    wanted = vertices_mm[chosen].astype(np.float64) / MM_PER_UNIT - model.mean_shape[chosen]
    shapes -= shapes.mean(1, keepdims=True)  # what only moves the head says nothing
    wanted -= wanted.mean(0)
    rows = shapes.reshape(len(shapes), -1)
    gram = rows @ rows.T
    gram[np.diag_indices_from(gram)] += _NOISE**2
    factor = cholesky(gram)
    target = solve_triangular(factor, rows @ wanted.ravel(), trans=1)
    count = len(model.identity)
    least = np.where(np.arange(len(rows)) < count, -np.inf, 0)
    solved = lsq_linear(factor, target, (least, np.inf), method="bvls").x.astype(np.float32)
    return {"identity": solved[:count], "expression": solved[count:]}


@lru_cache(maxsize=1)
def _model(path: Path, _changed_ns: int, _size: int) -> Hifi3dModel:
    """One model for all heads of a file as it is now."""
    return load_hifi3d(path)
