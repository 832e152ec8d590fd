"""expand_inputs: photos, folders and videos as one item per picture; what cannot be read is an item that says so."""

from __future__ import annotations

import os
import pickle
import struct
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from pictures import picture, write

from faceviewer.io.cv import cv2
from faceviewer.io.photo import PhotoError
from faceviewer.jobs import video as video_module
from faceviewer.jobs.sources import SourceItem, expand_inputs
from faceviewer.types import FaceviewerError


def photo_at(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write(path.parent, picture(), "PNG").rename(path)


def video_at(path: Path, frames: int = 12, *, rate: float = 10.0, codec: str = "MJPG") -> Path:
    """A video whose frame k is grey of 20 (k mod 12), with a white top-left quarter."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), rate, (64, 48))
    assert writer.isOpened()
    for k in range(frames):
        frame = np.full((48, 64, 3), 20 * (k % 12), np.uint8)
        frame[:24, :32] = (255, 255, 255)
        writer.write(frame)
    writer.release()
    return path


def frame_number(rgb: np.ndarray) -> int:
    return round(float(rgb[-8:, -8:].mean()) / 20)


def reasons(items: Sequence[SourceItem]) -> list[str]:
    """The sentences of the items that cannot be loaded."""
    said = []
    for item in items:
        try:
            item.load()
        except FaceviewerError as error:
            said.append(str(error))
    return said


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every opening of a video, as it happens."""
    opened: list[Path] = []
    original = video_module.VideoCursor.__init__

    def count(self: video_module.VideoCursor, path: Path) -> None:
        opened.append(path)
        original(self, path)

    monkeypatch.setattr(video_module.VideoCursor, "__init__", count)
    return opened


# Photos and folders


def test_a_photo(tmp_path: Path) -> None:
    path = photo_at(tmp_path / "Anna B.png")
    (item,) = expand_inputs([path])
    assert (item.path, item.stem, item.frame_index, item.time_s) == (path, "Anna B", None, None)
    np.testing.assert_array_equal(item.load().rgb, picture())


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    path = photo_at(tmp_path / "a.png")
    (item,) = expand_inputs([path])
    path.write_bytes(b"")
    with pytest.raises(PhotoError, match="the file is empty"):
        item.load()


def test_a_folder_in_natural_order_to_the_bottom(tmp_path: Path) -> None:
    names = ["b.JPG", "img2.png", "img10.png", "IMG3.webp", "sub/a.tif", "sub/deeper/x.heic", "another/z.bmp", "a.gif"]
    for name in names:
        photo_at(tmp_path / name)
    found = [item.path.relative_to(tmp_path).as_posix() for item in expand_inputs([tmp_path])]
    files = ["a.gif", "b.JPG", "img2.png", "IMG3.webp", "img10.png"]
    assert found == [*files, "another/z.bmp", "sub/a.tif", "sub/deeper/x.heic"]


def test_hidden_and_other_files_are_left_out(tmp_path: Path) -> None:
    for name in (".hidden.png", "._mac.jpg", ".cache/a.png", "notes.txt", "head.obj", "result.json", "noextension"):
        photo_at(tmp_path / name)
    photo_at(tmp_path / "seen.png")
    assert [item.path.name for item in expand_inputs([tmp_path])] == ["seen.png"]
    assert [item.path.name for item in expand_inputs([tmp_path / ".cache", tmp_path / "noextension"])] == [
        "a.png",
        "noextension",
    ], "named by the user, they are taken"


def test_results_of_an_earlier_run_are_not_photos(tmp_path: Path) -> None:
    for name in ("me.png", "me_face0.png", "me_face0_overlay.png", "me_face1.png", "x_face12.jpg"):
        photo_at(tmp_path / name)
    (tmp_path / "me_face0.json").write_text("{}")
    (tmp_path / "x_face12.json").write_text("{}")
    assert [item.path.name for item in expand_inputs([tmp_path])] == ["me.png", "me_face1.png", "x_face12.jpg"]


def test_no_picture_beside_a_result_is_a_photo(tmp_path: Path) -> None:
    """Pictures of ``--pictures`` and ``--origins`` became heads, theirs became heads, and so on with every run."""
    endings = ("_origin", "_on_photo", "_model_on_photo", "_parts_seen", "_landmarks", "_sheet", "_model", "_face2_x")
    for ending in ("", *endings):
        photo_at(tmp_path / f"my_face1_x_face12{ending}.png")
    kept = {"my_face1_x_face1_origin.png", "my_face1_x_face12b.png", "my_face1_x_face12_sheet.jpg", "_face12_.png"}
    for name in kept:
        photo_at(tmp_path / name)
    (tmp_path / "my_face1_x_face12.json").write_text("{}")
    (tmp_path / "_face12.json").write_text("{}")
    assert {item.path.name for item in expand_inputs([tmp_path])} == kept


def test_a_file_reached_twice_comes_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = photo_at(tmp_path / "a.png")
    monkeypatch.chdir(tmp_path)
    items = list(expand_inputs([path, Path("a.png"), tmp_path, Path("."), path]))
    assert [item.path for item in items] == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need rights there")
def test_links_that_run_in_circles(tmp_path: Path) -> None:
    photo_at(tmp_path / "a" / "1.png")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere")
    items = list(expand_inputs([tmp_path]))
    assert [item.path.name for item in items] == ["gone.png", "1.png"]
    assert reasons(items) == [f"{tmp_path / 'gone.png'}: there is no such file"]


def test_very_deep_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folders = ["/".join("d" * depth) for depth in range(1, 1200)]
    for folder in folders:
        os.mkdir(folder)
    try:
        (item,) = expand_inputs(["d"])
        assert reasons([item]) == ["d: the folder holds no photo or video"]
    finally:
        for folder in reversed(folders):  # clearing them away afterwards would recurse too deep
            os.rmdir(folder)


def test_a_folder_that_looks_like_a_photo(tmp_path: Path) -> None:
    photo_at(tmp_path / "album.jpg" / "a.png")
    (tmp_path / "empty.jpg").mkdir()
    items = list(expand_inputs([tmp_path / "album.jpg", tmp_path / "empty.jpg"]))
    assert items[0].path.name == "a.png"
    assert reasons(items) == [f"{tmp_path / 'empty.jpg'}: the folder holds no photo or video"]


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = photo_at(tmp_path / "good.png")
    (tmp_path / "text.jpg").write_text("hello")
    (tmp_path / "empty").mkdir()
    items = list(
        expand_inputs([tmp_path / "missing.jpg", tmp_path / "empty", tmp_path / "text.jpg", tmp_path / "no.mp4", good])
    )
    assert [item.path.name for item in items] == ["missing.jpg", "empty", "text.jpg", "no.mp4", "good.png"]
    said = [sentence.removeprefix(f"{tmp_path}{os.sep}") for sentence in reasons(items)]
    assert said[0] == "missing.jpg: there is no such file"
    assert said[1] == "empty: the folder holds no photo or video"
    assert said[2].startswith("text.jpg: it is not a picture")
    assert said[3] == "no.mp4: there is no such file"


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo_at(tmp_path / "a.png")
    photo_at(tmp_path / "locked" / "b.png")
    listdir = os.listdir

    def guarded(folder: Path) -> list[str]:
        if Path(folder).name == "locked":
            raise PermissionError(13, "Permission denied")
        return listdir(folder)

    monkeypatch.setattr(os, "listdir", guarded)
    items = list(expand_inputs([tmp_path]))
    assert [item.path.name for item in items] == ["a.png", "locked"]
    assert reasons(items) == [f"{tmp_path / 'locked'}: the folder cannot be read (Permission denied)"]


def test_nothing_named_gives_nothing() -> None:
    assert list(expand_inputs([])) == []


def test_every_below_one_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="every"):
        expand_inputs([], every=0)


# Videos


@pytest.mark.parametrize(("suffix", "codec"), [(".avi", "MJPG"), (".mp4", "mp4v"), (".MKV", "MJPG")])
def test_every_frame_of_a_video(suffix: str, codec: str, tmp_path: Path) -> None:
    path = video_at(tmp_path / f"clip{suffix}", codec=codec)
    items = list(expand_inputs([path]))
    assert [item.frame_index for item in items] == list(range(12))
    assert [item.time_s for item in items] == pytest.approx([k / 10 for k in range(12)], abs=0.002)
    assert items[7].stem == "clip_frame000007" and items[7].path == path
    photos = [item.load() for item in items]
    assert [frame_number(photo.rgb) for photo in photos] == list(range(12))
    assert photos[3].path == path and photos[3].focal_px is None
    assert len({photo.sha256 for photo in photos}) == 12


def test_every_third_frame(tmp_path: Path) -> None:
    path = video_at(tmp_path / "clip.avi")
    items = list(expand_inputs([path], every=5))
    assert [item.frame_index for item in items] == [0, 5, 10]
    assert [frame_number(item.load().rgb) for item in items] == [0, 5, 10]


def test_frames_loaded_as_they_come_are_decoded_once(tmp_path: Path, openings: list[Path]) -> None:
    path = video_at(tmp_path / "clip.avi")
    numbers = [frame_number(item.load().rgb) for item in expand_inputs([path], every=2)]
    assert numbers == [0, 2, 4, 6, 8, 10]
    assert openings == [path]


def test_frames_loaded_after_the_list_is_made_take_one_more_pass(tmp_path: Path, openings: list[Path]) -> None:
    path = video_at(tmp_path / "clip.avi")
    items = list(expand_inputs([path]))
    assert [frame_number(item.load().rgb) for item in items] == list(range(12))
    assert len(openings) == 2


def test_frames_may_be_loaded_in_any_order_and_again(tmp_path: Path) -> None:
    items = list(expand_inputs([video_at(tmp_path / "clip.avi")]))
    for k in (11, 0, 5, 5, 4, 10, 9, 11):
        assert frame_number(items[k].load().rgb) == k


def test_workers_that_run_ahead_of_each_other_do_not_start_over(tmp_path: Path, openings: list[Path]) -> None:
    items = list(expand_inputs([video_at(tmp_path / "clip.avi")], every=2))
    order = [1, 0, 3, 2, 5, 4]
    assert [frame_number(items[k].load().rgb) for k in order] == [2 * k for k in order]
    assert len(openings) == 2


def test_frames_from_many_threads(tmp_path: Path) -> None:
    paths = [video_at(tmp_path / f"clip{k}.avi") for k in range(3)]
    with ThreadPoolExecutor(4) as pool:
        futures = [(item.frame_index, pool.submit(item.load)) for item in expand_inputs(paths)]
        assert all(frame_number(future.result().rgb) == index for index, future in futures)


def test_items_can_be_sent_to_another_process(tmp_path: Path) -> None:
    photo, video = photo_at(tmp_path / "a.png"), video_at(tmp_path / "clip.avi", 3)
    items = list(expand_inputs([photo, video, tmp_path / "missing.png"]))
    copies: list[SourceItem] = pickle.loads(pickle.dumps(items))
    assert [(item.path, item.stem, item.time_s) for item in copies] == [(i.path, i.stem, i.time_s) for i in items]
    assert frame_number(copies[2].load().rgb) == 1
    assert len(reasons(copies)) == 1


def test_a_scan_that_is_given_up_can_be_started_again(tmp_path: Path) -> None:
    path = video_at(tmp_path / "clip.avi")
    first = expand_inputs([path])
    assert [next(first).frame_index, next(first).frame_index] == [0, 1]
    del first
    assert [frame_number(item.load().rgb) for item in expand_inputs([path])] == list(range(12))


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_the_rotation_entry_of_phones_is_obeyed(degrees: int, tmp_path: Path) -> None:
    path = video_at(tmp_path / "clip.mp4", 3, codec="mp4v")
    turn(path, degrees)
    (item, *_) = expand_inputs([path])
    rgb = item.load().rgb
    assert rgb.shape == ((64, 48, 3) if degrees in (90, 270) else (48, 64, 3))
    quarters = {"top left": rgb[4, 4], "top right": rgb[4, -4], "bottom right": rgb[-4, -4], "bottom left": rgb[-4, 4]}
    white = max(quarters, key=lambda name: int(quarters[name].sum()))
    assert white == ["top left", "top right", "bottom right", "bottom left"][degrees // 90], "clockwise"


def turn(path: Path, degrees: int) -> None:
    """Write a clockwise rotation into the display matrix of an MP4's first track."""
    data = bytearray(path.read_bytes())
    start = data.index(b"tkhd")
    matrix = start + 4 + 4 + (20 if data[start + 4] == 0 else 32) + 8 + 8
    one, zero = 1 << 16, 0
    cos, sin = {0: (one, zero), 90: (zero, one), 180: (-one, zero), 270: (zero, -one)}[degrees]
    assert struct.unpack_from(">2i", data, matrix) == (one, 0)
    struct.pack_into(">9i", data, matrix, cos, sin, 0, -sin, cos, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "the file is empty"),
        (b"not a video at all" * 50, "it is not a video that can be read"),
        (None, "it is not a video that can be read"),
    ],
    ids=["empty", "text", "truncated"],
)
def test_videos_that_are_none(data: bytes | None, expected: str, tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(data if data is not None else video_at(path, codec="mp4v").read_bytes()[:600])
    items = list(expand_inputs([path]))
    assert reasons(items) == [f"{path}: {expected}"]
    assert capfd.readouterr() == ("", ""), "FFmpeg keeps quiet"


def test_a_video_that_breaks_off_gives_its_frames_and_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = video_at(tmp_path / "clip.avi", 60)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    numbers = [item.frame_index for item in expand_inputs([path])]
    assert 10 < len(numbers) < 50
    assert f"{path}: the video seems to break off after {len(numbers)} frames" in caplog.text


def test_a_video_that_vanishes_after_the_scan(tmp_path: Path) -> None:
    path = video_at(tmp_path / "clip.avi")
    items = list(expand_inputs([path]))
    path.unlink()
    assert set(reasons(items)) == {f"{path}: there is no such file"}


def test_names_are_never_patterns_or_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    photo_at(tmp_path / "img01.png")
    for name in ("img%02d.mp4", "http:/localhost/clip.mp4", "0.avi"):
        assert reasons(list(expand_inputs([name]))) == [f"{Path(name)}: there is no such file"]
    path = video_at(tmp_path / "clip.avi", 2)
    odd = path.rename(tmp_path / "50%d, ümlaut & 影.avi")
    assert [frame_number(item.load().rgb) for item in expand_inputs([odd])] == [0, 1]
