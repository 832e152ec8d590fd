"""A result with the user's edits in all that it says, so that exports agree with themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from faceviewer.app.editing import editable_head, edited_mesh
from faceviewer.app.state import Edits
from faceviewer.types import Camera, FaceMesh, LandmarkSet, Reconstruction

EDITED_WARNING = "The head was changed by hand after it was fitted to the photo."


def edited_reconstruction(result: Reconstruction, edits: Edits) -> Reconstruction:
    """``result`` with the edited mesh, its landmarks moved along and projected again, and the coefficients in force.

    Camera and pose stay: edits change the head, not where it stands. Whether a landmark is hidden stays as it was
    found for the fitted head. The very same result when there are no edits.
    """
    mesh = edited_mesh(result, edits)
    if mesh is result.mesh:
        return result
    landmarks = {name: moved_landmarks(points, mesh, result.camera) for name, points in result.landmarks.items()}
    return replace(
        result,
        mesh=mesh,
        landmarks=landmarks,
        coefficients=_coefficients(result, edits),
        reprojection_px=_reprojection_px(result, landmarks),
        warnings=(*result.warnings, EDITED_WARNING),
    )


def moved_landmarks(points: LandmarkSet, mesh: FaceMesh, camera: Camera) -> LandmarkSet:
    """The same places on another shape, as the camera sees them; points that lie on no mesh stay."""
    if points.vertices is None or points.barycentric is None:
        return points
    xyz_mm = np.einsum("lk,lkc->lc", points.barycentric, mesh.vertices[points.vertices])
    return replace(points, xy_px=camera.project(xyz_mm).astype(np.float32))


def _coefficients(result: Reconstruction, edits: Edits) -> dict[str, np.ndarray]:
    """Those that give the edited mesh: identity exaggerated, expression replaced, named shapes in their units."""
    head = editable_head(result)
    if head is None:
        return dict(result.coefficients)
    expression = result.coefficients["expression"].copy()
    for index, name in enumerate(head.expression_names):
        expression[index] = edits.expression.get(name, expression[index])
    named = np.array([edits.shape.get(name, 0.0) for name in head.shape_names]) * head.shape_sd
    identity = result.coefficients["identity"] * edits.exaggeration
    if head.model.named_are_identity:
        identity, named = identity + named, None
    return {
        **result.coefficients,
        "identity": identity.astype(np.float32),
        "expression": expression,
        **({} if named is None else {"named_shapes": named.astype(np.float32)}),
    }


def _reprojection_px(result: Reconstruction, landmarks: dict[str, LandmarkSet]) -> float:
    """Median distance of the moved to the detected landmarks of the sets that both have; the fitted one without any."""
    common = [name for name in result.face.landmarks if name in landmarks]
    distances = [
        np.linalg.norm(landmarks[name].xy_px - result.face.landmarks[name].xy_px, axis=1)
        for name in common
        if landmarks[name].xy_px.shape == result.face.landmarks[name].xy_px.shape
    ]
    return float(np.median(np.concatenate(distances))) if distances else result.reprojection_px
