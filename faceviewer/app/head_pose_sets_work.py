"""Questions to a head-pose data set that take a while. For a background thread."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from faceviewer.app.head_pose_sets_state import TURN_UNKNOWN, HeadPoseChosen, HeadPoseFound
from faceviewer.app.head_pose_truth import true_head, truth_drawing
from faceviewer.datasets.head_pose.opening import open_dataset
from faceviewer.datasets.head_pose.sample import HeadPoseDataset, HeadSample
from faceviewer.evaluation.metrics import angles_deg
from faceviewer.io.photo import load_photo
from faceviewer.types import CancelToken, FaceviewerError, Photo

_AT_ONCE = 20_000
_SLICE_S = 0.25
"""So long samples are looked at before a sample that was clicked meanwhile, or a search, has its turn."""


def open_set(folder: Path, kind: str, part: str | None) -> HeadPoseDataset:
    """Raises FaceviewerError."""
    return open_dataset(folder, kind=kind, part=part, titled=True)


def find(dataset: HeadPoseDataset, text: str, cancel: CancelToken) -> HeadPoseFound:
    """The samples whose key holds all words of ``text``, in whatever case. Raises Cancelled."""
    words, count = text.lower().split(), len(dataset.keys)
    if not words:
        return HeadPoseFound(np.arange(count, dtype=np.int32))
    fitting: list[int] = []
    for first in range(0, count, _AT_ONCE):
        cancel.check()
        keys = dataset.keys[first : first + _AT_ONCE]
        fitting += [row for row, key in enumerate(keys, first) if all(word in key.lower() for word in words)]
    return HeadPoseFound(np.array(fitting, np.int32))


def read(dataset: HeadPoseDataset, key: str, cancel: CancelToken) -> HeadPoseChosen:
    """One sample with its photo, as far as they can be read. Raises Cancelled."""
    troubles: list[str] = []
    sample = photo = None
    try:
        sample = dataset.sample(key)
    except FaceviewerError as error:
        troubles.append(_sentence(error))
    cancel.check()
    try:
        photo = load_photo(dataset.photo_path(key) if sample is None else sample.photo)
    except FaceviewerError as error:
        troubles.append(_sentence(error))
    cancel.check()
    if sample is None:
        return HeadPoseChosen(key, None, photo, troubles=tuple(troubles))
    head = true_head(sample)
    drawing = truth_drawing(sample.truth, _size(sample, photo), head)
    return HeadPoseChosen(key, sample, photo, drawing, head, tuple(troubles))


def turns(dataset: HeadPoseDataset, rows: np.ndarray, cancel: CancelToken) -> np.ndarray:
    """(n,) int8: how far the heads of the first n of ``rows`` are turned, as ``HeadPoseSetsState.turns`` counts it.

    n is as many as can be read within ``_SLICE_S``, at least one. Raises Cancelled.
    """
    from faceviewer.evaluation.columns import yaw_bin  # brings scipy, which opening a data set does not wait for

    until, yaws = time.monotonic() + _SLICE_S, list[float]()
    for row in rows:
        cancel.check()
        yaws.append(_true_yaw_deg(dataset, dataset.keys[int(row)]))
        if time.monotonic() >= until:
            break
    numbers = yaw_bin({"yaw_true_deg": np.array(yaws, np.float64)})
    return np.where(np.isfinite(yaws), numbers, TURN_UNKNOWN).astype(np.int8)


def _true_yaw_deg(dataset: HeadPoseDataset, key: str) -> float:
    """As the data set counts it; NaN where the sample cannot be read or tells no rotation."""
    try:
        R = dataset.sample(key).truth.R_camera_head
    except FaceviewerError:  # the sample tells why when it is chosen
        return np.nan
    return np.nan if R is None else float(angles_deg(R[None], dataset.angles)[0, 0])


def _size(sample: HeadSample, photo: Photo | None) -> tuple[int, int]:
    if photo is not None:
        return photo.size
    K = sample.truth.K
    return (1, 1) if K is None else (round(2 * float(K[0, 2])), round(2 * float(K[1, 2])))


def _sentence(error: FaceviewerError) -> str:
    return f"{str(error).removesuffix('.')}."
