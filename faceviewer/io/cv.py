"""OpenCV, imported so that Qt can still start: ``from faceviewer.io.cv import cv2``.

On Linux the OpenCV wheels point Qt's plug-in and font variables at their own Qt 5; left there, PySide6 may load the
wrong platform plug-in and abort. What the user had set before the import is put back; what points into OpenCV goes.
"""

from __future__ import annotations

import os
from pathlib import Path

_QT_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")
_QUIET = {"OPENCV_FFMPEG_LOGLEVEL": "-8", "OPENCV_LOG_LEVEL": "ERROR"}
"""Damaged videos are reported by us, in one sentence; these keep FFmpeg's own lines off the terminal."""

for _name, _value in _QUIET.items():
    os.environ.setdefault(_name, _value)
_before = {name: os.environ.get(name) for name in _QT_VARIABLES}

import cv2  # noqa: E402


def _restore_qt_variables() -> None:
    own = str(Path(cv2.__file__).parent)
    for name, value in _before.items():
        if value is None or value.startswith(own):  # another module may have imported cv2 first
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


_restore_qt_variables()

__all__ = ["cv2"]
