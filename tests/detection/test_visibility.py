from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.detection.canonical import canonical_face
from faceviewer.detection.topology import LEFT_IRIS, MIRRORED_IRISES, RIGHT_IRIS
from faceviewer.detection.visibility import visible_points

RIGHT_CHEEK, LEFT_CHEEK, NOSE_TIP = 234, 454, 1


def _seen(yaw_deg: float, scale: float = 100.0) -> np.ndarray:
    """(478,) bool for the canonical face turned to the subject's left by ``yaw_deg``."""
    c, s = np.cos(np.radians(yaw_deg)), np.sin(np.radians(yaw_deg))
    xyz = np.zeros((478, 3))
    xyz[:468] = canonical_face().xyz_cm
    xyz[468:] = xyz[[159, 159, 159, 159, 159, 386, 386, 386, 386, 386]]
    turned = xyz @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]).T * scale
    return visible_points(turned[:, :2] * [1, -1] + 300, -turned[:, 2])


def test_from_the_front_nearly_all_is_seen() -> None:
    seen = _seen(0)
    assert seen[:468].mean() > 0.9 and seen[NOSE_TIP] and seen[RIGHT_IRIS].all() and seen[LEFT_IRIS].all()


@pytest.mark.parametrize(("yaw", "hidden", "shown"), [(70, LEFT_CHEEK, RIGHT_CHEEK), (-70, RIGHT_CHEEK, LEFT_CHEEK)])
def test_the_far_side_of_a_profile_is_hidden(yaw: float, hidden: int, shown: int) -> None:
    seen = _seen(yaw)
    assert not seen[hidden] and seen[shown]
    irises = {LEFT_CHEEK: LEFT_IRIS, RIGHT_CHEEK: RIGHT_IRIS}
    assert not seen[irises[hidden]].any() and seen[irises[shown]].all()


def test_the_nose_hides_the_far_cheek_beside_it() -> None:
    beside_left_nostril = 360  # turned to the camera at 40 degrees, but behind the nose
    assert _seen(-10)[beside_left_nostril] and not _seen(50)[beside_left_nostril]


def test_less_is_seen_the_more_the_head_turns() -> None:
    counts = [int(_seen(yaw).sum()) for yaw in (0, 20, 40, 60, 80)]
    assert counts == sorted(counts, reverse=True)


@given(st.floats(-80, 80))
def test_mirrored_faces_show_mirrored_points(yaw_deg: float) -> None:
    mirrored = np.concatenate([canonical_face().mirrored[:468], MIRRORED_IRISES])
    assert (_seen(yaw_deg)[mirrored] == _seen(-yaw_deg)).mean() > 0.97  # cells of the depth grid fall differently


@pytest.mark.parametrize("scale", [0.01, 1.0, 5000.0])
def test_size_does_not_matter(scale: float) -> None:
    assert (_seen(35, scale) == _seen(35)).all()


def test_points_that_collapse_are_no_error() -> None:
    assert visible_points(np.zeros((478, 2)), np.zeros(478)).shape == (478,)
