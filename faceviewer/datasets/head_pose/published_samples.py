"""Samples as TRG's own readers give them when they test: its names, its units (metres), its matrices for row vectors.

For those who feed a network that was trained on such samples, or compare numbers with the published program. Everything
is float32 unless said, and comes out of ``HeadSample``, so that both tell the same story.

==============  ==================  ================================================================================
name            shape               what
==============  ==================  ================================================================================
img             (3, 192, 192)       the crop, less the mean and divided by the deviation of ImageNet's channels
img_raw         (192, 192, 3) u8    the crop
img_path        ()                  text
bbox_info       (7,)                left, top, right, bottom, focal length, height and width of the photo
R_t             (4, 4)              [p 1] @ R_t is p in the camera's frame
K, K_crop       (4, 3)              [p 1] @ K is (u z, v z, z) in the photo, in the crop
vtx_world       (V, 4)              the mesh in TRG's head frame, 1 behind each vertex
vtx_cam         (V, 4)              the same in the camera's frame
vtx_img         (V, 3)              on the photo; behind it 1 or, for BIWI, the depth in metres
lmk68_full      (68, 2) float64     pixels of the photo; absent for BIWI
lmk68_crop      (68, 3)             -1 to 1 in the crop, and 1 for "valid"; absent for BIWI
has_3d_vtx      ()                  whether vertices and pose are known; without, they are zeros and no turn
has_rot         ()                  the same
dataset         ()                  text, faceviewer's id
==============  ==================  ================================================================================
"""

from __future__ import annotations

import numpy as np

from faceviewer.datasets.head_pose.arkitface_resources import VERTICES
from faceviewer.datasets.head_pose.frames import MM, TRG_FROM_OURS
from faceviewer.datasets.head_pose.sample import HeadPoseDataset, HeadSample
from faceviewer.geometry.crop192 import CROP_SIZE, Crop192
from faceviewer.geometry.pinhole import pinhole
from faceviewer.io.photo import load_photo
from faceviewer.types import FaceviewerError

PUBLISHED_KINDS = ("arkitface", "300w-lp", "biwi")
"""The data sets that TRG's readers know."""
FOCAL_WITHOUT_CAMERA_PX = 5000.0
"""What TRG takes for photos of unknown cameras."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def published_sample(dataset: HeadPoseDataset, key: str) -> dict[str, np.ndarray]:
    """The sample ``key`` in TRG's form: name -> array, see above.

    Raises FaceviewerError as ``dataset.sample`` does, when the photo cannot be read, when there is no box to crop (for
    lack of TRG's small files or of found landmarks), and for data sets that TRG has no reader for; KeyError.
    """
    if dataset.id not in PUBLISHED_KINDS:
        raise FaceviewerError(f"{dataset.title}: TRG has no reader for it, only for {', '.join(PUBLISHED_KINDS)}")
    sample = dataset.sample(key)
    if sample.truth.face_box_ltrb is None:
        raise FaceviewerError(f"{sample.photo}: has no box of landmarks to crop by")
    photo = load_photo(sample.photo)
    crop = Crop192.of(sample.truth.face_box_ltrb)
    K = sample.truth.K
    K = pinhole(FOCAL_WITHOUT_CAMERA_PX, photo.size) if K is None else K
    cut = crop.cut(photo.rgb)
    width, height = photo.size
    return {
        "img": _network_image(cut),
        "img_raw": cut,
        "img_path": np.array(str(sample.photo)),
        "bbox_info": np.array([*crop.box, K[0, 0], height, width], np.float32),
        "K": _row_form(K),
        "K_crop": _row_form(crop.K_crop(K)),
        **_geometry(sample, K, depth=dataset.id == "biwi"),
        **_landmarks(sample, crop, is_linear=dataset.id == "arkitface"),
        "dataset": np.array(dataset.id),
    }


def _network_image(cut: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(((cut / np.float32(255) - MEAN) / DEVIATION).transpose(2, 0, 1), np.float32)


def _row_form(K: np.ndarray) -> np.ndarray:
    return np.vstack([K.T, np.zeros(3)]).astype(np.float32)


def _geometry(sample: HeadSample, K: np.ndarray, *, depth: bool) -> dict[str, np.ndarray]:
    truth = sample.truth
    R_t, world, known = np.eye(4), np.zeros((VERTICES, 3)), False
    if truth.vertices_mm is not None and truth.R_camera_head is not None and truth.t_camera_head_mm is not None:
        R_t[:3, :3] = (truth.R_camera_head @ TRG_FROM_OURS).T
        R_t[3, :3] = truth.t_camera_head_mm / MM
        world, known = truth.vertices_mm @ TRG_FROM_OURS / MM, True
    homogeneous = np.hstack([world, np.full((len(world), 1), float(known))])
    camera = homogeneous @ R_t
    seen = np.zeros((len(world), 3))
    if known:
        projected = camera[:, :3] @ K.T
        with np.errstate(divide="ignore", invalid="ignore"):
            seen[:, :2] = projected[:, :2] / projected[:, 2:]
        seen[:, 2] = camera[:, 2] if depth else 1.0
    arrays = {"R_t": R_t, "vtx_world": homogeneous, "vtx_cam": camera, "vtx_img": seen}
    arrays |= {"has_3d_vtx": np.array(float(known)), "has_rot": np.array(float(known))}
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def _landmarks(sample: HeadSample, crop: Crop192, *, is_linear: bool) -> dict[str, np.ndarray]:
    """``is_linear``: by the crop's camera, with 192 steps, as TRG does for ARKitFace; else by the crop's own map."""
    full = sample.truth.landmarks68_px
    if full is None:
        return {}
    in_crop = (full - crop.box[:2]) * (CROP_SIZE / crop.size) if is_linear else crop.to_crop(full)
    normalised = np.hstack([in_crop / CROP_SIZE * 2 - 1, np.ones((len(full), 1))])
    return {"lmk68_full": np.array(full), "lmk68_crop": normalised.astype(np.float32)}
