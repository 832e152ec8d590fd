"""What the README says can be done as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_python_example_runs(tmp_path):
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "resources").symlink_to(ROOT / "resources")
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{example}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\(\d+, 3\) vertices in mm; yaw -?\d+\.\d degrees\n", done.stdout)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        f"sample.{suffix}" for suffix in ("obj", "mtl", "png", "glb", "json")
    }


def test_ci_runs_the_documented_test_command():
    command = "bash tests/run.sh"
    assert f"    {command}\n" in README.partition("##")[0]
    assert (ROOT / ".ci" / "run").read_text("utf-8").splitlines()[-1] == command


def test_every_option_is_documented():
    done = subprocess.run(
        [sys.executable, "main.py", "reconstruct", "--help"],
        cwd=ROOT,
        env={"COLUMNS": "200", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    options = set(re.findall(r"--[a-z][a-z-]+", done.stdout)) - {"--help", "--output"}
    assert len(options) >= 15
    assert {option for option in options if f"`{option}" not in README} == set()
