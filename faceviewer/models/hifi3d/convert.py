"""From HiFi3D++'s own frame to the program's: meshes in millimetres, camera of the photo, landmarks.

The head frame keeps the model's axes, which are ours: x to the subject's left, y up, z out of the face. One unit of
the model is 100 mm, and the origin is moved midway between where the mean face's eyeballs are.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from faceviewer.geometry.crop224 import Crop224
from faceviewer.io.obj_polygons import ObjPolygons
from faceviewer.models.hifi3d.decode import Decoded
from faceviewer.models.hifi3d.face_model import Hifi3dModel
from faceviewer.models.hifi3d.points import EYES_68, LANDMARKS_68
from faceviewer.models.hifi3d.topology import is_hifi3d, topology_of, topology_of_mesh
from faceviewer.models.morphable.coefficients import Coefficients
from faceviewer.models.morphable.photo_camera import camera_of_crop
from faceviewer.models.morphable.units import MM_PER_UNIT
from faceviewer.types import Camera, FaceMesh, FaceviewerError, Topology

_EYEBALLS_FROM_LIDS = np.array([0.0, 0.0178, -0.0827])
"""Model units from the middle of the lids' landmarks to that of the eyeballs; measured on a published head's."""


@lru_cache(maxsize=2)
def head_origin(model: Hifi3dModel) -> np.ndarray:
    """(3,) float64 model units: our head frame's origin, midway between the eyeballs of the mean face."""
    return _between_eyeballs(model.mean_shape[model.landmarks[EYES_68]])


def to_head_mm(model: Hifi3dModel, shape: Tensor) -> np.ndarray:
    """(..., 3) float32 mm, head frame, of unposed points (..., 3) in model units."""
    return ((shape.detach().cpu().numpy() - head_origin(model)) * MM_PER_UNIT).astype(np.float32)


def face_mesh(model: Hifi3dModel, decoded: Decoded, face: int = 0, colors: Tensor | None = None) -> FaceMesh:
    """One of the decoded faces, at rest in the head frame. colors: (N, 3) RGB 0 to 1 of the vertices."""
    rgb = None if colors is None else (colors.clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
    return FaceMesh(to_head_mm(model, decoded.shape[face]), topology_of(model), rgb)


def photo_camera(model: Hifi3dModel, coefficients: Coefficients, crop: Crop224, face: int = 0) -> Camera:
    """The camera that lays ``face_mesh`` on the photo from which ``crop`` was cut, exactly as the crop shows it."""
    return camera_of_crop(head_origin(model), coefficients.angles[face], coefficients.translation[face], crop)


def mesh_of_obj(obj: ObjPolygons, where: str) -> FaceMesh:
    """A published head, in model units, as a mesh in the head frame; ``where`` names the file in errors.

    Raises FaceviewerError for a mesh of another topology.
    """
    if not is_hifi3d(obj.triangles, len(obj.vertices)):
        raise FaceviewerError(
            f"{where}: not a HiFi3D++ head: its {len(obj.vertices)} vertices and {len(obj.triangles)} triangles are "
            "not those of FFHQ-UV's meshes"
        )
    topology = topology_of_mesh(Topology("mesh", obj.triangles, obj.uv, obj.uv_triangles))
    origin = _between_eyeballs(obj.vertices[LANDMARKS_68[EYES_68]])
    return FaceMesh(((obj.vertices - origin) * MM_PER_UNIT).astype(np.float32), topology)


def _between_eyeballs(lids: np.ndarray) -> np.ndarray:
    """(3,) of the lids' landmarks (12, 3), model units."""
    return lids.mean(0, dtype=np.float64) + _EYEBALLS_FROM_LIDS
