"""Cuts are found, and what only looks like one is not."""

from __future__ import annotations

import numpy as np
from face_pictures import blobs, sample_rgb
from pose_factory import two_people

from faceviewer.jobs.cuts import CutFinder


def cuts_in(frames: list[np.ndarray]) -> list[int]:
    finder = CutFinder()
    return [k for k, rgb in enumerate(frames) if finder.is_cut(rgb)]


def test_another_scene_is_a_cut():
    here = [two_people(k) for k in range(12)]
    there = [np.ascontiguousarray(sample_rgb()[k : k + 400]) for k in range(5)]
    assert cuts_in([*here, *there, *here]) == [12, 17]


def test_movement_flashes_and_black_frames_are_none():
    room = blobs(300, 1200, seed=3, sigma=40)
    pan = [room[:, 25 * k : 25 * k + 400] for k in range(30)]
    assert cuts_in(pan) == []
    flash = np.clip(pan[0].astype(int) + 90, 0, 255).astype(np.uint8)
    assert cuts_in([pan[0], flash, pan[0]]) == []
    assert cuts_in([pan[0], np.zeros_like(pan[0]), pan[1]]) == []
    assert cuts_in([np.zeros((2, 3, 3), np.uint8)] * 3) == []


def test_a_cut_behind_a_black_frame_is_found():
    assert cuts_in([two_people(0), np.zeros((360, 640, 3), np.uint8), sample_rgb()]) == [2]
