"""``faceviewer evaluate uv-maps`` and ``faceviewer dataset ffhq-uv eyeballs``: tables, resuming, what is said."""

from __future__ import annotations

import csv
import json
import os

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from faceviewer.cli.evaluate import evaluate
from faceviewer.cli.ffhq_uv import ffhq_uv
from faceviewer.models.hifi3d import map_report


def run(app, *arguments) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(map(str, arguments)))
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def maps(tmp_path):
    """A folder with an even and an uneven map, in folders of their own, and what lies beside maps."""
    folder = tmp_path / "maps"
    (folder / "b").mkdir(parents=True)
    shades = np.repeat(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], 64, 0).repeat(3, 2)
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(folder / "even.png")
    Image.fromarray(shades).save(folder / "b" / "x_final_uv.png")
    masks = np.zeros((64, 64, 3), np.uint8)
    masks[:32, :, 0] = 255
    Image.fromarray(masks).save(folder / "b" / "x_final_remap_masks.png")
    Image.new("L", (8, 8)).save(folder / "hair_mask.png")
    return folder


def test_a_table_of_maps(maps, tmp_path):
    status, text, errors = run(evaluate, "uv-maps", maps, "-o", tmp_path / "table.csv")
    assert (status, errors) == (0, "") and text.startswith("2 maps measured, mean bs_error ")
    rows = {row["file"]: row for row in csv.DictReader((tmp_path / "table.csv").read_text().splitlines())}
    assert set(rows) == {"even.png", "b/x_final_uv.png"}
    assert float(rows["even.png"]["bs_error"]) == 0 and float(rows["b/x_final_uv.png"]["bs_error"]) > 100
    assert rows["even.png"]["side"] == "64" and rows["even.png"]["valid_area"] == ""


def test_the_area_that_photos_have_shown(maps, tmp_path):
    (tmp_path / "FFHQ-UV" / "topo_assets").mkdir(parents=True)
    face = np.zeros((64, 64), np.uint8)
    face[16:48, 16:48] = 255
    Image.fromarray(face).save(tmp_path / "FFHQ-UV" / "topo_assets" / "minor_valid_whole_mask.png")
    arguments = ("uv-maps", maps, "--assets", tmp_path / "FFHQ-UV", "-o", tmp_path / "table.json")
    status, text, errors = run(evaluate, *arguments)
    assert (status, errors) == (0, "") and "mean valid_area 0.500" in text
    table = json.loads((tmp_path / "table.json").read_text())
    assert table["schema"] == map_report.SCHEMA
    assert {row["file"]: row["valid_area"] for row in table["maps"]} == {"even.png": None, "b/x_final_uv.png": 0.5}
    assert run(evaluate, "uv-maps", maps, "-o", tmp_path / "table.csv")[0] == 0
    status, text, _ = run(evaluate, *arguments[:4], "-o", tmp_path / "table.csv", "--resume")
    assert status == 0 and "mean valid_area 0.500" in text, "what was not measured before is now"


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_resuming_measures_what_is_new_or_was_broken(maps, tmp_path, monkeypatch, suffix):
    table = tmp_path / f"table.{suffix}"
    (maps / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    Image.new("RGB", (64, 32)).save(maps / "oblong.png")
    status, text, errors = run(evaluate, "uv-maps", maps, "-o", table)
    assert status == 1 and "2 maps measured, 2 not" in text
    assert "broken.png: " in errors and "oblong.png: 64 x 32 pixels; UV maps are square" in errors
    seen = []
    measured = map_report.measured
    monkeypatch.setattr(map_report, "measured", lambda path, *rest: seen.append(path.name) or measured(path, *rest))
    Image.new("RGB", (64, 64)).save(maps / "oblong.png")
    os.utime(maps / "even.png", ns=(1, 1))
    (maps / "broken.png").unlink()
    assert run(evaluate, "uv-maps", maps, "-o", table, "--resume")[0] == 0
    assert sorted(seen) == ["even.png", "oblong.png"]
    assert set(map_report.read_rows(table)) == {"even.png", "oblong.png", "b/x_final_uv.png"}


def test_an_interrupted_run_keeps_the_rows_it_did_not_reach(maps, tmp_path, monkeypatch):
    table = tmp_path / "table.csv"
    assert run(evaluate, "uv-maps", maps, "-o", table)[0] == 0
    os.utime(maps / "even.png", ns=(1, 1))
    Image.new("RGB", (64, 64)).save(maps / "a.png")
    monkeypatch.setattr("faceviewer.cli.evaluate._KEEP_AFTER", 1)
    measured = map_report.measured

    def interrupted(path, *rest):
        if path.name == "even.png":
            raise KeyboardInterrupt
        return measured(path, *rest)

    monkeypatch.setattr(map_report, "measured", interrupted)
    assert run(evaluate, "uv-maps", maps, "-o", table, "--resume")[0] == 130
    assert set(map_report.read_rows(table)) == {"a.png", "even.png", "b/x_final_uv.png"}


def test_wrong_usage(maps, tmp_path):
    for arguments, said in (
        ((tmp_path / "gone",), "there is no such folder"),
        ((maps, "-o", "table.txt"), "written as .csv or .json"),
        ((maps, "--resume"), "--resume goes on with the table that -o names"),
    ):
        status, _, errors = run(evaluate, "uv-maps", *arguments)
        assert status == 2 and said in errors
    (tmp_path / "table.csv").write_text("something else\n1\n")
    status, _, errors = run(evaluate, "uv-maps", maps, "-o", tmp_path / "table.csv", "--resume")
    assert status == 1 and "not a table of UV maps" in errors
    status, _, errors = run(evaluate, "uv-maps", maps, "--assets", tmp_path)
    assert status == 1 and "lacks topo_assets/minor_valid_whole_mask.png" in errors


def test_eyeballs_for_a_head(shared, tmp_path):
    data = shared / "data" / "ffhq_uv"
    head = data / "teaser_1" / "mesh_head.obj"
    status, text, errors = run(ffhq_uv, "eyeballs", head, "--assets", data, "-o", tmp_path / "out")
    assert (status, errors) == (0, "") and text.splitlines()[-1] == str(tmp_path / "out" / "R_ball.obj")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "L_ball.obj", "R_ball.obj", "eye_ball_tex.mtl", "eye_ball_tex.png"
    }  # fmt: skip
    ball = data / "teaser_1" / "mesh_eye_ball_L.obj"
    status, _, errors = run(ffhq_uv, "eyeballs", ball, "--assets", data, "-o", tmp_path / "out")
    assert status == 1 and "mesh_eye_ball_L.obj: not a HiFi3D++ head" in errors
    status, _, errors = run(ffhq_uv, "eyeballs", head, "--assets", tmp_path / "gone", "-o", tmp_path / "out")
    assert status == 2 and "there is no such folder" in errors
