"""The photo with everything that was found in it."""

from faceviewer.gui.photo_view.view import PhotoView

__all__ = ["PhotoView"]
