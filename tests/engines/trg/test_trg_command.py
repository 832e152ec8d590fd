"""TRG by the command line: a head without face parts, and one without texture coordinates, are written and drawn."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from faceviewer.assets import trg as files

ROOT = Path(__file__).resolve().parents[3]
SMALL = (files.SUBSAMPLE, files.TRIANGLE_LIST, files.KEYPOINTS)


@pytest.mark.parametrize("has_uv", [True, False])
def test_reconstruct_and_render(folder_with: Callable[..., Path], tmp_path: Path, has_uv: bool) -> None:
    folder, out = folder_with(*SMALL, *([files.UV] if has_uv else [])), tmp_path / "out"
    drawn = ("--formats", "obj,glb,ply", "--overlay", "--pictures", "sheet", "--texture-size", "128")
    command = [sys.executable, ROOT / "main.py", "reconstruct", ROOT / "resources" / "sample.jpg", "-o", out]
    done = subprocess.run(
        [*command, "--engine", "trg", "--assets", folder, "--focal", "900", *drawn],
        capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0 and "focal length that was given, 900 px" in done.stderr + done.stdout
    textured = {"sample_face1.png", "sample_face1.mtl"} if has_uv else set()
    names = (".obj", ".glb", ".ply", ".json", "_overlay.png", "_sheet.png")
    assert {path.name for path in out.iterdir()} == {*textured, *(f"sample_face1{name}" for name in names)}
    result = json.loads((out / "sample_face1.json").read_text("utf-8"))
    assert result["engine"] == "trg" and result["mesh"]["vertices"] == 1220 and result["parts"] == {}
    assert result["coefficients"]["focal_px"] == [900] and len(result["coefficients"]["pose9"]) == 9
    assert len(result["landmarks"]["68"]["xyz"]) == 68
    assert ("\nvt " in (out / "sample_face1.obj").read_text("utf-8")) == has_uv
