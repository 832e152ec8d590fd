from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from faceviewer.detection.bundle import BUNDLE_NAME, default_bundle, read_bundle
from faceviewer.detection.networks import Networks
from faceviewer.io.resources import resource_path
from faceviewer.types import FaceviewerError


def _members() -> dict[str, bytes]:
    with zipfile.ZipFile(resource_path(BUNDLE_NAME)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _write(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_the_shipped_bundle_is_read_once() -> None:
    assert default_bundle() is default_bundle()
    assert default_bundle().detector[4:8] == b"TFL3"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaceviewerError, match=r"^gone\.task: "):
        read_bundle(tmp_path / "gone.task")


@pytest.mark.parametrize("data", [b"", b"text", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_zip_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "face.task"
    path.write_bytes(data)
    with pytest.raises(FaceviewerError, match=r"^face\.task: "):
        read_bundle(path)


def test_a_truncated_bundle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "face.task"
    path.write_bytes(resource_path(BUNDLE_NAME).read_bytes()[:1_000_000])
    with pytest.raises(FaceviewerError, match=r"^face\.task: "):
        read_bundle(path)


def test_a_bundle_without_a_network_is_refused(tmp_path: Path) -> None:
    members = _members()
    del members["face_blendshapes.tflite"]
    with pytest.raises(FaceviewerError, match="blendshapes"):
        read_bundle(_write(tmp_path / "face.task", members))


def test_a_member_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    members = _members() | {"face_detector.tflite": bytes(17 << 20)}
    with pytest.raises(FaceviewerError, match="16 MB"):
        read_bundle(_write(tmp_path / "face.task", members))


def test_a_damaged_network_is_a_clear_error(tmp_path: Path) -> None:
    members = _members() | {"face_detector.tflite": b"not a network"}
    networks = Networks(read_bundle(_write(tmp_path / "face.task", members)))
    with pytest.raises(FaceviewerError, match="face network"):
        networks.detect(np.zeros((128, 128, 3), np.uint8))
