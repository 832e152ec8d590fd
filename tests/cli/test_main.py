"""The command line's contract: what it answers, how fast, and with which status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import faceviewer
from faceviewer.cli.main import app
from faceviewer.engines.registry import engine_ids, engine_spec
from faceviewer.raster.photo_picture_table import PICTURES
from faceviewer.types import Texture

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def cli(fake, monkeypatch):
    """Run a command in this process: (status, stdout, stderr)."""
    monkeypatch.delenv("FACEVIEWER_DEBUG", raising=False)

    def call(*arguments) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="faceviewer")
        return done.exit_code, done.stdout, done.stderr

    return call


@pytest.fixture
def reconstruct(cli, tmp_path):
    """Run ``reconstruct`` with the fake engine into ``tmp_path/out``."""

    def call(*arguments) -> tuple[int, str, str]:
        return cli("reconstruct", *arguments, "--engine", "fake", "--device", "cpu", "-o", tmp_path / "out")

    return call


def test_help_names_every_command(cli):
    status, text, _ = cli("--help")
    assert status == 0
    assert all(name in text for name in ("reconstruct", "render", "uv-map", "doctor"))
    assert cli("-h")[1] == text


@pytest.mark.parametrize(
    "arguments",
    [
        ("reconstruct", "a.jpg", "-o", "out", "--engine", "trg", "--assets"), ("assets", "list", "--assets"),
        ("assets", "import"), ("dataset", "ffhq", "index"), ("dataset", "ffhq", "verify"),
        ("dataset", "ffhq", "recreate", "-o", "out"), ("dataset", "ffhq-uv", "index"),
    ],
)  # fmt: skip
def test_names_that_no_disk_takes_are_wrong_usage(cli, arguments):
    """``Path.is_dir`` raises OSError for them, as PermissionError for what lies in a locked folder."""
    status, _, errors = cli(*arguments, "n" * 300)
    assert status == 2 and f"{'n' * 300}: there is no such" in errors


def test_a_photo_whose_name_no_disk_takes_is_no_command(cli):
    status, _, errors = cli("n" * 300)
    assert status == 2 and "No such command" in errors


def test_help_of_reconstruct_names_the_contract(cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    status, text, _ = cli("reconstruct", "--help")
    assert status == 0
    options = "--engine --assets --device --faces --fov --focal --texture-size --formats --overlay --workers --resume"
    for option in (
        *options.split(),
        "--sample",
        "--same-person",
        "--every",
        "--delight",
        "--origins",
        "--morph-targets",
        "--option",
        "--pictures",
        "-o",
        *(set(engine_ids()) - {"fake"}),
        *PICTURES,
    ):
        assert option in " ".join(text.replace("│", " ").split()), option


def test_help_needs_no_heavy_library():
    code = (
        "import sys; from faceviewer.cli.main import app\n"
        "try: app(['reconstruct', '--help'], standalone_mode=False)\n"
        "finally: heavy = {'torch', 'cv2', 'vtkmodules', 'PySide6', 'scipy', 'trimesh', 'numpy'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_version(cli):
    assert cli("--version") == (0, f"faceviewer {faceviewer.__version__}\n", "")


@pytest.mark.parametrize("names", [[], ["photo.jpg"], ["nowhere/at/all.png"], [".", "second.jpg"]])
def test_photos_without_a_command_open_the_window(cli, names, monkeypatch):
    opened = []
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.setattr("faceviewer.gui.application.run", lambda paths: opened.append(list(paths)) or 0)
    assert cli(*names)[0] == 0
    assert opened == [[Path(name) for name in names]]


def test_without_a_screen_the_way_without_a_window_is_named(cli, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    status, out, err = cli("photo.jpg")
    assert (status, out) == (1, "")
    assert "reconstruct PHOTO" in err and err.count("\n") == 1


def test_unknown_command_is_wrong_usage(cli):
    status, _, err = cli("reconstrut")
    assert status == 2
    assert "reconstruct" in err


def test_reconstruct_writes_the_contracts_files(reconstruct, sample_photo, tmp_path):
    status, out, err = reconstruct(sample_photo, "--formats", "obj,glb,ply", "--overlay")
    assert (status, err) == (0, "")
    names = {f"sample_face1{end}" for end in (".obj", ".mtl", ".png", ".glb", ".ply", ".json", "_overlay.png")}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    assert "1 photo done (1 head)" in out
    result = json.loads((tmp_path / "out" / "sample_face1.json").read_text())
    keys = (
        "schema photo engine device mesh camera pose landmarks parts blendshapes coefficients reprojection_px warnings"
    )
    assert {*keys.split(), "seconds"} <= set(result)
    assert result["schema"] == "faceviewer.reconstruction/1"
    assert (result["engine"], result["device"]) == ("fake", "cpu")
    assert set(result["seconds"]) >= {"detect", "fit", "texture", "write"}
    assert result["photo"]["sha256"] == faceviewer.load_photo(sample_photo).sha256


def test_sample_needs_no_photo(reconstruct, tmp_path):
    assert reconstruct("--sample")[0] == 0
    assert (tmp_path / "out" / "sample_face1.json").exists()


def test_texture_is_left_out_when_unwanted(reconstruct, tmp_path):
    assert reconstruct("--sample", "--texture-size", "0")[0] == 0
    assert not (tmp_path / "out" / "sample_face1.png").exists()


def test_failures_get_one_line_each_and_status_1(reconstruct, album, tmp_path):
    good = album("good.jpg", "bug.jpg")
    weird = tmp_path / "two\nlines\x1b[31m.jpg"
    weird.write_bytes(b"")
    status, out, err = reconstruct(*good, weird, tmp_path / "missing.jpg")
    assert status == 1
    lines = err.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{good[1]}: ")
    assert lines[2] == f"{tmp_path / 'missing.jpg'}: there is no such file"
    assert "\x1b" not in err
    assert "Traceback" not in err
    assert "good.jpg: 1 head" in out
    assert "1 photo done (1 head), 3 failed" in out


def test_developers_may_see_the_traceback(reconstruct, album, monkeypatch):
    monkeypatch.setenv("FACEVIEWER_DEBUG", "1")
    status, _, err = reconstruct(*album("bug.jpg"))
    assert status == 1
    assert "Traceback" in err
    assert "fake_engine.py" in err


def test_resume_and_workers_and_person(reconstruct, album):
    photos = album("a.jpg", "b.jpg", "c.jpg")
    assert reconstruct(*photos, "--workers", "2")[0] == 0
    status, out, _ = reconstruct(*photos, "--resume")
    assert status == 0
    assert "3 already there" in out
    status, out, _ = reconstruct(*photos, "--same-person")
    assert "note: 3 photos: 3 shots" in out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "--sample"),
        (["--sample", "--faces", "some"], "--faces"),
        (["--sample", "--fov", "40", "--focal", "900"], "not both"),
        (["--sample", "--fov", "200"], "field of view"),
        (["--sample", "--focal", "-1"], "focal length"),
        (["--sample", "--texture-size", "3"], "texture size"),
        (["--sample", "--formats", "obj,fbx"], "--formats"),
        (["--sample", "--formats", ","], "--formats"),
        (["--sample", "--workers", "0"], "--workers"),
        (["--sample", "--every", "0"], "--every"),
        (["--sample", "--same-person", "--workers", "2"], "--same-person"),
        (["--sample", "--assets", "/nowhere/at/all"], "--assets"),
        (["--sample", "--pictures", "overlay,front"], "no picture 'front': choose of overlay, texture, model"),
        (["--sample", "--option", "backbone"], "NAME=VALUE, not 'backbone'; names for the engine fake: none"),
        (["--sample", "--option", "backbone=x"], "no option 'backbone': it has none"),
        (["--sample", "--option", "=x"], "no option ''"),
        (["--sample", "--option", ""], "NAME=VALUE, not ''"),
        (["--sample", "--morph-targets"], "add glb to --formats"),
        (["--sample", "--morph-targets", "--formats", "glb"], "engine fake have no expressions"),
    ],
)
def test_wrong_usage_is_status_2_and_one_line(reconstruct, tmp_path, arguments, reason):
    status, out, err = reconstruct(*arguments)
    assert (status, out) == (2, "")
    assert reason in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ("backbone", "not 'backbone'; names for the engine 3ddfa-v3: backbone, detector,"),
        ("backbone=x", "the option backbone is one of auto, resnet50, mbnetv3, not 'x'"),
        ("backbone=", "the option backbone is one of auto, resnet50, mbnetv3, not ''"),
        ("bone=auto", "no option 'bone': choose one of backbone, detector,"),
        ("backbone=mbnetv3", "lacks face_model.npy and net_recon.pth or net_recon_mbnet.pth in"),
    ],
)
def test_choices_and_files_of_an_engine_are_looked_at_before_any_photo(cli, tmp_path, monkeypatch, choice, reason):
    monkeypatch.delenv("FACEVIEWER_ASSETS", raising=False)
    where = ["-o", tmp_path / "out", "--assets", tmp_path]
    status, out, err = cli("reconstruct", tmp_path / "no.jpg", "--engine", "3ddfa-v3", "--option", choice, *where)
    assert (status, out) == (2, "")
    assert reason in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_option_help_lists_what_can_be_chosen(cli):
    status, out, err = cli("reconstruct", "--engine", "3ddfa-v3", "--option", "help")
    assert (status, err) == (0, "")
    for option in engine_spec("3ddfa-v3").options:
        assert f"{option.name}: {option.label}. {option.explanation}\n" in out
        assert all(f"  {option.name}={value}  {label}" in out for value, label in option.choices)
    assert out.count("(default)") == len(engine_spec("3ddfa-v3").options)
    assert cli("reconstruct", "--option", "help") == (0, "The engine builtin has no options of its own.\n", "")


def test_choices_and_folder_reach_the_engine(cli, sample_photo, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr("faceviewer.jobs.batch.run_batch", lambda tasks, request, *_, **__: seen.append(request) or [])
    monkeypatch.setattr("faceviewer.cli.engine_options.missing_for", lambda spec, assets: None)
    choices = ["--option", "backbone=resnet50", "--option", "blend=median", "--option", "backbone = mbnetv3"]
    where = ["-o", tmp_path / "out", "--assets", tmp_path]
    assert cli("reconstruct", sample_photo, "--engine", "3ddfa-v3", *choices, *where)[0] == 0
    assert seen[0].options.choices == {"backbone": "mbnetv3", "blend": "median"}
    assert seen[0].assets == tmp_path and seen[0].engine.id == "3ddfa-v3"


def test_pictures_are_written_once_each(reconstruct, tmp_path):
    status, out, err = reconstruct("--sample", "--overlay", "--pictures", " Shape, overlay ,parts-seen,model,")
    assert (status, err) == (0, "")
    pictures = {path.name for path in (tmp_path / "out").glob("*_*_*.png")}
    assert pictures == {f"sample_face1_{name}.png" for name in ("overlay", "shape", "parts_seen")}
    assert out.count("The picture 'model' was left out") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["reconstruct", "--sample"],
        ["reconstruct", "--sample", "-o", "out", "--bogus"],
        ["reconstruct", "--sample", "-o", "out", "--workers", "many"],
        ["reconstruct", "--sample", "-o", "out", "--engine", "3ddfa-v3"],
        ["reconstruct", "--sample", "-o", "out", "--device", "gpu"],
        ["render", "a.json"],
        ["render", "a.json", "-o", "a.gif"],
        ["render", "a.json", "-o", "a.png", "--views", "behind"],
        ["render", "a.json", "-o", "a.png", "--size", "1"],
    ],
)
def test_other_wrong_usage_is_status_2(cli, arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = cli(*arguments)
    assert (status, out) == (2, "")
    assert err


def test_unwritable_target_is_one_line(cli, sample_photo, tmp_path):
    (tmp_path / "file").write_text("")
    status, out, err = cli("reconstruct", sample_photo, "--engine", "fake", "-o", tmp_path / "file" / "out")
    assert (status, out) == (1, "")
    assert err.count("\n") == 1
    assert "cannot be written" in err


def test_assets_for_an_engine_without_any_are_remarked_upon(reconstruct, tmp_path):
    status, _, err = reconstruct("--sample", "--assets", tmp_path)
    assert status == 0
    assert "no effect" in err


def test_render_draws_a_result(reconstruct, cli, tmp_path):
    reconstruct("--sample")
    result, picture = tmp_path / "out" / "sample_face1.json", tmp_path / "new" / "head.png"
    views = "front,three-quarter-left,profile-left,uv,parts,landmarks-68"
    status, out, err = cli("render", result, "-o", picture, "--views", views, "--size", "96", "--device", "cpu")
    assert (status, out, err) == (0, f"{picture}\n", "")
    photo = faceviewer.load_photo(picture)
    assert photo.size == (4 * 96, 2 * 96)
    assert len({bytes(pixel) for pixel in photo.rgb.reshape(-1, 3)}) > 500


def test_render_shows_another_texture(reconstruct, cli, tmp_path):
    reconstruct("--sample")
    path = tmp_path / "out" / "sample_face1.json"
    head = faceviewer.read_reconstruction(path)
    red = Texture(np.full((32, 32, 3), (200, 10, 10), np.uint8), np.ones((32, 32), np.uint8), "model")
    two = replace(head, textures={**head.textures, "model": red})
    path = faceviewer.write_reconstruction(two, tmp_path / "two", "two").json
    size = ("--size", "64", "--device", "cpu", "--views", "front,uv")
    assert cli("render", path, "-o", tmp_path / "a.png", *size, "--texture", "model")[0] == 0
    assert (faceviewer.load_photo(tmp_path / "a.png").rgb[20:40, 70:120] == (200, 10, 10)).all()
    status, out, err = cli("render", path, "-o", tmp_path / "b.png", *size, "--texture", "albedo")
    assert (status, out) == (2, "")
    assert err == "error: --texture albedo: the result has no such texture, choose of photo, model\n"


def test_render_of_nothing_is_one_line(cli, tmp_path):
    status, _, err = cli("render", tmp_path / "no.json", "-o", tmp_path / "no.png")
    assert status == 1
    assert err.count("\n") == 1
    assert str(tmp_path / "no.json") in err


def test_output_may_be_cut_off_by_its_reader(sample_photo, tmp_path):
    arguments = ["reconstruct", str(sample_photo), "--engine", "fake", "--device", "cpu", "-o", str(tmp_path)]
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "fake_cli.py", *arguments],
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    os.close(write_end)
    assert "Traceback" not in done.stderr
    assert (tmp_path / "sample_face1.json").exists()
