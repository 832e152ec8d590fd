"""The head unrolled: its texture, where that comes from, and the way from texels to the head."""

from faceviewer.gui.uv_view.view import UvView

__all__ = ["UvView"]
