"""Closed-form alignment of point sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Similarity:
    """``y = scale * R @ x + t``."""

    scale: float
    R: np.ndarray
    """(3, 3) rotation."""
    t: np.ndarray
    """(3,)"""

    def apply(self, points: np.ndarray) -> np.ndarray:
        """(..., 3) to (..., 3)."""
        return self.scale * np.asarray(points, np.float64) @ self.R.T + self.t

    def inverse(self) -> Similarity:
        return Similarity(1 / self.scale, self.R.T, -(self.R.T @ self.t) / self.scale)


def align_similarity(source: np.ndarray, target: np.ndarray, weights: np.ndarray | None = None) -> Similarity:
    """Least-squares similarity that takes ``source`` (N, 3) to ``target`` (N, 3), never a reflection.

    ``weights`` (N,) are non-negative. Source: S. Umeyama, Least-squares estimation of transformation parameters
    between two point patterns, PAMI 1991.
    """
    source, target = np.asarray(source, np.float64), np.asarray(target, np.float64)
    w = np.full(len(source), 1 / len(source)) if weights is None else np.asarray(weights, np.float64) / np.sum(weights)
    centre_source, centre_target = w @ source, w @ target
    a, b = source - centre_source, target - centre_target
    U, singular, Vt = np.linalg.svd((w[:, None] * b).T @ a)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(U @ Vt))])
    R = (U * signs) @ Vt
    scale = float((singular * signs).sum() / (w[:, None] * a**2).sum())
    return Similarity(scale, R, centre_target - scale * R @ centre_source)


def align_rigid(source: np.ndarray, target: np.ndarray, weights: np.ndarray | None = None) -> Similarity:
    """As ``align_similarity`` with the scale held at 1: the best rotation is the same one."""
    R = align_similarity(source, target, weights).R
    centre_source, centre_target = np.average(source, 0, weights), np.average(target, 0, weights)
    return Similarity(1.0, R, centre_target - R @ centre_source)
