"""Frames of videos and of folders, and what cannot be read."""

from __future__ import annotations

import numpy as np
import pytest
from fake_frames import number_of, video_of
from PIL import Image

from faceviewer.io.photo import PhotoError
from faceviewer.jobs.pose_frames import PoseSource


def frames_of(path, **wishes):
    notes = []
    return list(PoseSource(path, **wishes).frames(notes.append)), notes


def test_every_third_frame_of_a_video(tmp_path):
    frames, notes = frames_of(video_of(tmp_path / "numbers.avi", count=12, rate=10), every=3)
    assert [frame.index for frame in frames] == [0, 3, 6, 9] and notes == []
    np.testing.assert_allclose([frame.time_s for frame in frames], [0, 0.3, 0.6, 0.9], atol=1e-3)
    assert [number_of(frame.photo.rgb) for frame in frames] == [0, 3, 6, 9]
    fractions = [frame.fraction for frame in frames]
    assert fractions == sorted(fractions) and 0 <= fractions[0] < fractions[-1] <= 1


def test_photos_of_a_folder_are_frames_in_natural_order(tmp_path):
    for number in (10, 9, 1):
        Image.fromarray(np.full((20, 30, 3), 10 * number, np.uint8)).save(tmp_path / f"shot {number}.png")
    (tmp_path / "shot 2.png").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("")
    video_of(tmp_path / "film.avi", count=2)
    frames, _ = frames_of(tmp_path, rate=5.0)
    assert [frame.file for frame in frames] == [f"shot {number}.png" for number in (1, 2, 9, 10)]
    assert [frame.time_s for frame in frames] == [0, 0.2, 0.4, 0.6] and [frame.index for frame in frames] == [
        0,
        1,
        2,
        3,
    ]
    assert frames[1].photo is None and "shot 2.png" in frames[1].problem
    assert number_of(frames[3].photo.rgb) == 10
    assert [frame.index for frame in frames_of(tmp_path, every=2)[0]] == [0, 2]


@pytest.mark.parametrize("content", [b"", b"junk" * 100, b"\x00\x00\x00\x18ftypmp42" + bytes(200)])
def test_garbage_is_refused_in_one_sentence(tmp_path, content):
    (tmp_path / "bad.mp4").write_bytes(content)
    with pytest.raises(PhotoError, match=r"bad\.mp4"):
        frames_of(tmp_path / "bad.mp4")
    with pytest.raises(PhotoError, match="the folder holds no photo"):
        frames_of(tmp_path)
    with pytest.raises(PhotoError, match=r"none\.mp4: there is no such file"):
        frames_of(tmp_path / "none.mp4")


def test_a_video_that_breaks_off_is_told(tmp_path):
    whole = video_of(tmp_path / "whole.avi", count=100, rate=10)
    cut = tmp_path / "cut.avi"
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) // 3])
    try:
        frames, notes = frames_of(cut)
    except PhotoError as error:
        assert "cut.avi" in str(error)
    else:
        assert len(frames) < 100 and (notes == [] or "break off" in notes[0])
