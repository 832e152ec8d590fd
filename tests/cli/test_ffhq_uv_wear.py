"""``faceviewer dataset ffhq-uv wear``: heads of three kinds, and what they refuse to wear."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh
from typer.testing import CliRunner

from faceviewer.cli.main import app
from faceviewer.io.images import read_png
from faceviewer.io.mesh_file import read_mesh_file
from faceviewer.io.obj import read_obj, write_obj
from faceviewer.io.obj_polygons import read_polygons
from faceviewer.models.head_model import load_head
from faceviewer.models.hifi3d.flame import FIRST_EYE_VERTEX
from faceviewer.types import CancelToken, FaceMesh, Origin, Texture

Wear = Callable[..., tuple[int, str, str]]


@pytest.fixture
def wear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wear:
    """Run ``faceviewer dataset ffhq-uv wear ...``: (status, stdout, stderr)."""
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))

    def call(*arguments: object) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, ["dataset", "ffhq-uv", "wear", *map(str, arguments)], prog_name="faceviewer")
        return done.exit_code, done.stdout, done.stderr

    return call


@pytest.fixture
def teaser(shared: Path) -> Path:
    return shared / "data" / "ffhq_uv" / "teaser_1"


@pytest.fixture
def built_in(tmp_path: Path) -> Path:
    """The built-in engine's mean head, blue all over."""
    head = load_head()
    zeros = np.zeros(len(head.identity_control), np.float32), np.zeros(len(head.expression_names), np.float32)
    rgb = np.full((256, 256, 3), (20, 40, 220), np.uint8)
    mesh = FaceMesh(head.vertices_mm(*zeros), head.topology)
    write_obj(tmp_path / "built-in.obj", mesh, Texture(rgb, np.full((256, 256), Origin.PHOTO, np.uint8)))
    return tmp_path / "built-in.obj"


@pytest.fixture
def flame(tmp_path: Path) -> tuple[Path, Path]:
    """(head, layout) of FLAME's counts, by triangles of our own."""
    rng = np.random.default_rng(0)
    triangles = rng.integers(0, FIRST_EYE_VERTEX, (9976, 3))
    triangles[:2176] = rng.integers(FIRST_EYE_VERTEX, 5023, (2176, 3))
    vertices = "".join(f"v {x:.5f} {y:.5f} {z:.5f}\n" for x, y, z in rng.random((5023, 3)))
    coordinates = "".join(f"vt {u:.5f} {v:.5f}\n" for u, v in rng.random((5150, 2)))
    faces = triangles + 1
    head, layout = tmp_path / "flame.obj", tmp_path / "layout.obj"
    head.write_text(vertices + "".join(f"f {a} {b} {c}\n" for a, b, c in faces))
    layout.write_text(vertices + coordinates + "".join(f"f {a}/1 {b}/2 {c}/3\n" for a, b, c in faces))
    return head, layout


def test_a_head_of_its_kind_wears_a_map_as_it_is(wear: Wear, teaser: Path, tmp_path: Path) -> None:
    status, said, _ = wear(teaser / "mesh_head.obj", teaser / "tex_uv.png", "-o", tmp_path / "worn.obj")
    assert status == 0 and said.split() == [str(tmp_path / f"worn.{kind}") for kind in ("png", "mtl", "obj")]
    assert np.array_equal(read_png(tmp_path / "worn.png"), read_png(teaser / "tex_uv.png"))
    before, after = read_polygons(teaser / "mesh_head.obj"), read_polygons(tmp_path / "worn.obj")
    assert np.abs(before.vertices - after.vertices).max() < 1e-5 and np.array_equal(before.triangles, after.triangles)
    assert np.abs(before.uv - after.uv).max() < 1e-6 and np.array_equal(before.uv_triangles, after.uv_triangles)
    loaded = trimesh.load(tmp_path / "worn.obj", process=False)
    assert loaded.visual.material.image.size == (1024, 1024)  # another library finds the picture


def test_a_map_on_the_built_in_head_leaves_its_eyes(wear: Wear, teaser: Path, built_in: Path, tmp_path: Path) -> None:
    layout = teaser / "mesh_head.obj"
    assert wear(built_in, teaser / "tex_uv.png", "--layout", layout, "-o", tmp_path / "worn.obj")[0] == 0
    worn, head = read_mesh_file(tmp_path / "worn.obj", CancelToken()), load_head().topology
    assert np.array_equal(worn.mesh.topology.triangles, head.triangles) and worn.texture is not None
    eyes, cheek = _color(worn.texture, "eyes"), _color(worn.texture, "cheek")
    assert eyes.tolist() == [20, 40, 220] and cheek[0] > cheek[2]


def test_textures_go_from_head_to_head(wear: Wear, teaser: Path, built_in: Path, tmp_path: Path) -> None:
    assert wear(teaser / "mesh_head.obj", built_in, "-o", tmp_path / "there.obj")[0] == 0
    rgb = read_png(tmp_path / "there.png")
    assert rgb.shape == (256, 256, 3) and (rgb == (20, 40, 220)).all(2).mean() > 0.9
    assert wear(built_in, tmp_path / "there.obj", "-o", tmp_path / "back.obj")[0] == 0
    assert (read_png(tmp_path / "back.png") == (20, 40, 220)).all(2).mean() > 0.9


def test_flame_heads_come_in_two_meshes(wear: Wear, teaser: Path, flame: tuple[Path, Path], tmp_path: Path) -> None:
    head, layout = flame
    assert wear(head, teaser / "tex_uv.png", "--layout", layout, "-o", tmp_path / "worn.obj")[0] == 0
    skin, eyes = read_obj(tmp_path / "worn.obj"), read_obj(tmp_path / "worn_eyes.obj")
    assert len(skin.triangles) == 7800 and len(eyes.triangles) == 2176
    assert np.abs(skin.vertices - read_obj(head).vertices).max() < 1e-5


def test_what_does_not_fit_is_told(
    wear: Wear, teaser: Path, built_in: Path, flame: tuple[Path, Path], tmp_path: Path
) -> None:
    head, a_map, output = teaser / "mesh_head.obj", teaser / "tex_uv.png", tmp_path / "worn.obj"
    half = tmp_path / "half.png"
    half.write_bytes(a_map.read_bytes()[:9000])
    cases = (
        ((built_in, a_map), 1, "--layout names an OBJ of a HiFi3D++ head"),
        ((built_in, a_map, "--layout", flame[1]), 1, f"{flame[1]}: not a HiFi3D++ head with texture coordinates"),
        ((flame[0], a_map), 1, "--layout names FFHQ-UV's OBJ"),
        ((flame[0], a_map, "--layout", head), 1, f"{head}: not the layout for FLAME heads"),
        ((flame[0], built_in, "--layout", flame[1]), 1, "put the texture on a HiFi3D++ head first"),
        ((teaser / "mesh_eye_ball_L.obj", a_map), 1, "neither the built-in head, nor one of HiFi3D++ or FLAME"),
        ((head, flame[0]), 1, f"{flame[0]}: it has no texture that another head could wear"),
        ((head, half), 1, str(half)),
        ((tmp_path / "gone.obj", a_map), 1, "gone.obj: there is no such file"),
    )
    for arguments, wanted, sentence in cases:
        status, _, said = wear(*arguments, "-o", output)
        assert (status, said.count("\n")) == (wanted, 1) and sentence in said, said
        assert not output.exists()


def test_nothing_that_is_read_is_written_over(wear: Wear, teaser: Path, tmp_path: Path) -> None:
    copy = tmp_path / "head.png"
    shutil.copy(teaser / "tex_uv.png", copy)
    before = copy.read_bytes()
    status, _, said = wear(teaser / "mesh_head.obj", copy, "-o", tmp_path / "head.obj")
    assert status == 2 and "that would write over" in said and copy.read_bytes() == before
    assert wear(teaser / "mesh_head.obj", copy, "-o", tmp_path / "my head.obj")[0] == 2


def _color(texture: Texture, where: str) -> np.ndarray:
    """(3,) the median colour of the texels at the built-in head's eyeballs or at the middle of its cheeks."""
    head = load_head()
    topology = head.topology
    eyes = np.isin(topology.triangles, topology.regions["eyeball_left"]).all(1)
    chosen = eyes
    if where == "cheek":
        vertices = head.vertices_mm(
            np.zeros(len(head.identity_control), np.float32), np.zeros(len(head.expression_names), np.float32)
        )
        middle = vertices[topology.triangles].mean(1)
        eye = middle[eyes].mean(0)
        chosen = np.linalg.norm(middle - (eye + np.array([0, -35, 10])), axis=1) < 15
    uv = topology.uv[topology.uv_triangles[chosen]].mean(1)
    side = len(texture.rgb)
    columns, rows = (uv[:, 0] * side).astype(int), ((1 - uv[:, 1]) * side).astype(int)
    return np.median(texture.rgb[rows.clip(0, side - 1), columns.clip(0, side - 1)], axis=0)
