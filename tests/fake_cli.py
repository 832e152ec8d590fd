"""``faceviewer`` with the engine of ``fake_engine`` beside the real ones, for tests that start a process."""

from __future__ import annotations

from fake_engine import register_fake

from faceviewer.cli.main import run

if __name__ == "__main__":
    register_fake()
    run()
