"""From photos to what the network believes: the crops that it looks at, and its answers in numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from faceviewer.engines.focal import Focal, focal_named
from faceviewer.geometry.crop192 import Crop192
from faceviewer.geometry.pinhole import pinhole
from faceviewer.networks.inference import exact, to_input
from faceviewer.networks.trg import Trg, TrgState, Views
from faceviewer.types import CancelToken, FaceviewerError, Photo

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
"""Of ImageNet's pictures, RGB 0 to 1."""


@dataclass(frozen=True, eq=False)
class CroppedFace:
    """One face as the network sees it."""

    photo: Photo
    crop: Crop192
    focal: Focal
    rgb: np.ndarray
    """(192, 192, 3) uint8."""

    @property
    def K(self) -> np.ndarray:
        """(3, 3) float64: the camera of the whole photo."""
        return pinhole(self.focal.px, self.photo.size)


@dataclass(frozen=True, eq=False)
class Answer:
    """What the network says of one face, in its own frames and units."""

    mesh: np.ndarray
    """(1220, 3) float32 metres, TRG's head frame."""
    pose9: np.ndarray
    """(9,) float32."""
    R: np.ndarray
    """(3, 3) float32."""
    t: np.ndarray
    """(3,) float32 metres."""


def cut(photo: Photo, crop: Crop192, focal: Focal) -> CroppedFace:
    """The face's pixels, which alone are resampled, however large the photo is."""
    return CroppedFace(photo, crop, focal, crop.cut(photo.rgb))


def network_input(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """(192, 192, 3) uint8 pictures to (B, 192, 192, 3) float32, as the network was trained on them."""
    return (np.stack(pictures).astype(np.float32) / np.float32(255) - _MEAN) / _DEVIATION


def regress(
    network: Trg, subset: np.ndarray, faces: Sequence[CroppedFace], device: str, cancel: CancelToken
) -> list[Answer]:
    """The last round's answer for each face.

    Raises Cancelled, and FaceviewerError for answers that are not finite or lie behind the camera.
    """
    at_once = 8 if device == "cpu" else 64
    answers: list[Answer] = []
    chosen = torch.as_tensor(subset, device=device)
    for start in range(0, len(faces), at_once):
        cancel.check()
        some = faces[start : start + at_once]
        with exact():
            crops = to_input(network_input([face.rgb for face in some]), device)
            answers += _rows(network(crops, _views(some, device), chosen).states[-1])
    for face, answer in zip(faces, answers, strict=True):
        _check_usable(face, answer)
    return answers


def _check_usable(face: CroppedFace, answer: Answer) -> None:
    """Raises FaceviewerError unless all numbers are finite and all of the face is before the camera.

    A wide view (``--fov 150``) puts a face with a large box behind it: the sentence names what the user can change.
    """
    reason = f"{face.photo.path or face.photo.name}: the network gave no usable numbers for it"
    if not all(np.isfinite(values).all() for values in vars(answer).values()):
        raise FaceviewerError(reason)
    if float((answer.mesh @ answer.R[2] + answer.t[2]).min()) <= 0:
        raise FaceviewerError(f"{reason}: with {focal_named(face.focal)}, the face would lie behind the camera")


def _views(faces: Sequence[CroppedFace], device: str) -> Views:
    def tensor(rows: list[np.ndarray] | list[float]) -> torch.Tensor:
        return torch.as_tensor(np.array(rows, np.float32), device=device)

    return Views(
        box_ltrb=tensor([face.crop.box for face in faces]),
        picture_wh=tensor([np.array(face.photo.size) for face in faces]),
        focal_px=tensor([face.focal.px for face in faces]),
        K_crop=tensor([face.crop.K_crop(face.K) for face in faces]),
    )


def _rows(state: TrgState) -> list[Answer]:
    arrays = [values.cpu().numpy() for values in (state.mesh, state.pose9, state.R, state.t)]
    return [Answer(*(values[row].copy() for values in arrays)) for row in range(len(arrays[0]))]
