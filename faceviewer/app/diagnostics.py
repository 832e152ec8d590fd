"""What helps to find a fault, as text that can be sent to somebody: versions, files, settings, the end of the log.

It holds no more of the user's folders than names of files.
"""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import faceviewer
from faceviewer.app.logbook import LogLine
from faceviewer.app.setting_table import SETTINGS_BY_KEY
from faceviewer.app.settings import Settings
from faceviewer.io.resources import resource_path
from faceviewer.types import FaceviewerError

LAST_LINES = 200
_PACKAGES = ("numpy", "opencv-python", "pillow", "pyside6-essentials", "pyvista", "pyvistaqt", "scipy", "torch", "vtk")
_RESOURCES = ("face_landmarker.task", "head.npz", "sample.jpg")

_IN_NAME = r"""[^\\/:*?"'<>|\n]"""
# an absolute path, not a lone slash in a sentence: its folders, then its last name
_PATH = re.compile(
    r"(?:(?<![\w.:/\\])|(?<=file://))"
    rf"((?:~|[A-Za-z]:)?[\\/]{{1,2}}(?:(?!\s){_IN_NAME}+[\\/])*)((?:(?!\s){_IN_NAME}+)?)"
)
_PACKAGE = re.compile(r"^.*[\\/](?:site-packages[\\/]|(?=faceviewer[\\/]))")


@dataclass(frozen=True)
class Graphics:
    """What only the window knows."""

    renderer: str = "unknown"
    """The OpenGL renderer and version, as the 3D view reports them."""
    platform: str = ""
    """Qt's window system: xcb, wayland, windows, cocoa."""


def diagnostics(settings: Settings, lines: Iterable[LogLine], *, device: str = "", graphics: Graphics) -> str:
    """The whole text. ``device`` is where the engine computes, empty while unknown."""
    system = [
        f"faceviewer {faceviewer.__version__}",
        f"Python {platform.python_version()} on {platform.platform()}",
        f"OpenGL: {graphics.renderer}",
        f"Window system: {graphics.platform or 'unknown'}",
        f"Device: {device or 'not known yet'}",
    ]
    last = [f"{line.time:%Y-%m-%d} {line}" for line in lines][-LAST_LINES:]
    sections = {
        "System": system,
        "Packages": [f"{name} {_version(name)}" for name in _PACKAGES],
        "Files that come with faceviewer": [f"{name} {_digest(name)}" for name in _RESOURCES],
        "Settings that differ from the defaults": _settings(settings) or ["none"],
        f"Log, last {len(last)} lines": without_folders("\n".join(last)).splitlines(),
    }
    return "\n\n".join("\n".join([title, *("  " + line for line in lines)]) for title, lines in sections.items()) + "\n"


def without_folders(text: str) -> str:
    """``text`` with every absolute path cut down to its last name, and to module paths in tracebacks."""

    def shortened(match: re.Match[str]) -> str:
        folders, name = match.groups()
        if name.endswith(".py") and (package := _PACKAGE.match(folders)):
            return folders[package.end() :] + name
        return "…/" + name if len(folders + name) > 1 else folders

    home = str(Path.home())
    return _PATH.sub(shortened, text.replace(home, "~") if len(home) > 1 else text)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _digest(name: str) -> str:
    try:
        return "sha256 " + hashlib.sha256(Path(resource_path(name)).read_bytes()).hexdigest()
    except (FaceviewerError, OSError):
        return "missing"


def _settings(settings: Settings) -> list[str]:
    return [
        f"{key} = {'(a folder)' if SETTINGS_BY_KEY[key].kind == 'path' else value}"
        for key, value in settings.overrides().items()
    ]
