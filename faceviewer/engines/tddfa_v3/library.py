"""The user's files of 3DDFA-V3 as what they are for: networks and face model, each read when first needed.

A file that appears, disappears or changes while the program runs is noticed at the next use.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from faceviewer.assets import tddfa_v3 as files
from faceviewer.assets.loading import load_asset
from faceviewer.assets.places import Located, Place, locate
from faceviewer.engines.kept_files import KeptFiles
from faceviewer.engines.tddfa_v3.faces import FaceFinder
from faceviewer.geometry.crop224 import five_of_68
from faceviewer.io.safe_load import load_cached
from faceviewer.models.tddfa_v3.face_model import FaceModel, load_face_model
from faceviewer.networks.inference import for_inference
from faceviewer.networks.published import load_published

BACKBONES = {"resnet50": files.RESNET50, "mbnetv3": files.MOBILENET_V3}
"""Name of the option -> its file; the first that is there is taken where none is named."""


class Library:
    """What the files in one place hold, for one device. Used by one thread at a time."""

    def __init__(self, place: Place, device: str) -> None:
        self._place = place
        self._device = device
        self._kept = KeptFiles()

    @property
    def located(self) -> Located:
        """The files as they lie there now."""
        return locate(files.TDDFA_V3, self._place)

    def face_model(self) -> FaceModel:
        """The face model. Raises FaceviewerError when its file is missing or unusable."""
        path = self.located.path(files.FACE_MODEL)
        return self._kept.get("face model", [path], lambda: load_face_model(path))

    def backbone(self, wanted: str) -> str:
        """The backbone, a key of ``BACKBONES``, that the option ``wanted`` means with the files that are there."""
        if wanted != "auto":
            return wanted
        there = self.located.files
        return next((name for name, file in BACKBONES.items() if file in there), next(iter(BACKBONES)))

    def regressor(self, backbone: str, dtype: torch.dtype) -> nn.Module:
        """The network that reads coefficients from crops. Raises FaceviewerError as ``face_model``."""
        path = self.located.path(BACKBONES[backbone])
        return self._kept.get((backbone, dtype), [path], lambda: self._ready(backbone, path, dtype))

    def face_finder(self, dtype: torch.dtype) -> FaceFinder:
        """RetinaFace and the 106 points. Raises FaceviewerError when one of the two files is missing or unusable."""
        detector, points = (self.located.path(name) for name in (files.RETINAFACE, files.LARGE_BASE))

        def build() -> FaceFinder:
            networks = self._read("retinaface", detector), self._read("large_base", points)
            return FaceFinder(*networks, self._device, dtype)

        return self._kept.get(("face finder", dtype), [detector, points], build)

    @property
    def has_face_finder(self) -> bool:
        """Whether both of its files are there."""
        return {files.RETINAFACE, files.LARGE_BASE} <= self.located.files.keys()

    def mean_five(self) -> np.ndarray:
        """(5, 3) eyes, nose and mouth corners of the mean face. Raises FaceviewerError as ``face_model``."""
        located = self.located
        path = located.path(files.ALIGNMENT)

        def read() -> np.ndarray:
            arrays = load_asset(located, files.ALIGNMENT)
            assert isinstance(arrays, dict)  # it was checked against its declaration
            return five_of_68(np.asarray(arrays["lm"], np.float64))

        return self._kept.get("mean five", [path], read)

    def _ready(self, kind: str, path: Path, dtype: torch.dtype) -> nn.Module:
        return for_inference(self._read(kind, path), self._device, dtype)

    @staticmethod
    def _read(kind: str, path: Path) -> nn.Module:
        checkpoint = load_cached(path, "checkpoint")
        return load_published(kind, checkpoint if isinstance(checkpoint, dict) else {}, str(path))
