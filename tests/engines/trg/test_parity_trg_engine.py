"""Equality with TRG's demonstration, from 68 landmarks to the mesh on the picture, by the engine's own steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from head_pose_factory import vector_picture
from parity import Array, Reference

from faceviewer.engines.options import ReconstructOptions
from faceviewer.engines.trg.boxes import crop_of_face
from faceviewer.engines.trg.cameras import focal_of
from faceviewer.engines.trg.engine import TrgEngine
from faceviewer.engines.trg.regress import cut, network_input
from faceviewer.evaluation.metrics import angles_deg
from faceviewer.io.photo import photo_from_array
from faceviewer.models.trg_face import AXES
from faceviewer.types import CancelToken, Face, LandmarkSet, Photo

NO_TEXTURE = ReconstructOptions(texture_size=None)


@pytest.fixture
def trg(shared: Path, request: pytest.FixtureRequest) -> Reference:
    return Reference(shared, request.node.user_properties, "trg")


def shot_of(vectors: dict[str, Array], case: str) -> tuple[Photo, Face]:
    height, width = (int(side) for side in vectors[f"{case}_hw"])
    rgb = vector_picture(vectors[f"{case}_img_params"], height, width)
    assert rgb.sum(dtype=np.int64) == vectors[f"{case}_img_sum"]
    points = vectors[f"{case}_lmk68"]
    box = np.concatenate([points.min(0), points.max(0)]).astype(np.float32)
    landmarks = LandmarkSet("68", points, np.ones(68, bool))
    return photo_from_array(rgb), Face(box, 1.0, {"68": landmarks})


@pytest.mark.parametrize("case", ["d0", "d1", "d2"])
def test_demonstration(trg: Reference, engine: TrgEngine, case: str) -> None:
    vectors = trg.load("demo_pipeline.npz")
    want = {name.removeprefix(f"{case}_"): values for name, values in vectors.items() if name.startswith(case)}
    photo, face = shot_of(vectors, case)

    crop = crop_of_face(photo, face)
    source = cut(photo, crop, focal_of(photo, NO_TEXTURE))
    trg.close("box (px)", crop.box, want["bbox_info"][:4], 0)
    trg.close("focal (px)", source.focal.px, want["bbox_info"][4], 0)
    trg.close("affine map", crop.affine, want["tform"], 1e-9)
    trg.close("crop (levels)", source.rgb, want["crop_rgb_u8"], 2)
    trg.close("K of the crop", crop.K_crop(source.K).T, want["K_crop"][:3], 1e-3)
    shown = network_input([source.rgb])[0, ::16, ::16].transpose(2, 0, 1)
    trg.close("network input (of 2 levels)", (shown - want["x_probe"]) * 0.22 * 255 / 2, np.zeros_like(shown), 1.05)

    (head,) = engine.reconstruct([(photo, face)], options=NO_TEXTURE, progress=lambda _: None, cancel=CancelToken())
    rows, camera = want["R_t"], head.camera
    distance = float(rows[3, 2])
    trg.close("R", camera.R_camera_head @ AXES, rows[:3, :3].T, 1e-3)
    trg.close("t (of tz)", camera.t_camera_head / 1000 / distance, rows[3, :3] / distance, 1e-3)
    trg.close("mesh, head (m)", head.mesh.vertices @ AXES / 1000, want["face_world"], 1e-4)
    seen = camera.to_camera(head.mesh.vertices) / 1000
    trg.close("mesh, camera (of tz)", seen / distance, want["face_cam"] / distance, 1e-3)
    trg.close("mesh on the picture (px)", camera.project(head.mesh.vertices), want["face_img_full"], 0.1)
    trg.close("angles (deg)", angles_deg(camera.R_camera_head[None], "yxz")[0], want["yaw_pitch_roll"], 0.05)
