"""TRG as an engine: faces to crops, crops to heads before a camera, all in batches.

Data flow: faces -> ``boxes`` (crops) -> ``cameras`` (focal lengths) -> ``regress`` (the network) -> ``heads`` ->
textures, where the file of texture coordinates is there. The files come from ``library``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from faceviewer.assets.places import asset_place
from faceviewer.engines.engine import Shot
from faceviewer.engines.options import ReconstructOptions
from faceviewer.engines.trg.boxes import crop_of_face, points_for_box
from faceviewer.engines.trg.cameras import focal_of
from faceviewer.engines.trg.heads import head_of
from faceviewer.engines.trg.library import Library
from faceviewer.engines.trg.options import chosen_weights
from faceviewer.engines.trg.regress import CroppedFace, cut, regress
from faceviewer.models.trg_face import TrgFace, to_head_mm
from faceviewer.raster.texture import build_texture, build_texture_from_shots
from faceviewer.types import CancelToken, Progress, ProgressCallback, Reconstruction, Texture


def build(device: str, assets: Path | None = None) -> TrgEngine:
    """The engine on ``device`` with the files in ``assets`` (None: the usual place), which are read when needed."""
    return TrgEngine(Library(asset_place(assets), device), device)


@dataclass(frozen=True)
class _Call:
    """What one call is about."""

    options: ReconstructOptions
    one_person: bool
    progress: ProgressCallback
    cancel: CancelToken


class TrgEngine:
    """See ``engines.engine.Engine``."""

    def __init__(self, library: Library, device: str) -> None:
        self._library = library
        self._device = device

    def reconstruct(
        self, shots: Sequence[Shot], *, options: ReconstructOptions, progress: ProgressCallback, cancel: CancelToken
    ) -> list[Reconstruction]:
        """One head per shot. Raises as the protocol says, UsageError for wrong choices."""
        return self._reconstruct(shots, _Call(options, False, progress, cancel))

    def reconstruct_person(
        self, shots: Sequence[Shot], *, options: ReconstructOptions, progress: ProgressCallback, cancel: CancelToken
    ) -> list[Reconstruction]:
        """One head per shot; all have the mean of their meshes, expression included, and one texture of all photos."""
        return self._reconstruct(shots, _Call(options, True, progress, cancel))

    def _reconstruct(self, shots: Sequence[Shot], call: _Call) -> list[Reconstruction]:
        if not shots:
            return []
        weights = self._library.weights(chosen_weights(call.options.choices))
        call.progress(Progress("Loading TRG", 0.0))
        model, network = self._library.face(), self._library.network(weights)
        began = time.perf_counter()
        call.progress(Progress("Reading the face", 0.1))
        sources = [cut(photo, crop_of_face(photo, face), focal_of(photo, call.options)) for photo, face in shots]
        answers = regress(network, model.subset, sources, self._device, call.cancel)
        meshes = [to_head_mm(answer.mesh) for answer in answers]
        if call.one_person:
            meshes = [np.stack(meshes).mean(0, np.float64).astype(np.float32)] * len(meshes)
        heads = [
            head_of(source, face, answer, mesh, model, self._device)
            for source, (_, face), answer, mesh in zip(sources, shots, answers, meshes, strict=True)
        ]
        seconds = (time.perf_counter() - began) / len(shots)
        done = [replace(head, stages=_stages(head, weights), timings={"fit": seconds}) for head in heads]
        return self._textured(sources, done, model, call)

    def _textured(
        self, sources: Sequence[CroppedFace], heads: list[Reconstruction], model: TrgFace, call: _Call
    ) -> list[Reconstruction]:
        """The heads with the photos' colours, where these are wanted and there is a layout for them."""
        if call.options.texture_size is None or not model.has_uv:
            call.progress(Progress("Making the head", 1.0))
            return heads
        began = time.perf_counter()
        textures = self._textures(sources, heads, call.options.texture_size, call)
        seconds = (time.perf_counter() - began) / len(heads)
        call.progress(Progress("Drawing the texture", 1.0))
        return [
            replace(
                head,
                textures={"photo": texture},
                stages=(*head.stages, "texture"),
                timings={**head.timings, "texture": seconds},
            )
            for head, texture in zip(heads, textures, strict=True)
        ]

    def _textures(
        self, sources: Sequence[CroppedFace], heads: list[Reconstruction], size: int, call: _Call
    ) -> list[Texture]:
        views = [(source.photo, head.mesh, head.camera) for source, head in zip(sources, heads, strict=True)]
        delight, device, cancel = call.options.delight, self._device, call.cancel
        if call.one_person:
            shared = build_texture_from_shots(views, size=size, delight=delight, device=device, cancel=cancel)
            return [shared] * len(heads)
        textures = []
        for number, view in enumerate(views):
            call.progress(Progress("Drawing the texture", 0.5 + 0.5 * number / len(views)))
            textures.append(build_texture(*view, size=size, delight=delight, device=device, cancel=cancel))
        return textures


def _stages(head: Reconstruction, weights: str) -> tuple[str, ...]:
    """What ran, with the choices that were made."""
    name, _ = points_for_box(head.face)
    return (f"crop by {name if name == 'box' else f'{name} points'}", f"TRG, {weights}")
