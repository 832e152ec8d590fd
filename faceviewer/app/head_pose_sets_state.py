"""What is known of a head-pose data set at one moment: what is open, what was searched, the chosen sample, a result."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from faceviewer.app.models_state import Said
from faceviewer.types import Camera, Photo, Progress, Reconstruction

if TYPE_CHECKING:  # the data sets' modules would cost the start-up
    from faceviewer.datasets.head_pose.sample import HeadPoseDataset, HeadSample


ANY_TURN, NOT_LOOKED, TURN_UNKNOWN, TURNED_BEYOND = -4, -3, -2, -1
"""What stands in place of the number of one of ``evaluation.columns.YAW_BINS``: all samples are shown; nobody has
looked yet; the sample cannot be read or tells no rotation; the head is turned further than the last bin reaches."""


@dataclass(frozen=True)
class HeadPoseLayers:
    """What is drawn over both photos."""

    landmarks: bool = True
    axes: bool = True
    box: bool = True
    mesh: bool = False


@dataclass(frozen=True, eq=False)
class FaceDrawing:
    """What can be drawn of one face over its photo; what is not known is None."""

    landmarks_px: np.ndarray | None = None
    """(68, 2)."""
    axes: Camera | None = None
    """Through it the head's axes are seen; of a pose without a place, a stand-in that puts them on the face."""
    box_ltrb: np.ndarray | None = None
    """(4,)."""
    head: Reconstruction | None = None
    """Its mesh, seen by its camera; None where the mesh's place is not known."""
    points_px: np.ndarray | None = None
    """(V, 2): vertices of which nobody knows the triangles."""


@dataclass(frozen=True, eq=False)
class HeadPoseFound:
    """Some samples of a data set."""

    rows: np.ndarray
    """(n,) int32, growing, into the data set's keys."""


@dataclass(frozen=True, eq=False)
class HeadPoseChosen:
    """The chosen sample, as far as it could be read."""

    key: str
    sample: HeadSample | None = None
    """None when its annotation cannot be read."""
    photo: Photo | None = None
    """None when it cannot be read."""
    drawing: FaceDrawing = FaceDrawing()
    true_head: Reconstruction | None = None
    """The true mesh as a head, for comparing; None without one, or where its triangles are not known."""
    troubles: tuple[str, ...] = ()
    """Why something is missing, in a sentence each."""


@dataclass(frozen=True)
class PoseRow:
    """One line of the table; empty where a thing is not known."""

    name: str
    truth: str = ""
    result: str = ""
    difference: str = ""
    explanation: str = ""


@dataclass(frozen=True, eq=False)
class HeadPoseMade:
    """What an engine made of a sample."""

    key: str
    engine: str
    result: Reconstruction
    drawing: FaceDrawing
    focal_px: float | None = None
    """What the engine was told of the data set's camera; None for nothing."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class HeadPoseSetsState:
    """The default is that of nobody having looked."""

    folder: Path | None = None
    kind: str = "auto"
    """As it is asked for: a kind of ``datasets.head_pose.opening``, or "auto"."""
    part: str | None = None
    """Of a data set that has some; None for the usual one."""
    dataset: HeadPoseDataset | None = None
    opening: bool = False
    text: str = ""
    """What is searched for among the keys."""
    named: HeadPoseFound | None = None
    """The samples that the search has, however their heads are turned."""
    searching: bool = False
    turned: int = ANY_TURN
    """How far the heads are turned that are shown, to either side: a number of ``evaluation.columns.YAW_BINS``,
    ``TURNED_BEYOND``, ``TURN_UNKNOWN`` or ``ANY_TURN``."""
    turns: np.ndarray | None = None
    """(N,) int8, the same of each sample's true yaw, or ``NOT_LOOKED``; None before anybody asked."""
    looking: bool = False
    """Samples are read to see how far their heads are turned."""
    found: HeadPoseFound | None = None
    """What is shown: of ``named`` those that are turned so, as far as they were looked at."""
    layers: HeadPoseLayers = HeadPoseLayers()
    chosen: HeadPoseChosen | None = None
    reading: bool = False
    engine: str = ""
    """Id of the engine that makes heads here; empty for that of the settings."""
    true_focal: bool = False
    """Tell the engine the focal length of the data set's camera, where both know of one."""
    job: Progress | None = None
    """How far the engine is; None when it does nothing for this."""
    made: HeadPoseMade | None = None
    """Of the chosen sample, by the chosen engine."""
    failed: bool = False
    """The engine was asked for the head of the chosen sample, and made none."""
    rows: tuple[PoseRow, ...] = ()
    """Truth and result of the chosen sample beside each other."""
    said: tuple[Said, ...] = ()
    """What came of the last action."""
