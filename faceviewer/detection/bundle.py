"""The face landmarker bundle (``resources/face_landmarker.task``): a zip of three TFLite networks and a mesh."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from faceviewer.io.resources import resource_path
from faceviewer.types import FaceviewerError

BUNDLE_NAME = "face_landmarker.task"
_MAX_MEMBER_BYTES = 16 << 20  # the largest real member has 2.6 MB


@dataclass(frozen=True)
class Bundle:
    """The bytes of the bundle's members."""

    detector: bytes
    """TFLite flatbuffer: faces in a 128 x 128 picture."""
    landmarks: bytes
    """TFLite flatbuffer: 478 points and face presence in a 256 x 256 crop."""
    blendshapes: bytes
    """TFLite flatbuffer: 146 of the points to 52 blendshapes."""
    geometry: bytes
    """Protocol buffer: the canonical face mesh."""


_MEMBERS = {
    "detector": "face_detector.tflite",
    "landmarks": "face_landmarks_detector.tflite",
    "blendshapes": "face_blendshapes.tflite",
    "geometry": "geometry_pipeline_metadata_landmarks.binarypb",
}


def read_bundle(path: Path) -> Bundle:
    """Read the four members that we use into memory; nothing is unpacked to disk.

    Raises ``FaceviewerError`` when the file is missing, is no such bundle, or a member is suspiciously large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return Bundle(**{key: _read_member(archive, name) for key, name in _MEMBERS.items()})
    except KeyError as error:
        raise FaceviewerError(f"{path.name}: not a face landmarker bundle, {error.args[0]}") from error
    except (OSError, ValueError, zipfile.BadZipFile, RuntimeError) as error:
        raise FaceviewerError(f"{path.name}: cannot be read as a face landmarker bundle: {error}") from error


def _read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _MAX_MEMBER_BYTES:
        raise ValueError(f"{name} is larger than {_MAX_MEMBER_BYTES >> 20} MB")
    return archive.read(name)


@lru_cache(maxsize=1)
def default_bundle() -> Bundle:
    """The bundle that ships with the program, read once and shared by all threads."""
    return read_bundle(resource_path(BUNDLE_NAME))
