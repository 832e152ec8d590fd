"""From the network's answer to a result: mesh, camera, pose, landmarks, and what to know about them."""

from __future__ import annotations

import numpy as np
import torch

from faceviewer.engines.trg.boxes import detected_68
from faceviewer.engines.trg.cameras import focal_sentence
from faceviewer.engines.trg.regress import Answer, CroppedFace
from faceviewer.geometry.rotations import pose_from_rotation
from faceviewer.models.trg_face import AXES, MM, TrgFace
from faceviewer.raster.shading import vertex_normals
from faceviewer.raster.visibility import depth_map, visibility
from faceviewer.types import Camera, Face, FaceMesh, HeadPose, LandmarkSet, Reconstruction

ENGINE_ID = "trg"
_SMALL_FACE_PX = 60.0
_POOR_FIT = 0.05
"""Median landmark distance over the face's width above which the result is doubted."""
_VISIBILITY_PX = 256
"""Longer side of the picture in which the face hides its points: the photo's own size would cost video its pace."""
_BEYOND = 0.1
"""Share of the crop that may lie outside of the photo before it is said."""


def camera_of(source: CroppedFace, answer: Answer) -> Camera:
    """The camera that lays the head on the photo as TRG's own projection does."""
    R = answer.R.astype(np.float64)
    U, _, Vt = np.linalg.svd(R)  # float32 misses a rotation by 1e-7
    return Camera(source.K, U @ Vt @ AXES, answer.t.astype(np.float64) * MM, source.photo.size)


def head_of(
    source: CroppedFace, face: Face, answer: Answer, vertices: np.ndarray, model: TrgFace, device: str
) -> Reconstruction:
    """The result of one face, all but textures, stages and timings. vertices: (1220, 3) mm, head frame."""
    photo, camera = source.photo, camera_of(source, answer)
    mesh = FaceMesh(vertices, model.topology)
    landmarks = landmarks_of(mesh, camera, device)
    distance_px = _distances_px(face, landmarks)
    return Reconstruction(
        photo_name=photo.name,
        photo_sha256=photo.sha256,
        photo_size=photo.size,
        engine=ENGINE_ID,
        device=device,
        face=face,
        mesh=mesh,
        camera=camera,
        pose=HeadPose(camera.R_camera_head, camera.t_camera_head, *pose_from_rotation(camera.R_camera_head)),
        landmarks={landmarks.name: landmarks},
        textures={},
        coefficients={
            "focal_px": np.array([source.focal.px], np.float32),
            "correction": answer.pose9[6:].copy(),
            "pose9": answer.pose9,
            "box_ltrb": source.crop.box.astype(np.float32),
        },
        reprojection_px=float(np.median(distance_px)) if len(distance_px) else float("nan"),
        focal_from=source.focal.source,
        warnings=_warnings(source, face, distance_px),
    )


def landmarks_of(mesh: FaceMesh, camera: Camera, device: str) -> LandmarkSet:
    """The 68 points of the mesh in the photo, and whether they are in it and not hidden by the face itself."""
    corners, weights = mesh.topology.landmarks["68"]
    ids = corners[:, 0]
    xy_px = camera.project(mesh.vertices[ids])
    inside = ((xy_px >= 0) & (xy_px <= camera.size)).all(1)
    seen = _unhidden(mesh, camera, device)[ids] & inside
    return LandmarkSet("68", xy_px.astype(np.float32), seen, corners, weights)


def _unhidden(mesh: FaceMesh, camera: Camera, device: str) -> np.ndarray:
    """(1220,) bool: vertices that nothing of the face hides, judged in a small picture of the face alone."""
    xy_px = camera.project(mesh.vertices)
    corner = np.floor(xy_px.min(0))
    width, height = np.ceil(xy_px.max(0) - corner).astype(int) + 1
    K = np.array([[1.0, 0.0, -corner[0]], [0.0, 1.0, -corner[1]], [0.0, 0.0, 1.0]]) @ camera.K

    def tensor(array: np.ndarray) -> torch.Tensor:
        return torch.tensor(array, dtype=torch.float32, device=device)

    triangles, xyz = torch.tensor(mesh.topology.triangles, device=device), tensor(camera.to_camera(mesh.vertices))[None]
    size = int(width), int(height)
    depths = depth_map(xyz, triangles, tensor(K), size, longest_px=_VISIBILITY_PX)
    seen, _ = visibility(depths, xyz, vertex_normals(xyz, triangles))
    return (seen[0] > 0.5).cpu().numpy()


def _distances_px(face: Face, landmarks: LandmarkSet) -> np.ndarray:
    """(68,) between the fitted and the detected points; empty without detected ones."""
    detected = detected_68(face)
    return np.zeros(0) if detected is None else np.linalg.norm(landmarks.xy_px - detected, axis=1)


def _warnings(source: CroppedFace, face: Face, distance_px: np.ndarray) -> tuple[str, ...]:
    found = [focal_sentence(source.focal)]
    width = float(face.box_xyxy[2] - face.box_xyxy[0])
    if width < _SMALL_FACE_PX:
        found.append(f"The face is only {width:.0f} pixels wide; its shape is coarse.")
    if len(distance_px) and np.median(distance_px) > _POOR_FIT * width:
        found.append("The head does not follow the face well; the face may be covered or not a human one.")
    if _share_outside(source) > _BEYOND:
        found.append("Part of the face lies outside of the photo; what is missing is the network's guess.")
    return tuple(found)


def _share_outside(source: CroppedFace) -> float:
    """0 to 1: the part of the crop that the photo does not have."""
    box, size = source.crop.box, np.array(source.photo.size)
    inside = np.clip(np.minimum(box[2:], size) - np.maximum(box[:2], 0), 0, None)
    return 1 - float(inside.prod()) / float((box[2:] - box[:2]).prod())
