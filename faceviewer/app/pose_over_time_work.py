"""The analysis of head poses over time, as the application wishes for it. For a background thread."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

from faceviewer.app.pose_over_time_state import PoseWish
from faceviewer.engines.needs import missing_for
from faceviewer.engines.options import ReconstructOptions
from faceviewer.engines.registry import EngineChoice, engine_spec
from faceviewer.jobs.pose_frames import PoseSource
from faceviewer.jobs.pose_series import PoseSeries
from faceviewer.jobs.pose_video import PoseRequest, analyse_poses
from faceviewer.types import CancelToken, FaceviewerError, Progress, ProgressCallback

_BETWEEN_REPORTS_S = 0.1


def analyse(
    wish: PoseWish, choice: EngineChoice, choices: Mapping[str, str], progress: ProgressCallback, cancel: CancelToken
) -> PoseSeries:
    """Everybody's poses. Raises FaceviewerError, also when the engine lacks files, and Cancelled."""
    if wish.source is None:
        raise FaceviewerError("no video was chosen")
    if missing := missing_for(engine_spec(choice.id), choice.assets):
        raise FaceviewerError(f"{missing[0].upper()}{missing[1:]}. Tools > Models tells more")
    options = ReconstructOptions(fov_deg=wish.fov_deg, texture_size=None, choices=choices)
    request = PoseRequest(PoseSource(wish.source, wish.every), choice, options, wish.people)
    return analyse_poses(request, progress=_seldom(progress), cancel=cancel)


def _seldom(progress: ProgressCallback) -> ProgressCallback:
    """Tells no more than somebody can read: each report makes the window draw."""
    told_s = -math.inf

    def tell(step: Progress) -> None:
        nonlocal told_s
        if (now := time.monotonic()) - told_s >= _BETWEEN_REPORTS_S:
            told_s = now
            progress(step)

    return tell
