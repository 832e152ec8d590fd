"""An engine for tests that takes no time: the made-up head of ``factories`` for every face.

``register_fake()`` makes it known through the registry as "fake". What it does can be steered by the photo's file
name, so that it works the same in worker processes: ``slow`` takes long, ``patient`` too but can be cancelled,
``crash`` ends the process, ``bug`` raises, ``huge`` does not fit into a graphics card.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from factories import make_reconstruction

from faceviewer.engines.engine import Shot
from faceviewer.engines.options import ReconstructOptions, UsageError
from faceviewer.engines.registry import EngineSpec, register
from faceviewer.types import CancelToken, Face, FaceviewerError, Photo, Progress, ProgressCallback, Reconstruction

FAKE = EngineSpec(
    id="fake",
    title="Made-up head",
    licence="none",
    needs=(),
    outputs=frozenset({"mesh", "texture"}),
    factory="fake_engine:build",
)


def register_fake() -> None:
    register(FAKE)


def build(device: str, assets: Path | None = None) -> FakeEngine:
    return FakeEngine(device)


def refuse(device: str, assets: Path | None = None) -> FakeEngine:
    raise UsageError("the engine cannot be loaded")


class FakeEngine:
    def __init__(self, device: str) -> None:
        self._device = device

    def reconstruct(
        self,
        shots: Sequence[Shot],
        *,
        options: ReconstructOptions,
        progress: ProgressCallback,
        cancel: CancelToken,
    ) -> list[Reconstruction]:
        for step in range(5):
            cancel.check()
            progress(Progress("Fitting", step / 5))
        for photo, _ in shots[:1]:
            self._misbehave(photo, cancel)
        for photo, face in shots:
            self._refuse_small(photo, face)
        return [self._head(photo, face, options) for photo, face in shots]

    def _refuse_small(self, photo: Photo, face: Face) -> None:
        """The one that is asked for such a photo refuses all faces that are not the large one of it."""
        if "picky" in photo.name and face.box_xyxy[0] > photo.size[0] / 2:
            raise FaceviewerError(f"{photo.path}: the network gave no usable numbers for it")

    def _misbehave(self, photo: Photo, cancel: CancelToken) -> None:
        if "slow" in photo.name:
            time.sleep(30)
        if "patient" in photo.name:
            for _ in range(3000):
                cancel.check()
                time.sleep(0.01)
        if "huge" in photo.name and self._device != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory")
        if "crash" in photo.name:
            os.kill(os.getpid(), signal.SIGKILL)
        if "bug" in photo.name:
            raise ZeroDivisionError("division by zero")
        if "stubborn" in photo.name:
            raise FaceviewerError(f"{photo.path}: the face cannot be fitted")

    def reconstruct_person(
        self,
        shots: Sequence[Shot],
        *,
        options: ReconstructOptions,
        progress: ProgressCallback,
        cancel: CancelToken,
    ) -> list[Reconstruction]:
        results = self.reconstruct(shots, options=options, progress=progress, cancel=cancel)
        return [replace(result, warnings=(f"{len(shots)} shots",)) for result in results]

    def _head(self, photo: Photo, face: Face, options: ReconstructOptions) -> Reconstruction:
        made = make_reconstruction(texture_size=options.texture_size and 64, size=photo.size)
        return replace(
            made,
            photo_name=photo.name,
            photo_sha256=photo.sha256,
            engine="fake",
            device=self._device,
            face=face,
            focal_from="engine",
        )
