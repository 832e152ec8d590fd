"""The real thing: photos through the real engine, by the command line, as users run it."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import faceviewer
from faceviewer.models.head_model import load_head
from faceviewer.types import BLENDSHAPE_NAMES, EXPRESSION_NAMES, PART_NAMES, Origin

ROOT = Path(__file__).resolve().parents[2]


def faceviewer_command(*arguments) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "main.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Path:
    """The folder of ``reconstruct --sample`` with everything that it can write."""
    out = tmp_path_factory.mktemp("sample")
    extras = ("--formats", "obj,glb,ply", "--origins", "--morph-targets", "--overlay", "--pictures", "sheet")
    done = faceviewer_command("reconstruct", "--sample", "-o", out, *extras)
    assert (done.returncode, done.stderr) == (0, "")
    return out


def test_sample_gives_everything_the_contract_names(sample):
    assert {path.name.removeprefix("sample_face1") for path in sample.iterdir()} == {
        *(".obj", ".mtl", ".png", ".glb", ".ply", ".json", "_overlay.png", "_origin.png", "_sheet.png")
    }
    result = json.loads((sample / "sample_face1.json").read_text("utf-8"))
    assert {name: len(points["xy_px"]) for name, points in result["landmarks"].items()} == {
        "68": 68,
        "106": 106,
        "134": 134,
        "478": 478,
        "68_2d": 68,
        "106_2d": 106,
    }
    assert set(result["parts"]) == set(PART_NAMES)
    assert set(result["blendshapes"]) == set(BLENDSHAPE_NAMES)
    assert result["blendshapes"]["mouthSmileLeft"] > 0.3  # she smiles
    assert abs(result["pose"]["yaw_deg"]) < 15
    assert 0 < result["reprojection_px"] < 4


def test_landmarks_of_the_json_are_points_of_the_mesh_in_the_photo(sample):
    result = json.loads((sample / "sample_face1.json").read_text("utf-8"))
    lines = (sample / "sample_face1.obj").read_text("utf-8").splitlines()
    vertices = np.array([line.split()[1:] for line in lines if line.startswith("v ")], float)
    triangles = sum(line.startswith("f ") for line in lines)
    assert (len(vertices), triangles) == (result["mesh"]["vertices"], result["mesh"]["triangles"])
    camera = {name: np.array(values) for name, values in result["camera"].items()}
    for points in result["landmarks"].values():
        xyz = np.array(points["xyz"])
        on_mesh = np.einsum("lk,lkc->lc", points["barycentric"], vertices[np.array(points["vertices"])])
        np.testing.assert_allclose(xyz, on_mesh, atol=1e-3)
        seen = (xyz @ camera["R_camera_head"].T + camera["t_camera_head_mm"]) @ camera["K"].T
        np.testing.assert_allclose(seen[:, :2] / seen[:, 2:], points["xy_px"], atol=0.02)


def test_expressions_of_the_glb_move_the_photographed_head_as_the_model_says(sample):
    data = (sample / "sample_face1.glb").read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    tree, binary = json.loads(data[20 : 20 + length]), data[28 + length :]

    def vertices_mm(accessor: int) -> np.ndarray:
        entry = tree["accessors"][accessor]
        start = tree["bufferViews"][entry["bufferView"]]["byteOffset"]
        return np.frombuffer(binary, "<f4", 3 * entry["count"], start).reshape(-1, 3) * 1000

    (mesh,) = tree["meshes"]
    (primitive,) = mesh["primitives"]
    assert mesh["extras"]["targetNames"] == list(EXPRESSION_NAMES) and mesh["weights"] == [0] * 52
    head, saved = load_head(), faceviewer.read_reconstruction(sample / "sample_face1.json")
    base = vertices_mm(primitive["attributes"]["POSITION"])[: len(saved.mesh.vertices)]
    np.testing.assert_allclose(base, saved.mesh.vertices, atol=1e-3)
    for name in ("jawOpen", "eyeBlinkLeft"):
        k = EXPRESSION_NAMES.index(name)
        wider = saved.coefficients["expression"] + np.eye(52)[k]
        moved = base + vertices_mm(primitive["targets"][k]["POSITION"])[: len(base)]
        np.testing.assert_allclose(moved, head.vertices_mm(saved.coefficients["identity"], wider), atol=0.01)
        assert np.linalg.norm(moved - base, axis=1).max() > 5


def test_origins_are_those_of_the_texture(sample):
    texture = faceviewer.read_reconstruction(sample / "sample_face1.json").textures["photo"]
    assert (texture.origin == Origin.PHOTO).mean() > 0.1 and (texture.origin == Origin.MODEL).any()


def test_sample_can_be_rendered(sample, tmp_path):
    done = faceviewer_command("render", sample / "sample_face1.json", "-o", tmp_path / "head.png", "--size", "128")
    assert (done.returncode, done.stderr) == (0, "")
    assert faceviewer.load_photo(tmp_path / "head.png").rgb.std() > 20


def test_photos_alone_together_and_as_one_person_agree(shared, tmp_path):
    photos = shared / "data" / "photos"
    ways = {"one": (), "two": ("--workers", "2"), "person": ("--same-person",)}
    for name, way in ways.items():
        done = faceviewer_command("reconstruct", photos, "-o", tmp_path / name, "--texture-size", "256", *way)
        assert (done.returncode, done.stderr) == (0, "")
    results = {
        name: [faceviewer.read_reconstruction(path) for path in sorted((tmp_path / name).glob("*.json"))]
        for name in ways
    }
    assert {name: len(heads) for name, heads in results.items()} == dict.fromkeys(ways, 4)
    for one, two in zip(results["one"], results["two"], strict=True):
        np.testing.assert_allclose(two.mesh.vertices, one.mesh.vertices, atol=0.05)
    identities = [head.coefficients["identity"] for head in results["person"]]
    assert all((identity == identities[0]).all() for identity in identities)
    assert not np.array_equal(results["one"][0].coefficients["identity"], results["one"][1].coefficients["identity"])
