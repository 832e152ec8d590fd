"""Known files are brought from folders and zips, each examined first; nothing else ever arrives."""

from __future__ import annotations

import os
import stat
import zipfile

import numpy as np
import pytest
from hostile import calling, npy_of
from small_pack import PACK

from faceviewer.assets.importing import import_from
from faceviewer.assets.places import Place
from faceviewer.types import Cancelled, CancelToken, FaceviewerError


@pytest.fixture
def place(tmp_path) -> Place:
    return Place(tmp_path / "own", "chosen")


def bring(source, place, progress=lambda step: None, cancel=None):
    return import_from(source, place, progress, cancel or CancelToken())


def everything_in(folder) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def zip_of(folder, target, prefix="", **options):
    with zipfile.ZipFile(target, "w", **options) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, prefix + path.name)
    return target


def test_from_a_folder(small, place):
    (small / "notes.txt").write_text("not an asset")
    results = bring(small, place)
    assert [result.file.name for result in results] == list(PACK.by_name)
    assert all(result.state == "imported" for result in results)
    assert results[0].sentence == f"model.npy is whole and now in {place.folder / 'small'}"
    assert everything_in(place.folder) == {f"small/{name}" for name in PACK.by_name}
    for name in PACK.by_name:
        assert (place.folder / "small" / name).read_bytes() == (small / name).read_bytes()
    assert bring(place.folder, place) != ()  # onto itself


@pytest.mark.parametrize("prefix", ["", "assets/", "3DDFA-V3-main/assets/"])
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_from_a_zip(small, place, tmp_path, prefix, compression):
    (small / "readme.md").write_text("not an asset")
    results = bring(zip_of(small, tmp_path / "a.zip", prefix, compression=compression), place)
    assert all(result.state == "imported" for result in results)
    assert everything_in(place.folder) == {f"small/{name}" for name in PACK.by_name}


def test_links_in_a_folder_are_followed_as_download_caches_have_them(small, place, tmp_path):
    (tmp_path / "blobs").mkdir()
    (small / "map.npy").rename(tmp_path / "blobs" / "1234")
    (small / "map.npy").symlink_to(tmp_path / "blobs" / "1234")
    bring(small, place)
    assert not (place.folder / "small" / "map.npy").is_symlink()


def test_wrong_files_are_refused_and_the_rest_goes_on(small, place):
    (small / "model.npy").write_bytes(npy_of(calling("os system", "true")))
    (small / "large.pth").write_bytes((small / "small.pth").read_bytes())
    (small / "mean.obj").write_bytes(bytes(200_000))
    refused = {result.file.name: result.reason for result in bring(small, place) if result.state == "refused"}
    assert set(refused) == {"model.npy", "large.pth", "mean.obj"}
    assert "os.system" in refused["model.npy"] and "small net" in refused["large.pth"]
    assert "the most it can have" in refused["mean.obj"]
    assert everything_in(place.folder) == {f"small/{name}" for name in set(PACK.by_name) - set(refused)}


def test_a_refused_file_leaves_the_one_that_is_there(small, place):
    bring(small, place)
    np.save(small / "map.npy", np.arange(7))
    bring(small, place)
    assert np.load(place.folder / "small" / "map.npy").tolist() == [8, 0, 3, 5]


@pytest.mark.parametrize(
    "name", ["../map.npy", "/tmp/map.npy", "a/../../map.npy", "C:\\map.npy", "..\\map.npy", "C:map.npy"]
)
def test_zips_that_lead_elsewhere_are_refused_whole(small, place, tmp_path, name):
    path = zip_of(small, tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(FaceviewerError, match="leads out of the folder"):
        bring(path, place)
    assert not place.folder.exists()


def test_links_in_zips_are_refused(small, place, tmp_path):
    (small / "map.npy").unlink()
    path = zip_of(small, tmp_path / "a.zip")
    link = zipfile.ZipInfo("map.npy")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(FaceviewerError, match="is a link"):
        bring(path, place)


def test_a_file_that_occurs_twice_is_refused(small, place, tmp_path):
    path = zip_of(small, tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(small / "map.npy", "other/map.npy")
    with pytest.raises(FaceviewerError, match=r"map\.npy is in it 2 times"):
        bring(path, place)


def test_bombs_are_not_unpacked(small, place, tmp_path):
    (small / "map.npy").write_bytes(bytes(50_000_000))
    path = zip_of(small, tmp_path / "a.zip", compression=zipfile.ZIP_DEFLATED)
    refused = [result for result in bring(path, place) if result.state == "refused"]
    assert [result.file.name for result in refused] == ["map.npy"] and "50000000 bytes" in refused[0].reason


def test_a_zip_that_understates_a_size_is_refused(small, place, tmp_path):
    path = zip_of(small, tmp_path / "a.zip")
    data = bytearray(path.read_bytes())
    at = data.rindex(b"map.npy") - 46
    data[at + 24 : at + 28] = (30).to_bytes(4, "little")
    path.write_bytes(data)
    refused = [result for result in bring(path, place) if result.state == "refused"]
    assert [result.file.name for result in refused] == ["map.npy"]


def test_damaged_zips_are_told(small, place, tmp_path):
    path = zip_of(small, tmp_path / "a.zip")
    data = bytearray(path.read_bytes())
    at = data.index(b"\x93NUMPY")
    data[at + 130] ^= 1  # its CRC no longer fits
    path.write_bytes(data)
    assert [result.state for result in bring(path, place)].count("refused") == 1
    path.write_bytes(data[:200])
    with pytest.raises(FaceviewerError, match="neither a folder nor a zip"):
        bring(path, place)


def test_sources_without_known_files_are_told(small, place, tmp_path):
    (tmp_path / "empty").mkdir()
    for source in (tmp_path / "empty", zip_of(tmp_path / "empty", tmp_path / "empty.zip")):
        with pytest.raises(FaceviewerError, match=r"none of the known files is in it, such as model\.npy"):
            bring(source, place)
    with pytest.raises(FaceviewerError, match="no such file or folder"):
        bring(tmp_path / "gone.zip", place)


def test_cancelling_leaves_whole_files_only(small, place):
    cancel = CancelToken()
    steps = []

    def follow(step):
        steps.append(step.stage)
        if len(steps) == 3:
            cancel.cancel()

    with pytest.raises(Cancelled):
        bring(small, place, follow, cancel)
    assert everything_in(place.folder) == {"small/model.npy", "small/large.pth"}
    assert steps[:2] == ["Importing model.npy", "Importing large.pth"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_place_that_cannot_be_written_is_told(small, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    results = bring(small, Place(tmp_path / "locked" / "own", "chosen"))
    assert {result.state for result in results} == {"refused"} and "permission denied" in results[0].reason
