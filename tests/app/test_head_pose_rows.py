"""Truth and result beside each other: differences as people mean them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import make_reconstruction

from faceviewer.app.head_pose_rows import origin_note, pose_rows
from faceviewer.datasets.head_pose.sample import HeadTruth
from faceviewer.geometry.rotations import rotation_from_pose


@pytest.mark.parametrize(
    ("true_deg", "made_deg", "difference"),
    [(179, -179, "+2.0°"), (-179, 179, "−2.0°"), (10, 12.5, "+2.5°"), (12.5, 10, "−2.5°"), (-170, 170, "−20.0°")],
)
def test_angles_differ_the_short_way_round(true_deg, made_deg, difference):
    result = make_reconstruction()
    pose = replace(result.pose, R=rotation_from_pose(10, 5, made_deg))
    truth = HeadTruth(R_camera_head=rotation_from_pose(10, 5, true_deg))
    rows = {row.name: row for row in pose_rows(truth, replace(result, pose=pose), "pose_para")}
    assert rows["Roll"].difference == difference and rows["Yaw"].difference in ("+0.0°", "−0.0°")


def test_two_origins_are_told_where_places_differ():
    result = make_reconstruction()
    R = result.pose.R
    placed, turned = HeadTruth(R_camera_head=R, t_camera_head_mm=result.pose.t_mm + 30), HeadTruth(R_camera_head=R)
    assert "own origin in the head" in origin_note(pose_rows(placed, result, "yxz"))
    assert not origin_note(pose_rows(turned, result, "yxz")) and not origin_note(pose_rows(placed, None, "yxz"))
