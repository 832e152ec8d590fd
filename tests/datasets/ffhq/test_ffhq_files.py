"""Which files there are, whether they are whole, who made them."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from ffhq_factory import entry
from PIL import Image

from faceviewer.datasets.ffhq.attribution import attribution, plain
from faceviewer.datasets.ffhq.entry import flickr_link, safe_link
from faceviewer.datasets.ffhq.entry_json import parse_entry
from faceviewer.datasets.ffhq.facts import licence_of, licences_named, published_path, split_of
from faceviewer.datasets.ffhq.files import scan_files
from faceviewer.datasets.ffhq.statistics import OTHER, UNKNOWN, statistics
from faceviewer.datasets.ffhq.verify import VerifyRequest, verify
from faceviewer.datasets.ffhq.verify_report import VerifyReport
from faceviewer.datasets.report_file import write_report
from faceviewer.types import Cancelled, CancelToken, FaceviewerError, Progress

ONE = "images1024x1024/00000/00001.png"


def nobody(_: Progress) -> None:
    """Nobody watches."""


@pytest.fixture
def check(small, open_at):
    """Verify the small data set: a report."""
    root, _ = small

    def call(
        place: Path = root, cancel: CancelToken | None = None, progress=lambda step: None, **asked
    ) -> VerifyReport:
        request = VerifyRequest(**{"threads": 2, **asked})
        return verify(place, open_at(root), request, progress, cancel or CancelToken())

    return call


def problems(report: VerifyReport) -> list[tuple[str, str]]:
    return [(finding.path, finding.problem) for finding in report.findings]


def test_the_published_layout(small):
    root, described = small
    files = scan_files(root, CancelToken())
    assert [folder.kind for folder in files.folders] == ["image", "thumbnail", "wild"]
    assert files.json == root / "ffhq-dataset-v2.json" and files.licence is None
    assert files.numbers().tolist() == [0, 1, 2, 1003, 60000]
    folder = files.of("image")
    assert folder is not None and folder.layout == "published" and folder.size == (64, 64)
    assert folder.path(1003) == root / described["1003"]["image"]["file_path"] == root / published_path("image", 1003)
    inside = scan_files(root / "images1024x1024", CancelToken())
    assert [one.kind for one in inside.folders] == ["image"] and inside.json == files.json


@pytest.mark.parametrize(
    ("side", "kind", "fits"), [(256, "image", False), (128, "thumbnail", True), (1024, "image", True)]
)
def test_flat_copies_without_json(tmp_path, side, kind, fits):
    for name in ("00000.png", "00007.JPG", "00009.png", "notes.txt", "123.png", "000011.png", "00012.gif"):
        Image.new("RGB", (side, side)).save(tmp_path / name, "PNG") if name != "notes.txt" else (
            tmp_path / name
        ).touch()
    (folder,) = scan_files(tmp_path, CancelToken()).folders
    assert (folder.kind, folder.layout, folder.numbers.tolist()) == (kind, "flat", [0, 7, 9])
    assert folder.path(7) == tmp_path / "00007.JPG" and folder.path(5) == tmp_path / "00005.png"
    assert folder.has_published_size is fits and split_of(59_999) == "training" and split_of(60_000) == "validation"


def test_folders_that_hold_nothing(tmp_path):
    (tmp_path / "images1024x1024" / "00000").mkdir(parents=True)
    (tmp_path / "images1024x1024" / "00000" / "01000.png").touch()  # of another thousand
    assert scan_files(tmp_path, CancelToken()).folders == ()
    with pytest.raises(FaceviewerError, match="cannot be read"):
        scan_files(tmp_path / "no", CancelToken())


def test_whole_data_sets(check):
    for quick in (False, True):
        report = check(quick=quick)
        assert report.is_sound and problems(report) == [] and [one.checked for one in report.kinds] == [5, 5, 5]
        assert report.counts("image")["whole"] == 5


def test_every_kind_of_damage(small, check):
    root, _ = small
    path = root / ONE
    data = path.read_bytes()
    with Image.open(path) as picture:
        rgb = np.asarray(picture).copy()

    def found() -> tuple[str, str]:
        (finding,) = check().findings
        return finding.problem, finding.detail

    path.write_bytes(data[:-200])
    assert found()[0] == "wrong size" and f"{len(data) - 200} bytes in place of {len(data)}" in found()[1]
    middle = len(data) // 2
    path.write_bytes(data[:middle] + bytes(16) + data[middle + 16 :])
    assert found()[0] in ("wrong md5", "wrong pixels") and "the md5 of the file differs" in found()[1]
    Image.fromarray(rgb).save(path, compress_level=0)
    assert found()[0] == "re-encoded" and check().is_sound
    rgb[0, 0, 0] ^= 1
    Image.fromarray(rgb).save(path)
    assert found()[0] == "wrong pixels" and "the pixels differ" in found()[1]
    Image.fromarray(rgb[:32]).save(path)
    assert found()[0] == "wrong pixels" and "64 x 32 pixels in place of 64 x 64" in found()[1]
    assert problems(check(quick=True)) == [(ONE, "wrong size")]
    path.unlink()
    assert found() == ("missing", "") and not check().is_sound and problems(check(quick=True)) == [(ONE, "missing")]


def test_surplus_files_and_missing_folders(small, check):
    root, _ = small
    (root / "images1024x1024" / "LICENSE.txt").write_text("terms")
    (root / "images1024x1024" / "00000" / "00001.png.tmp.abc").write_bytes(b"half")
    shutil.rmtree(root / "thumbnails128x128")
    report = check()
    assert problems(report) == [(f"{ONE}.tmp.abc", "surplus")] and report.is_sound
    assert [one.kind for one in report.kinds] == ["image", "wild"]


def test_copies_of_another_size_are_opened_only(small, check, tmp_path):
    flat = tmp_path / "flat"
    flat.mkdir()
    for number in (0, 1, 2, 1003):
        Image.new("RGB", (32, 32)).save(flat / f"{number:05d}.png")
    (flat / "00002.png").write_bytes(b"no picture")
    report = check(flat)
    assert problems(report) == [("00002.png", "wrong pixels"), ("60000.png", "missing")]
    assert report.kinds[0].copies_of == (32, 32)


def test_a_stopped_check_goes_on(small, check, home, monkeypatch):
    cancel, looked = CancelToken(), []

    def stop(step):
        if step.fraction and step.fraction > 0.3:
            cancel.cancel()

    (small[0] / ONE).unlink()
    with pytest.raises(Cancelled):
        check(cancel=cancel, progress=stop, threads=1)
    (journal,) = (home / "cache" / "ffhq").glob("verify-*.jsonl")
    with journal.open("a") as stream:
        stream.write('["image", 2, "mis')  # as a crash leaves it
    from faceviewer.datasets.ffhq import verify as module

    monkeypatch.setattr(module, "check_picture", lambda path, about: (looked.append(path), ("", ""))[1])
    report = check(resume=True)
    assert 0 < len(looked) < 15 and problems(report) == [(ONE, "missing")]
    assert list((home / "cache" / "ffhq").glob("verify-*.jsonl")) == []
    looked.clear()
    check()
    assert len(looked) == 15


def test_reports(check, small, tmp_path):
    (small[0] / ONE).unlink()
    report = check()
    write_report(report, tmp_path / "r.json")
    written = json.loads((tmp_path / "r.json").read_text())
    assert written["sound"] is False and written["findings"][0]["problem"] == "missing"
    assert written["folders"][0]["counts"]["missing"] == 1
    write_report(report, tmp_path / "r.csv")
    rows = list(csv.DictReader(StringIO((tmp_path / "r.csv").read_text())))
    assert [(row["path"], row["problem"]) for row in rows] == [(ONE, "missing")]
    named = replace(report, findings=(replace(report.findings[0], path="=1+1", detail="-1 bytes"),))
    assert named.as_csv().splitlines()[1].endswith(",'=1+1,missing,'-1 bytes"), "no formulas"
    assert report.table()[1][:4] == ("images1024x1024", "5", "4", "1")
    with pytest.raises(ValueError):
        write_report(report, tmp_path / "r.txt")
    with pytest.raises(ValueError):
        VerifyRequest(threads=0)


def test_attribution_is_one_safe_line():
    whole = entry(3)
    whole["metadata"] |= {
        "photo_title": "two\nlines \x1b[31m\N{RIGHT-TO-LEFT OVERRIDE}",
        "author": "",
        "photo_url": "javascript:alert(1)",
        "license": "Attribution License",
        "license_url": "https://creativecommons.org/licenses/by/2.0/",
    }
    line = attribution(parse_entry("3", whole, 0))
    assert line == (
        '"two lines [31m" by an unknown author; Attribution License, CC BY 2.0; '
        "https://creativecommons.org/licenses/by/2.0/; cropped and aligned from the original"
    )
    assert attribution(parse_entry("3", whole, 0), "wild").endswith("/by/2.0/") and plain("\0") == ""


def test_links():
    assert safe_link("https://www.flickr.com/photos/a/1/") and not safe_link("ftp://x") and not safe_link("https://x y")
    assert flickr_link("12@N00") == "https://www.flickr.com/photos/12@N00/" and flickr_link("a/../b") == ""
    known = licence_of("https://creativecommons.org/licenses/by-nc/2.0/")
    assert known is not None and known.id == "cc-by-nc" and not known.commercial and licence_of("") is None
    there = [("Attribution License", "https://creativecommons.org/licenses/by/2.0/"), ("Other", "")]
    assert licences_named("CC-BY", there) == licences_named("attribution license", there) == ("Attribution License",)


def test_statistics_of_odd_data_sets():
    assert statistics([], [], []).countries == () and "% of known" in statistics([], [], []).text()
    unknown = statistics(["training"] * 3, ["x"] * 3, [""] * 3).countries
    assert [(share.name, share.images, share.of_known) for share in unknown] == [(UNKNOWN, 3, 0.0)]
    many = statistics(["training"] * 4000, ["x"] * 4000, ["A"] * 3997 + ["B", "C", ""]).countries
    assert [(share.name, share.images) for share in many] == [("A", 3997), (UNKNOWN, 1), (OTHER, 2)]
