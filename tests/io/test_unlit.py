"""What other programs draw from our files is what the application draws itself: same pixels, same colours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh
from factories import make_reconstruction
from PIL import Image
from vtk_files import point_array, points, read_polydata, triangles

import faceviewer
from faceviewer.io.images import read_png
from faceviewer.io.result_files import WrittenFiles, read_reconstruction, write_reconstruction
from faceviewer.raster.unlit import render_unlit
from faceviewer.types import Camera, FaceMesh, Reconstruction, Texture, Topology

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def result() -> Reconstruction:
    return make_reconstruction(40, 60, texture_size=128, size=(480, 360))


@pytest.fixture(scope="module")
def written(result, tmp_path_factory) -> WrittenFiles:
    return write_reconstruction(result, tmp_path_factory.mktemp("unlit"), "head", formats=("obj", "glb"))


@pytest.fixture(scope="module")
def own(result) -> tuple[np.ndarray, np.ndarray]:
    return render_unlit(result.mesh, result.textures["photo"], result.camera)


def as_mesh(vertices_mm: np.ndarray, triangles: np.ndarray, uv: np.ndarray) -> FaceMesh:
    return FaceMesh(vertices_mm.astype(np.float32), Topology("read", triangles, uv.astype(np.float32), triangles))


def as_texture(rgb: np.ndarray) -> Texture:
    return Texture(rgb, np.zeros(rgb.shape[:2], np.uint8))


def read_by_us(files: WrittenFiles) -> tuple[FaceMesh, Texture]:
    back = read_reconstruction(files.json)
    return back.mesh, back.textures["photo"]


def read_obj_by_trimesh(files: WrittenFiles) -> tuple[FaceMesh, Texture]:
    loaded = trimesh.load(files.obj, process=False, force="mesh")
    texture = as_texture(np.asarray(loaded.visual.material.image.convert("RGB")))
    return as_mesh(loaded.vertices, loaded.faces, loaded.visual.uv), texture


def read_glb_by_trimesh(files: WrittenFiles) -> tuple[FaceMesh, Texture]:
    loaded = trimesh.load(files.obj.with_suffix(".glb"), process=False, force="mesh")
    texture = as_texture(np.asarray(loaded.visual.material.baseColorTexture.convert("RGB")))
    return as_mesh(loaded.vertices * 1000, loaded.faces, loaded.visual.uv), texture


def read_obj_by_vtk(files: WrittenFiles) -> tuple[FaceMesh, Texture]:
    loaded = read_polydata(files.obj)
    with Image.open(files.obj.with_suffix(".png")) as picture:
        texture = as_texture(np.array(picture))
    return as_mesh(points(loaded), triangles(loaded), point_array(loaded, "TCoords")[:, :2]), texture


@pytest.mark.parametrize("read", [read_by_us, read_obj_by_trimesh, read_glb_by_trimesh, read_obj_by_vtk])
def test_our_renders_of_re_read_files_are_our_renders(result, written, own, read):
    rgb, mask = render_unlit(*read(written), result.camera)
    assert mask.mean() > 0.1 and (mask == own[1]).mean() > 0.9999
    difference = np.abs(rgb.astype(int) - own[0])[mask & own[1]]
    assert (difference <= 1).mean() > 0.999


def test_colours_are_those_of_the_texture(result):
    """Unlit means unlit: a texture of one colour gives pictures of that colour."""
    flat = as_texture(np.full((16, 16, 3), (100, 150, 200), np.uint8))
    rgb, mask = render_unlit(result.mesh, flat, result.camera)
    assert (rgb[mask] == (100, 150, 200)).all()


@pytest.mark.parametrize("suffix", [".obj", ".glb"])
def test_vtk_draws_what_we_draw(result, written, own, suffix, tmp_path):
    rgb = vtk_picture(written.obj.with_suffix(suffix), result.camera, tmp_path)
    mask = rgb.any(-1)
    assert (mask == own[1]).mean() > 0.999  # the outline may differ by the rounding of a pixel
    difference = np.abs(rgb.astype(int) - own[0])[mask & own[1]]
    assert np.median(difference) == 0 and (difference <= 2).mean() > 0.995


def vtk_picture(mesh: Path, camera: Camera, folder: Path) -> np.ndarray:
    """The mesh through the camera by VTK's renderer; in CI a machine without any OpenGL fails the test."""
    view, projection = camera.to_opengl(near_mm=100, far_mm=2000)
    shot = {"view": view.tolist(), "projection": projection.tolist(), "size": camera.size}
    (folder / "camera.json").write_text(json.dumps(shot | {"mm_per_unit": 1000 if mesh.suffix == ".glb" else 1}))
    files = (mesh, mesh.with_suffix(".png"), folder / "camera.json", folder / "out.png")
    command = [sys.executable, str(TESTS / "vtk_render.py"), *map(str, files)]
    paths = os.pathsep.join((str(Path(faceviewer.__file__).parents[1]), str(TESTS)))
    environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"} | {"PYTHONPATH": paths}
    attempts = [(command, environment | {"VTK_DEFAULT_OPENGL_WINDOW": "vtkEGLRenderWindow"})]
    if shutil.which("xvfb-run"):
        attempts.append((["xvfb-run", "-a", *command], environment))
    said = ""
    for line, variables in attempts:
        run = subprocess.run(line, env=variables, capture_output=True, text=True, timeout=120)
        if run.returncode == 0 and (folder / "out.png").exists():
            return read_png(folder / "out.png")
        said += run.stderr[-2000:]
    if os.environ.get("CI"):
        pytest.fail(f"VTK drew nothing: {said}")
    pytest.skip("no OpenGL display here")
