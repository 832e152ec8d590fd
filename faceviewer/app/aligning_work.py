"""Cutting faces out of photos in the manner of FFHQ and writing them: what runs away from the window's thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceviewer.app.aligning_state import AlignChoices
from faceviewer.datasets.ffhq.align_photo import align_face, landmarks68
from faceviewer.datasets.ffhq.options import AlignOptions
from faceviewer.io.atomic import remove_stale, write_atomically
from faceviewer.io.images import encode_png
from faceviewer.types import Cancelled, CancelToken, FaceviewerError, Progress, ProgressCallback, Reconstruction

PREVIEW_PX = 320


@dataclass(frozen=True, eq=False)
class FaceToAlign:
    """One face, and where its picture goes."""

    title: str
    rgb: np.ndarray
    """(H, W, 3) uint8: the photo."""
    result: Reconstruction
    target: Path


@dataclass(frozen=True)
class Aligned:
    """What came of it."""

    written: tuple[Path, ...]
    troubles: tuple[str, ...]
    stopped: bool = False


def preview(rgb: np.ndarray, result: Reconstruction, choices: AlignChoices) -> np.ndarray:
    """(PREVIEW_PX, PREVIEW_PX, 3) uint8. Raises FaceviewerError when the face cannot be aligned."""
    options = AlignOptions(size=PREVIEW_PX, rotation=choices.rotation, padding=choices.padding)
    return align_face(rgb, landmarks68(result), options).rgb


def align_all(
    faces: Sequence[FaceToAlign], choices: AlignChoices, progress: ProgressCallback, cancel: CancelToken
) -> Aligned:
    """Write each face as PNG, whole or not at all; faces that cannot be aligned are told and do not stop others."""
    options = AlignOptions(size=choices.size, rotation=choices.rotation, padding=choices.padding)
    written: list[Path] = []
    troubles: list[str] = []
    for folder in {face.target.parent for face in faces}:
        remove_stale(folder)
    try:
        for number, face in enumerate(faces):
            cancel.check()
            progress(Progress(f"Aligning {face.title}", number / len(faces)))
            try:
                aligned = align_face(face.rgb, landmarks68(face.result), options).rgb
                data = encode_png(aligned)
                write_atomically(face.target, lambda path, data=data: path.write_bytes(data))
            except FaceviewerError as error:
                troubles.append(f"{face.title}: {error}")
            else:
                written.append(face.target)
    except Cancelled:
        return Aligned(tuple(written), tuple(troubles), stopped=True)
    return Aligned(tuple(written), tuple(troubles))
