"""Maps as textures, thumbnails with their cache, and the check of all maps."""

from __future__ import annotations

import json
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from ffhq_uv_factory import write_map, write_set
from locked import locked, needs_permissions, public_folder
from PIL import Image

from faceviewer.datasets.ffhq_uv import thumbnails as thumbnails_module
from faceviewer.datasets.ffhq_uv.maps import load_uv_map, open_uv_map
from faceviewer.datasets.ffhq_uv.thumbnails import Thumbnails
from faceviewer.datasets.ffhq_uv.verify import VerifyRequest, verify
from faceviewer.datasets.report_file import write_report
from faceviewer.types import Cancelled, CancelToken, FaceviewerError, Origin


def nobody(_):
    pass


def test_the_real_map_is_a_texture_without_notes(shared, open_at):
    index = open_at(shared / "data" / "ffhq_uv" / "teaser_1")
    (entry,) = index.entries(index.keys())
    found = open_uv_map(entry.path)
    assert entry.id == "tex_uv" and found.notes == () and found.texture.rgb.shape == (1024, 1024, 3)
    with Image.open(entry.path) as image:
        assert np.array_equal(load_uv_map(entry).rgb, np.array(image))
    assert found.texture.kind == "model" and (found.texture.origin == Origin.MODEL).all()


@pytest.mark.parametrize(
    ("mode", "name", "notes"),
    [
        ("RGB", "a.png", ["8 x 8 pixels in place of 1024 x 1024"]),
        ("P", "a.png", ["8 x 8 pixels in place of 1024 x 1024", "a palette in place of RGB"]),
        ("RGBA", "a.png", ["8 x 8 pixels in place of 1024 x 1024", "RGB with alpha in place of RGB"]),
        ("L", "a.jpg", ["8 x 8 pixels in place of 1024 x 1024", "L in place of RGB"]),
        ("I;16", "a.png", ["8 x 8 pixels in place of 1024 x 1024", "grey in place of RGB", "16 bits per channel"]),
    ],
)
def test_other_sizes_and_modes_are_taken_with_a_note(tmp_path, mode, name, notes):
    Image.new("RGB", (8, 8), (200, 10, 10)).convert(mode if mode != "I;16" else "L").convert(mode).save(tmp_path / name)
    found = open_uv_map(tmp_path / name)
    assert list(found.notes) == notes and found.texture.rgb.shape == (8, 8, 3)


def test_what_is_no_map_is_refused(tmp_path):
    Image.new("RGB", (8, 4)).save(tmp_path / "wide.png")
    with pytest.raises(FaceviewerError, match="8 x 4 pixels, but a UV map is square"):
        open_uv_map(tmp_path / "wide.png")
    with pytest.raises(FaceviewerError, match="no such file"):
        open_uv_map(tmp_path / "gone.png")


@pytest.mark.parametrize("name", ["map.png", "map.jpg"])
def test_thumbnails_are_small_copies_and_kept(tmp_path, name, monkeypatch):
    path = write_map(tmp_path / name, side=1024)
    kept = Thumbnails()
    assert kept.peek(path, 64) is None
    small = kept.get(path, 64)
    with Image.open(path) as image:
        exact = np.array(image.convert("RGB").reduce(16)).astype(int)
    assert small.shape == (64, 64, 3) and small.dtype == np.uint8 and np.abs(small - exact).mean() < 2
    again = kept.peek(path, 64)
    assert again is not None and np.abs(again.astype(int) - small).mean() < 3
    monkeypatch.setattr(thumbnails_module, "make_thumbnail", None)
    assert np.array_equal(Thumbnails().get(path, 64), again)  # from the disk
    monkeypatch.undo()
    os.utime(path, ns=(1, 1))
    assert kept.peek(path, 64) is None and kept.peek(path, 32) is None


def test_thumbnails_of_other_shapes_and_of_none(tmp_path):
    Image.new("RGB", (400, 100), (9, 8, 7)).save(tmp_path / "wide.png")
    kept = Thumbnails()
    assert kept.get(tmp_path / "wide.png", 64).shape == (16, 64, 3)
    assert kept.get(write_map(tmp_path / "small.png", side=16), 64).shape == (16, 16, 3)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    for name in ("broken.png", "gone.png", "zero\0.png"):
        with pytest.raises(FaceviewerError):
            kept.get(tmp_path / name, 64)


def test_thumbnails_by_many_threads_and_without_a_cache(tmp_path, monkeypatch):
    paths = [write_map(tmp_path / f"{number}.png", side=64, seed=number) for number in range(20)]
    kept = Thumbnails()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(kept.get, paths * 2, [16] * 40))
    kept.close()
    for cache in (kept, Thumbnails(tmp_path / "1.png")):  # closed, and where none can be
        # a late thread finds what another stored: JPEG, 5.6 levels away at most; those of other maps are 75 away
        assert all(np.abs(cache.get(p, 16).astype(int) - f).mean() < 10 for p, f in zip(paths, found, strict=False))
        assert cache.peek(paths[0], 16) is None


def test_a_damaged_cache_is_made_again_and_a_large_one_trimmed(tmp_path, monkeypatch):
    paths = [write_map(tmp_path / f"{number}.png", side=64, seed=number) for number in range(60)]
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "thumbnails.sqlite").write_bytes(b"no database at all" * 100)
    monkeypatch.setattr(thumbnails_module, "MAX_BYTES", 30_000)
    monkeypatch.setattr(thumbnails_module, "_CHECK_EVERY", 1)
    kept = Thumbnails(folder)
    for path in paths:
        kept.get(path, 64)
    there = [kept.peek(path, 64) is not None for path in paths]
    assert there[-1] and not there[0]


def test_many_short_visits_do_not_make_the_cache_larger(tmp_path, monkeypatch):
    monkeypatch.setattr(thumbnails_module, "MAX_BYTES", 60_000)
    for visit in range(20):
        kept = Thumbnails(tmp_path / "cache")
        for number in range(5):
            kept.get(write_map(tmp_path / f"{visit}-{number}.png", side=64, seed=number), 64)
        kept.close()
        assert (tmp_path / "cache" / "thumbnails.sqlite").stat().st_size < 100_000


@needs_permissions
def test_a_cache_that_may_not_be_written_is_done_without(tmp_path):
    with public_folder() as folder:
        path = write_map(folder / "1.png")
        Thumbnails(folder / "cache").close()
        file = folder / "cache" / "thumbnails.sqlite"
        file.chmod(0o444)
        before = file.read_bytes()
        with locked(folder / "cache", 0o555):
            kept = Thumbnails(folder / "cache")
            assert kept.get(path, 16).shape == (16, 16, 3) and kept.peek(path, 16) is None
            file_is_there = file.is_file()
        assert file_is_there and file.read_bytes() == before


def test_the_cache_of_another_window_is_left_alone(tmp_path, monkeypatch):
    kept = Thumbnails(tmp_path)
    kept.get(write_map(tmp_path / "1.png"), 16)

    class Busy(sqlite3.Connection):
        def execute(self, *_):
            raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(thumbnails_module.sqlite3, "connect", partial(sqlite3.connect, factory=Busy))
    assert Thumbnails(tmp_path).get(tmp_path / "1.png", 16).shape == (16, 16, 3)
    monkeypatch.undo()
    assert Thumbnails(tmp_path).peek(tmp_path / "1.png", 16) is not None


def test_a_damaged_cache_that_cannot_be_deleted_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "thumbnails.sqlite").write_bytes(b"no database at all" * 100)

    def refused(*_, **__):
        raise PermissionError("in use")

    monkeypatch.setattr(thumbnails_module.Path, "unlink", refused)
    assert Thumbnails(tmp_path).peek(write_map(tmp_path / "1.png"), 16) is None


@pytest.fixture
def index(tmp_path, open_at):
    """Five maps: two whole, one cut off, one of 8 pixels, one with a palette."""
    folder = write_set(tmp_path, range(5), side=1024) / "uv-maps" / "000"
    data = (folder / "00001.png").read_bytes()
    (folder / "00001.png").write_bytes(data[: len(data) // 2])
    write_map(folder / "00002.png", side=8)
    with Image.open(folder / "00003.png") as image:
        palette = image.convert("P")
    palette.save(folder / "00003.png")
    return open_at(tmp_path / "ffhq-uv")


def test_verify_names_each_once_and_goes_on(index, tmp_path):
    (tmp_path / "ffhq-uv" / "uv-maps" / "000" / "00004.png").unlink()  # since the index was made
    report = verify(index, VerifyRequest(threads=2), nobody, CancelToken())
    assert [(one.id, one.problem) for one in report.findings] == [
        ("00001", "damaged"), ("00002", "other size"), ("00003", "other pixels"), ("00004", "missing"),
    ]  # fmt: skip
    assert not report.is_sound and report.counts()["whole"] == 1
    write_report(report, tmp_path / "r.json")
    written = json.loads((tmp_path / "r.json").read_text())
    assert written["counts"]["damaged"] == 1 and written["maps"][0]["detail"].startswith("the file ends")
    write_report(report, tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_text().count("\n") == 5
    named = replace(report, findings=(replace(report.findings[0], path="=1+1"),))
    assert ",'=1+1,damaged," in named.as_csv(), "no formulas"
    with pytest.raises(ValueError, match="json or"):
        write_report(report, tmp_path / "r.txt")
    with pytest.raises(ValueError, match="thread"):
        VerifyRequest(threads=0)


def test_verify_goes_on_where_it_was_stopped(index, monkeypatch):
    cancel, checked = CancelToken(), []
    from faceviewer.datasets.ffhq_uv import verify as module

    real = module.check_map
    monkeypatch.setattr(module, "check_map", lambda entry: checked.append(entry.id) or real(entry))

    def stop_after_two(step):
        if len(checked) >= 2:
            cancel.cancel()

    with pytest.raises(Cancelled):
        verify(index, VerifyRequest(threads=1), stop_after_two, cancel)
    first = len(checked)
    report = verify(index, VerifyRequest(threads=1, resume=True), nobody, CancelToken())
    assert len(report.findings) == 3 and report.checked == 5 and len(checked) < first + 5
    checked.clear()
    verify(index, VerifyRequest(threads=1, resume=True), nobody, CancelToken())
    assert len(checked) == 5  # the last one was finished
