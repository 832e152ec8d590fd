"""3DDFA-V3 as an engine: faces to crops, crops to coefficients, coefficients to textured heads, all in batches.

Data flow: faces -> ``alignment`` (crops) -> ``regress`` (coefficients) -> ``models.tddfa_v3`` (geometry, visibility)
-> ``textures`` -> ``heads``. The files come from ``library``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from faceviewer.assets.places import asset_place
from faceviewer.detection import FaceDetector
from faceviewer.engines.engine import FaceSearch, Shot
from faceviewer.engines.options import ReconstructOptions
from faceviewer.engines.tddfa_v3.alignment import POINTS_106, crop_of_face, whole_picture
from faceviewer.engines.tddfa_v3.heads import head_of, published_arrays
from faceviewer.engines.tddfa_v3.library import Library
from faceviewer.engines.tddfa_v3.options import TddfaV3Options, tddfa_v3_options
from faceviewer.engines.tddfa_v3.regress import CroppedFace, coefficients_of, cut, regress
from faceviewer.engines.tddfa_v3.search import JoinedSearch, WholePictures
from faceviewer.engines.tddfa_v3.textures import SeenFace
from faceviewer.models.tddfa_v3.coefficients import Coefficients
from faceviewer.models.tddfa_v3.convert import photo_camera
from faceviewer.models.tddfa_v3.decode import decode
from faceviewer.models.tddfa_v3.drawing import draw, visible_vertices
from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.models.tddfa_v3.landmarks import landmark_vertices
from faceviewer.types import CancelToken, Face, FaceviewerError, Progress, ProgressCallback, Reconstruction


def build(device: str, assets: Path | None = None) -> TddfaV3Engine:
    """The engine on ``device`` with the files in ``assets`` (None: the usual place), which are read when needed."""
    return TddfaV3Engine(Library(asset_place(assets), device), device)


@dataclass(frozen=True)
class _Call:
    """What one call is about."""

    options: ReconstructOptions
    choices: TddfaV3Options
    backbone: str
    dtype: torch.dtype
    progress: ProgressCallback
    cancel: CancelToken


class TddfaV3Engine:
    """See ``engines.engine.SearchingEngine``."""

    def __init__(self, library: Library, device: str) -> None:
        self._library = library
        self._device = device
        self._builtin = FaceDetector()
        self._decoded_at_once = 1 if device == "cpu" else 16

    def face_search(self, options: ReconstructOptions) -> FaceSearch:
        """RetinaFace joined with the built-in search, or that alone. Raises UsageError for wrong choices."""
        choices = tddfa_v3_options(options.choices)
        if choices.input == "crop":
            return WholePictures()
        if choices.detector == "builtin" or (choices.detector == "auto" and not self._library.has_face_finder):
            return self._builtin
        dtype = self._dtype(choices)
        return JoinedSearch(self._builtin, lambda: self._library.face_finder(dtype))

    def reconstruct(
        self, shots: Sequence[Shot], *, options: ReconstructOptions, progress: ProgressCallback, cancel: CancelToken
    ) -> list[Reconstruction]:
        """One head per shot. Raises as the protocol says, UsageError for wrong choices."""
        return self._reconstruct(shots, options, progress, cancel, one_person=False)

    def reconstruct_person(
        self, shots: Sequence[Shot], *, options: ReconstructOptions, progress: ProgressCallback, cancel: CancelToken
    ) -> list[Reconstruction]:
        """One head per shot; identity and skin are the mean of all shots. Raises as ``reconstruct``."""
        return self._reconstruct(shots, options, progress, cancel, one_person=True)

    def _reconstruct(
        self,
        shots: Sequence[Shot],
        options: ReconstructOptions,
        progress: ProgressCallback,
        cancel: CancelToken,
        *,
        one_person: bool,
    ) -> list[Reconstruction]:
        if not shots:
            return []
        choices = tddfa_v3_options(options.choices)
        backbone, dtype = self._library.backbone(choices.backbone), self._dtype(choices)
        call = _Call(options, choices, backbone, dtype, progress, cancel)
        progress(Progress("Loading 3DDFA-V3", 0.0))
        model, network = self._library.face_model(), self._library.regressor(backbone, dtype)
        began = time.perf_counter()
        progress(Progress("Reading the face", 0.1))
        cropped = self._cropped(shots, choices)
        alpha = self._regressed(network, cropped, call)
        coefficients = coefficients_of(alpha, one_person=one_person)
        regress_seconds = (time.perf_counter() - began) / len(shots)
        heads: list[Reconstruction] = []
        for start in range(0, len(shots), self._decoded_at_once):
            rows = slice(start, start + self._decoded_at_once)
            cancel.check()
            progress(Progress("Making the head", 0.2 + 0.8 * start / len(shots)))
            faces = [face for _, face in shots[rows]]
            heads += self._heads(model, cropped[rows], faces, _rows(coefficients, rows), call, regress_seconds)
        progress(Progress("Making the head", 1.0))
        return heads

    def _regressed(self, network: nn.Module, cropped: Sequence[CroppedFace], call: _Call) -> Tensor:
        """(B, 257). Where half precision overflows, which real weights need not but may, full precision answers."""
        try:
            return regress(network, cropped, self._device, call.dtype, call.cancel)
        except FaceviewerError:
            if call.dtype == torch.float32:
                raise
        network = self._library.regressor(call.backbone, torch.float32)
        return regress(network, cropped, self._device, torch.float32, call.cancel)

    def _cropped(self, shots: Sequence[Shot], choices: TddfaV3Options) -> list[CroppedFace]:
        if choices.input == "crop":
            return [cut(photo, whole_picture(photo)) for photo, _ in shots]
        mean_five = self._library.mean_five()
        return [cut(photo, crop_of_face(photo, face, mean_five)) for photo, face in shots]

    def _heads(
        self,
        model: FaceModel,
        cropped: Sequence[CroppedFace],
        faces: Sequence[Face],
        coefficients: Coefficients,
        call: _Call,
        regress_seconds: float,
    ) -> list[Reconstruction]:
        """A batch of faces, decoded and drawn together."""
        with torch.inference_mode():
            began = time.perf_counter()
            decoded = decode(model, coefficients)
            drawing = draw(model, decoded)
            visible = visible_vertices(drawing, decoded)
            vertices = landmark_vertices(model, decoded, coefficients)
            decode_seconds = (time.perf_counter() - began) / len(faces)
            heads = []
            for k, (source, face) in enumerate(zip(cropped, faces, strict=True)):
                call.cancel.check()
                began = time.perf_counter()
                camera = photo_camera(model, coefficients, source.crop, k)
                seen = SeenFace(model, decoded, k, visible, source, camera)
                head = head_of(seen, face, vertices, coefficients, call.options, call.choices)
                if call.choices.published == "yes":
                    head = replace(head, published=published_arrays(seen, drawing, vertices, coefficients))
                seconds = {"fit": regress_seconds + decode_seconds}
                if head.textures:
                    seconds["texture"] = time.perf_counter() - began
                heads.append(replace(head, device=self._device, stages=_stages(call, head), timings=seconds))
            return heads

    def _dtype(self, choices: TddfaV3Options) -> torch.dtype:
        """Half precision pays on graphics cards alone; a processor would be slower with it."""
        return torch.float16 if choices.precision == "half" and self._device == "cuda" else torch.float32


def _rows(coefficients: Coefficients, rows: slice) -> Coefficients:
    return Coefficients(**{name: values[rows] for name, values in vars(coefficients).items()})


def _stages(call: _Call, head: Reconstruction) -> tuple[str, ...]:
    """What ran, with the choices that were made."""
    if call.choices.input == "crop":
        align = "the crop as it is"
    else:
        align = "align by 106 points" if POINTS_106 in head.face.landmarks else "align by 478 points"
    precision = "half precision" if call.dtype == torch.float16 else "full precision"
    texture = (f"texture from the {call.choices.texture}, {call.choices.blend} blend",) if head.textures else ()
    return (align, f"{call.backbone}, {precision}", "decode", *texture)
