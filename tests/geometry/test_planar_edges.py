from __future__ import annotations

import numpy as np
import pytest

from faceviewer.geometry.planar_edges import planar_edges

XY = np.array([[0.0, 0], [4, 0], [4, 2], [0, 2]])
HALVES = np.array([[0, 1, 2], [0, 2, 3]])


def test_a_shared_edge_comes_once_and_is_no_rim() -> None:
    edges = planar_edges(XY, HALVES)
    ends = {tuple(sorted([(a, b), (c, d)])) for a, b, c, d in edges.ends.tolist()}
    assert len(edges.ends) == len(ends) == 5
    (inner,) = edges.ends[~edges.rim]
    assert {tuple(inner[:2]), tuple(inner[2:])} == {(0.0, 0.0), (4.0, 2.0)}


def test_room_is_the_height_of_the_flattest_triangle() -> None:
    height = 4 * 2 / np.hypot(4, 2)
    assert planar_edges(XY, HALVES).room == pytest.approx(np.full(5, height))
    flat = np.array([*XY, [2.0, -0.5]])
    edges = planar_edges(flat, np.array([*HALVES, [0, 4, 1]]))
    bottom = (np.abs(edges.ends - (0, 0, 4, 0)).sum(1) == 0) | (np.abs(edges.ends - (4, 0, 0, 0)).sum(1) == 0)
    assert edges.room[bottom] == pytest.approx([0.5])


def test_what_is_nowhere_and_nothing_at_all() -> None:
    assert len(planar_edges(np.array([*XY[:3], [np.nan, 0]]), HALVES).ends) == 3
    assert len(planar_edges(XY, np.zeros((0, 3), int)).ends) == 0
    assert np.isfinite(planar_edges(XY[[0, 1, 1, 0]], HALVES).room).all()
