"""3DDFA-V3 as an engine, with synthetic networks that say something plausible: its contract, options and refusals."""

from __future__ import annotations

import shutil
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from cancel_at import CancelAt
from fake_mps import AppleGraphics

from faceviewer.assets import tddfa_v3 as files
from faceviewer.detection import FaceDetector
from faceviewer.engines.builtin import build as build_builtin
from faceviewer.engines.options import ReconstructOptions, UsageError
from faceviewer.engines.registry import build_engine, engine_spec
from faceviewer.engines.tddfa_v3.engine import TddfaV3Engine, build
from faceviewer.geometry.rotations import pose_from_rotation
from faceviewer.io.photo import load_photo, photo_from_array
from faceviewer.types import (
    PART_NAMES,
    Cancelled,
    CancelToken,
    Face,
    FaceviewerError,
    Origin,
    Photo,
    Progress,
    Reconstruction,
)

SAMPLE = Path(__file__).resolve().parents[3] / "resources" / "sample.jpg"
Shot = tuple[Photo, Face]


def options(**choices: str) -> ReconstructOptions:
    return ReconstructOptions(texture_size=None, choices=choices)


@cache
def sample() -> Shot:
    photo = load_photo(SAMPLE)
    return photo, FaceDetector().detect(photo.rgb)[0]


def with_points(shot: Shot) -> Shot:
    """The face as the published search gives it, with 106 points where the 478 put eyes, nose and mouth."""
    photo, face = shot
    points = np.tile(face.landmarks["478"].xy_px[4], (106, 1))
    for number, ids in {74: (33, 133), 83: (362, 263), 54: (4,), 84: (61,), 90: (291,)}.items():
        points[number] = face.landmarks["478"].xy_px[list(ids)].mean(0)
    found = replace(face.landmarks["478"], name="106", xy_px=points, visible=np.ones(106, bool), z_px=None)
    return photo, replace(face, landmarks={**face.landmarks, "106": found})


def ignore(_: Progress) -> None:
    pass


def run(engine: TddfaV3Engine, *shots: Shot, how: ReconstructOptions | None = None) -> list[Reconstruction]:
    return engine.reconstruct(shots, options=how or options(), progress=ignore, cancel=CancelToken())


def test_apples_graphics_give_the_same_head(engine: TddfaV3Engine, tddfa_v3_assets: Path) -> None:
    """They have no float64. Networks sum in another order there."""
    how = ReconstructOptions(texture_size=64, choices={"published": "yes", "texture": "published"})
    (expected,) = run(engine, sample(), how=how)
    with AppleGraphics():
        (result,) = run(build("mps", tddfa_v3_assets), sample(), how=how)
    assert result.device == "mps" and set(result.textures) == set(expected.textures)
    np.testing.assert_allclose(result.mesh.vertices, expected.mesh.vertices, atol=1e-3)


@pytest.mark.parametrize("backbone", ["resnet50", "mbnetv3"])
def test_keeps_the_contract_of_the_types(engine: TddfaV3Engine, backbone: str) -> None:
    photo, face = sample()
    (result,) = run(engine, sample(), how=ReconstructOptions(texture_size=256, choices={"backbone": backbone}))
    assert (result.photo_name, result.photo_sha256, result.photo_size) == (photo.name, photo.sha256, photo.size)
    assert (result.engine, result.device, result.focal_from) == ("3ddfa-v3", "cpu", "engine") and result.face is face
    assert result.mesh.vertices.shape == (35709, 3) and result.mesh.vertices.dtype == np.float32
    assert result.mesh.topology.name == "3ddfa-v3" and set(result.mesh.topology.parts) == set(PART_NAMES)
    assert set(result.landmarks) == {"68", "106", "106_2d", "134"}
    for name, points in result.landmarks.items():
        assert points.xy_px.shape == (int(name.partition("_")[0]), 2) and points.visible.dtype == bool
        np.testing.assert_allclose(result.camera.project(result.landmark_xyz_mm(name)), points.xy_px, atol=1e-3)
    R = result.camera.R_camera_head
    np.testing.assert_allclose(R @ R.T, np.eye(3), atol=1e-9)
    assert (result.pose.yaw_deg, result.pose.pitch_deg, result.pose.roll_deg) == pose_from_rotation(R)
    lengths = {"identity": 80, "expression": 64, "albedo": 80, "angles": 3, "light": 27, "translation": 3}
    assert {name: len(values) for name, values in result.coefficients.items()} == {**lengths, "trans_params": 5}
    assert set(result.textures) == {"photo", "model"} and result.mesh.colors is None and not result.published
    photo_texture, model_texture = result.textures["photo"], result.textures["model"]
    assert photo_texture.rgb.shape == (256, 256, 3) and model_texture.kind == "model"
    assert {Origin.PHOTO, Origin.MODEL} <= set(photo_texture.origin.ravel())
    assert set(model_texture.origin.ravel()) <= {Origin.EMPTY, Origin.MODEL}
    assert {"fit", "texture"} == set(result.timings) and any(backbone in stage for stage in result.stages)
    assert any("average head" in warning for warning in result.warnings)


def test_the_head_lies_on_the_face(engine: TddfaV3Engine) -> None:
    """The network is random, but its crop is aligned, so a face of average pose comes to lie on the photo's."""
    _, face = sample()
    (result,) = run(engine, sample())
    middle = (face.box_xyxy[:2] + face.box_xyxy[2:]) / 2
    width = face.box_xyxy[2] - face.box_xyxy[0]
    assert np.linalg.norm(result.camera.project(np.zeros(3)) - middle) < width


def test_detected_points_align_and_measure_the_fit(engine: TddfaV3Engine) -> None:
    (by_478,), (by_106,) = run(engine, sample()), run(engine, with_points(sample()))
    np.testing.assert_allclose(by_106.mesh.vertices, by_478.mesh.vertices, atol=0.5)
    assert np.isnan(by_478.reprojection_px) and by_106.reprojection_px > 0
    assert any("built-in landmarks" in warning for warning in by_478.warnings)
    assert not any("built-in landmarks" in warning for warning in by_106.warnings)


def test_batches_give_what_single_faces_give(engine: TddfaV3Engine) -> None:
    photo, face = sample()
    half = photo_from_array(np.ascontiguousarray(photo.rgb[::2, ::2]))
    shots = [(photo, face), (half, FaceDetector().detect(half.rgb)[0]), (photo, face)]
    alone = [run(engine, shot)[0] for shot in shots]
    engine._decoded_at_once = 3
    try:
        together = run(engine, *shots)
    finally:
        engine._decoded_at_once = 1
    assert [head.photo_size for head in together] == [photo.size, half.size, photo.size]
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(other.mesh.vertices, one.mesh.vertices, atol=2e-3)
        np.testing.assert_allclose(other.camera.t_camera_head, one.camera.t_camera_head, atol=2e-2)
        assert (other.landmarks["68"].visible != one.landmarks["68"].visible).sum() <= 1
    assert run(engine) == []


def test_one_person_has_one_identity(engine: TddfaV3Engine) -> None:
    photo, face = sample()
    mirrored = photo_from_array(np.ascontiguousarray(photo.rgb[:, ::-1]))
    shots = [(photo, face), (mirrored, FaceDetector().detect(mirrored.rgb)[0])]
    apart = run(engine, *shots)
    heads = engine.reconstruct_person(shots, options=options(), progress=ignore, cancel=CancelToken())
    for name in ("identity", "albedo"):
        one, two = (head.coefficients[name] for head in heads)
        np.testing.assert_array_equal(one, two)
        np.testing.assert_allclose(one, np.mean([head.coefficients[name] for head in apart], 0), rtol=1e-4, atol=1e-5)
    assert not np.array_equal(heads[0].coefficients["expression"], heads[1].coefficients["expression"])


def test_vertex_colours_and_published_arrays(engine: TddfaV3Engine) -> None:
    for how in (options(colors="photo"), options(colors="model"), options(colors="photo", texture="published")):
        (result,) = run(engine, sample(), how=how)
        assert result.mesh.colors is not None and result.mesh.colors.shape == (35709, 3)
    (result,) = run(engine, sample(), how=options(published="yes"))
    arrays = result.published
    coefficients = [result.coefficients[name] for name in ("identity", "expression", "albedo", "angles", "light")]
    np.testing.assert_array_equal(arrays["alpha"], np.concatenate([*coefficients, result.coefficients["translation"]]))
    assert arrays["v3d"].shape == (35709, 3) and arrays["seg_visible"].shape == (224, 224, 8)
    # the published numbers count from pixel centres, and their y is one pixel of the crop less
    ours = result.landmarks["68"].xy_px
    np.testing.assert_allclose(arrays["ldm68"][:, 0], ours[:, 0], atol=0.05)
    crop_px = result.camera.K[1, 1] / 1015
    np.testing.assert_allclose(arrays["ldm68"][:, 1], ours[:, 1] - crop_px, atol=0.05)


def test_textures_as_published_and_without_light(engine: TddfaV3Engine) -> None:
    how = ReconstructOptions(texture_size=128, choices={"texture": "published", "blend": "median"})
    (published,) = run(engine, sample(), how=how)
    assert published.textures["photo"].rgb.shape == (1024, 1024, 3)  # the published size, whatever was asked for
    (lit,) = run(engine, sample(), how=ReconstructOptions(texture_size=128))
    (flat,) = run(engine, sample(), how=ReconstructOptions(texture_size=128, delight=True))
    (kept,) = run(engine, sample(), how=replace(how, delight=True))
    said = "The published texture keeps the photo's lighting."
    assert [said in result.warnings for result in (published, lit, flat, kept)] == [False, False, False, True]
    assert (lit.textures["photo"].kind, flat.textures["photo"].kind) == ("photo", "albedo")
    seen = flat.textures["photo"].origin == Origin.PHOTO
    assert not np.array_equal(lit.textures["photo"].rgb[seen], flat.textures["photo"].rgb[seen])


def test_crops_as_they_are(engine: TddfaV3Engine) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    how = options(input="crop", published="yes")
    crop = photo_from_array(rgb)
    (face,) = engine.face_search(how).detect(rgb)
    (result,) = run(engine, (crop, face), how=how)
    assert result.camera.K[0, 0] == 1015 and "trans_params" not in result.published
    np.testing.assert_allclose(result.published["ldm68"][:, 0], result.landmarks["68"].xy_px[:, 0], atol=2e-3)
    photo, _ = sample()
    with pytest.raises(FaceviewerError, match=r"sample.jpg: has \d+ x \d+ pixels; crops have 224 x 224"):
        run(engine, (photo, engine.face_search(how).detect(photo.rgb)[0]), how=how)


def test_wrong_choices_are_wrong_usage(engine: TddfaV3Engine) -> None:
    with pytest.raises(UsageError, match="backbone is one of auto, resnet50, mbnetv3, not 'vgg'"):
        run(engine, sample(), how=options(backbone="vgg"))
    with pytest.raises(UsageError, match="no option 'colour'"):
        engine.face_search(options(colour="none"))


def test_the_registry_knows_it(tddfa_v3_assets: Path) -> None:
    spec = engine_spec("3ddfa-v3")
    assert spec.finds_faces and {option.name for option in spec.options} >= {"backbone", "detector", "blend"}
    assert isinstance(build_engine("3ddfa-v3", "cpu", tddfa_v3_assets), TddfaV3Engine)


def test_stops_between_stages_and_tells_how_far_it_is(engine: TddfaV3Engine) -> None:
    shots, steps = [sample()] * 3, []
    never = CancelAt(0)
    engine.reconstruct(shots, options=options(), progress=steps.append, cancel=never)
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions) and (fractions[0], fractions[-1]) == (0, 1)
    assert never.asked >= 6
    for number in range(1, never.asked + 1):
        with pytest.raises(Cancelled):
            engine.reconstruct(shots, options=options(), progress=ignore, cancel=CancelAt(number))


def test_half_of_the_files_do_half_of_the_work(folder_with: Callable[..., Path]) -> None:
    engine = build("cpu", folder_with(files.FACE_MODEL, files.MOBILENET_V3, files.ALIGNMENT))
    (result,) = run(engine, sample())
    assert any("mbnetv3" in stage for stage in result.stages)
    assert engine.face_search(options()).detect(sample()[0].rgb)  # the built-in search
    with pytest.raises(FaceviewerError, match=r"half: lacks retinaface_resnet50.*offered at https"):
        engine.face_search(options(detector="retinaface")).detect(sample()[0].rgb)
    with pytest.raises(FaceviewerError, match=r"half: lacks net_recon.pth"):
        run(engine, sample(), how=options(backbone="resnet50"))


@pytest.mark.parametrize(
    ("there", "lacking"),
    [
        ((files.RESNET50, files.ALIGNMENT), files.FACE_MODEL),
        ((files.FACE_MODEL, files.ALIGNMENT), files.RESNET50),
        ((files.FACE_MODEL, files.RESNET50), files.ALIGNMENT),
    ],
)
def test_what_is_missing_is_named(folder_with: Callable[..., Path], there: tuple[str, ...], lacking: str) -> None:
    engine = build("cpu", folder_with(*there))
    with pytest.raises(FaceviewerError, match=f"lacks {lacking}"):
        run(engine, sample())
    rgb = np.zeros((224, 224, 3), np.uint8)
    if lacking == files.ALIGNMENT:  # crops need no aligning
        how = options(input="crop")
        assert run(engine, (photo_from_array(rgb), engine.face_search(how).detect(rgb)[0]), how=how)


def test_a_file_that_changes_is_read_again(folder_with, tddfa_v3_assets: Path) -> None:
    folder = folder_with(files.FACE_MODEL, files.ALIGNMENT)
    engine, path = build("cpu", folder), folder / files.RESNET50
    with pytest.raises(FaceviewerError, match="lacks"):
        run(engine, sample())
    shutil.copy(tddfa_v3_assets / files.MOBILENET_V3, path)
    with pytest.raises(FaceviewerError, match=r"net_recon.pth: holds the weights of the MobileNet-V3 backbone, not"):
        run(engine, sample())
    path.unlink()
    shutil.copy(tddfa_v3_assets / files.RESNET50, path)
    assert run(engine, sample())


def spoil(source: Path, target: Path, how: str) -> None:
    if how == "truncated":
        target.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    elif how == "empty":
        target.write_bytes(b"")
    else:
        checkpoint = torch.load(source, weights_only=True)
        weights = checkpoint["net_recon"]
        if how == "not finite":
            weights["final_layers.0.bias"][0] = float("nan")
        elif how == "other key":
            weights["final_layers.9.bias"] = weights.pop("final_layers.0.bias")
        torch.save(checkpoint if how != "unwrapped" else {"weights": weights}, target)


@pytest.mark.parametrize("how", ["truncated", "empty", "not finite", "other key", "unwrapped"])
def test_spoilt_networks_are_refused_by_name(folder_with, tddfa_v3_assets: Path, how: str) -> None:
    folder = folder_with(files.FACE_MODEL, files.ALIGNMENT)
    spoil(tddfa_v3_assets / files.MOBILENET_V3, folder / files.MOBILENET_V3, how)
    with pytest.raises(FaceviewerError, match=r"net_recon_mbnet.pth: .+") as caught:
        run(build("cpu", folder), sample())
    assert "\n" not in str(caught.value)


def test_a_face_model_of_another_mesh_is_refused(folder_with, tddfa_v3_assets: Path) -> None:
    folder = folder_with(files.RESNET50, files.ALIGNMENT)
    arrays = np.load(tddfa_v3_assets / files.FACE_MODEL, allow_pickle=True).item()
    arrays["u"] = arrays["u"][:-3]
    np.save(folder / files.FACE_MODEL, np.array(arrays, dtype=object), allow_pickle=True)
    with pytest.raises(FaceviewerError, match=r"face_model.npy: not a 3DDFA-V3 face model: \"u\" has the shape"):
        run(build("cpu", folder), sample())


def test_absurd_answers_of_the_network_are_an_error_of_the_photo(engine: TddfaV3Engine, monkeypatch) -> None:
    def nothing_usable(x: torch.Tensor) -> torch.Tensor:
        return torch.full((len(x), 257), float("inf"))

    monkeypatch.setattr(engine._library, "regressor", lambda *_: nothing_usable)
    with pytest.raises(FaceviewerError, match=r"sample.jpg: the network gave no usable numbers"):
        run(engine, sample())


def test_half_precision_that_overflows_gives_way_to_full(engine: TddfaV3Engine, monkeypatch) -> None:
    """On processors half precision is never chosen; here it is."""
    full, (expected,) = engine._library.regressor, run(engine, sample())

    def overflowing(backbone: str, dtype: torch.dtype) -> object:
        return full(backbone, dtype) if dtype == torch.float32 else lambda x: torch.full((len(x), 257), torch.inf)

    monkeypatch.setattr(engine, "_dtype", lambda _: torch.float16)
    monkeypatch.setattr(engine._library, "regressor", overflowing)
    (result,) = run(engine, sample())
    np.testing.assert_array_equal(result.mesh.vertices, expected.mesh.vertices)


def test_a_face_whose_points_coincide_is_an_error_of_the_photo(engine: TddfaV3Engine) -> None:
    photo, face = with_points(sample())
    points = replace(face.landmarks["106"], xy_px=np.full((106, 2), 50.0, np.float32))
    with pytest.raises(FaceviewerError, match=r"sample.jpg: a face's five points"):
        run(engine, (photo, replace(face, landmarks={"106": points})))
    with pytest.raises(FaceviewerError, match="no landmarks by which it could be aligned"):
        run(engine, (photo, replace(face, landmarks={})))


def test_the_built_in_engine_refuses_a_face_that_only_the_published_search_found(engine: TddfaV3Engine) -> None:
    photo, face = with_points(sample())
    bare = replace(face, landmarks={"106": face.landmarks["106"]})
    assert run(engine, (photo, bare))
    with pytest.raises(FaceviewerError, match=r"sample.jpg: the built-in engine cannot use this face"):
        build_builtin("cpu").reconstruct([(photo, bare)], options=options(), progress=ignore, cancel=CancelToken())


def test_small_faces_in_a_large_photo_cost_what_their_pixels_cost(engine: TddfaV3Engine) -> None:
    _, face = with_points(sample())
    large = photo_from_array(np.full((3000, 4000, 3), 120, np.uint8))
    points = face.landmarks["106"].xy_px
    small = (points - points.mean(0)) * 0.05 + [3500, 2500]
    shot = large, replace(face, landmarks={"106": replace(face.landmarks["106"], xy_px=small)})
    run(engine, shot)
    tracemalloc.start()
    (result,) = run(engine, shot)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < large.rgb.nbytes / 4
    assert np.linalg.norm(result.camera.project(np.zeros(3)) - [3500, 2500]) < 100
