"""TRG as an engine, with a synthetic network that says something plausible: its contract, options and refusals."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from cancel_at import CancelAt
from fake_mps import AppleGraphics
from hostile import attacks

from faceviewer.assets import trg as files
from faceviewer.detection import FaceDetector
from faceviewer.engines.options import ReconstructOptions, UsageError
from faceviewer.engines.registry import build_engine, engine_spec
from faceviewer.engines.trg.boxes import POINTS_68_OF_478, points_for_box
from faceviewer.engines.trg.cameras import PUBLISHED_FOCAL
from faceviewer.engines.trg.engine import TrgEngine, build
from faceviewer.geometry.crop192 import face_box
from faceviewer.geometry.normals import vertex_normals
from faceviewer.geometry.rotations import pose_from_rotation, rotation_from_pose
from faceviewer.io.photo import load_photo, photo_from_array
from faceviewer.jobs.live import Follower
from faceviewer.models.head_model import load_head
from faceviewer.types import (
    Cancelled,
    CancelToken,
    Face,
    FaceviewerError,
    LandmarkSet,
    Origin,
    Photo,
    Progress,
    Reconstruction,
)

SAMPLE = Path(__file__).resolve().parents[3] / "resources" / "sample.jpg"
NO_TEXTURE = ReconstructOptions(texture_size=None)
Shot = tuple[Photo, Face]


@cache
def sample() -> Shot:
    photo = load_photo(SAMPLE)
    return photo, FaceDetector().detect(photo.rgb)[0]


def ignore(_: Progress) -> None:
    pass


def run(engine: TrgEngine, *shots: Shot, how: ReconstructOptions = NO_TEXTURE) -> list[Reconstruction]:
    return engine.reconstruct(shots, options=how, progress=ignore, cancel=CancelToken())


def copied(trg_assets: Path, folder: Path) -> Path:
    """The small files, and the network as a link, in a folder that may be changed."""
    for below in ("data", "npy"):
        shutil.copytree(trg_assets / below, folder / below)
    (folder / files.BOTH_SETS).parent.mkdir(parents=True)
    (folder / files.BOTH_SETS).symlink_to(trg_assets / files.BOTH_SETS)
    return folder


def test_apples_graphics_give_the_same_head(engine: TrgEngine, trg_assets: Path) -> None:
    """They have no float64. Networks sum in another order there."""
    how = ReconstructOptions(texture_size=64)
    (expected,) = run(engine, sample(), how=how)
    with AppleGraphics():
        (result,) = run(build("mps", trg_assets), sample(), how=how)
    assert result.device == "mps" and set(result.textures) == set(expected.textures)
    np.testing.assert_allclose(result.mesh.vertices, expected.mesh.vertices, atol=1e-3)


def test_keeps_the_contract_of_the_types(engine: TrgEngine) -> None:
    photo, face = sample()
    (result,) = run(engine, sample(), how=ReconstructOptions(texture_size=256))
    assert (result.photo_name, result.photo_sha256, result.photo_size) == (photo.name, photo.sha256, photo.size)
    assert (result.engine, result.device) == ("trg", "cpu") and result.face is face
    assert result.mesh.vertices.shape == (1220, 3) and result.mesh.vertices.dtype == np.float32
    assert result.mesh.topology.name == "trg" and not result.mesh.topology.parts
    points = result.landmarks["68"]
    assert points.xy_px.shape == (68, 2) and 20 < points.visible.sum() <= 68
    np.testing.assert_allclose(result.camera.project(result.landmark_xyz_mm("68")), points.xy_px, atol=1e-3)
    R = result.camera.R_camera_head
    np.testing.assert_allclose(R @ R.T, np.eye(3), atol=1e-9)
    assert (result.pose.yaw_deg, result.pose.pitch_deg, result.pose.roll_deg) == pose_from_rotation(R)
    np.testing.assert_array_equal(result.pose.t_mm, result.camera.t_camera_head)
    lengths = {name: len(values) for name, values in result.coefficients.items()}
    assert lengths == {"focal_px": 1, "correction": 3, "pose9": 9, "box_ltrb": 4}
    texture = result.textures["photo"]
    assert texture.rgb.shape == (256, 256, 3) and Origin.PHOTO in texture.origin
    assert {"fit", "texture"} == set(result.timings) and result.reprojection_px > 0
    assert result.stages == ("crop by 478 points", "TRG, both-sets", "texture")


def test_the_head_lies_on_the_face_and_looks_out_of_it(engine: TrgEngine) -> None:
    """The network is random, but its start and the box are not."""
    _, face = sample()
    (result,) = run(engine, sample())
    xy = result.camera.project(result.mesh.vertices)
    middle, width = (face.box_xyxy[:2] + face.box_xyxy[2:]) / 2, face.box_xyxy[2] - face.box_xyxy[0]
    assert np.linalg.norm((xy.min(0) + xy.max(0)) / 2 - middle) < width / 2
    tip = result.landmark_xyz_mm("68")[30]
    assert tip[2] == pytest.approx(result.mesh.vertices[:, 2].max(), abs=15) and abs(tip[0]) < 15
    normals = vertex_normals(result.mesh.vertices, result.mesh.topology.triangles)
    assert normals[result.mesh.topology.landmarks["68"][0][30, 0], 2] > 0.5  # triangles are seen from outside
    eyes = result.landmark_xyz_mm("68")[[36, 45]]
    assert eyes[1, 0] > 30 > -30 > eyes[0, 0] and eyes[:, 1].min() > result.landmark_xyz_mm("68")[8, 1]


def test_symmetry_and_texture_coordinates_of_the_mesh(engine: TrgEngine) -> None:
    topology = run(engine, sample())[0].mesh.topology
    assert topology.symmetry is not None and (topology.symmetry[topology.symmetry] == np.arange(1220)).all()
    assert (topology.symmetry == np.arange(1220)).sum() == 46
    corners = topology.landmarks["68"][0][:, 0]
    assert topology.symmetry[corners[36]] == corners[45]
    chin, brow = topology.uv[corners[8]], topology.uv[corners[27]]
    assert chin[1] < brow[1] and abs(chin[0] - 0.5) < 0.05  # v goes up


@pytest.mark.parametrize(
    ("photo_focal", "how", "focal", "source", "said"),
    [
        (None, NO_TEXTURE, 5000.0, "fixed", "with the published 5000 px the distance is not metric"),
        (700.0, NO_TEXTURE, 700.0, "exif", "the focal length that the photo names, 700 px"),
        (700.0, replace(NO_TEXTURE, focal_px=900.0), 900.0, "setting", "the focal length that was given, 900 px"),
        (None, replace(NO_TEXTURE, fov_deg=90.0), 256.0, "setting", "that was given, 256 px"),
        (None, replace(NO_TEXTURE, focal_px=5000.0, focal_from="fixed"), 5000.0, "fixed", "with the published 5000 px"),
    ],
)
def test_focal_lengths(
    engine: TrgEngine, photo_focal: float | None, how: ReconstructOptions, focal: float, source: str, said: str
) -> None:
    photo, face = sample()
    (result,) = run(engine, (replace(photo, focal_px=photo_focal), face), how=how)
    assert result.camera.K[0, 0] == pytest.approx(focal) and result.coefficients["focal_px"][0] == pytest.approx(focal)
    assert result.camera.K[0, 2] == photo.size[0] / 2
    assert said in result.warnings[0] and result.focal_from == source


def test_the_distance_follows_the_focal_length_and_the_overlay_does_not(engine: TrgEngine) -> None:
    near, far = (run(engine, sample(), how=replace(NO_TEXTURE, focal_px=focal))[0] for focal in (1000.0, 5000.0))
    assert 4 < far.pose.t_mm[2] / near.pose.t_mm[2] < 6
    apart = np.linalg.norm(near.landmarks["68"].xy_px - far.landmarks["68"].xy_px, axis=1)
    assert np.median(apart) < 0.1 * (sample()[1].box_xyxy[2] - sample()[1].box_xyxy[0])


def test_batches_give_what_single_faces_give(engine: TrgEngine) -> None:
    photo, face = sample()
    half = photo_from_array(np.ascontiguousarray(photo.rgb[::2, ::2]))
    shots = [(photo, face), (half, FaceDetector().detect(half.rgb)[0]), (photo, face)] * 4
    for alone, together in zip([run(engine, shot)[0] for shot in shots], run(engine, *shots), strict=True):
        np.testing.assert_allclose(together.mesh.vertices, alone.mesh.vertices, atol=0.01)
        np.testing.assert_allclose(together.pose.R, alone.pose.R, atol=1e-4)
    assert run(engine) == []


def test_one_person_has_the_mean_of_all_meshes(engine: TrgEngine) -> None:
    photo, _ = sample()
    turned = photo_from_array(np.ascontiguousarray(photo.rgb[:, ::-1]))
    shots = [sample(), (turned, FaceDetector().detect(turned.rgb)[0])]
    apart = run(engine, *shots)
    person = engine.reconstruct_person(
        shots, options=ReconstructOptions(texture_size=128), progress=ignore, cancel=CancelToken()
    )
    mean = np.mean([head.mesh.vertices for head in apart], 0)
    for one, alone in zip(person, apart, strict=True):
        np.testing.assert_allclose(one.mesh.vertices, mean, atol=1e-3)
        np.testing.assert_allclose(one.pose.R, alone.pose.R, atol=1e-6)
    assert person[0].textures["photo"] is person[1].textures["photo"]


def test_points_of_the_box(engine: TrgEngine) -> None:
    photo, face = sample()
    points = LandmarkSet("68", face.landmarks["478"].xy_px[list(POINTS_68_OF_478)], np.ones(68, bool))
    by_68 = replace(face, landmarks={**face.landmarks, "68": points})
    np.testing.assert_array_equal(
        run(engine, (photo, by_68))[0].coefficients["box_ltrb"], run(engine, sample())[0].coefficients["box_ltrb"]
    )
    only_box = replace(face, landmarks={})
    (result,) = run(engine, (photo, only_box))
    assert result.stages[0] == "crop by box" and np.isnan(result.reprojection_px)
    of_106 = LandmarkSet("106", np.tile(points.xy_px, (2, 1))[:106], np.ones(106, bool))
    assert points_for_box(replace(face, landmarks={"106": of_106}))[0] == "106"


@pytest.mark.parametrize("pose", [(0, 0, 0), (30, 0, 0), (-40, 10, 5), (0, 25, 0), (0, -25, 20)])
def test_the_478_give_the_box_of_the_68(pose: tuple[float, float, float]) -> None:
    """On the built-in head, which has both sets: sides lie within a twentieth of the box's size."""
    head = load_head()
    vertices = head.mean_vertices_mm()
    boxes = []
    for name, chosen in (("68", slice(None)), ("478", list(POINTS_68_OF_478))):
        corners, weights = head.topology.landmarks[name]
        points = np.einsum("lk,lkc->lc", weights, vertices[corners])[chosen]
        seen = points @ rotation_from_pose(*pose).T + [0, 0, 600]
        boxes.append(face_box(seen[:, :2] / seen[:, 2:] * 800 + 400))
    assert np.abs(boxes[0] - boxes[1]).max() <= 0.05 * (boxes[0][2] - boxes[0][0])


def test_the_table_of_478_is_that_of_the_nearest_points() -> None:
    head = load_head()
    vertices = head.mean_vertices_mm()
    points = {name: np.einsum("lk,lkc->lc", weights, vertices[corners])
              for name, (corners, weights) in head.topology.landmarks.items() if name in ("68", "478")}  # fmt: skip
    distance = np.linalg.norm(points["68"][:, None] - points["478"][:468], axis=-1)
    found = distance[np.arange(68), list(POINTS_68_OF_478)]
    np.testing.assert_allclose(found, distance.min(1), atol=0.3)


def test_a_followed_face(engine: TrgEngine) -> None:
    """As video does it: 478 points of the tracker, no texture, and a focal length that stays an assumption."""
    photo, face = sample()

    class Tracker:
        def reset(self) -> None:
            pass

        def update(self, rgb: np.ndarray) -> list[Face]:
            return [face] if rgb.any() else []

    follower = Follower(Tracker(), engine, ReconstructOptions(), CancelToken())  # pyright: ignore[reportArgumentType]
    heads = [follower.follow(photo, number / 25, 0.5) for number in range(13)]
    assert all(head is not None and not head.textures and "5000 px" in head.warnings[0] for head in heads)
    assert follower.follow(photo_from_array(np.zeros((64, 64, 3), np.uint8)), 0.6, 0.5) is None


def test_progress_and_cancelling(engine: TrgEngine) -> None:
    told: list[Progress] = []
    engine.reconstruct(
        [sample()], options=ReconstructOptions(texture_size=64), progress=told.append, cancel=CancelToken()
    )
    fractions = [one.fraction for one in told if one.fraction is not None]
    assert fractions == sorted(fractions) and fractions[0] == 0 and fractions[-1] == 1
    count = CancelAt(0)
    engine.reconstruct([sample()] * 2, options=ReconstructOptions(texture_size=64), progress=ignore, cancel=count)
    assert count.asked > 5
    for number in (1, 2, count.asked):
        with pytest.raises(Cancelled):
            engine.reconstruct(
                [sample()] * 2,
                options=ReconstructOptions(texture_size=64),
                progress=ignore,
                cancel=CancelAt(number),
            )


def test_the_registry_knows_it(trg_assets: Path) -> None:
    spec = engine_spec("trg")
    assert spec.title == "TRG" and spec.needs == ("trg", "trg-single") and "focal" in spec.outputs
    assert isinstance(build_engine("trg", "cpu", trg_assets), TrgEngine)


def test_unknown_choices(engine: TrgEngine) -> None:
    for choices in ({"weights": "best"}, {"backbone": "resnet50"}):
        with pytest.raises(UsageError):
            run(engine, sample(), how=replace(NO_TEXTURE, choices=choices))


def test_weights_that_are_not_there_are_named(engine: TrgEngine) -> None:
    with pytest.raises(FaceviewerError, match=r"lacks checkpoint/trg_single_240717/checkpoint-30/state_dict\.bin \("):
        run(engine, sample(), how=replace(NO_TEXTURE, choices={"weights": "arkitface"}))


@pytest.mark.parametrize(
    ("there", "lacks"),
    [
        ((), "lacks arkit_subsample.pkl and triangles.npy and kpt_ind.npy; such files are offered at https://"),
        ((files.SUBSAMPLE, files.TRIANGLE_LIST), "lacks kpt_ind.npy; such files"),
        ((files.TRIANGLE_LIST, files.KEYPOINTS), "lacks arkit_subsample.pkl; such files"),
    ],
)
def test_missing_small_files_are_named(folder_with: Callable[..., Path], there: tuple[str, ...], lacks: str) -> None:
    with pytest.raises(FaceviewerError) as caught:
        run(build("cpu", folder_with(*there)), sample())
    assert lacks in str(caught.value) and "\n" not in str(caught.value)


def test_without_texture_coordinates_there_is_no_texture(folder_with: Callable[..., Path]) -> None:
    engine = build("cpu", folder_with(files.SUBSAMPLE, files.TRIANGLE_LIST, files.KEYPOINTS))
    (result,) = run(engine, sample(), how=ReconstructOptions(texture_size=64))
    assert not result.textures and result.mesh.topology.symmetry is None


def test_one_file_takes_the_place_of_the_small_ones(
    folder_with: Callable[..., Path], engine: TrgEngine, shared: Path
) -> None:
    folder = folder_with()
    shutil.copyfile(shared / "data" / "trg" / files.CONSTANTS, folder / files.CONSTANTS)
    (one,), (other,) = run(build("cpu", folder), sample()), run(engine, sample())
    np.testing.assert_array_equal(one.mesh.vertices, other.mesh.vertices)
    assert one.mesh.topology is other.mesh.topology


def test_a_file_that_appears_is_used(folder_with: Callable[..., Path], trg_assets: Path) -> None:
    folder = folder_with(files.SUBSAMPLE, files.TRIANGLE_LIST, files.KEYPOINTS)
    engine = build("cpu", folder)
    assert not run(engine, sample(), how=ReconstructOptions(texture_size=64))[0].textures
    shutil.copyfile(trg_assets / "npy" / files.UV, folder / files.UV)
    assert run(engine, sample(), how=ReconstructOptions(texture_size=64))[0].textures


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (files.SUBSAMPLE, attacks(Path("mark"))["os.system"][0], "refused, it asks for"),
        (files.SUBSAMPLE, pickle.dumps({"1220_to_77": [1]}), "it lacks '1220_to_305'"),
        (files.SUBSAMPLE, pickle.dumps({"1220_to_305": [1220] * 305, "more": "x" * 500}), "has 1220 among"),
        (files.SUBSAMPLE, pickle.dumps({"1220_to_305": [1] * 300, "more": "x" * 500}), "as 300, 305 expected"),
        (files.TRIANGLE_LIST, b"", "the file is empty"),
        (files.KEYPOINTS, b"\x93NUMPY\x01\x00", "not an .npy file, or a damaged one"),
    ],
)
def test_spoilt_small_files(trg_assets: Path, tmp_path: Path, name: str, content: bytes, said: str) -> None:
    folder = copied(trg_assets, tmp_path / "spoilt")
    (path,) = folder.rglob(name)
    path.write_bytes(content)
    with pytest.raises(FaceviewerError) as caught:
        run(build("cpu", folder), sample())
    assert name in str(caught.value) and said in str(caught.value) and not Path("mark").exists()


def spoilt_network(folder: Path, weights: dict[str, torch.Tensor]) -> TrgEngine:
    path = folder / files.BOTH_SETS
    path.unlink()
    torch.save(weights, path)
    return build("cpu", folder)


def test_other_truncated_and_unusable_weights(trg_assets: Path, tmp_path: Path) -> None:
    folder = copied(trg_assets, tmp_path / "spoilt")
    whole = torch.load(trg_assets / files.BOTH_SETS, weights_only=True)
    with pytest.raises(FaceviewerError, match=r"state_dict\.bin: holds the weights of the 106-point network"):
        run(spoilt_network(folder, {"block19.weight": torch.zeros(106, 256, 3, 3)}), sample())
    with pytest.raises(FaceviewerError, match=r"'points_grid' holds numbers that are not finite"):
        run(spoilt_network(folder, {**whole, "points_grid": whole["points_grid"] * torch.nan}), sample())
    data = (trg_assets / files.BOTH_SETS).read_bytes()
    (folder / files.BOTH_SETS).write_bytes(data[: len(data) // 2])
    with pytest.raises(FaceviewerError, match=r"state_dict\.bin: .*(damaged|truncated|refused)"):
        run(build("cpu", folder), sample())


@pytest.mark.parametrize("bias", [[np.nan] * 9, [0.0] * 6 + [-3.0, 0.0, 0.0]], ids=["not finite", "behind the camera"])
def test_unusable_answers_name_the_photo(engine: TrgEngine, monkeypatch: pytest.MonkeyPatch, bias: list[float]) -> None:
    network = engine._library.network("both-sets")
    spoilt = torch.nn.Parameter(torch.tensor(bias), False)
    monkeypatch.setitem(network.get_submodule("regressor.2.decpose")._parameters, "bias", spoilt)
    with pytest.raises(FaceviewerError, match=r"sample\.jpg: the network gave no usable numbers for it"):
        run(engine, sample())


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (NO_TEXTURE, "with the published focal length, 5000 px, the face would lie behind the camera"),
        (replace(NO_TEXTURE, focal_px=69.0), "with the focal length that was given, 69 px, the face would"),
    ],
)
def test_a_face_behind_the_camera_names_the_focal_length(
    engine: TrgEngine, monkeypatch: pytest.MonkeyPatch, how: ReconstructOptions, said: str
) -> None:
    network = engine._library.network("both-sets")
    behind = torch.nn.Parameter(torch.tensor([0.0] * 6 + [-3.0, 0.0, 0.0]), False)
    monkeypatch.setitem(network.get_submodule("regressor.2.decpose")._parameters, "bias", behind)
    with pytest.raises(FaceviewerError, match=said):
        run(engine, sample(), how=how)


@pytest.mark.parametrize("points", [np.full((478, 2), 5.0), np.full((478, 2), np.nan)])
def test_landmarks_that_no_crop_fits_name_the_photo(engine: TrgEngine, points: np.ndarray) -> None:
    photo, face = sample()
    marks = replace(face.landmarks["478"], xy_px=points.astype(np.float32))
    with pytest.raises(FaceviewerError, match=r"sample\.jpg: .*no crop fits them"):
        run(engine, (photo, replace(face, landmarks={"478": marks})))


def test_a_face_at_the_edge_says_so(engine: TrgEngine) -> None:
    photo, face = sample()
    left = int(face.box_xyxy[0] + (face.box_xyxy[2] - face.box_xyxy[0]) / 2)
    half = photo_from_array(np.ascontiguousarray(photo.rgb[:, left:]))
    marks = replace(face.landmarks["478"], xy_px=face.landmarks["478"].xy_px - np.array([left, 0], np.float32))
    (result,) = run(engine, (half, replace(face, landmarks={"478": marks})))
    assert any("outside of the photo" in warning for warning in result.warnings)
    assert result.camera.K[0, 0] == PUBLISHED_FOCAL.px
