"""The built-in engine: no download, no licence form, any device."""

from __future__ import annotations

from faceviewer.engines.builtin.engine import BuiltinEngine, build

__all__ = ["BuiltinEngine", "build"]
