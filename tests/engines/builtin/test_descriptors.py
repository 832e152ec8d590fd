"""Descriptors: the same face gives the same numbers wherever, however large and however bright it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from faceviewer.detection import FaceDetector
from faceviewer.engines.builtin import BuiltinEngine, build
from faceviewer.engines.builtin.descriptors import (
    SIDE_PX,
    cut_out,
    describe,
    direction_cells,
    make_spots,
    spread_out,
)
from faceviewer.engines.builtin.fit import FitState, Observations
from faceviewer.engines.builtin.stages import observe
from faceviewer.engines.options import ReconstructOptions
from faceviewer.io.cv import cv2
from faceviewer.io.photo import load_photo
from faceviewer.io.resources import resource_path

SPOTS = np.arange(0, 468, 6)
Shown = tuple[np.ndarray, Observations, FitState]


@pytest.fixture(scope="module")
def engine() -> BuiltinEngine:
    return build("cpu")


@pytest.fixture(scope="module")
def shown(engine) -> Shown:
    """The sample, what was seen of it, and its fit."""
    photo = load_photo(resource_path("sample.jpg"))
    shots = [(photo, face) for face in FaceDetector().detect(photo.rgb)[:1]]
    observed = observe(engine.points, engine.landmark_sd_mm, shots, [0], ReconstructOptions())
    return photo.rgb, observed, engine.fit(observed)


def described(engine: BuiltinEngine, rgb: np.ndarray, observed: Observations, state: FitState) -> torch.Tensor:
    return describe(make_spots(engine.head, "478", SPOTS, "cpu"), [rgb], observed, state)[0]


def likeness(a: torch.Tensor, b: torch.Tensor) -> float:
    return torch.corrcoef(torch.stack([a, b]))[0, 1].item()


def test_a_shifted_photo_is_described_alike(engine, shown):
    rgb, observed, state = shown
    padded = np.pad(rgb, ((40, 0), (25, 0), (0, 0)), mode="edge")
    moved = replace(observed, centre_px=observed.centre_px + torch.tensor([25.0, 40.0]))
    torch.testing.assert_close(
        described(engine, padded, moved, state), described(engine, rgb, observed, state), rtol=0, atol=0.03
    )


@pytest.mark.parametrize("factor", [0.6, 1.7])
def test_the_size_of_the_photo_does_not_matter(engine, shown, factor):
    rgb, observed, state = shown
    size = round(rgb.shape[1] * factor), round(rgb.shape[0] * factor)
    resized = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
    larger = replace(observed, centre_px=torch.tensor([size]) / 2)
    nearer = replace(state, log_focal=state.log_focal + np.log(factor))
    assert likeness(described(engine, resized, larger, nearer), described(engine, rgb, observed, state)) > 0.95


@pytest.mark.parametrize("gain", [0.7, 1.2])
def test_the_brightness_of_the_photo_does_not_matter(engine, shown, gain):
    rgb, observed, state = shown
    exposed = (rgb * gain).clip(0, 255).astype(np.uint8)
    assert likeness(described(engine, exposed, observed, state), described(engine, rgb, observed, state)) > 0.97


def test_another_picture_is_described_otherwise(engine, shown):
    rgb, observed, state = shown
    noise = np.random.default_rng(0).integers(0, 255, rgb.shape).astype(np.uint8)
    assert likeness(described(engine, noise, observed, state), described(engine, rgb, observed, state)) < 0.5


def test_spots_that_face_away_say_nothing(engine, shown):
    rgb, observed, state = shown
    about = torch.diag(torch.tensor([-1.0, 1.0, -1.0]))
    behind = replace(state, R=state.R @ about)
    found = described(engine, rgb, observed, behind).reshape(len(SPOTS), -1)
    assert (found == 0).all(1).float().mean() > 0.7
    assert (described(engine, rgb, observed, state).reshape(len(SPOTS), -1) == 0).all(1).float().mean() < 0.3


def test_the_cut_out_is_where_it_says():
    """One bright pixel, (60, 50) counted from 0, at twice the size: around (2 * 60.5, 2 * 50.5)."""
    rgb = np.zeros((100, 120, 3), np.uint8)
    rgb[50, 60] = 255
    cut = cut_out(rgb, np.array([[2.0, 0, 0], [0, 2.0, 0]]))
    cut = cut - cut.min()
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX] + 0.5
    assert np.array([(cut * x).sum(), (cut * y).sum()]) / cut.sum() == pytest.approx([121, 101], abs=0.05)


def test_a_face_beyond_the_photo_is_described_by_its_edge():
    rgb = np.full((40, 40, 3), 90, np.uint8)
    assert np.ptp(cut_out(rgb, np.array([[1.0, 0, 500], [0, 1.0, 500]]))) == 0


def test_an_edge_brightens_in_one_direction():
    ramp = np.tile(np.where(np.arange(SIDE_PX) < SIDE_PX // 2, 3.0, 4.0).astype(np.float32), (SIDE_PX, 1))
    cells = direction_cells(ramp)[SIDE_PX // 2, SIDE_PX // 2]
    assert cells.argmax() == 0 and cells[0] > 0.5
    assert cells[3:6].max() < 1e-3


def test_points_are_chosen_apart():
    line = np.c_[np.arange(101.0), np.zeros(101), np.zeros(101)]
    line[0, 2] = 1
    assert spread_out(line, 5).tolist() == [0, 25, 50, 75, 100]
