"""The built-in engine: landmarks to a fitted, textured head.

Data flow: faces -> ``start`` (pose, camera) -> ``fit`` (pose, camera, identity, expression) -> ``correction`` (the
landmark network's habits taken out) -> ``fit`` again, tied to the corrected head -> ``refine`` (what the picture shows
beyond its landmarks; not in video) -> ``pose_correction`` (their habits taken out of the pose, too) -> ``heads`` ->
texture.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from faceviewer.engines.builtin.correction import Correction, correct, load_correction
from faceviewer.engines.builtin.fit import FitState, Observations, project_points
from faceviewer.engines.builtin.heads import head_camera, head_mesh, head_pose, landmark_sets
from faceviewer.engines.builtin.point_model import PointModel, point_model
from faceviewer.engines.builtin.pose_correction import PoseCorrection, load_pose_correction, missing_turn, turned
from faceviewer.engines.builtin.refine import Refinement, load_refinement, refine
from faceviewer.engines.builtin.stages import LANDMARK_SET, first_fit, observe, settle
from faceviewer.engines.engine import Shot
from faceviewer.engines.focal import Focal, focal_named, told_focal
from faceviewer.engines.options import ReconstructOptions
from faceviewer.models.head_model import HeadModel, load_head
from faceviewer.raster.texture import build_texture, build_texture_from_shots
from faceviewer.types import (
    CancelToken,
    Face,
    FaceviewerError,
    FocalSource,
    Progress,
    ProgressCallback,
    Reconstruction,
    Texture,
)

FITTED = ("start", "fit", "correction", "settle")
"""The stages that landmarks go through."""


def build(device: str, assets: Path | None = None) -> BuiltinEngine:
    """The engine on ``device`` ("cpu", "cuda" or "mps"); it needs no ``assets``.

    Raises FaceviewerError when the head's file is unusable.
    """
    return BuiltinEngine(load_head(), device)


class BuiltinEngine:
    """See ``engines.engine.Engine``."""

    def __init__(self, head: HeadModel, device: str) -> None:
        self.head = head
        self.device = device
        self.points: PointModel = point_model(head, head.topology.landmarks[LANDMARK_SET], device)
        self.correction: Correction = load_correction(dict(head.calibration), self.points, device)
        self.refinement: Refinement | None = load_refinement(head, device)
        self.pose_correction: PoseCorrection | None = load_pose_correction(head, self.points, device)
        self.landmark_sd_mm = torch.as_tensor(head.calibration["landmark_sd_mm"].copy(), device=device)

    def reconstruct(
        self, shots: Sequence[Shot], *, options: ReconstructOptions, progress: ProgressCallback, cancel: CancelToken
    ) -> list[Reconstruction]:
        """One head per shot, fitted together. Raises as the protocol says."""
        return self._reconstruct(shots, list(range(len(shots))), options, progress, cancel)

    def reconstruct_person(
        self, shots: Sequence[Shot], *, options: ReconstructOptions, progress: ProgressCallback, cancel: CancelToken
    ) -> list[Reconstruction]:
        """One head per photo of one person: one identity, and one texture made of all photos."""
        return self._reconstruct(shots, [0] * len(shots), options, progress, cancel)

    def follow(self, shots: Sequence[Shot], options: ReconstructOptions) -> list[Reconstruction]:
        """Heads without textures or refinement, as fast as video needs."""
        if not shots:
            return []
        began = time.perf_counter()
        observed = observe(self.points, self.landmark_sd_mm, shots, list(range(len(shots))), options)
        settled = self.fit(observed)
        state, stages = self._turned(observed, settled, settled, FITTED)
        return self._heads(shots, state, observed, options, stages, began)

    def _reconstruct(
        self,
        shots: Sequence[Shot],
        person: list[int],
        options: ReconstructOptions,
        progress: ProgressCallback,
        cancel: CancelToken,
    ) -> list[Reconstruction]:
        if not shots:
            return []
        progress(Progress("Fitting the head", 0.0))
        began = time.perf_counter()
        observed = observe(self.points, self.landmark_sd_mm, shots, person, options)
        settled = state = self.fit(observed, cancel)
        stages = FITTED
        if self.refinement is not None:
            cancel.check()
            state, stages = self.refined(self.refinement, shots, observed, state), (*FITTED, "refine")
        state, stages = self._turned(observed, settled, state, stages)
        heads = self._heads(shots, state, observed, options, stages, began)
        if options.texture_size is None:
            return heads
        cancel.check()
        progress(Progress("Drawing the texture", 0.5))
        return self._textured(shots, heads, len(set(person)) < len(shots), options, progress, cancel)

    def fit(self, observed: Observations, cancel: CancelToken | None = None) -> FitState:
        """Pose, camera, identity and expression of all faces, from their landmarks."""
        with torch.inference_mode():
            state = first_fit(self.points, observed, cancel)
            state = correct(self.correction, self.points, observed, state)
            return settle(self.points, observed, state, cancel)

    def refined(
        self, refinement: Refinement, shots: Sequence[Shot], observed: Observations, state: FitState
    ) -> FitState:
        """The state with the shape that the photos show beyond their landmarks."""
        with torch.inference_mode():
            return refine(refinement, [photo.rgb for photo, _ in shots], observed, state)

    def _turned(
        self, observed: Observations, settled: FitState, state: FitState, stages: tuple[str, ...]
    ) -> tuple[FitState, tuple[str, ...]]:
        """``state`` with the pose that the ``settled`` fit, which may be of another shape, should have had."""
        if self.pose_correction is None:
            return state, stages
        with torch.inference_mode():
            turn = missing_turn(self.pose_correction, self.points, observed, settled)
            return turned(self.points, observed, state, turn), (*stages, "pose correction")

    def _heads(
        self,
        shots: Sequence[Shot],
        state: FitState,
        observed: Observations,
        options: ReconstructOptions,
        stages: tuple[str, ...],
        began: float,
    ) -> list[Reconstruction]:
        self._check_usable(shots, state, observed, options)
        heads = [self._head(shot, state, observed, k, options) for k, shot in enumerate(shots)]
        seconds = (time.perf_counter() - began) / len(shots)
        return [replace(head, stages=stages, timings={"fit": seconds}) for head in heads]

    def _check_usable(
        self, shots: Sequence[Shot], state: FitState, observed: Observations, options: ReconstructOptions
    ) -> None:
        """Raises FaceviewerError unless all numbers are finite and all faces lie before the camera.

        A wide view puts a face that fills the photo around the camera: the sentence names what the user can change.
        """
        xyz_camera, xy_px = project_points(self.points, state, observed)
        finite = (xyz_camera.isfinite().all(-1) & xy_px.isfinite().all(-1)).all(1).tolist()
        for k, ((photo, _), nearest_mm) in enumerate(zip(shots, xyz_camera[..., 2].amin(1).tolist(), strict=True)):
            reason = f"{photo.path or photo.name}: no head fits the face"
            if not finite[k]:
                raise FaceviewerError(reason)
            if nearest_mm <= 0:
                focal = told_focal(photo, options) or Focal(float(state.log_focal[k].exp()), "guess")
                raise FaceviewerError(f"{reason}: with {focal_named(focal)}, the face would lie behind the camera")

    def _head(
        self, shot: Shot, state: FitState, observed: Observations, k: int, options: ReconstructOptions
    ) -> Reconstruction:
        photo, face = shot
        identity = state.identity[observed.person[k]].cpu().numpy()
        expression = state.expression[k].cpu().numpy()
        mesh = head_mesh(self.head, identity, expression)
        camera = head_camera(state, k, photo.size)
        landmarks = landmark_sets(self.head, mesh, camera, self.device)
        told = told_focal(photo, options)
        focal_from = "guess" if told is None else told.source
        distance_px = np.linalg.norm(landmarks[LANDMARK_SET].xy_px - face.landmarks[LANDMARK_SET].xy_px, axis=1)
        return Reconstruction(
            photo_name=photo.name,
            photo_sha256=photo.sha256,
            photo_size=photo.size,
            engine="builtin",
            device=self.device,
            face=face,
            mesh=mesh,
            camera=camera,
            pose=head_pose(camera),
            landmarks=landmarks,
            textures={},
            coefficients={"identity": identity, "expression": expression},
            reprojection_px=float(np.median(distance_px)),
            focal_from=focal_from,
            warnings=_warnings(focal_from, distance_px, face),
        )

    def _textured(
        self,
        shots: Sequence[Shot],
        heads: list[Reconstruction],
        same_person: bool,
        options: ReconstructOptions,
        progress: ProgressCallback,
        cancel: CancelToken,
    ) -> list[Reconstruction]:
        size = options.texture_size
        assert size is not None
        began = time.perf_counter()
        textures: list[Texture] = []
        if same_person:
            views = [(photo, head.mesh, head.camera) for (photo, _), head in zip(shots, heads, strict=True)]
            one = build_texture_from_shots(views, size=size, delight=options.delight, device=self.device, cancel=cancel)
            textures = [one] * len(heads)
        else:
            for k, ((photo, _), head) in enumerate(zip(shots, heads, strict=True)):
                progress(Progress("Drawing the texture", 0.5 + 0.5 * k / len(heads)))
                textures.append(
                    build_texture(
                        photo,
                        head.mesh,
                        head.camera,
                        size=size,
                        delight=options.delight,
                        device=self.device,
                        cancel=cancel,
                    )
                )
        seconds = (time.perf_counter() - began) / len(heads)
        progress(Progress("Drawing the texture", 1.0))
        return [
            replace(
                head,
                textures={"photo": texture},
                stages=(*head.stages, "texture"),
                timings={**head.timings, "texture": seconds},
            )
            for head, texture in zip(heads, textures, strict=True)
        ]


def _warnings(focal_from: FocalSource, distance_px: np.ndarray, face: Face) -> tuple[str, ...]:
    found = ["The size in millimetres assumes an average head: a photo has no scale."]
    if focal_from == "guess":
        found.append("The photo does not say its focal length; it was estimated, and with it the distance.")
    width = float(face.box_xyxy[2] - face.box_xyxy[0])
    if width < SMALL_FACE_PX:
        found.append(f"The face is only {width:.0f} pixels wide; its shape and texture are coarse.")
    if np.median(distance_px) > POOR_FIT * width:
        found.append("The head does not follow the face well; the face may be covered or not a human one.")
    return tuple(found)


SMALL_FACE_PX = 80.0
POOR_FIT = 0.04
"""Median landmark distance over the face's width above which a fit is doubted."""
