"""From a decoded face to a result: mesh, camera, pose, landmarks, coefficients, and what to know about them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from faceviewer.engines.options import ReconstructOptions
from faceviewer.engines.tddfa_v3.alignment import POINTS_106
from faceviewer.engines.tddfa_v3.options import TddfaV3Options
from faceviewer.engines.tddfa_v3.textures import SeenFace, colors_of, textures_of
from faceviewer.geometry.crop224 import CROP_SIZE
from faceviewer.models.morphable.crop_drawing import CropDrawing
from faceviewer.models.tddfa_v3.coefficients import Coefficients, join_coefficients
from faceviewer.models.tddfa_v3.convert import WHOLE_PICTURE, head_pose, landmark_sets, to_head_mm, topology_of
from faceviewer.models.tddfa_v3.landmarks import landmarks_v2d
from faceviewer.models.tddfa_v3.published import landmarks_in_photo
from faceviewer.models.tddfa_v3.segments import part_masks, seen_part_masks
from faceviewer.types import Face, FaceMesh, LandmarkSet, Reconstruction, Texture

ENGINE_ID = "3ddfa-v3"
_SMALL_FACE_PX = 60.0
_POOR_FIT = 0.05
"""Median landmark distance over the face's width above which the result is doubted."""
_BEYOND = 0.1
"""Share of the crop that may lie outside of the photo before it is said."""


def head_of(
    seen: SeenFace,
    face: Face,
    vertices: dict[str, Tensor],
    coefficients: Coefficients,
    options: ReconstructOptions,
    choices: TddfaV3Options,
) -> Reconstruction:
    """The result of one face, all but what its batch knows (device, stages, timings).

    vertices: set name -> (B, L) of ``landmark_vertices``.
    """
    photo, model, k = seen.source.photo, seen.model, seen.index
    textures = textures_of(seen, options, choices)
    mesh = FaceMesh(to_head_mm(model, seen.decoded.shape[k]), topology_of(model), colors_of(seen, textures, choices))
    landmarks = landmark_sets(mesh, seen.camera, vertices, seen.visible, k)
    distance_px = _distances_px(face, landmarks)
    return Reconstruction(
        photo_name=photo.name,
        photo_sha256=photo.sha256,
        photo_size=photo.size,
        engine=ENGINE_ID,
        device="",
        face=face,
        mesh=mesh,
        camera=seen.camera,
        pose=head_pose(seen.camera),
        landmarks=landmarks,
        textures=textures,
        coefficients=_coefficients(seen, coefficients),
        reprojection_px=float(np.median(distance_px)) if len(distance_px) else float("nan"),
        focal_from="engine",
        warnings=(*_warnings(seen, face, distance_px, choices), *_light_kept(textures, options)),
    )


def published_arrays(
    seen: SeenFace, drawing: CropDrawing, vertices: dict[str, Tensor], coefficients: Coefficients
) -> dict[str, np.ndarray]:
    """What the published program gives for one face, under its names, in its numbers (facts of its section 12).

    ``alpha`` (257,), ``trans_params`` (5,) unless the photo was a crop already, ``v3d`` (N, 3), ``v2d`` (N, 2) crop
    pixels with y up, ``face_texture`` and ``extractTex`` (N, 3) RGB 0 to 1, ``ldm68`` and the others (L, 2) photo
    pixels, ``seg`` and ``seg_visible`` (224, 224, 8) in the crop.
    """
    decoded, crop, k = seen.decoded, seen.source.crop, seen.index
    points = {name: landmarks_in_photo(xy[k], crop) for name, xy in landmarks_v2d(decoded, vertices).items()}
    arrays = {
        "alpha": join_coefficients(coefficients)[k],
        "v3d": decoded.v3d[k],
        "v2d": decoded.v2d[k],
        "face_texture": decoded.texture[k].clamp(0, 1),
        "extractTex": seen.published_colors,
        "seg": part_masks(seen.model, decoded)[k],
        "seg_visible": seen_part_masks(seen.model, drawing, seen.visible)[k],
    }
    known = {} if crop == WHOLE_PICTURE else {"trans_params": crop.trans_params}
    return {
        **{name: values.cpu().numpy().copy() for name, values in arrays.items()},
        **{f"ldm{name}": xy for name, xy in points.items()},
        **known,
    }


def _coefficients(seen: SeenFace, coefficients: Coefficients) -> dict[str, np.ndarray]:
    """By meaning, with where the crop lay in the photo: width, height, scale and the face's middle in pixels, y up."""
    named = {name: values[seen.index].cpu().numpy().copy() for name, values in vars(coefficients).items()}
    return {**named, "trans_params": seen.source.crop.trans_params.astype(np.float32)}


def _distances_px(face: Face, landmarks: dict[str, LandmarkSet]) -> np.ndarray:
    """(106,) between the fitted and the detected points, whose jaw follows the outline; empty without detected ones."""
    if POINTS_106 not in face.landmarks:
        return np.zeros(0)
    return np.linalg.norm(landmarks["106_2d"].xy_px - face.landmarks[POINTS_106].xy_px, axis=1)


def _warnings(seen: SeenFace, face: Face, distance_px: np.ndarray, choices: TddfaV3Options) -> tuple[str, ...]:
    found = ["The size in millimetres assumes an average head: a photo has no scale."]
    width = float(face.box_xyxy[2] - face.box_xyxy[0])
    if width < _SMALL_FACE_PX:
        found.append(f"The face is only {width:.0f} pixels wide; its shape and texture are coarse.")
    if len(distance_px) and np.median(distance_px) > _POOR_FIT * width:
        found.append("The head does not follow the face well; the face may be covered or not a human one.")
    if choices.input == "photo" and POINTS_106 not in face.landmarks:
        found.append("Aligned by the built-in landmarks: the numbers differ a little from the published program's.")
    if _share_outside(seen) > _BEYOND:
        found.append("Part of the face lies outside of the photo; what is missing is the model's guess.")
    return tuple(found)


def _light_kept(textures: Mapping[str, Texture], options: ReconstructOptions) -> list[str]:
    """What to say where the light was to be taken out of a texture that the published program's rules make."""
    kept = options.delight and bool(textures) and textures["photo"].kind == "photo"
    return ["The published texture keeps the photo's lighting."] if kept else []


def _share_outside(seen: SeenFace) -> float:
    """0 to 1: the part of the crop that the photo does not have."""
    crop = seen.source.crop
    start, size = np.array(crop.corner), np.array(crop.scaled_size)
    inside = np.clip(np.minimum(start + CROP_SIZE, size) - np.maximum(start, 0), 0, CROP_SIZE)
    return 1 - float(inside.prod()) / CROP_SIZE**2
