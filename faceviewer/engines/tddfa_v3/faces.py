"""Photos to faces with 106 points, as 3DDFA-V3 finds them: RetinaFace, then two looks of the 106-point network.

Photos and faces are batched. A face costs what its own pixels cost, however large the photo around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import nn

from faceviewer.detection import landmarks106, retinaface
from faceviewer.detection.landmarks106 import FaceSquare
from faceviewer.detection.retinaface import Detections, Letterbox
from faceviewer.networks.inference import exact, for_inference, to_input
from faceviewer.types import CancelToken

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class FoundFace:
    """One face. Positions are pixel indices as in the published code: (0, 0) is the middle of the first pixel."""

    box_xyxy: np.ndarray
    """(4,) int64, left, top, right, bottom; may reach beyond the photo."""
    score: float
    """RetinaFace's certainty, 0.7 to 1."""
    points106_xy: np.ndarray
    """(106, 2) float64."""

    @property
    def five_xy(self) -> np.ndarray:
        """(5, 2) eyes, nose, corners of the mouth, left first: what ``geometry.crop224`` aligns (with y up)."""
        return self.points106_xy[list(landmarks106.FIVE_POINTS)]


class FaceFinder:
    """The two networks with all that surrounds them. One instance is used by one thread at a time."""

    def __init__(
        self, detector: nn.Module, landmarker: nn.Module, device: str = "cpu", dtype: torch.dtype = torch.float32
    ) -> None:
        """Take over the networks "retinaface" and "large_base" of ``networks.published``; they are changed."""
        self._detector = for_inference(detector, device, dtype)
        self._landmarker = for_inference(landmarker, device, dtype)
        self._device, self._dtype = device, dtype
        # a processor's caches hold the features of few pictures, a graphics card has thousands of cores to feed
        self._photos_at_once, self._faces_at_once = (1, 2) if device == "cpu" else (8, 64)

    def find(
        self, photos: Sequence[np.ndarray], *, at_most: int | None = None, cancel: CancelToken | None = None
    ) -> list[list[FoundFace]]:
        """Per photo its faces, the most certain first.

        photos: (H, W, 3) uint8, sRGB, upright, of any sizes. at_most: faces per photo; all when None. What lies outside
        the photo, so that the 106-point network has nothing to look at, is no face. Raises Cancelled.
        """
        detected = self.detect(photos, cancel=cancel)
        looks = [
            (number, row) for number, found in enumerate(detected) for row in _inside(found, photos[number])[:at_most]
        ]
        points = self.landmarks([(photos[n], detected[n].boxes_xyxy[row]) for n, row in looks], cancel=cancel)
        faces: list[list[FoundFace]] = [[] for _ in photos]
        for (number, row), xy in zip(looks, points, strict=True):
            if xy is not None:
                found = detected[number]
                faces[number].append(FoundFace(found.boxes_xyxy[row], float(found.scores[row]), xy))
        return faces

    def detect(self, photos: Sequence[np.ndarray], *, cancel: CancelToken | None = None) -> list[Detections]:
        """RetinaFace alone: per photo what it lists, the most certain first."""
        found = []
        for some in _chunks(photos, self._photos_at_once, cancel):
            boxes = [Letterbox((rgb.shape[1], rgb.shape[0])) for rgb in some]
            shown = np.stack([box.network_input(rgb) for box, rgb in zip(boxes, some, strict=True)])
            with exact():
                raw = self._detector(to_input(shown, self._device, self._dtype))
                outputs = [output.float().cpu().numpy() for output in raw]
            found += [retinaface.read_detections(*per_photo) for per_photo in zip(*outputs, boxes, strict=True)]
        return found

    def landmarks(
        self, boxes: Sequence[tuple[np.ndarray, np.ndarray]], *, cancel: CancelToken | None = None
    ) -> list[np.ndarray | None]:
        """The 106-point network alone: per (photo, (4,) box) its points, (106, 2) float64.

        None where the network would see nothing of the photo.
        """
        photos = [rgb for rgb, _ in boxes]
        first = self._look(photos, [FaceSquare.around_box(box) for _, box in boxes], cancel)
        again = [None if xy is None else FaceSquare.around_points(xy) for xy in first]
        return self._look(photos, again, cancel)

    def _look(
        self, photos: Sequence[np.ndarray], squares: Sequence[FaceSquare | None], cancel: CancelToken | None
    ) -> list[np.ndarray | None]:
        seen: list[np.ndarray | None] = [None] * len(squares)
        looks = [
            (k, photos[k], square)
            for k, square in enumerate(squares)
            if square is not None and square.shows_something((photos[k].shape[1], photos[k].shape[0]))
        ]
        for some in _chunks(looks, self._faces_at_once, cancel):
            crops = landmarks106.network_input([square.crop(rgb) for _, rgb, square in some])
            with exact():
                outputs = self._landmarker(to_input(crops, self._device, self._dtype)).cpu().numpy()
            for (k, _, square), output in zip(some, outputs, strict=True):
                seen[k] = square.to_photo(output)
        return seen


def _inside(found: Detections, rgb: np.ndarray) -> list[int]:
    """The rows whose faces the 106-point network can look at."""
    size = rgb.shape[1], rgb.shape[0]
    squares = [FaceSquare.around_box(box) for box in found.boxes_xyxy]
    return [row for row, square in enumerate(squares) if square.shows_something(size)]


def _chunks(items: Sequence[T], size: int, cancel: CancelToken | None) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        if cancel is not None:
            cancel.check()
        yield items[start : start + size]
