"""What is true of a sample, as things that can be drawn and compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from faceviewer.app.head_pose_sets_state import FaceDrawing
from faceviewer.app.mesh_results import result_of_mesh
from faceviewer.datasets.head_pose.sample import HeadSample, HeadTruth
from faceviewer.evaluation.given import true_box
from faceviewer.types import Camera, FaceMesh, Reconstruction, Topology

MESH_NAME = "true head"
_FAR_MM = 1e6
"""A camera so far away sees without perspective: of a pose without a place only the direction is known."""
_FACE_MM = 150.0
"""About how wide a face is; so large are axes whose place is not known."""
_UNIT_NOTE = "The true mesh of the data set, in millimetres."
_NEUTRAL_NOTE = "It is the subject's head at rest, not the face of this photo."


def truth_drawing(truth: HeadTruth, size: tuple[int, int], head: Reconstruction | None) -> FaceDrawing:
    """What can be drawn of the truth over a photo of ``size`` (width, height). head: of ``true_head``."""
    camera = truth.camera(size)
    points = None
    if truth.vertices_mm is not None and camera is not None:
        points = camera.project(truth.vertices_mm)
        head = head if np.isfinite(points).all() else None
    return FaceDrawing(
        landmarks_px=truth.landmarks68_px,
        axes=camera or _stand_in(truth, size),
        box_ltrb=truth.face_box_ltrb,
        head=replace(head, camera=camera) if head is not None and camera is not None else None,
        points_px=points if head is None else None,
    )


def result_drawing(result: Reconstruction) -> FaceDrawing:
    """What can be drawn of an engine's head."""
    points = result.landmarks.get("68")
    return FaceDrawing(
        landmarks_px=None if points is None else points.xy_px,
        axes=result.camera,
        box_ltrb=result.face.box_xyxy,
        head=result,
    )


def true_mesh(truth: HeadTruth) -> FaceMesh | None:
    """The true mesh with its landmarks; None where vertices or triangles are not known. Brings scipy."""
    if truth.vertices_mm is None or truth.triangles is None or not len(truth.triangles):
        return None
    triangles = np.asarray(truth.triangles, np.int32)
    landmarks = {}
    if truth.landmarks68_mm is not None:
        from faceviewer.geometry.closest import Surface

        found = Surface(truth.vertices_mm, triangles).nearest(truth.landmarks68_mm)
        landmarks["68"] = triangles[found.triangle], found.weights.astype(np.float32)
    topology = Topology(
        name=MESH_NAME,
        triangles=triangles,
        uv=np.zeros((1, 2), np.float32),
        uv_triangles=np.zeros_like(triangles),
        landmarks=landmarks,
    )
    return FaceMesh(truth.vertices_mm.astype(np.float32), topology)


def true_head(sample: HeadSample) -> Reconstruction | None:
    """The true mesh as a head of the list; None where it is not known."""
    mesh = true_mesh(sample.truth)
    if mesh is None:
        return None
    notes = (_UNIT_NOTE,) if sample.truth.shape_is_posed else (_UNIT_NOTE, _NEUTRAL_NOTE)
    return result_of_mesh(f"{sample.key} (truth)", mesh, notes)


def _stand_in(truth: HeadTruth, size: tuple[int, int]) -> Camera | None:
    """For a rotation without a place: looks at the middle of the face without perspective."""
    if truth.R_camera_head is None:
        return None
    box = true_box(truth, size)
    left, top, right, bottom = (0, 0, *size) if box is None else (float(value) for value in box)
    focal = max(right - left, bottom - top) / _FACE_MM * _FAR_MM
    K = np.array([[focal, 0, (left + right) / 2], [0, focal, (top + bottom) / 2], [0, 0, 1.0]])
    return Camera(K, truth.R_camera_head, np.array([0, 0, _FAR_MM]), size)
