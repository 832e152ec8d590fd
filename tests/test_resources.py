"""Every shipped file is listed with its origin, and is the file that the list says."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from faceviewer.io.resources import resource_path

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
ROW = re.compile(r"^\| `(?P<name>[^`]+)` \| (?P<bytes>\d+) \| `(?P<sha256>[0-9a-f]{64})` \|$", re.MULTILINE)


def test_list_and_files_agree():
    text = (RESOURCES / "README.md").read_text("utf-8")
    listed = {row["name"]: (int(row["bytes"]), row["sha256"]) for row in ROW.finditer(text)}
    files = [path for path in RESOURCES.iterdir() if path.suffix not in (".md", ".txt")]
    found = {path.name: (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files}
    assert listed == found
    assert all(f"\n## {name}\n" in text for name in listed)


def test_resources_are_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resource_path("sample.jpg").read_bytes()[:3] == b"\xff\xd8\xff"
