"""A result goes to files and comes back the same; its JSON keeps the contract and vouches for its companions."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import trimesh
from factories import make_photo, make_reconstruction, make_texture
from PIL import Image
from vtk_files import point_array, points, read_polydata, triangles

import faceviewer
from faceviewer.io.asked import Asked
from faceviewer.io.atomic import remove_stale
from faceviewer.io.head_files import HeadFiles, encode_head_files, head_file_names
from faceviewer.io.images import read_png
from faceviewer.io.obj import read_obj
from faceviewer.io.overlay import draw_overlay
from faceviewer.io.result_files import read_reconstruction, write_reconstruction
from faceviewer.io.result_reader import is_complete, read_result
from faceviewer.types import BLENDSHAPE_NAMES, PART_NAMES, FaceMesh, FaceviewerError, Reconstruction

STEM = "photo_face1"


@pytest.fixture(scope="module")
def result() -> Reconstruction:
    return make_reconstruction()


@pytest.fixture
def written(result, tmp_path):
    return write_reconstruction(result, tmp_path, STEM)


def write_everything(result: Reconstruction, directory: Path) -> tuple[Path, ...]:
    offsets = {"jawOpen": np.ones_like(result.mesh.vertices)}
    return write_reconstruction(
        result,
        directory,
        STEM,
        formats=("obj", "glb", "ply"),
        pictures={"_overlay.png": partial(draw_overlay, make_photo(), result)},
        origins=True,
        morph_targets=offsets,
    ).all


def test_default_set(written, tmp_path):
    assert {path.name for path in written.all} == {f"{STEM}{suffix}" for suffix in (".obj", ".mtl", ".png", ".json")}
    assert set(tmp_path.iterdir()) == set(written.all)
    assert written.all[-1] == written.json == tmp_path / f"{STEM}.json" and written.obj == tmp_path / f"{STEM}.obj"


def test_full_set(result, tmp_path):
    paths = write_everything(result, tmp_path)
    suffixes = (".png", ".mtl", ".obj", ".glb", ".ply", "_origin.png", "_overlay.png", ".json")
    assert [path.name for path in paths] == [f"{STEM}{suffix}" for suffix in suffixes]
    assert set(tmp_path.iterdir()) == set(paths)
    for path in paths:
        if path.suffix in (".obj", ".glb", ".ply"):
            loaded = trimesh.load(path, process=False, force="mesh")
            assert len(loaded.faces) == len(result.mesh.topology.triangles)
    assert read_png(tmp_path / f"{STEM}_overlay.png").shape == (720, 960, 3)


# --- the contract -----------------------------------------------------------------------------------------------


def test_json_contract(result, written):
    """The keys, shapes and units that scripts of others rely on."""
    tree = json.loads(written.json.read_text("utf-8"))
    assert tree["schema"] == "faceviewer.reconstruction/1"
    assert tree["engine"] == "builtin" and tree["device"] == "cpu"
    vertices, triangles = len(result.mesh.vertices), len(result.mesh.topology.triangles)
    mesh = {"file": f"{STEM}.obj", "units": "mm", "vertices": vertices, "triangles": triangles}
    assert tree["mesh"].items() >= mesh.items()
    camera = tree["camera"]
    np.testing.assert_array_equal(camera["K"], result.camera.K)
    np.testing.assert_array_equal(camera["R_camera_head"], result.camera.R_camera_head)
    np.testing.assert_array_equal(camera["t_camera_head_mm"], result.camera.t_camera_head)
    assert (camera["width"], camera["height"], camera["focal_from"]) == (*result.photo_size, "exif")
    pose = tree["pose"]
    assert [pose[name] for name in ("yaw_deg", "pitch_deg", "roll_deg")] == [20.0, 0.5, -1.25]
    np.testing.assert_array_equal(pose["R"], result.pose.R)
    np.testing.assert_array_equal(pose["t_mm"], result.pose.t_mm)
    for name, count in (("68", 68), ("106", 106), ("134", 134), ("478", 478)):
        entry = tree["landmarks"][name]
        assert np.shape(entry["xy_px"]) == (count, 2) and np.shape(entry["xyz"]) == (count, 3)
        assert entry["visible"] == result.landmarks[name].visible.tolist()
    assert set(tree["parts"]) == set(PART_NAMES)
    assert all(tree["parts"][name] == result.mesh.topology.parts[name].tolist() for name in PART_NAMES)
    assert list(tree["blendshapes"]) == list(BLENDSHAPE_NAMES)
    np.testing.assert_allclose(list(tree["blendshapes"].values()), result.face.blendshapes, atol=1e-6)
    np.testing.assert_allclose(tree["coefficients"]["identity"], result.coefficients["identity"], atol=1e-6)
    assert tree["reprojection_px"] == 1.25 and tree["warnings"] == ["The left ear is hidden."]
    assert set(tree["seconds"]) == {"detect", "fit", "texture", "write"} and 0 < tree["seconds"]["write"] < 10
    assert tree["photo"] == {"name": "some photo.jpg", "sha256": "ab" * 32, "width": 320, "height": 240}


def test_what_was_asked_for_comes_back(result, tmp_path):
    asked = Asked(2048, True, 1234.5, None, {"fit": "slow"}, True, ("ab", "cd"))
    written = write_reconstruction(result, tmp_path, STEM, asked=asked)
    assert read_result(written.json).asked == asked
    for broken in ({"delight": 1}, {"texture_size": 0}, {"person": [1]}, {"options": []}):
        tree = json.loads(written.json.read_text())
        written.json.write_text(json.dumps(tree | {"asked": asked.encoded() | broken}))
        with pytest.raises(FaceviewerError, match=f"asked.{next(iter(broken))}"):
            read_result(written.json)
    assert read_result(write_reconstruction(result, tmp_path, STEM).json).asked is None


def test_xyz_is_in_the_frame_of_the_obj_and_projects_to_xy(written):
    tree = json.loads(written.json.read_text())
    surface = trimesh.load(written.obj, process=False, force="mesh")
    camera = {name: np.array(value) for name, value in tree["camera"].items()}
    for entry in tree["landmarks"].values():
        xyz = np.array(entry["xyz"])
        corners = surface.vertices[np.array(entry["vertices"])] if surface.vertices.shape[0] else None
        assert corners is not None
        in_camera = xyz @ camera["R_camera_head"].T + camera["t_camera_head_mm"]
        projected = in_camera @ camera["K"].T
        np.testing.assert_allclose(projected[:, :2] / projected[:, 2:], entry["xy_px"], atol=2e-3)
        _, distance, _ = trimesh.proximity.closest_point(surface, xyz[:20])
        assert distance.max() < 1e-3


def test_json_is_one_line_per_key(written):
    lines = written.json.read_text().splitlines()
    assert lines[0] == "{" and lines[-1] == "}" and lines[1] == '"schema": "faceviewer.reconstruction/1",'
    assert len(lines) == 2 + len(json.loads(written.json.read_text()))


def test_face_number_and_undecodable_names(result, tmp_path):
    odd = replace(result, photo_name=os.fsdecode(b"caf\xe9 \xe5\x86\x99.jpg"), warnings=("naïve “quotes”",))
    written = write_reconstruction(odd, tmp_path, STEM, face_number=2, face_count=3)
    saved = read_result(written.json)
    assert (saved.face_number, saved.face_count) == (2, 3)
    assert saved.photo_name == "caf\\udce9 写.jpg" and saved.warnings == ("naïve “quotes”",)


# --- there and back ---------------------------------------------------------------------------------------------


def assert_same_landmarks(a, b):
    assert set(a) == set(b)
    for name in a:
        np.testing.assert_allclose(a[name].xy_px, b[name].xy_px, atol=1e-4)
        np.testing.assert_array_equal(a[name].visible, b[name].visible)
        for field in ("vertices", "barycentric", "z_px"):
            x, y = getattr(a[name], field), getattr(b[name], field)
            assert (x is None) == (y is None)
            if x is not None:
                assert x.dtype == y.dtype
                np.testing.assert_allclose(x, y, atol=1e-4 if field == "z_px" else 1e-7)


def test_round_trip(result, tmp_path):
    paths = write_everything(result, tmp_path)
    back = read_reconstruction(paths[-1])
    plain = ("photo_name", "photo_sha256", "photo_size", "engine", "device", "focal_from", "stages", "warnings")
    for name in plain:
        assert getattr(back, name) == getattr(result, name)
    assert back.reprojection_px == result.reprojection_px
    assert dict(back.timings).keys() == {"detect", "fit", "texture", "write"}
    np.testing.assert_allclose(back.mesh.vertices, result.mesh.vertices, atol=1e-6)
    for field in ("triangles", "uv_triangles"):
        np.testing.assert_array_equal(getattr(back.mesh.topology, field), getattr(result.mesh.topology, field))
    np.testing.assert_allclose(back.mesh.topology.uv, result.mesh.topology.uv, atol=1e-8)
    for name, ids in result.mesh.topology.parts.items():
        np.testing.assert_array_equal(back.mesh.topology.parts[name], ids)
    np.testing.assert_array_equal(back.camera.K, result.camera.K)
    np.testing.assert_array_equal(back.camera.R_camera_head, result.camera.R_camera_head)
    np.testing.assert_array_equal(back.camera.t_camera_head, result.camera.t_camera_head)
    assert back.camera.size == result.camera.size
    assert (back.pose.yaw_deg, back.pose.pitch_deg, back.pose.roll_deg) == (20.0, 0.5, -1.25)
    assert_same_landmarks(back.landmarks, result.landmarks)
    assert_same_landmarks(back.face.landmarks, result.face.landmarks)
    assert back.face.blendshapes is not None and result.face.blendshapes is not None
    np.testing.assert_allclose(back.face.blendshapes, result.face.blendshapes, atol=1e-6)
    np.testing.assert_allclose(back.face.box_xyxy, result.face.box_xyxy, atol=1e-4)
    for name, values in result.coefficients.items():
        np.testing.assert_allclose(back.coefficients[name], values, atol=1e-6)
    np.testing.assert_array_equal(back.textures["photo"].rgb, result.textures["photo"].rgb)
    np.testing.assert_array_equal(back.textures["photo"].origin, result.textures["photo"].origin)
    assert back.textures["photo"].kind == "photo"
    np.testing.assert_allclose(back.landmark_xyz_mm("68"), result.landmark_xyz_mm("68"), atol=1e-4)


def test_writing_what_was_read_gives_the_same_files(result, tmp_path):
    first = write_everything(result, tmp_path / "a")
    second = write_everything(read_reconstruction(first[-1]), tmp_path / "b")
    for a, b in zip(first[:-1], second[:-1], strict=True):
        if a.suffix != ".glb" and a.suffix != ".ply":  # those hold float32, the OBJ six decimals
            assert a.read_bytes() == b.read_bytes(), a.name
    a, b = (json.loads(paths[-1].read_text()) for paths in (first, second))
    for name in result.landmarks:  # these come from the OBJ's six decimals
        np.testing.assert_allclose(a["landmarks"][name].pop("xyz"), b["landmarks"][name].pop("xyz"), atol=2e-5)
    for tree in (a, b):
        del tree["seconds"]["write"], tree["files"]
    assert a == b


def test_without_texture_blendshapes_and_mesh_landmarks(result, tmp_path):
    loose = {"68": replace(result.landmarks["68"], vertices=None, barycentric=None)}
    bare = replace(
        result,
        textures={},
        landmarks=loose,
        face=replace(result.face, blendshapes=None),
        reprojection_px=float("nan"),
    )
    written = write_reconstruction(bare, tmp_path, STEM, origins=True)
    assert {path.suffix for path in written.all} == {".obj", ".json"}
    assert "mtllib" not in written.obj.read_text()
    back = read_reconstruction(written.json)
    assert not back.textures and back.face.blendshapes is None and np.isnan(back.reprojection_px)
    assert_same_landmarks(back.landmarks, loose)


def test_origin_is_unknown_without_its_picture(written):
    texture = read_reconstruction(written.json).textures["photo"]
    assert not texture.origin.any()
    counts = json.loads(written.json.read_text())["textures"]["photo"]["texels"]
    assert sum(counts.values()) == 64 * 64 and all(counts.values())


def test_origin_picture_tells_its_classes_apart(result, tmp_path):
    write_everything(result, tmp_path)
    with Image.open(tmp_path / f"{STEM}_origin.png") as picture:
        picture.load()
    np.testing.assert_array_equal(np.asarray(picture), result.textures["photo"].origin)
    assert len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) == 4


def test_another_texture_is_shown_when_there_is_no_photo(result, tmp_path):
    other = replace(make_texture(16), kind="albedo")
    written = write_reconstruction(replace(result, textures={"albedo": other}), tmp_path, STEM)
    back = read_reconstruction(written.json)
    assert list(back.textures) == ["albedo"] and back.textures["albedo"].kind == "albedo"


# --- several textures, colours of vertices, published arrays -----------------------------------------------------


@pytest.fixture(scope="module")
def rich(result) -> Reconstruction:
    """A result as a published system gives it: two textures, colours of vertices, arrays in numbers of its own."""
    colors = np.random.default_rng(3).integers(0, 256, result.mesh.vertices.shape, np.uint8)
    return replace(
        result,
        mesh=replace(result.mesh, colors=colors),
        textures={"model": replace(make_texture(32, seed=5), kind="model"), **result.textures},
        published={"v3d": np.arange(12, dtype=np.float32).reshape(1, 4, 3), "seg": np.eye(3), "tri": np.arange(3)},
    )


def test_every_texture_has_a_mesh_of_its_own(rich, tmp_path):
    wanted = HeadFiles(frozenset(("obj", "glb", "ply")), origins=True)
    assert tuple(encode_head_files(rich, STEM, wanted)) == head_file_names(rich, STEM, wanted)
    paths = write_reconstruction(rich, tmp_path, STEM, formats=("obj", "glb", "ply"), origins=True).all
    assert [path.name for path in paths] == [
        *(f"{STEM}{ending}" for ending in (".png", ".mtl", ".obj", ".glb")),
        *(f"{STEM}_model{ending}" for ending in (".png", ".mtl", ".obj", ".glb")),
        *(f"{STEM}{ending}" for ending in (".ply", "_origin.png", "_published.npz", ".json")),
    ]
    for stem, name in ((STEM, "photo"), (f"{STEM}_model", "model")):
        rgb = rich.textures[name].rgb
        obj = trimesh.load(tmp_path / f"{stem}.obj", process=False, maintain_order=True, force="mesh")
        np.testing.assert_allclose(obj.vertices, rich.mesh.vertices, atol=1e-6)
        np.testing.assert_array_equal(np.asarray(obj.visual.material.image.convert("RGB")), rgb)
        glb = trimesh.load(tmp_path / f"{stem}.glb", process=False, force="mesh")
        np.testing.assert_array_equal(np.asarray(glb.visual.material.baseColorTexture.convert("RGB")), rgb)
    tree = json.loads(paths[-1].read_text())
    assert {name: (entry["file"], entry["mesh"], entry["kind"]) for name, entry in tree["textures"].items()} == {
        "photo": (f"{STEM}.png", f"{STEM}.obj", "photo"),
        "model": (f"{STEM}_model.png", f"{STEM}_model.obj", "model"),
    }
    assert is_complete(paths[-1])
    back = read_reconstruction(paths[-1])
    assert {name: texture.kind for name, texture in back.textures.items()} == {"photo": "photo", "model": "model"}
    for name, texture in rich.textures.items():
        np.testing.assert_array_equal(back.textures[name].rgb, texture.rgb)
    assert back.textures["photo"].origin.any() and not back.textures["model"].origin.any()


def test_only_a_glb_of_every_texture(rich):
    wanted = HeadFiles(frozenset(("glb",)), json=False)
    names = head_file_names(rich, STEM, wanted)
    assert names == (f"{STEM}.glb", f"{STEM}_model.glb") == tuple(encode_head_files(rich, STEM, wanted))


def test_names_of_textures_are_made_safe(rich, tmp_path):
    odd = replace(rich, textures={"photo": rich.textures["photo"], "../my tex": rich.textures["model"]})
    written = write_reconstruction(odd, tmp_path / "out", STEM)
    assert {path.name for path in tmp_path.iterdir()} == {"out"}
    assert (tmp_path / "out" / f"{STEM}_.._my_tex.png").exists()
    assert set(read_reconstruction(written.json).textures) == {"photo", "../my tex"}


def test_colours_of_vertices_stand_in_the_obj_and_change_nothing_else(rich, result, tmp_path):
    written = write_reconstruction(rich, tmp_path, STEM)
    plain = write_reconstruction(result, tmp_path / "plain", STEM)
    with_colors, without = read_obj(written.obj), read_obj(plain.obj)
    np.testing.assert_array_equal(np.rint(with_colors.colors * 255), rich.mesh.colors)
    assert not len(without.colors) and not len(read_obj(tmp_path / f"{STEM}_model.obj").colors)
    np.testing.assert_array_equal(read_reconstruction(written.json).mesh.colors, rich.mesh.colors)
    for name in ("vertices", "triangles", "uv", "uv_triangles"):
        np.testing.assert_array_equal(getattr(with_colors, name), getattr(without, name))
    a, b = (trimesh.load(path, process=False, force="mesh") for path in (written.obj, plain.obj))
    np.testing.assert_array_equal(a.vertices, b.vertices)
    np.testing.assert_array_equal(a.faces, b.faces)
    np.testing.assert_array_equal(a.visual.uv, b.visual.uv)
    a, b = read_polydata(written.obj), read_polydata(plain.obj)
    np.testing.assert_array_equal(points(a), points(b))
    np.testing.assert_array_equal(triangles(a), triangles(b))
    np.testing.assert_array_equal(point_array(a, "TCoords"), point_array(b, "TCoords"))


def test_published_arrays_come_as_plain_numbers(rich, tmp_path):
    written = write_reconstruction(rich, tmp_path, STEM)
    path = tmp_path / f"{STEM}_published.npz"
    with np.load(path, allow_pickle=False) as arrays:
        assert set(arrays) == set(rich.published)
        for name, array in rich.published.items():
            assert arrays[name].dtype == array.dtype
            np.testing.assert_array_equal(arrays[name], array)
    assert path.name in json.loads(written.json.read_text())["files"]
    first = path.read_bytes()
    write_reconstruction(rich, tmp_path, STEM)
    assert path.read_bytes() == first
    objects = replace(rich, published={"v3d": np.array([{}], object)})
    with pytest.raises(ValueError, match="Object arrays"):
        write_reconstruction(objects, tmp_path / "no", STEM)
    assert not list((tmp_path / "no").iterdir())


def test_model_topology_is_used_when_it_fits(result, written):
    asked = []

    def resolve(name):
        asked.append(name)
        return result.mesh.topology

    assert read_reconstruction(written.json, resolve).mesh.topology is result.mesh.topology
    assert asked == [result.mesh.topology.name]
    other = make_reconstruction(8, 12).mesh.topology
    back = read_reconstruction(written.json, lambda name: other)
    np.testing.assert_array_equal(back.mesh.topology.triangles, result.mesh.topology.triangles)
    assert read_reconstruction(written.json, lambda name: None).mesh.topology.symmetry is None


# --- failures ---------------------------------------------------------------------------------------------------


def test_a_result_that_is_not_finite_leaves_nothing(result, tmp_path):
    vertices = result.mesh.vertices.copy()
    vertices[5] = np.nan
    broken_mesh = replace(result, mesh=FaceMesh(vertices, result.mesh.topology))
    broken_number = replace(result, coefficients={"identity": np.array([1.0, np.inf], np.float32)})
    for broken in (broken_mesh, broken_number):
        with pytest.raises(FaceviewerError, match="not a finite number"):
            write_reconstruction(broken, tmp_path, STEM)
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("wrong", [{"formats": ("stl",)}, {"stem": "my photo"}])
def test_wrong_use(result, tmp_path, wrong):
    with pytest.raises(ValueError, match=r"unknown formats|unsafe stem"):
        write_reconstruction(result, tmp_path, **{"stem": STEM, **wrong})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", [f"{STEM}.png", f"{STEM}.json", f"{STEM}_overlay.png", f"{STEM}.glb"])
def test_files_that_are_no_results_are_never_overwritten(result, tmp_path, name):
    """``trip_face1.png`` may be a photo of its own, beside ``trip.jpg``."""
    (tmp_path / name).write_bytes(b"precious")
    with pytest.raises(FaceviewerError, match=f"{name}: cannot be written, a file that is no result of faceviewer is"):
        write_everything(result, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {name: b"precious"}


def test_neither_are_those_beside_an_earlier_result_that_does_not_name_them(result, written, tmp_path):
    (tmp_path / f"{STEM}_overlay.png").write_bytes(b"precious")
    with pytest.raises(FaceviewerError, match="no result of faceviewer is in the way"):
        write_everything(result, tmp_path)
    assert is_complete(written.json)


@pytest.mark.parametrize("damage", [None, "{", '{"schema": "faceviewer.reconstruction/1"}'])
def test_a_result_whose_json_is_lost_makes_room_for_a_new_one(result, written, damage):
    written.json.unlink() if damage is None else written.json.write_text(damage)
    assert is_complete(write_reconstruction(result, written.json.parent, STEM).json)


def test_what_an_earlier_result_had_besides_goes(result, tmp_path):
    """A GLB of another photo of that name stood beside the new result as if it were its own."""
    write_everything(result, tmp_path)
    (tmp_path / f"{STEM}_notes.txt").write_text("mine")
    written = write_reconstruction(result, tmp_path, STEM)
    assert set(tmp_path.iterdir()) == {*written.all, tmp_path / f"{STEM}_notes.txt"}


def test_a_json_speaks_for_no_files_of_other_names(result, written, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"precious")
    tree = json.loads(written.json.read_text())
    named = {"photo.jpg": {"sha256": "", "bytes": 8}, "../x": {"sha256": "", "bytes": 8}}
    for files in (tree["files"] | {"photo.jpg": named["photo.jpg"]}, tree["files"] | named):
        written.json.write_text(json.dumps(tree | {"files": files}))
        write_reconstruction(result, tmp_path, STEM)
        assert (tmp_path / "photo.jpg").read_bytes() == b"precious"


def test_files_that_are_missing_or_do_not_fit_are_named(result, written, tmp_path):
    other = write_reconstruction(make_reconstruction(8, 12, texture_size=32), tmp_path, "other")
    os.replace(tmp_path / "other.png", tmp_path / f"{STEM}.png")
    with pytest.raises(FaceviewerError, match=rf"{STEM}\.png: not the square of 64"):
        read_reconstruction(written.json)
    os.replace(other.obj, written.obj)
    with pytest.raises(FaceviewerError, match=rf"{STEM}\.obj: 98 vertices and 192 triangles, but {STEM}\.json speaks"):
        read_reconstruction(written.json)
    written.obj.unlink()
    with pytest.raises(FaceviewerError, match=rf"{STEM}\.obj: cannot be read \(No such file"):
        read_reconstruction(written.json)


def test_complete_means_all_there_and_unchanged(written):
    assert is_complete(written.json)
    for path in written.all:
        content = path.read_bytes()
        changed = bytearray(content)
        changed[len(changed) // 2] ^= 1
        for damage in (bytes(changed), content[:-1], b""):
            path.write_bytes(damage)
            if path != written.json:
                assert not is_complete(written.json)
        path.unlink()
        assert not is_complete(written.json)
        path.write_bytes(content)
    assert is_complete(written.json)


def test_a_json_that_vouches_for_nothing_is_not_complete(written):
    tree = json.loads(written.json.read_text())
    written.json.write_text(json.dumps(tree | {"files": {}}))
    assert not is_complete(written.json)


WRITER = """
import sys
from pathlib import Path
from factories import make_reconstruction
from faceviewer.io.atomic import remove_stale
from faceviewer.io.result_files import write_reconstruction
directory = Path(sys.argv[1])
results = [make_reconstruction(6, 8, texture_size=size) for size in (32, 48)]
remove_stale(directory)
print("ready", flush=True)
while True:
    for result in results:
        write_reconstruction(result, directory, "photo_face1")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on windows")
def test_killed_while_writing_never_leaves_a_json_among_files_of_another_result(tmp_path):
    write_reconstruction(make_reconstruction(6, 8), tmp_path, STEM)
    paths = [Path(faceviewer.__file__).parents[1], Path(__file__).parents[1]]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    rng = random.Random(7)
    for _ in range(8):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, env=environment)
        assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
        time.sleep(rng.uniform(0.01, 0.1))
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        json_path = tmp_path / f"{STEM}.json"
        assert not json_path.exists() or is_complete(json_path)
        remove_stale(tmp_path)
        assert is_complete(json_path) and len(list(tmp_path.iterdir())) == 4
        read_reconstruction(json_path)


def test_digests_are_those_of_the_files(written):
    files = json.loads(written.json.read_text())["files"]
    for path in written.all[:-1]:
        data = path.read_bytes()
        assert files[path.name] == {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
