"""The table of landmarks says what the result says, for every point of every set."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from factories import make_reconstruction

from faceviewer.io.landmark_csv import COLUMNS, encode_landmark_csv


def name_of(set_name: str, index: int) -> str:
    return f"point, {set_name}" if index == 0 else ""


@pytest.fixture
def result():
    return make_reconstruction()


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode())))


def test_rows(result):
    data = encode_landmark_csv(result, name_of)
    assert data.splitlines()[0].decode() == ",".join(COLUMNS) and b"\r" not in data
    rows = rows_of(data)
    assert len(rows) == sum(len(points.xy_px) for points in result.landmarks.values())
    for set_name, points in result.landmarks.items():
        mine = [row for row in rows if row["set"] == set_name]
        assert [int(row["index"]) for row in mine] == list(range(len(points.xy_px)))
        xy = np.array([[row["x_px"], row["y_px"]] for row in mine], float)
        xyz = np.array([[row["x_mm"], row["y_mm"], row["z_mm"]] for row in mine], float)
        np.testing.assert_allclose(xy, points.xy_px, atol=6e-4)
        np.testing.assert_allclose(xyz, result.landmark_xyz_mm(set_name), atol=6e-5)
        np.testing.assert_array_equal([row["visible"] == "1" for row in mine], points.visible)
        assert mine[0]["name"] == f"point, {set_name}" and mine[1]["name"] == ""


def test_pixels_are_where_the_camera_sees_the_millimetres(result):
    rows = rows_of(encode_landmark_csv(result, name_of))
    xyz = np.array([[row["x_mm"], row["y_mm"], row["z_mm"]] for row in rows], float)
    xy = np.array([[row["x_px"], row["y_px"]] for row in rows], float)
    np.testing.assert_allclose(result.camera.project(xyz), xy, atol=2e-3)


def test_what_is_not_known_is_empty(result):
    points = result.landmarks["68"]
    xy_px = points.xy_px.copy()
    xy_px[4] = np.nan
    loose = replace(points, xy_px=xy_px, vertices=None, barycentric=None)
    rows = rows_of(encode_landmark_csv(replace(result, landmarks={"68": loose}), name_of))
    assert {row["x_mm"] for row in rows} == {""} and rows[4]["x_px"] == "" and rows[5]["x_px"] != ""
