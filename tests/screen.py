"""Whether there is a screen for windows."""

from __future__ import annotations

import os

import pytest

_SENTENCE = "there is no screen for the window; run the tests under xvfb-run"


def need_screen() -> None:
    """Skip the test where there is no screen, but fail in continuous integration."""
    if "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ:
        return
    if os.environ.get("CI"):
        pytest.fail(_SENTENCE)
    pytest.skip(_SENTENCE)
