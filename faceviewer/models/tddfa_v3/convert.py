"""From the face model's own frames to the program's: mesh and camera in millimetres, topology, pose, landmarks.

The head frame keeps the model's axes, which are ours: x to the subject's left, y up, z out of the face. One unit of
the model is 100 mm, and the origin is moved to where the mean face's eyeballs would be.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from faceviewer.geometry.crop224 import Crop224
from faceviewer.geometry.rotations import pose_from_rotation
from faceviewer.io.obj import ObjMesh
from faceviewer.models.morphable.camera import CENTER_PX, CROP_SIZE
from faceviewer.models.morphable.photo_camera import camera_of_crop
from faceviewer.models.morphable.sliders import DEVIATIONS, remember_model
from faceviewer.models.morphable.units import MM_PER_UNIT
from faceviewer.models.tddfa_v3.coefficients import Coefficients
from faceviewer.models.tddfa_v3.decode import Decoded
from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.types import Camera, FaceMesh, HeadPose, LandmarkSet, Topology

_EYEBALL_DEPTH_MM = 9.6
"""How far behind the middle of the visible eyes and lids the eyeballs' centres lie; measured on the built-in head."""
WHOLE_PICTURE = Crop224((CROP_SIZE, CROP_SIZE), 1.0, CENTER_PX, CENTER_PX)
"""The way back from a picture of 224 x 224 that was not cropped."""


@lru_cache(maxsize=2)
def topology_of(model: FaceModel) -> Topology:
    """Triangles, texture coordinates, parts and landmarks; "106_2d" is found per picture (``landmark_vertices``)."""
    weights = np.array([1.0, 0.0, 0.0], np.float32)
    topology = Topology(
        name="3ddfa-v3",
        triangles=model.triangles,
        uv=model.uv,
        uv_triangles=model.triangles,
        parts=model.parts,
        landmarks={
            name: (np.stack([ids] * 3, 1), np.tile(weights, (len(ids), 1))) for name, ids in model.landmarks.items()
        },
        contours=model.profile_lines,
    )
    remember_model(topology, model, DEVIATIONS)
    return topology


@lru_cache(maxsize=2)
def head_origin(model: FaceModel) -> np.ndarray:
    """(3,) float64 model units: our head frame's origin, midway between the eyeballs of the mean face."""
    eyes = [model.mean_shape[model.parts[name]].mean(0, dtype=np.float64) for name in ("right_eye", "left_eye")]
    return np.mean(eyes, 0) - [0, 0, _EYEBALL_DEPTH_MM / MM_PER_UNIT]


def to_head_mm(model: FaceModel, shape: Tensor) -> np.ndarray:
    """(..., 3) float32 mm, head frame, of unposed points (..., 3) in model units."""
    return ((shape.cpu().numpy() - head_origin(model)) * MM_PER_UNIT).astype(np.float32)


def face_mesh(model: FaceModel, decoded: Decoded, face: int = 0, colors: Tensor | None = None) -> FaceMesh:
    """One of the decoded faces, at rest in the head frame. colors: (N, 3) RGB 0 to 1 of the vertices."""
    rgb = None if colors is None else (colors.clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
    return FaceMesh(to_head_mm(model, decoded.shape[face]), topology_of(model), rgb)


def mean_mesh(model: FaceModel) -> FaceMesh:
    """The mean face with its mean colours."""
    colors = model.mean_albedo.clip(0, 255).round().astype(np.uint8)
    return FaceMesh(to_head_mm(model, torch.tensor(model.mean_shape)), topology_of(model), colors)


def photo_camera(model: FaceModel, coefficients: Coefficients, crop: Crop224, face: int = 0) -> Camera:
    """The camera that lays ``face_mesh`` on the photo from which ``crop`` was cut, exactly as the crop shows it."""
    return camera_of_crop(head_origin(model), coefficients.angles[face], coefficients.translation[face], crop)


def head_pose(camera: Camera) -> HeadPose:
    """The pose that the camera sees."""
    return HeadPose(camera.R_camera_head, camera.t_camera_head, *pose_from_rotation(camera.R_camera_head))


def landmark_sets(
    mesh: FaceMesh, camera: Camera, vertices: dict[str, Tensor], visible: Tensor, face: int = 0
) -> dict[str, LandmarkSet]:
    """The sets of ``landmark_vertices`` in the photo, pixel centres at .5, seen where ``visible`` (B, N) says so."""
    sets = {}
    for name, rows in vertices.items():
        ids = rows[face].cpu().numpy()
        weights = np.tile(np.array([1.0, 0.0, 0.0], np.float32), (len(ids), 1))
        xy_px = camera.project(mesh.vertices[ids]).astype(np.float32)
        seen = visible[face].cpu().numpy()[ids]
        sets[name] = LandmarkSet(name, xy_px, seen, np.stack([ids] * 3, 1).astype(np.int32), weights)
    return sets


def plain_mesh(name: str, obj: ObjMesh) -> FaceMesh:
    """A mean-shape OBJ as a mesh to look at, in millimetres about its own middle, with its vertex colours."""
    middle = (obj.vertices.min(0) + obj.vertices.max(0)) / 2
    has_uv = len(obj.uv_triangles) > 0
    topology = Topology(
        name=name,
        triangles=obj.triangles,
        uv=obj.uv if has_uv else np.zeros((1, 2), np.float32),
        uv_triangles=obj.uv_triangles if has_uv else np.zeros_like(obj.triangles),
    )
    colors = (np.clip(obj.colors, 0, 1) * 255).round().astype(np.uint8) if len(obj.colors) else None
    return FaceMesh((obj.vertices - middle) * np.float32(MM_PER_UNIT), topology, colors)
