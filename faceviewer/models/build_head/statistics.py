"""How heads differ: coefficients of named directions and waves, measured on the identities of ICT-FaceKit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from faceviewer.geometry.closest import Surface
from faceviewer.geometry.normals import vertex_normals
from faceviewer.models.build_head.assemble import Basis
from faceviewer.models.build_head.ict_source import IctFaceKit
from faceviewer.models.build_head.registration import Registration
from faceviewer.models.build_head.similarity import HEAD_WEIGHT, face_mask, vertex_areas

AXES = 50
RIDGE = 1e-3


@dataclass(frozen=True)
class Statistics:
    """The mean and the main ways to differ, as coefficients of all shape directions (named, then waves)."""

    mean: np.ndarray
    """(D,) float64."""
    axes: np.ndarray
    """(D, K) float64: a person is ``mean + axes @ z`` with independent z of mean 0 and deviation 1."""


@dataclass(frozen=True)
class Fidelity:
    """How well the directions carry the identities."""

    registration_mm: float
    """Mean distance of the registered face from the mean head."""
    normal_mm: float
    """Mean normal distance on the face that a random person keeps from what the directions can express."""
    explained: float
    """Share of the variance of the represented shapes in the kept axes."""


def measure(basis: Basis, registration: Registration, ict: IctFaceKit) -> tuple[Statistics, Fidelity]:
    """Express the mean and the identity shapes of ``ict`` by our shape directions and take the main axes.

    Least squares over the registered skin, the face counting most; translation, rotation and scale are left out.
    """
    mesh, directions, valid = basis.mesh, basis.shapes, np.flatnonzero(registration.valid)
    fitted = mesh.subdivision @ registration.control_mm
    there = Surface(registration.target_mm, ict.triangles).nearest(fitted[valid])
    corners = ict.triangles[there.triangle]
    turn = registration.place.scale * registration.place.R
    identity = np.einsum("kvjc,vj->kvc", ict.identity_mm[:, corners], there.weights.astype(np.float32)) @ turn.T
    shapes = np.concatenate([(fitted - mesh.vertices_mm)[valid][None], identity])

    normals = vertex_normals(mesh.vertices_mm, mesh.triangles)
    face = face_mask(mesh.vertices_mm, normals)[valid]
    weights = vertex_areas(mesh.vertices_mm, mesh.triangles)[valid] * np.where(face, 1.0, HEAD_WEIGHT)
    roots = np.repeat(np.sqrt(weights / weights.sum()), 3)
    lift = sp.csr_matrix(mesh.subdivision[valid])
    lifted = np.stack([lift @ direction for direction in directions]).reshape(len(directions), -1) * roots
    gauge = _similarity_rows(mesh.vertices_mm[valid]) * roots
    rows = np.concatenate([lifted, gauge])
    penalty = np.concatenate([np.full(len(directions), RIDGE), np.zeros(len(gauge))])
    wanted = shapes.reshape(len(shapes), -1) * roots
    coefficients = np.linalg.solve(rows @ rows.T + np.diag(penalty), rows @ wanted.T)

    rest = ((wanted - coefficients.T @ rows) / roots).reshape(len(shapes), -1, 3)[1:]
    normal = np.einsum("kvc,vc->kv", rest, normals[valid])[:, face]
    axes, share = _main_axes(coefficients[: len(directions), 1:], lifted)
    typical = float(np.sqrt((normal**2).sum(0)).mean() * np.sqrt(2 / np.pi))  # mean size of a sum of normal variables
    fidelity = Fidelity(registration.face_error_mm, typical, share)
    return Statistics(coefficients[: len(directions), 0], axes), fidelity


def _main_axes(coefficients: np.ndarray, lifted: np.ndarray) -> tuple[np.ndarray, float]:
    """The ``AXES`` combinations of independent identities that move the surface most, and their share."""
    moved = coefficients.T @ lifted
    values, vectors = np.linalg.eigh(moved @ moved.T)
    order = np.argsort(values)[::-1][:AXES]
    axes = coefficients @ vectors[:, order]
    signs = np.sign(axes[np.abs(axes).argmax(0), np.arange(len(order))])
    return axes * signs, float(values[order].sum() / values.sum())


def _similarity_rows(points: np.ndarray) -> np.ndarray:
    """(7, 3 n) displacements of translation, rotation and growth."""
    n = len(points)
    shifts = np.tile(np.eye(3)[:, None], (1, n, 1))
    turns = np.stack([np.cross(axis, points) for axis in np.eye(3)])
    return np.concatenate([shifts, turns, points[None]]).reshape(7, -1)
