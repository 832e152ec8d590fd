"""Smoothing: calm where the face is still, close where it moves, and all of a face together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from engine_events import FACE

from faceviewer.jobs.smoothing import FaceSmoother, PointFilter
from faceviewer.types import Face

RATE = 30.0
POINTS = FACE.landmarks["478"]
WIDTH = float(FACE.box_xyxy[2] - FACE.box_xyxy[0])


def face_at(xy_px: np.ndarray, blendshapes: np.ndarray | None = None) -> Face:
    points = replace(POINTS, xy_px=xy_px.astype(np.float32))
    box = np.concatenate([xy_px.min(0), xy_px.max(0)]).astype(np.float32)
    return replace(FACE, box_xyxy=box, landmarks={"478": points}, blendshapes=blendshapes)


def xy_of(face: Face) -> np.ndarray:
    return face.landmarks["478"].xy_px


def jitter(faces: list[Face]) -> float:
    return float(np.abs(np.diff([xy_of(face) for face in faces[20:]], axis=0)).mean())


def test_strength_calms_a_still_face() -> None:
    rng = np.random.default_rng(0)
    seen = [face_at(POINTS.xy_px + rng.normal(0, 0.004 * WIDTH, POINTS.xy_px.shape)) for _ in range(90)]
    shown = {}
    for strength in (0.0, 0.5, 1.0):
        smoother = FaceSmoother()
        shown[strength] = [smoother.smooth(face, k / RATE, strength) for k, face in enumerate(seen)]
    assert all(a is b for a, b in zip(shown[0.0], seen, strict=True))
    assert jitter(shown[0.5]) < 0.4 * jitter(seen)
    assert jitter(shown[1.0]) < 0.5 * jitter(shown[0.5])


def test_a_moving_face_is_not_left_behind() -> None:
    """Half a face's width a second, at full strength."""
    smoother, speed = FaceSmoother(), np.array([0.5 * WIDTH, 0])
    for k in range(60):
        now = POINTS.xy_px + speed * k / RATE
        shown = smoother.smooth(face_at(now), k / RATE, 1.0)
    lag = np.abs(xy_of(shown) - now)[:, 0] / WIDTH
    assert lag.max() < 0.03


def test_a_blink_comes_through_while_the_head_is_still() -> None:
    smoother = FaceSmoother()
    for k in range(40):
        lid = np.zeros(POINTS.xy_px.shape)
        lid[:10, 1] = 0.06 * WIDTH if k >= 35 else 0.0
        shown = smoother.smooth(face_at(POINTS.xy_px + lid, np.full(52, float(k >= 35), np.float32)), k / RATE, 0.5)
    moved = (xy_of(shown) - POINTS.xy_px)[:, 1] / (0.06 * WIDTH)
    assert moved[:10].min() > 0.7 and np.abs(moved[10:]).max() < 0.05
    assert shown.blendshapes is not None and shown.blendshapes.min() > 0.7


def test_the_whole_face_changes_together() -> None:
    smoother = FaceSmoother()
    smoother.smooth(FACE, 0.0, 0.8)
    shown = smoother.smooth(face_at(POINTS.xy_px + 9.0, FACE.blendshapes), 1 / RATE, 0.8)
    xy_px = xy_of(shown)
    np.testing.assert_array_equal(shown.box_xyxy, [*xy_px.min(0), *xy_px.max(0)])
    assert not np.allclose(xy_px, POINTS.xy_px + 9.0) and not np.allclose(xy_px, POINTS.xy_px)
    assert shown.landmarks["478"].z_px is not None and shown.score == FACE.score


def test_nothing_is_smoothed_across_a_leap() -> None:
    smoother = FaceSmoother()
    smoother.smooth(FACE, 0.0, 1.0)
    elsewhere = face_at(POINTS.xy_px + np.array([0.9 * WIDTH, 0]))
    np.testing.assert_allclose(xy_of(smoother.smooth(elsewhere, 1 / RATE, 1.0)), xy_of(elsewhere), atol=1e-3)
    smoother.reset()
    np.testing.assert_allclose(xy_of(smoother.smooth(FACE, 2 / RATE, 1.0)), POINTS.xy_px, atol=1e-3)


def test_the_strength_may_change_at_any_moment() -> None:
    smoother, rng = FaceSmoother(), np.random.default_rng(1)
    shown = []
    for k in range(60):
        seen = face_at(POINTS.xy_px + rng.normal(0, 0.004 * WIDTH, POINTS.xy_px.shape))
        shown.append(xy_of(smoother.smooth(seen, k / RATE, 0.2 if k < 40 else 1.0)))
    steps = np.abs(np.diff(shown, axis=0)).mean((1, 2))
    assert steps[45:].mean() < 0.4 * steps[20:40].mean()
    assert steps[39:45].max() < 2 * steps[20:40].max()  # no leap at the change


@pytest.mark.parametrize("rate", [10.0, 30.0, 120.0])
def test_the_pace_of_the_frames_does_not_change_the_calm(rate: float) -> None:
    """After one step, half a second later, a filter stands at the same place however many frames came between."""
    calm = PointFilter(0.0)
    calm.filter(np.zeros((1, 1)), 0.0, 0.8)
    for k in range(1, round(rate / 2) + 1):
        value = calm.filter(np.ones((1, 1)), k / rate, 0.8)
    assert value.item() == pytest.approx(0.85, abs=0.1)


@pytest.mark.parametrize("time_s", [1.0, 0.2])
def test_time_that_stands_still_or_goes_back_begins_anew(time_s: float) -> None:
    calm = PointFilter(1.0)
    calm.filter(np.zeros((3, 2)), 1.0, 1.0)
    np.testing.assert_array_equal(calm.filter(np.ones((3, 2)), time_s, 1.0), np.ones((3, 2)))
