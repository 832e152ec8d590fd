"""The pictures of documents, as the engine thread gets them."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from faceviewer.app.state import Document
from faceviewer.io.photo import load_photo
from faceviewer.types import FaceviewerError, Photo


def read_document(document: Document) -> Photo:
    """The document's picture, turned as the user wants it; for the reading thread. Raises PhotoError."""
    photo = document.pasted if document.path is None else load_photo(document.path)
    if photo is None:
        raise FaceviewerError(f"{document.title}: there is no file to read it from")
    quarter_turns = document.rotation_deg // 90
    return replace(photo, rgb=np.rot90(photo.rgb, quarter_turns)) if quarter_turns else photo


def with_digest(photo: Photo) -> Photo:
    """Frames that were followed come without: there was no time for it."""
    return photo if photo.sha256 else replace(photo, sha256=hashlib.sha256(photo.rgb.tobytes()).hexdigest())
