"""One reconstruction against what is true of its face."""

from __future__ import annotations

from typing import Any

import numpy as np

from faceviewer.datasets.head_pose.sample import Angles, HeadSample, HeadTruth
from faceviewer.evaluation.metrics import add_mm, angles_deg, area_mm2, point_distances, vertex_error_mm
from faceviewer.evaluation.recon_error import ALIGN_LANDMARKS, ReconError, recon_error
from faceviewer.evaluation.rows import GROUPS, Floats
from faceviewer.geometry.alignment import align_similarity
from faceviewer.geometry.rotations import is_rotation
from faceviewer.types import FaceviewerError, Reconstruction


def score(sample: HeadSample, result: Reconstruction, convention: Angles) -> dict[str, Any]:
    """The measured fields of a ``Row``, and its notes.

    Raises FaceviewerError when the result, or what is measured of it, holds numbers that are none.
    """
    truth = sample.truth
    _check_result(result)
    shape, notes = _shape(truth, result)
    measured = {
        "focal_px": float(result.camera.K[0, 0]),
        "R_pred": _floats(result.pose.R),
        "t_pred_mm": _floats(result.pose.t_mm),
        "angles_pred_deg": _floats(angles_deg(result.pose.R[None], convention)[0]),
        **_truths(truth, convention),
        **_landmarks(truth, result),
        **shape,
        "add_mm": true_add_mm(truth, result.pose.R, result.pose.t_mm),
    }
    for name, value in measured.items():
        if isinstance(value, float | tuple) and not np.isfinite(value).all():
            raise FaceviewerError(f"{sample.key}: {name} cannot be measured, the mesh or its landmarks have no extent")
    return {**measured, "notes": (*sample.notes, *notes)}


def _check_result(result: Reconstruction) -> None:
    named = {
        "pose": (result.pose.R, result.pose.t_mm),
        "mesh": (result.mesh.vertices,),
        "landmarks": tuple(points.xy_px for name, points in result.landmarks.items() if name == "68"),
    }
    for name, arrays in named.items():
        if not all(np.isfinite(array).all() for array in arrays):
            raise FaceviewerError(f"the engine's {name} holds numbers that are not finite")
    if not is_rotation(result.pose.R):
        raise FaceviewerError("the engine's pose is no rotation")
    if not np.ptp(result.mesh.vertices, axis=0).any():
        raise FaceviewerError("the engine's mesh is a single point")


def _truths(truth: HeadTruth, convention: Angles) -> dict[str, Any]:
    known: dict[str, Any] = {}
    if truth.R_camera_head is not None:
        known["R_true"] = _floats(truth.R_camera_head)
        known["angles_true_deg"] = _floats(angles_deg(truth.R_camera_head[None], convention)[0])
    if truth.t_camera_head_mm is not None:
        known["t_true_mm"] = _floats(truth.t_camera_head_mm)
    return known


def _landmarks(truth: HeadTruth, result: Reconstruction) -> dict[str, Any]:
    if truth.landmarks68_px is None or "68" not in result.landmarks:
        return {}
    away = point_distances(result.landmarks["68"].xy_px, truth.landmarks68_px)
    return {"nme": float(away.mean()), "nme_groups": {name: float(away[part].mean()) for name, part in GROUPS.items()}}


def _shape(truth: HeadTruth, result: Reconstruction) -> tuple[dict[str, Any], list[str]]:
    """What a mesh of this very face tells, and notes; a neutral head of the subject is no measure of it."""
    true, mesh = truth.vertices_mm, result.mesh
    if true is None or not truth.shape_is_posed:
        return {}, []
    measured, notes = _laid(truth, result)
    if len(true) == len(mesh.vertices):
        measured["vertex_error_mm"] = vertex_error_mm(mesh.vertices, true)
        triangles = mesh.topology.triangles
        measured["face_size_error_mm2"] = abs(area_mm2(mesh.vertices, triangles) - area_mm2(true, triangles))
    return measured, notes


def _laid(truth: HeadTruth, result: Reconstruction) -> tuple[dict[str, Any], list[str]]:
    """What is found by laying the mesh on the true one, by landmarks that both have; a note where that fails."""
    true, mesh = truth.vertices_mm, result.mesh
    if true is None or truth.landmarks68_mm is None or not _on_mesh(result):
        return {}, []
    points = result.landmark_xyz_mm("68")
    laid = align_similarity(points[ALIGN_LANDMARKS], truth.landmarks68_mm[ALIGN_LANDMARKS])
    measured: dict[str, Any] = {"origin_mm": _floats(laid.R.T @ laid.t)}
    if truth.triangles is None:
        return measured, []
    arrays = mesh.vertices, mesh.topology.triangles, points, true, truth.triangles, truth.landmarks68_mm
    try:
        return measured | _recon(recon_error(*arrays)), []
    except FaceviewerError as error:
        return measured, [f"The shape was not measured: {error}."]


def _recon(error: ReconError) -> dict[str, Any]:
    return {
        "recon_mean_mm": error.mean_mm,
        "recon_median_mm": error.median_mm,
        "recon_p95_mm": error.p95_mm,
        "recon_scale": error.scale,
    }


def _on_mesh(result: Reconstruction) -> bool:
    return "68" in result.landmarks and result.landmarks["68"].vertices is not None


def true_add_mm(truth: HeadTruth, R: np.ndarray, t_mm: np.ndarray) -> float | None:
    """ADD of a predicted pose of the true head; None where its vertices or its pose are not known."""
    if truth.vertices_mm is None or truth.R_camera_head is None or truth.t_camera_head_mm is None:
        return None
    return add_mm(truth.vertices_mm, (R, t_mm), (truth.R_camera_head, truth.t_camera_head_mm))


def _floats(array: np.ndarray) -> Floats:
    return tuple(float(value) for value in np.asarray(array, np.float64).ravel())
