"""The examinations of ``faceviewer doctor``. What might crash runs in a process of its own."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Literal

import faceviewer
from faceviewer.engines.needs import files_of, missing_for
from faceviewer.engines.registry import EngineSpec, engine_ids, engine_spec
from faceviewer.io.resources import resource_path
from faceviewer.types import FaceviewerError

State = Literal["ok", "optional", "broken"]
_NEEDED = ("numpy", "opencv-python", "pillow", "platformdirs", "rich", "scipy", "torch", "trimesh", "typer")
_FOR_THE_WINDOW = ("PySide6-Essentials", "pyvista", "pyvistaqt", "vtk")
_RESOURCES = ("face_landmarker.task", "head.npz", "hifi3d_correspondence.npz", "sample.jpg")
_REINSTALL = "install faceviewer again: python -m pip install --force-reinstall --no-deps ."
_PROBE_SECONDS = 120.0

_DEVICES = """
import torch
from faceviewer.engines.devices import available_devices
names = available_devices()
print(", ".join(names), "with", torch.get_num_threads(), "threads")
if "cuda" in names:
    print(torch.cuda.get_device_name(0))
"""
_FACES = """
from faceviewer.detection import FaceDetector
from faceviewer.io.photo import load_photo
from faceviewer.io.resources import resource_path
print(len(FaceDetector().detect(load_photo(resource_path("sample.jpg")).rgb)), "face in the sample photo")
"""
_OPENGL = """
import vtkmodules.vtkRenderingOpenGL2
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow
window = vtkRenderWindow()
window.SetOffScreenRendering(1)
window.SetSize(64, 64)
window.AddRenderer(vtkRenderer())
window.Render()
facts = dict(line.split(":", 1) for line in window.ReportCapabilities().splitlines() if ":" in line)
print(facts.get("OpenGL version string", "").strip(), "by", facts.get("OpenGL renderer string", "").strip())
raise SystemExit(0 if "OpenGL version string" in facts else 1)
"""
_QT = """
from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QApplication
application = QApplication([])
print("Qt", qVersion(), "on", application.platformName())
"""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: State = "ok"
    remedy: str = ""
    """What the user can do."""


def all_checks() -> Iterator[tuple[str, list[Finding]]]:
    """Groups of findings: (title, findings), each examined when it is asked for."""
    yield (
        "System",
        [Finding(f"faceviewer {faceviewer.__version__}, Python {platform.python_version()}, {platform.platform()}")],
    )
    yield "Packages", [_package(name, "broken") for name in _NEEDED] + [_heif(), _one_opencv()]
    yield "Packages for the window", [_package(name, "optional") for name in _FOR_THE_WINDOW]
    yield "Files that come with faceviewer", [_resource(name) for name in _RESOURCES]
    yield (
        "Reconstruction",
        [
            _probe("torch computes on", _DEVICES, "broken", "install torch again: python -m pip install ."),
            _probe("face networks:", _FACES, "broken", _REINSTALL),
        ],
    )
    yield "Engines with files of their own", [_engine(spec) for spec in map(engine_spec, engine_ids()) if spec.needs]
    libraries = "on Debian and Ubuntu: apt-get install libegl1 libgl1 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1"
    yield (
        "Display",
        [
            _probe("OpenGL", _OPENGL, "optional", f"the window needs it; {libraries}"),
            _probe("window system:", _QT, "optional", f"the window needs a screen and Qt's libraries; {libraries}")
            if _has_screen()
            else Finding("no screen here: reconstruct and render work, the window needs one", "optional"),
        ],
    )


def probe(code: str) -> tuple[bool, str]:
    """Run Python code in a process of its own; (whether it ended well, its output or what went wrong in one line)."""
    command = [sys.executable, "-c", code]
    ours = str(Path(faceviewer.__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [ours, os.environ.get("PYTHONPATH")]))}
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_PROBE_SECONDS, stdin=subprocess.DEVNULL, env=environment
        )
    except subprocess.TimeoutExpired:
        return False, f"no answer within {_PROBE_SECONDS:g} s"
    if done.returncode == 0:
        return True, ", ".join(done.stdout.decode(errors="replace").split("\n")).strip(", ")
    if done.returncode < 0:
        return False, f"it crashed (signal {-done.returncode})"
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return False, lines[-1] if lines else f"it ended with status {done.returncode}"


def _probe(what: str, code: str, otherwise: State, remedy: str) -> Finding:
    well, text = probe(code)
    return Finding(f"{what} {text}") if well else Finding(f"{what} {text}", otherwise, remedy)


def _package(name: str, otherwise: State) -> Finding:
    try:
        return Finding(f"{name} {version(name)}")
    except PackageNotFoundError:
        return Finding(name, otherwise, f"python -m pip install {name}")


def _engine(spec: EngineSpec) -> Finding:
    missing = missing_for(spec)
    if missing is not None:
        return Finding(missing, "optional", f"faceviewer assets list {spec.id}")
    located = files_of(spec)
    works = "; ".join(capability.title for capability in located.capabilities if capability.id in spec.needs)
    return Finding(f"{spec.title}: {len(located.files)} files in {located.folder}: {works}")


def _heif() -> Finding:
    if importlib.util.find_spec("pillow_heif"):
        return Finding(f"pillow-heif {version('pillow-heif')}, reads HEIC photos")
    return Finding("pillow-heif, only for HEIC photos", "optional", "python -m pip install pillow-heif")


def _one_opencv() -> Finding:
    wheels = sorted(set(packages_distributions().get("cv2", [])))
    if len(wheels) > 1:
        remedy = f"they overwrite each other: python -m pip uninstall {' '.join(wheels)}, then install opencv-python"
        return Finding(f"several OpenCV packages: {', '.join(wheels)}", "broken", remedy)
    return Finding("one OpenCV package") if wheels else Finding("OpenCV", "broken", "python -m pip install .")


def _resource(name: str) -> Finding:
    try:
        data, text = resource_path(name).read_bytes(), resource_path("README.md").read_text("utf-8")
    except (FaceviewerError, OSError) as error:
        return Finding(f"{name}: {error}", "broken", _REINSTALL)
    listed = re.search(rf"^\| `{re.escape(name)}` \|.*`([0-9a-f]{{64}})` \|$", text, re.MULTILINE)
    if listed is None or hashlib.sha256(data).hexdigest() != listed[1]:
        return Finding(f"{name}: not the file that was shipped", "broken", _REINSTALL)
    return Finding(f"{name}, {len(data)} bytes")


def _has_screen() -> bool:
    named = "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ or "QT_QPA_PLATFORM" in os.environ
    return named or sys.platform in ("win32", "darwin")
