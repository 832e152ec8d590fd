"""Flattening a disc of triangles into the plane without a fold: Tutte's embedding, then less distortion."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu


def tutte(triangles: np.ndarray, n: int, pinned: np.ndarray, pinned_uv: np.ndarray) -> np.ndarray:
    """(n, 2) positions: ``pinned_uv`` (P, 2) at the vertices ``pinned``, each other one the mean of its neighbours.

    Without folds when the pinned vertices are the border of a disc, in order around a convex shape (Tutte 1963).
    """
    edges = np.unique(np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), 1), axis=0)
    adjacency = sp.csr_matrix((np.ones(len(edges)), edges.T), shape=(n, n))
    adjacency = adjacency + adjacency.T
    laplacian = sp.csr_matrix(sp.diags_array(np.asarray(adjacency.sum(1)).ravel()) - adjacency)
    uv = np.zeros((n, 2))
    uv[pinned] = pinned_uv
    free = np.setdiff1d(np.unique(triangles), pinned)
    uv[free] = splu(sp.csc_matrix(laplacian[free][:, free])).solve(-np.asarray(laplacian[free][:, pinned] @ pinned_uv))
    return uv


def relax(
    triangles: np.ndarray,
    rest: np.ndarray,
    uv: np.ndarray,
    fixed: tuple[np.ndarray, np.ndarray],
    weights: np.ndarray,
    iterations: int,
) -> np.ndarray:
    """Lower the symmetric Dirichlet energy of a map without folding a triangle.

    ``rest`` (F, 3, 2) is each triangle's wanted shape, ``fixed`` the vertices whose u and whose v may not change,
    ``weights`` (F,) how much a triangle counts. Source: scalable locally injective mappings (Rabinovich et al. 2017).
    """
    n = len(uv)
    gradient, area = _gradients(rest)
    area = area * weights
    free = np.ones(2 * n, bool)
    free[fixed[0]] = False
    free[n + fixed[1]] = False
    free[np.setdiff1d(np.arange(n), triangles)] = False
    free[n + np.setdiff1d(np.arange(n), triangles)] = False
    energy = _energy(_jacobians(uv, triangles, gradient), area)
    for _ in range(iterations):
        jacobian = _jacobians(uv, triangles, gradient)
        matrix, target = _proxy(jacobian, triangles, gradient, area, n)
        x = uv.T.ravel()
        normal = sp.csc_matrix(matrix.T @ matrix)
        right = matrix.T @ (target - matrix @ x)
        step = np.zeros(2 * n)
        step[free] = splu(normal[free][:, free]).solve(right[free])
        step = step.reshape(2, n).T
        length = min(1.0, 0.8 * _largest_step(uv[triangles], step[triangles]))
        while (new := _energy(_jacobians(uv + length * step, triangles, gradient), area)) > energy and length > 1e-6:
            length /= 2
        if new > energy * (1 - 1e-5):
            break
        uv, energy = uv + length * step, new
    return uv


def flat_rest(edges: np.ndarray) -> np.ndarray:
    """(F, 3, 2): triangles given by their two edges (F, 2, 3) from the first corner, laid flat."""
    first, second = edges[:, 0], edges[:, 1]
    along = np.linalg.norm(first, axis=1)
    x = (first * second).sum(1) / along
    y = np.linalg.norm(np.cross(first, second), axis=1) / along
    zero = np.zeros_like(along)
    return np.stack([np.c_[zero, zero], np.c_[along, zero], np.c_[x, y]], 1)


def signed_areas(uv_corners: np.ndarray) -> np.ndarray:
    """(F,) signed areas of (F, 3, 2) triangles, positive counter-clockwise."""
    a, b = uv_corners[:, 1] - uv_corners[:, 0], uv_corners[:, 2] - uv_corners[:, 0]
    return (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2


def _gradients(rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(F, 3, 2) so that J = uv^T @ gradient, and (F,) areas."""
    edges = np.stack([rest[:, 1] - rest[:, 0], rest[:, 2] - rest[:, 0]], -1)
    inverse = np.linalg.inv(edges)
    return np.concatenate([-inverse.sum(1, keepdims=True), inverse], 1), signed_areas(rest)


def _jacobians(uv: np.ndarray, triangles: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    return np.einsum("fkc,fkd->fcd", uv[triangles], gradient)


def _energy(jacobian: np.ndarray, area: np.ndarray) -> float:
    determinant = np.linalg.det(jacobian)
    if (determinant <= 0).any():
        return np.inf
    squared = (jacobian**2).sum((1, 2))
    return float((area * (squared + squared / determinant**2)).sum())


def _proxy(
    jacobian: np.ndarray, triangles: np.ndarray, gradient: np.ndarray, area: np.ndarray, n: int
) -> tuple[sp.csr_matrix, np.ndarray]:
    """Weighted least squares whose minimum lowers the energy: rows of matrix @ (u, v) - target."""
    u, sigma, vt = np.linalg.svd(jacobian)
    near_one = np.abs(sigma - 1) < 1e-6
    ratio = (sigma - sigma**-3) / np.where(near_one, 1, sigma - 1)
    weight = np.sqrt(np.where(near_one, 4, ratio))
    stretch = np.einsum("fij,fj,fkj->fik", u, weight, u) * np.sqrt(area)[:, None, None]
    rotation = u @ vt
    target = np.einsum("fij,fjk->fik", stretch, rotation)
    # entry (i, d) of stretch @ J is the sum over c, k of stretch[i, c] gradient[k, d] uv[k, c]
    values = np.einsum("fic,fkd->fidck", stretch, gradient)
    count = len(triangles)
    rows = np.broadcast_to(np.arange(4 * count).reshape(count, 2, 2, 1, 1), values.shape)
    columns = triangles[:, None, None, None, :] + n * np.arange(2)[None, None, None, :, None]
    columns = np.broadcast_to(columns, values.shape)
    shape = (4 * count, 2 * n)
    return sp.csr_matrix((values.ravel(), (rows.ravel(), columns.ravel())), shape=shape), target.ravel()


def _largest_step(corners: np.ndarray, step: np.ndarray) -> float:
    """The smallest positive length at which a triangle collapses, infinite if none does."""
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    da, db = step[:, 1] - step[:, 0], step[:, 2] - step[:, 0]

    def cross(p: np.ndarray, q: np.ndarray) -> np.ndarray:
        return p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]

    c2, c1, c0 = cross(da, db), cross(da, b) + cross(a, db), cross(a, b)
    root = np.sqrt(np.maximum(c1**2 - 4 * c2 * c0, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        # the stable form of the smaller positive root of c2 t^2 + c1 t + c0, c0 > 0
        t = np.where(c1 < 0, 2 * c0 / (-c1 + root), (-c1 - root) / (2 * c2))
        t = np.where((c1**2 - 4 * c2 * c0 < 0) | ~np.isfinite(t) | (t <= 0), np.inf, t)
    return float(t.min())
