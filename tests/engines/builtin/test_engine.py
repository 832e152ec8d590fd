"""The built-in engine on real photos: its contract, what it obeys, and how accurate it is."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import scipy.io
import torch
from cancel_at import CancelAt
from fake_mps import AppleGraphics

from faceviewer.detection import FaceDetector
from faceviewer.detection.canonical import canonical_face
from faceviewer.engines.builtin import BuiltinEngine, build
from faceviewer.engines.builtin.engine import POOR_FIT, SMALL_FACE_PX
from faceviewer.engines.builtin.fit import project_points
from faceviewer.engines.builtin.stages import first_fit, observe
from faceviewer.engines.options import ReconstructOptions
from faceviewer.geometry.closest import Surface
from faceviewer.geometry.rotations import pose_from_rotation
from faceviewer.io.photo import load_photo, photo_from_array
from faceviewer.models.build_head.directions import other_side
from faceviewer.types import (
    BLENDSHAPE_NAMES,
    EXPRESSION_NAMES,
    PART_NAMES,
    Cancelled,
    CancelToken,
    Face,
    FaceviewerError,
    Photo,
    Progress,
    Reconstruction,
)

SAMPLE = Path(__file__).resolve().parents[3] / "resources" / "sample.jpg"
PHOTOS = ("sample.jpg", "000002.jpg", "000114.jpg", "015259.jpg", "vd006.png")
BARE = ReconstructOptions(texture_size=None)
Shot = tuple[Photo, Face]


@pytest.fixture(scope="module")
def engine() -> BuiltinEngine:
    return build("cpu")


@cache
def find(photo: Photo) -> tuple[Face, ...]:
    return tuple(FaceDetector().detect(photo.rgb))


@pytest.fixture(scope="module")
def sample() -> Shot:
    photo = load_photo(SAMPLE)
    return photo, find(photo)[0]


@pytest.fixture(scope="module")
def shots(shared) -> list[Shot]:
    """One face of each of the photos."""
    photos = [load_photo(SAMPLE if name == SAMPLE.name else shared / "data" / "photos" / name) for name in PHOTOS]
    return [(photo, find(photo)[0]) for photo in photos]


def ignore(_: Progress) -> None:
    pass


def reconstruct(engine: BuiltinEngine, shot: Shot, options: ReconstructOptions = BARE) -> Reconstruction:
    (result,) = engine.reconstruct([shot], options=options, progress=ignore, cancel=CancelToken())
    return result


def test_apples_graphics_give_the_same_head(engine, sample):
    """They have no float64: every head ended in an error there."""
    options = ReconstructOptions(texture_size=64)
    expected = reconstruct(engine, sample, options)
    with AppleGraphics():
        result = reconstruct(build("mps"), sample, options)
    assert result.device == "mps"
    assert np.array_equal(result.mesh.vertices, expected.mesh.vertices)
    assert np.array_equal(result.camera.R_camera_head, expected.camera.R_camera_head)
    assert np.array_equal(result.landmarks["478"].visible, expected.landmarks["478"].visible)
    assert np.array_equal(result.textures["photo"].rgb, expected.textures["photo"].rgb)


@pytest.mark.parametrize("fov_deg", [140.0, 150.0])
def test_a_face_behind_the_camera_is_refused(engine, sample, fov_deg):
    photo, _ = sample
    close = photo_from_array(np.ascontiguousarray(photo.rgb[70:180, 179:273]))  # the face and nothing else
    shots = [(close, find(close)[0])]
    options = ReconstructOptions(fov_deg=fov_deg, texture_size=None)
    said = r"no head fits the face: with the focal length that was given, \d+ px, the face would lie behind"
    with pytest.raises(FaceviewerError, match=said):
        engine.reconstruct(shots, options=options, progress=ignore, cancel=CancelToken())
    with pytest.raises(FaceviewerError, match=said):
        engine.follow(shots, options)


def test_a_fit_without_numbers_is_refused(engine, sample, monkeypatch):
    lost = engine.fit(observe(engine.points, engine.landmark_sd_mm, [sample], [0], BARE))
    monkeypatch.setattr(engine, "fit", lambda *_: replace(lost, log_focal=lost.log_focal * torch.nan))
    with pytest.raises(FaceviewerError, match=r"sample\.jpg: no head fits the face$"):
        engine.follow([sample], BARE)


def face_width(face: Face) -> float:
    return float(face.box_xyxy[2] - face.box_xyxy[0])


@pytest.mark.parametrize("k", range(len(PHOTOS)), ids=PHOTOS)
def test_keeps_the_contract_of_the_types(engine, shots, k):
    photo, face = shots[k]
    result = reconstruct(engine, shots[k], ReconstructOptions(texture_size=128))
    head, (width, height) = engine.head, photo.size
    assert (result.photo_name, result.photo_sha256, result.photo_size) == (photo.name, photo.sha256, photo.size)
    assert (result.engine, result.device) == ("builtin", "cpu")
    assert result.face is face
    assert result.mesh.topology is head.topology and set(result.mesh.topology.parts) == set(PART_NAMES)
    assert result.mesh.vertices.shape == head.mean_vertices_mm().shape and result.mesh.vertices.dtype == np.float32
    K = result.camera.K
    np.testing.assert_array_equal(K, [[K[0, 0], 0, width / 2], [0, K[0, 0], height / 2], [0, 0, 1]])
    assert 0.5 < K[0, 0] / max(photo.size) < 12
    R = result.camera.R_camera_head
    np.testing.assert_allclose(R @ R.T, np.eye(3), atol=1e-9)
    np.testing.assert_array_equal(result.pose.R, R)
    np.testing.assert_array_equal(result.pose.t_mm, result.camera.t_camera_head)
    assert (result.pose.yaw_deg, result.pose.pitch_deg, result.pose.roll_deg) == pose_from_rotation(R)
    identity, expression = result.coefficients["identity"], result.coefficients["expression"]
    assert identity.shape == (len(head.identity_control),) and expression.shape == (len(EXPRESSION_NAMES),)
    assert identity.dtype == expression.dtype == np.float32
    assert expression.min() >= 0 and expression.max() <= 1
    assert 0.1 < np.sqrt(np.square(identity).mean()) < 2
    np.testing.assert_allclose(head.vertices_mm(identity, expression), result.mesh.vertices, atol=1e-4)
    texture = result.textures["photo"]
    assert texture.rgb.shape == (128, 128, 3) and texture.rgb.dtype == texture.origin.dtype == np.uint8
    assert result.stages[-1] == "texture" and set(result.timings) == {"fit", "texture"}
    assert any("average head" in warning for warning in result.warnings)
    frozen = (result.mesh.vertices, K, result.pose.R, result.landmarks["68"].xy_px, texture.rgb)
    assert not any(array.flags.writeable for array in frozen)


@pytest.mark.parametrize("k", range(len(PHOTOS)), ids=PHOTOS)
def test_landmarks_of_the_head_lie_on_those_of_the_photo(engine, shots, k):
    _, face = shots[k]
    result = reconstruct(engine, shots[k])
    assert {name: len(points.xy_px) for name, points in result.landmarks.items()} == {
        "68": 68,
        "106": 106,
        "134": 134,
        "478": 478,
        "68_2d": 68,
        "106_2d": 106,
    }
    for name, points in result.landmarks.items():
        assert points.visible.dtype == bool and points.visible.mean() > 0.5
        projected = result.camera.project(result.landmark_xyz_mm(name))
        np.testing.assert_allclose(points.xy_px, projected, atol=0.01)
    distance = np.linalg.norm(result.landmarks["478"].xy_px - face.landmarks["478"].xy_px, axis=1)
    assert result.reprojection_px == pytest.approx(np.median(distance), rel=1e-4)
    # 0.019 and not 0.015: correction and refinement leave the points by as much as the network errs on known heads
    assert result.reprojection_px < 0.019 * face_width(face)
    assert np.quantile(distance, 0.95) < 0.05 * face_width(face)


def test_before_the_correction_the_landmarks_are_met_closer(engine, shots):
    misses = {"first": [], "corrected": []}
    for shot in shots:
        face = shot[1]
        observed = observe(engine.points, engine.landmark_sd_mm, [shot], [0], BARE)
        with torch.inference_mode():
            _, xy_px = project_points(engine.points, first_fit(engine.points, observed), observed)
        first_px = np.median(np.linalg.norm(xy_px[0].numpy() - face.landmarks["478"].xy_px, axis=1))
        misses["first"].append(first_px / face_width(face))
        misses["corrected"].append(reconstruct(engine, shot).reprojection_px / face_width(face))
    assert max(misses["first"]) < 0.015
    assert np.mean(misses["first"]) < np.mean(misses["corrected"]) < 0.015


@pytest.mark.parametrize("options", [{"focal_px": 700.0}, {"fov_deg": 20.0}, {"fov_deg": 60.0}])
def test_a_given_camera_is_obeyed(engine, sample, options):
    options = ReconstructOptions(texture_size=None, **options)
    result = reconstruct(engine, sample, options)
    assert result.camera.K[0, 0] == pytest.approx(options.focal_for(sample[0].size), rel=1e-3)
    assert not any("focal length" in warning for warning in result.warnings)


@pytest.mark.parametrize("focal_px", [600.0, 1500.0])
def test_focal_length_of_exif_is_kept_unless_the_user_knows_better(engine, sample, focal_px):
    photo, face = sample
    photo = replace(photo, focal_px=focal_px)
    assert reconstruct(engine, (photo, face)).camera.K[0, 0] == pytest.approx(focal_px, rel=0.05)
    told = ReconstructOptions(focal_px=900, texture_size=None)
    assert reconstruct(engine, (photo, face), told).camera.K[0, 0] == pytest.approx(900, rel=1e-3)


def test_an_unknown_focal_length_is_estimated_and_said_so(engine, sample):
    photo, face = sample
    result = reconstruct(engine, (replace(photo, focal_px=None), face))
    assert any("focal length" in warning for warning in result.warnings)


def test_one_person_has_one_identity_and_one_texture_but_poses_of_their_own(engine, shots):
    options = ReconstructOptions(texture_size=128)
    heads = engine.reconstruct_person(shots[1:4], options=options, progress=ignore, cancel=CancelToken())
    alone = [reconstruct(engine, shot) for shot in shots[1:4]]
    for head, single in zip(heads, alone, strict=True):
        np.testing.assert_array_equal(head.coefficients["identity"], heads[0].coefficients["identity"])
        np.testing.assert_array_equal(head.textures["photo"].rgb, heads[0].textures["photo"].rgb)
        assert abs(head.pose.yaw_deg - single.pose.yaw_deg) < 6
        assert not np.array_equal(single.coefficients["identity"], heads[0].coefficients["identity"])
    assert len({head.pose.yaw_deg for head in heads}) == 3
    assert not np.array_equal(heads[0].coefficients["expression"], heads[1].coefficients["expression"])


def test_faces_of_one_photo_are_as_if_alone(engine, sample):
    photo, _ = sample
    wide = photo_from_array(np.concatenate([photo.rgb, photo.rgb[:, ::-1], photo.rgb], 1))
    faces = list(find(wide))
    assert len(faces) == 3
    together = engine.reconstruct([(wide, face) for face in faces], options=BARE, progress=ignore, cancel=CancelToken())
    for face, result in zip(faces, together, strict=True):
        single = reconstruct(engine, (wide, face))
        assert np.linalg.norm(single.mesh.vertices - result.mesh.vertices, axis=1).max() < 0.1
        assert np.abs(single.landmarks["478"].xy_px - result.landmarks["478"].xy_px).max() < 0.1


@pytest.mark.parametrize("k", range(len(PHOTOS)), ids=PHOTOS)
def test_a_mirrored_photo_turns_the_head_the_other_way(engine, shots, k):
    photo, _ = shots[k]
    mirrored = photo_from_array(np.ascontiguousarray(photo.rgb[:, ::-1]))
    mirrored = replace(mirrored, focal_px=photo.focal_px)
    pose, other = reconstruct(engine, shots[k]).pose, reconstruct(engine, (mirrored, find(mirrored)[0])).pose
    # the network itself finds a mirrored face up to 1 % of its width elsewhere
    assert abs(other.yaw_deg + pose.yaw_deg) < 4
    assert abs(other.roll_deg + pose.roll_deg) < 3
    assert abs(other.pitch_deg - pose.pitch_deg) < 4


@pytest.mark.parametrize("k", range(len(PHOTOS)), ids=PHOTOS)
def test_a_mirrored_photo_with_mirrored_landmarks_gives_the_mirrored_head(engine, shots, k):
    photo, face = shots[k]
    turned = replace(photo, rgb=np.ascontiguousarray(photo.rgb[:, ::-1]))
    points, twin = face.landmarks["478"], canonical_face().mirrored
    assert face.blendshapes is not None and points.z_px is not None
    xy_px = points.xy_px[twin] * np.array([-1, 1], np.float32) + np.array([photo.size[0], 0], np.float32)
    swapped = [BLENDSHAPE_NAMES.index(other_side(name)) for name in BLENDSHAPE_NAMES]
    other = replace(spoiled(face, xy_px=xy_px, z_px=points.z_px[twin]), blendshapes=face.blendshapes[swapped])
    one, two = reconstruct(engine, shots[k]), reconstruct(engine, (turned, other))
    assert abs(two.pose.yaw_deg + one.pose.yaw_deg) < 1
    assert abs(two.pose.roll_deg + one.pose.roll_deg) < 1
    assert abs(two.pose.pitch_deg - one.pose.pitch_deg) < 1
    mirrored_mm = two.mesh.vertices[engine.head.topology.symmetry] * [-1, 1, 1]
    face_vertices = engine.head.topology.regions["face"]
    assert np.linalg.norm(mirrored_mm - one.mesh.vertices, axis=1)[face_vertices].mean() < 1


def test_stops_at_every_stage(engine, sample):
    photo, face = sample
    options = ReconstructOptions(texture_size=64)

    def run(cancel: CancelToken) -> list[Reconstruction]:
        return engine.reconstruct([(photo, face)], options=options, progress=ignore, cancel=cancel)

    never = CancelAt(0)
    run(never)
    assert never.asked > 8
    for number in range(1, never.asked + 1):
        with pytest.raises(Cancelled):
            run(CancelAt(number))


def test_progress_rises_to_the_end(engine, sample):
    steps: list[Progress] = []
    photo, face = sample
    engine.reconstruct(
        [(photo, face), (photo, face)],
        options=ReconstructOptions(texture_size=64),
        progress=steps.append,
        cancel=CancelToken(),
    )
    fractions = [step.fraction for step in steps if step.fraction is not None]
    assert len(fractions) == len(steps)
    assert fractions == sorted(fractions) and (fractions[0], fractions[-1]) == (0, 1)


def spoiled(face: Face, **changes: np.ndarray | None) -> Face:
    return replace(face, landmarks={"478": replace(face.landmarks["478"], **changes)})


def test_landmarks_that_cannot_be_fitted_are_refused(engine, sample):
    photo, face = sample
    xy_px = face.landmarks["478"].xy_px.copy()
    xy_px[17] = np.nan
    with pytest.raises(FaceviewerError, match=r"^sample.jpg: the landmarks are not finite"):
        reconstruct(engine, (photo, spoiled(face, xy_px=xy_px)))
    with pytest.raises(FaceviewerError, match=r"^sample.jpg: the landmarks carry no depth"):
        reconstruct(engine, (photo, spoiled(face, z_px=None)))


def test_doubtful_faces_are_remarked_upon(engine, sample):
    photo, face = sample
    points = face.landmarks["478"]
    noise = np.random.default_rng(0).normal(0, 3 * POOR_FIT * face_width(face), points.xy_px.shape)
    scattered = reconstruct(engine, (photo, spoiled(face, xy_px=(points.xy_px + noise).astype(np.float32))))
    assert any("does not follow" in warning for warning in scattered.warnings)
    share = 0.9 * SMALL_FACE_PX / face_width(face)
    small = spoiled(face, xy_px=points.xy_px * np.float32(share), z_px=points.z_px * np.float32(share))
    result = reconstruct(engine, (photo, replace(small, box_xyxy=face.box_xyxy * np.float32(share))))
    assert any("72 pixels wide" in warning for warning in result.warnings)
    assert not any("pixels wide" in warning or "follow" in warning for warning in reconstruct(engine, sample).warnings)


def test_no_faces_give_no_heads(engine, sample):
    assert engine.reconstruct([], options=BARE, progress=ignore, cancel=CancelToken()) == []


def test_a_face_without_blendshapes_is_fitted_too(engine, sample):
    photo, face = sample
    result = reconstruct(engine, (photo, replace(face, blendshapes=None)))
    assert result.reprojection_px < 0.02 * face_width(face)


def test_the_same_photo_gives_the_same_head(engine, sample):
    first, second = reconstruct(engine, sample), reconstruct(build("cpu"), sample)
    np.testing.assert_array_equal(first.mesh.vertices, second.mesh.vertices)


def test_leaves_the_settings_of_torch_as_they_are(sample):
    before = torch.get_default_dtype(), torch.is_grad_enabled(), torch.is_inference_mode_enabled()
    reconstruct(build("cpu"), sample, ReconstructOptions(texture_size=64))
    assert (torch.get_default_dtype(), torch.is_grad_enabled(), torch.is_inference_mode_enabled()) == before


def load_scorer(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_heads", shared / "bench" / "score_heads.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def surface_error_mm(scorer: ModuleType, result: Reconstruction, truth: dict[str, np.ndarray]) -> float:
    """The scorer's mean error from every third of its points in 12 steps, within 0.03 mm of the whole, and quickly."""
    align: Callable = scorer.umeyama
    _, region = scorer.face_region(truth["v"].astype(float), truth["f"])
    true_mm = truth["v"][region[::3]].astype(float)
    surface = Surface(result.mesh.vertices.astype(float), result.mesh.topology.triangles)
    corners = slice(17, 60)
    scale, R, t = align(result.landmark_xyz_mm("68")[corners].astype(float), truth["lm68"][corners].astype(float))
    error_mm = np.empty(0)
    for _ in range(12):
        there = surface.nearest((true_mm - t) @ R / scale)
        error_mm = there.distance * scale
        near = error_mm <= np.quantile(error_mm, 0.95)
        scale, R, t = align(there.points[near], true_mm[near])
    return float(error_mm.mean())


def test_heads_of_known_shape_are_measured_well(engine, shared):
    pytest.importorskip("embreex", reason="the scorer casts rays with embreex, which this machine has no build of")
    scorer, folder = load_scorer(shared), shared / "data" / "heads"
    errors: dict[str, list[float]] = {"head1": [], "ict": []}
    for view, about in json.loads((folder / "truth.json").read_text("utf-8")).items():
        photo = load_photo(folder / f"{view}.jpg")
        faces = find(photo)
        assert faces, f"{view}: no face was found"
        with np.load(folder / f"head{about['head']}.npz") as truth:
            error_mm = surface_error_mm(scorer, reconstruct(engine, (photo, faces[0])), dict(truth))
        errors["ict" if view.startswith("ict") else "head1"].append(error_mm)
    assert (len(errors["head1"]), len(errors["ict"])) == (8, 15)
    assert np.mean(errors["head1"]) < 0.7
    assert np.mean(errors["ict"]) < 1.15


def test_annotated_photos_are_met(engine, shared):
    misses, turns = [], []
    for annotation in sorted((shared / "data" / "aflw2000").glob("*.mat")):
        photo, truth = load_photo(annotation.with_suffix(".jpg")), scipy.io.loadmat(annotation)
        faces = find(photo)
        assert faces, f"{annotation.stem}: no face was found"
        result = reconstruct(engine, (photo, faces[0]))
        true_px = truth["pt3d_68"][:2].T
        miss_px = np.linalg.norm(result.landmarks["68"].xy_px - true_px, axis=1).mean()
        misses.append(miss_px / np.sqrt(np.ptp(true_px, axis=0).prod()))
        pitch, yaw, roll = np.degrees(truth["Pose_Para"].ravel()[:3])
        pose = result.pose
        turns.append(np.abs([pose.yaw_deg - yaw, pose.pitch_deg - pitch, pose.roll_deg - roll]).mean())
    assert len(misses) == 6
    # the 68 points follow these very photos (resources/README.md): a guard against getting worse, not a fresh test
    assert np.mean(misses) < 0.036
    assert np.mean(turns) < 3.7
