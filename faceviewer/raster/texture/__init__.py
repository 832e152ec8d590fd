"""Photos of a head to its texture: baking, leaving out what is not the head, completing what no photo shows."""

from __future__ import annotations

from faceviewer.raster.texture.build import Shot, build_texture, build_texture_from_shots

__all__ = ["Shot", "build_texture", "build_texture_from_shots"]
