"""Fixtures for the tests of head-pose data sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from head_pose_factory import Made

from faceviewer.datasets.head_pose.sample import HeadPoseDataset

Close = Callable[..., None]


@pytest.fixture
def as_made() -> Callable[[HeadPoseDataset, Made], None]:
    """Asserts that a data set gives what was laid out, sample by sample."""

    def check(there: HeadPoseDataset, made: Made) -> None:
        assert list(there.keys) == made.keys
        for key in made.keys:
            sample = there.sample(key)
            assert (sample.key, sample.photo, there.photo_path(key)) == (key, made.photos[key], made.photos[key])
            for name, expected, tolerance in (
                ("R_camera_head", made.R, 1e-6),
                ("t_camera_head_mm", made.t_mm, 1e-3),
                ("vertices_mm", made.vertices_mm, 1e-4),
                ("landmarks68_px", {} if there.id == "biwi" else made.landmarks_px, 1e-3),
            ):
                if key in expected:
                    np.testing.assert_allclose(getattr(sample.truth, name), expected[key], atol=tolerance, rtol=0)

    return check


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    return tmp_path / "dataset"
