from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from faceviewer.app.licences import CODE, DATA, PACKAGES

ROOT = Path(__file__).resolve().parents[2]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_that_is_needed_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {canonical(re.split(r"[<>=!~;\[ ]", line)[0]) for line in project["dependencies"]}
    assert needed <= {canonical(licence.package) for licence in PACKAGES}
    assert project["license"] == CODE.licence


@pytest.mark.parametrize("resource", ["head.npz", "face_landmarker.task", "sample.jpg"])
def test_data_is_credited_as_its_readme_says(resource: str) -> None:
    readme = (ROOT / "resources" / "README.md").read_text(encoding="utf-8")
    section = re.sub(r"\s+", " ", readme.split(f"## {resource}")[1].split("\n## ")[0])
    (licence,) = (licence for licence in DATA if resource in licence.name)
    assert licence.licence in section
    for holder in re.findall(r"[Cc]opyright ([^.,;]+)", section):
        assert holder in licence.note
