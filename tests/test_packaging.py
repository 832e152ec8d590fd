"""The wheel: built from the checkout, unpacked elsewhere, it finds its resources and runs from an empty folder."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import faceviewer

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, timeout=120)
    (path,) = folder.glob("*.whl")
    return path


def test_wheel_holds_the_package_its_resources_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"faceviewer/resources/{path.name}" for path in (ROOT / "resources").iterdir()} <= names
    assert {"faceviewer/py.typed", "faceviewer/cli/main.py"} <= names
    icons = ROOT / "faceviewer" / "gui" / "icons"
    assert {f"faceviewer/gui/icons/{path.name}" for path in icons.glob("*.svg")} <= names
    info = f"faceviewer-{faceviewer.__version__}.dist-info"
    assert {name.split("/")[0] for name in names} == {"faceviewer", info}
    assert f"{info}/licenses/LICENSE" in names


def test_wheel_runs_from_an_empty_folder(wheel, tmp_path):
    site, empty = tmp_path / "site", tmp_path / "empty"
    zipfile.ZipFile(wheel).extractall(site)
    empty.mkdir()
    code = (
        "import sys; from faceviewer.cli.main import run\n"
        "from faceviewer.io.resources import resource_path\n"
        "print(resource_path('sample.jpg')); sys.argv = ['faceviewer', '--version']; run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=empty,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        str(site / "faceviewer" / "resources" / "sample.jpg"),
        f"faceviewer {faceviewer.__version__}",
    ]


@pytest.mark.parametrize("program", [[ROOT / "main.py"], ["-m", "faceviewer"]], ids=["main.py", "module"])
def test_it_is_the_command_line(program):
    done = subprocess.run(
        [sys.executable, *program, "--version"], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )
    assert done.stdout == f"faceviewer {faceviewer.__version__}\n"


def test_every_import_is_declared():
    """What the package imports is in its dependencies, or in an extra."""
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    declared = {re.split(r"[^\w.-]", line)[0].lower() for line in PROJECT["dependencies"] + extras}
    packages = packages_distributions()
    for path in (ROOT / "faceviewer").rglob("*.py"):
        for name in _imported(ast.parse(path.read_text("utf-8"))):
            top = name.split(".")[0]
            if top in sys.stdlib_module_names or top == "faceviewer" or top not in packages:
                continue
            provided = {distribution.lower().replace("_", "-") for distribution in packages[top]}
            assert provided & declared, f"{path.relative_to(ROOT)} imports {name}"


def test_one_package_provides_opencv():
    assert len(set(packages_distributions()["cv2"])) == 1


def test_nothing_uses_names_that_the_public_interface_lacks():
    for name in faceviewer.__all__:
        assert getattr(faceviewer, name) is not None
    assert set(faceviewer.__all__) <= set(dir(faceviewer))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        faceviewer.nonsense  # noqa: B018


def test_import_is_quick_because_it_is_lazy():
    code = "import faceviewer, sys; print(sorted({'numpy', 'torch', 'cv2', 'PIL', 'typer'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr


def _imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names
