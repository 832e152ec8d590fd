"""Reconstruction from Python: photos in any form, results for one face, all faces, or one person."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from fake_engine import FAKE
from PIL import Image

import faceviewer
from faceviewer.engines.options import UsageError
from faceviewer.types import Cancelled, CancelToken

pytestmark = pytest.mark.usefixtures("fake")
HOW = {"engine": FAKE.id, "device": "cpu"}


def test_takes_files_arrays_and_photos(sample_photo):
    pixels = np.asarray(Image.open(sample_photo))
    photo = faceviewer.load_photo(sample_photo)
    heads = [faceviewer.reconstruct(form, **HOW) for form in (sample_photo, str(sample_photo), photo, pixels)]
    assert len({head.photo_sha256 for head in heads}) == 2  # of the file, and of the pixels
    for head in heads:
        assert head.photo_size == (512, 512)
        assert next(iter(head.timings)) == "detect"
        np.testing.assert_allclose(head.face.box_xyxy, heads[0].face.box_xyxy)


def test_largest_face_or_all(sample_photo):
    portrait = np.asarray(Image.open(sample_photo))
    small = np.asarray(Image.open(sample_photo).resize((320, 320)))
    wide = np.full((512, 840, 3), 128, np.uint8)
    wide[60:380, :320], wide[:, 328:] = small, portrait
    heads = faceviewer.reconstruct_all(wide, **HOW)
    lefts = [head.face.box_xyxy[0] for head in heads]
    assert len(heads) == 2
    assert lefts[0] > 328 > lefts[1]
    np.testing.assert_array_equal(faceviewer.reconstruct(wide, **HOW).face.box_xyxy, heads[0].face.box_xyxy)


def test_one_person_from_several_photos(sample_photo):
    mirrored = np.asarray(Image.open(sample_photo))[:, ::-1]
    heads = faceviewer.reconstruct_person([sample_photo, mirrored], **HOW)
    assert [head.warnings for head in heads] == [("2 shots",), ("2 shots",)]


def test_errors_are_one_sentence(tmp_path, sample_photo):
    grey = np.full((64, 64, 3), 128, np.uint8)
    with pytest.raises(faceviewer.FaceviewerError, match=r"^photo: no face was found$"):
        faceviewer.reconstruct(grey, **HOW)
    with pytest.raises(faceviewer.FaceviewerError, match=r"missing\.jpg: there is no such file$"):
        faceviewer.reconstruct(tmp_path / "missing.jpg", **HOW)
    with pytest.raises(UsageError, match="no engine"):
        faceviewer.reconstruct(sample_photo, engine="other")


def test_progress_and_cancel(sample_photo):
    heard, cancel = [], CancelToken()
    faceviewer.reconstruct(sample_photo, progress=heard.append, **HOW)
    assert [step.stage for step in heard] == ["Fitting"] * 5
    cancel.cancel()
    with pytest.raises(Cancelled):
        faceviewer.reconstruct(sample_photo, cancel=cancel, **HOW)


def test_threads_take_turns(sample_photo):
    """Neither engine nor detector may be used by two threads at once."""
    boxes = []
    threads = [
        threading.Thread(target=lambda: boxes.append(faceviewer.reconstruct(sample_photo, **HOW).face.box_xyxy))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(boxes) == 4
    assert all((box == boxes[0]).all() for box in boxes)
