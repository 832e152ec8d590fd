"""Making aligned pictures again: checked, continued, stopped, the same whatever part is asked for."""

from __future__ import annotations

import json
import shutil
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from faceviewer.datasets.ffhq.check_file import pixel_md5
from faceviewer.datasets.ffhq.files import scan_files
from faceviewer.datasets.ffhq.options import PUBLISHED, UNALIGNED, AlignOptions
from faceviewer.datasets.ffhq.recreate import Recreated, recreate
from faceviewer.datasets.ffhq.recreate_plan import RecreatePlan, RecreateRequest, check_room, plan_recreation
from faceviewer.io.images import read_png
from faceviewer.types import Cancelled, CancelToken, FaceviewerError

SMALL = AlignOptions(size=16)


@pytest.fixture
def made(small, open_at, tmp_path):
    """Recreate the small data set: what became of each, by number."""
    root, _ = small

    def call(options: AlignOptions = SMALL, output: str = "out", place: Path = root, **asked) -> dict[int, Recreated]:
        index = open_at(root)
        request = RecreateRequest(tmp_path / output, options, **asked)
        plan = plan_recreation(index, scan_files(place, CancelToken()), request)
        return {one.number: one for one in recreate(plan, index, CancelToken())}

    return call


def statuses(made: dict[int, Recreated]) -> dict[int, str]:
    return {number: one.status for number, one in sorted(made.items())}


def test_pictures_licence_and_attribution(small, made, tmp_path):
    (small[0] / "LICENSE.txt").write_text("terms")
    done = made(workers=2)
    assert statuses(done) == dict.fromkeys([0, 1, 2, 1003, 60000], "done")
    assert done[1003].target == tmp_path / "out" / "01000" / "01003.png"
    assert read_png(done[1003].target).shape == (16, 16, 3)
    assert (tmp_path / "out" / "LICENSE.txt").read_text() == "terms"
    lines = (tmp_path / "out" / "attribution.txt").read_text("utf-8").splitlines()
    assert len(lines) == 5 and lines[3].startswith('01000/01003.png: "') and lines[3].endswith("from the original")


def test_published_pixels_are_recognised(small, open_at, tmp_path, made, monkeypatch):
    root, described = small
    small_published = AlignOptions(size=16)
    monkeypatch.setattr("faceviewer.datasets.ffhq.options.PUBLISHED", small_published)
    assert set(statuses(made()).values()) == {"differs"}
    for number, one in described.items():
        one["image"]["pixel_md5"] = pixel_md5(read_png(made()[int(number)].target).tobytes())
    (root / "ffhq-dataset-v2.json").write_text(json.dumps(described))
    assert set(statuses(made()).values()) == {"done"}


def test_a_range_by_number_and_names_by_position(made, tmp_path):
    assert sorted(made(first=1, stop=1003)) == [1, 2]
    done = made(first=1003, by_position=True, output="by position")
    assert {number: one.target.name for number, one in done.items()} == {1003: "00003.png", 60000: "00004.png"}
    with pytest.raises(FaceviewerError, match="no picture from 70000"):
        made(first=70000, stop=70001)


def test_shifts_are_the_same_for_any_part_and_any_number_of_workers(made, tmp_path):
    options = AlignOptions(size=16, random_shift=0.2, rotation=False, padding=False)
    made(options, "whole")
    made(options, "part", first=2, stop=1004, workers=2)
    made(AlignOptions(size=16, rotation=False, padding=False), "plain")
    for name in ("00000/00002.png", "01000/01003.png"):
        whole = read_png(tmp_path / "whole" / name)
        assert np.array_equal(whole, read_png(tmp_path / "part" / name))
        assert not np.array_equal(whole, read_png(tmp_path / "plain" / name))


def test_what_cannot_be_made_is_told_and_the_rest_goes_on(small, made):
    root, described = small
    wild = {number: root / one["in_the_wild"]["file_path"] for number, one in described.items()}
    wild["0"].unlink()
    wild["1"].write_bytes(b"no picture")
    Image.new("RGB", (50, 40)).save(wild["2"])
    described["1003"]["in_the_wild"]["face_landmarks"] = [[900.0 + k, 900.0 + k * k] for k in range(68)]
    described["60000"]["in_the_wild"]["face_landmarks"] = [[5, 5]] * 68
    (root / "ffhq-dataset-v2.json").write_text(json.dumps(described))
    done = made()
    assert statuses(done) == {0: "failed", 1: "failed", 2: "failed", 1003: "failed", 60000: "rejected"}
    assert "cannot be read" in done[0].reason and "not a PNG picture" in done[1].reason
    assert "50 x 40 pixels, but the metadata say 160 x 120" in done[2].reason
    assert done[1003].reason.startswith("01003: its square") and done[60000].reason.endswith("make no face")
    assert not any(one.target.exists() for one in done.values())


def test_rejected_pictures_do_not_end_the_run(small, made):
    root, described = small
    points = np.array(described["1"]["in_the_wild"]["face_landmarks"])
    described["1"]["in_the_wild"]["face_landmarks"] = (points * 20).tolist()
    (root / "ffhq-dataset-v2.json").write_text(json.dumps(described))
    done = made(AlignOptions(size=16, random_shift=0.2, retry_crops=True))
    assert done[1].status == "rejected" and "no random shift keeps" in done[1].reason
    assert statuses(done)[2] in ("done", "rejected") and len(done) == 5


def test_continuing(made, tmp_path):
    first = made(first=0, stop=2)
    before = first[0].target.stat().st_mtime_ns
    done = made(resume=True)
    assert statuses(done) == {0: "there", 1: "there", 2: "done", 1003: "done", 60000: "done"}
    assert first[0].target.stat().st_mtime_ns == before
    with pytest.raises(FaceviewerError, match="other options"):
        made(AlignOptions(size=32), resume=True)
    assert set(statuses(made()).values()) == {"done"}


def test_pictures_made_in_another_way_do_not_stay_among_new_ones(small, made, tmp_path):
    root, described = small
    made()
    with pytest.raises(FaceviewerError, match=r"other options.*, and 3 of them would stay; delete the folder or"):
        made(AlignOptions(size=32), first=0, stop=2)
    assert read_png(tmp_path / "out/00000/00000.png").shape == (16, 16, 3), "nothing was begun"
    (root / described["1"]["in_the_wild"]["file_path"]).unlink()
    done = made(AlignOptions(size=32))
    assert done[1].status == "failed" and not done[1].target.exists(), "the old one was made with other options"
    assert statuses(made(AlignOptions(size=32), resume=True)) == {**dict.fromkeys(done, "there"), 1: "failed"}
    assert len(list((tmp_path / "out").glob("*/*.png"))) == 4


def test_attribution_of_every_picture_that_is_there(made, tmp_path):
    path = tmp_path / "out" / "attribution.txt"
    made(first=0, stop=3)
    made(first=1003)
    lines = path.read_text("utf-8").splitlines()
    names = ["00000/00000.png", "00000/00001.png", "00000/00002.png", "01000/01003.png", "60000/60000.png"]
    assert [line.partition(": ")[0] for line in lines] == names
    (tmp_path / "out" / "00000" / "00001.png").unlink()
    made(first=1003, stop=1004)
    assert path.read_text("utf-8").splitlines() == [lines[0], *lines[2:]]
    path.write_bytes(b"\xff no text")
    made(first=1003, stop=1004)
    assert path.read_text("utf-8").splitlines() == [lines[3]]


def test_the_originals_are_not_written_over(small, made, tmp_path):
    root, _ = small
    wild = root / "in-the-wild-images"
    before = {path: path.read_bytes() for path in wild.rglob("*.png")}
    for output in (wild, root / "thumbnails128x128", tmp_path / "link"):
        if output.name == "link":
            (tmp_path / "link").symlink_to(wild)
        with pytest.raises(FaceviewerError, match="choose a folder of its own"):
            made(output=str(output))
    assert {path: path.read_bytes() for path in wild.rglob("*.png")} == before
    assert set(statuses(made(output=str(root / "mine"))).values()) == {"done"}
    assert set(statuses(made(output=str(root / "mine"), resume=True)).values()) == {"there"}, "its own may be continued"


def test_a_folder_of_a_thousand_originals_is_not_written_over(small, made):
    root, _ = small
    thousand = root / "in-the-wild-images" / "00000"
    files = scan_files(thousand, CancelToken())
    assert files.of("wild") is not None and files.folders[0].layout == "flat"
    before = {path: path.read_bytes() for path in thousand.iterdir()}
    with pytest.raises(FaceviewerError, match="choose a folder of its own"):
        made(output=str(thousand.parent), place=thousand, stop=3)
    assert {path: path.read_bytes() for path in thousand.iterdir()} == before


def test_stopping_leaves_whole_pictures(small, open_at, tmp_path):
    root, _ = small
    index, cancel = open_at(root), CancelToken()
    request = RecreateRequest(tmp_path / "out", SMALL)
    run = recreate(plan_recreation(index, scan_files(root, CancelToken()), request), index, cancel)
    next(run)
    cancel.cancel()
    with pytest.raises(Cancelled):
        list(run)
    run = recreate(plan_recreation(index, scan_files(root, CancelToken()), request), index, CancelToken())
    assert len(list(islice(run, 2))) == 2
    run.close()  # as Ctrl-C does
    for path in (tmp_path / "out").rglob("*.png"):
        assert read_png(path).shape == (16, 16, 3)
    assert list((tmp_path / "out").rglob(".faceviewer*")) == []


def test_room_is_looked_at_first(tmp_path):
    request = RecreateRequest(tmp_path / "not" / "yet")
    check_room(RecreatePlan(request, (), 1000, "", None))
    with pytest.raises(FaceviewerError, match=r"take about .* TB, and .* are free"):
        check_room(RecreatePlan(request, (), 1 << 60, "", None))


def test_room_is_needed_for_what_is_not_there_alone(made, monkeypatch):
    made()[1003].target.unlink()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2 * round(1_300_000 / 64**2)))
    with pytest.raises(FaceviewerError, match="5 pictures take about"):
        made()
    assert statuses(made(resume=True))[1003] == "done"


@pytest.mark.parametrize("asked", [{"workers": 0}, {"first": -1}, {"first": 5, "stop": 5}])
def test_requests_that_make_no_sense(asked):
    with pytest.raises(ValueError):
        RecreateRequest(Path("out"), **asked)


def test_which_options_are_published():
    assert PUBLISHED.is_published and AlignOptions(transform_size=4096).is_published and not UNALIGNED.is_published


def test_without_originals(small, open_at, tmp_path):
    shutil.rmtree(small[0] / "in-the-wild-images")
    with pytest.raises(FaceviewerError, match="no original pictures"):
        plan_recreation(open_at(small[0]), scan_files(small[0], CancelToken()), RecreateRequest(tmp_path / "out"))
