"""OpenCV's import must leave Qt's environment as the user had it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

REPORT = (
    "import os; from faceviewer.io.cv import cv2;"
    "print([os.environ.get(n) for n in ('QT_QPA_PLATFORM_PLUGIN_PATH', 'QT_QPA_FONTDIR')])"
)


@pytest.mark.parametrize("first", ["", "import cv2; "], ids=["ours first", "cv2 imported before"])
def test_qt_variables_of_opencv_are_dropped(first: str) -> None:
    assert run(first + REPORT, {}) == "[None, None]"


def test_qt_variables_of_the_user_are_kept() -> None:
    assert run(REPORT, {"QT_QPA_FONTDIR": "/my/fonts"}) == "[None, '/my/fonts']"


def run(code: str, variables: dict[str, str]) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QT_QPA_")}
    result = subprocess.run([sys.executable, "-c", code], env=clean | variables, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()
