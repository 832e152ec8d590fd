"""``faceviewer dataset ffhq``: what it says, what it writes, and with which status it ends."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from ffhq_factory import face68, write_dataset
from numpy.random import default_rng
from PIL import Image
from typer.testing import CliRunner

from faceviewer.cli.dataset_options import parse_range
from faceviewer.cli.main import app
from faceviewer.engines.options import UsageError
from faceviewer.io.images import read_png

COMMANDS = ("index", "search", "stats", "verify", "recreate", "align", "attribution")
ONE = "images1024x1024/00000/00001.png"


@pytest.fixture
def ffhq(tmp_path, monkeypatch):
    """Run ``faceviewer dataset ffhq ...``: (status, stdout, stderr)."""
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))

    def call(*arguments) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, ["dataset", "ffhq", *map(str, arguments)], prog_name="faceviewer")
        return done.exit_code, done.stdout, done.stderr

    return call


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "ffhq"
    folder.mkdir()
    write_dataset(folder, (0, 1, 5, 60000))
    return folder


def test_help_names_every_command(ffhq):
    status, text, _ = ffhq("--help")
    assert status == 0 and all(name in text for name in COMMANDS)
    for name in COMMANDS:
        assert ffhq(name, "--help")[0] == 0


def test_index_says_what_is_there_and_on_which_terms(ffhq, root):
    for place in (root, root / "ffhq-dataset-v2.json", root / "images1024x1024"):
        status, text, errors = ffhq("index", place)
        assert (status, errors) == (0, "")
        assert "4 entries (not the published file to the byte); index in " in text
        assert "CC BY-NC-SA 4.0" in text and "facial recognition" in text
    assert "  there  images1024x1024  4 aligned pictures, 00000 to 60000" in ffhq("index", root)[1]


def test_entries_that_are_wrong_give_status_1(ffhq, root):
    path = root / "ffhq-dataset-v2.json"
    described = json.loads(path.read_text())
    described["5"]["image"]["file_path"] = "../up.png"
    path.write_text(json.dumps(described)[:-30])
    status, text, errors = ffhq("index", root)
    assert status == 1 and "2 entries" in text
    assert "the metadata are cut off or damaged: it ends in the middle, after the entry '5'\n" in errors
    assert "entry '5' (position 2) left out: image.file_path: a path inside the data set's folder expected\n" in errors


def test_without_metadata_it_says_where_they_are_offered(ffhq, root):
    (root / "ffhq-dataset-v2.json").unlink()
    status, text, errors = ffhq("index", root)
    assert status == 1 and "4 thumbnails" in text
    assert "ffhq-dataset-v2.json: https://drive.google.com/" in errors and "downloads nothing" in errors
    assert errors.endswith(f"error: {root}: there is no ffhq-dataset-v2.json in it\n")


def test_search(ffhq, root):
    status, text, errors = ffhq("search", root, "--title", "STRASSE")
    assert (status, errors) == (0, "")
    assert text.startswith("00000  Straße 0  ") and "00005  Straße 5" in text
    assert text.splitlines()[-1] == "3 of 4 pictures"
    assert ffhq("search", root, "--split", "validation")[1].startswith("60000  ")
    assert ffhq("search", root, "--limit", 1)[1].endswith("\n4 of 4 pictures, 1 shown\n")
    assert ffhq("search", root, "--limit", 0, "--sort", "date", "--from", "2006-01-01")[1].count("\n") == 5
    assert ffhq("search", root, "--privacy", " Account5 ")[1].splitlines()[-1] == "1 of 4 pictures"
    assert "https://www.flickr.com/photos/account5/" in ffhq("search", root, "--privacy", "account5")[1]
    licences = sum(int(ffhq("search", root, "--licence", name)[1].split()[-4]) for name in ("cc-by", "cc-by-nc"))
    assert licences <= 4 and ffhq("search", root, "--licence", "cc-by", "--licence", "Attribution License")[0] == 0


def test_hostile_texts_do_nothing_to_the_terminal(ffhq, root):
    path = root / "ffhq-dataset-v2.json"
    described = json.loads(path.read_text())
    described["0"]["metadata"] |= {"photo_title": "\x1b[2Jgone\n[red]", "country": "\x1b[31m", "license": "[link]"}
    path.write_text(json.dumps(described))
    for command in (
        ["search", root],
        ["stats", root],
        ["attribution", root, 0],
        ["search", root, "--privacy", "account0"],
    ):
        status, text, _ = ffhq(*command)
        assert status == 0 and "\x1b" not in text
    assert "\\x1b[2Jgone\\n[red]" in ffhq("search", root)[1]


def test_stats(ffhq, root):
    status, text, _ = ffhq("stats", root)
    assert status == 0 and "training" in text and "75.00" in text and "facial recognition" in text


def test_attribution(ffhq, root):
    status, text, errors = ffhq("attribution", root, 5, 7)
    assert status == 1 and text.startswith('00005: "Straße 5" by ') and text.endswith("aligned from the original\n")
    assert errors == f"{root}: the metadata have no picture 7\n"


def test_verify(ffhq, root, tmp_path):
    status, text, errors = ffhq("verify", root)
    assert (status, errors) == (0, "") and text.splitlines()[1].split()[:3] == ["images1024x1024", "4", "4"]
    (root / ONE).unlink()
    for arguments in (["--quick"], ["--threads", 2], ["--resume"], ["--report", tmp_path / "r.csv"]):
        status, _, errors = ffhq("verify", root, *arguments)
        assert (status, errors) == (1, f"{ONE}: missing\n")
    assert "missing" in (tmp_path / "r.csv").read_text()


def test_recreate(ffhq, root, tmp_path):
    out = tmp_path / "out"
    status, text, errors = ffhq("recreate", root, "-o", out, "--size", 32, "--range", "0:6", "--workers", 2)
    assert (status, errors) == (0, "") and text.startswith("3 pictures, about ") and "3 pictures made in " in text
    assert read_png(out / "00000" / "00005.png").shape == (32, 32, 3)
    status, text, _ = ffhq("recreate", root, "-o", out, "--size", 32, "--resume")
    assert status == 0 and "1 picture made, 3 already there" in text
    status, _, errors = ffhq("recreate", root, "-o", out, "--size", 32, "--resume", "--no-rotation")
    assert status == 1 and "other options" in errors
    (root / "in-the-wild-images/00000/00001.png").unlink()
    status, text, errors = ffhq("recreate", root, "-o", out, "--size", 32, "--no-padding", "--random-shift", 0.1)
    assert status == 1 and errors.startswith("00001: ") and "3 pictures made, 1 failed" in text


def test_align_any_photo(ffhq, album, tmp_path):
    first, second = album("b.jpg", "c.jpg")
    second.write_text("no photo")
    status, text, errors = ffhq("align", first, second, "-o", tmp_path / "out", "--size", 64)
    assert status == 1 and text == f"1 face aligned, 1 photo failed; in {tmp_path / 'out'}\n"
    assert errors.startswith(f"{second}: ") and errors.count("\n") == 1
    assert read_png(tmp_path / "out" / "b_face1.png").shape == (64, 64, 3)
    status, text, _ = ffhq("align", first, "-o", tmp_path / "out", "--size", 64, "--resume")
    assert status == 0 and text.startswith("0 faces aligned, 1 photo already there")


def test_originals_are_not_written_over(ffhq, root):
    wild = root / "in-the-wild-images"
    before = {path: path.read_bytes() for path in wild.rglob("*.png")}
    status, _, errors = ffhq("recreate", root, "-o", wild, "--size", 32)
    assert status == 1 and "choose a folder of its own" in errors
    assert {path: path.read_bytes() for path in wild.rglob("*.png")} == before


@pytest.fixture
def one_face(monkeypatch):
    """Every photo has the face that is in the middle of it; what each was asked for is counted."""
    made = []

    def reconstruct_all(photo, **_):
        made.append(photo.name)
        points = SimpleNamespace(xy_px=face68((photo.size[0] / 2, photo.size[1] / 2), photo.size[1] / 8))
        return [SimpleNamespace(landmarks={"68": points}, photo_name=photo.name)] * (2 if "two" in photo.name else 1)

    monkeypatch.setattr("faceviewer.cli.dataset_align_photos.reconstruct_all", reconstruct_all)
    return made


def write_photo(path, seed):
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(default_rng(seed).integers(0, 256, (96, 96, 3), np.uint8)).save(path)
    return path


def test_only_faces_of_the_same_photo_and_options_count_as_there(ffhq, tmp_path, one_face):
    first, second, out = (
        write_photo(tmp_path / "a/two.png", 1),
        write_photo(tmp_path / "b/two.png", 2),
        tmp_path / "out",
    )

    def aligned(photo, *options):
        one_face.clear()
        status, _, errors = ffhq("align", photo, "-o", out, "--size", 16, "--resume", *options)
        assert (status, errors) == (0, "")
        return len(one_face), [(out / f"two_face{number}.png").read_bytes() for number in (1, 2)]

    _, before = aligned(first)
    assert aligned(first) == (0, before)
    (out / "two_face2.png").unlink()
    assert aligned(first) == (1, before), "one face lacks"
    times, other = aligned(second)
    assert times == 1 and other[0] != before[0], "another photo of that name"
    assert aligned(second) == (0, other)
    assert aligned(second, "--no-padding")[0] == 1, "other options"
    (out / "two_face1.png").write_bytes(b"no picture")
    assert aligned(second)[0] == 1
    Image.fromarray(read_png(out / "two_face1.png")).save(out / "two_face1.png")
    assert aligned(second) == (1, other), "of another program"


def test_faces_of_another_photo_go_when_its_name_is_taken(ffhq, tmp_path, one_face, monkeypatch):
    ffhq("align", write_photo(tmp_path / "two.png", 1), "-o", tmp_path / "out", "--size", 16)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["two_face1.png", "two_face2.png"]
    faces = [SimpleNamespace(landmarks={"68": SimpleNamespace(xy_px=face68((48, 48), 12))}, photo_name="two.png")]
    monkeypatch.setattr("faceviewer.cli.dataset_align_photos.reconstruct_all", lambda *_, **__: faces)
    ffhq("align", write_photo(tmp_path / "two.png", 2), "-o", tmp_path / "out", "--size", 16)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["two_face1.png"]


def test_photos_are_not_written_over_by_faces(ffhq, tmp_path, one_face):
    folder = write_photo(tmp_path / "in" / "anna.png", 1).parent
    before = write_photo(folder / "anna_face1.png", 2).read_bytes()
    status, _, errors = ffhq("align", folder, "-o", tmp_path / "in", "--size", 16)
    assert status == 2 and f"that might write over {folder / 'anna_face1.png'}" in errors
    assert (folder / "anna_face1.png").read_bytes() == before and one_face == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["index", "/nowhere"], "no such file or folder"),
        (["verify", "/nowhere"], "no such folder"),
        (["recreate", "/nowhere", "-o", "x"], "no such folder"),
        (["recreate", "ROOT"], "--output"),
        (["recreate", "ROOT", "-o", "x", "--range", "5"], "--range is A:B"),
        (["recreate", "ROOT", "-o", "x", "--range", "5:2"], "no range"),
        (["recreate", "ROOT", "-o", "x", "--size", "1"], "the size must be"),
        (["recreate", "ROOT", "-o", "x", "--workers", "0"], "at least one worker"),
        (["recreate", "ROOT", "-o", "x", "--random-shift", "-1"], "random shift"),
        (["align", "x.jpg", "-o", "x", "--workers", "0"], "--workers"),
        (["verify", "ROOT", "--threads", "0"], "--threads"),
        (["verify", "ROOT", "--report", "r.txt"], ".json or .csv"),
        (["search", "ROOT", "--split", "test"], "training or validation"),
        (["search", "ROOT", "--from", "2010"], "a day is written"),
        (["search", "ROOT", "--sort", "colour"], "--sort"),
        (["search", "ROOT", "--licence", "mine"], "the metadata have"),
        (["attribution", "ROOT"], "NUMBER"),
    ],
)
def test_wrong_usage_is_status_2(ffhq, root, arguments, reason):
    status, _, errors = ffhq(*[root if argument == "ROOT" else argument for argument in arguments])
    assert status == 2 and reason in errors


def test_ctrl_c_is_status_130(ffhq, root, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("faceviewer.datasets.ffhq.recreate.each_in_threads", interrupted)
    monkeypatch.setattr("faceviewer.datasets.ffhq.verify.each_in_threads", interrupted)
    for arguments in (["recreate", root, "-o", tmp_path / "out", "--size", 32], ["verify", root]):
        status, _, errors = ffhq(*arguments)
        assert status == 130 and "--resume goes on" in errors


def test_ranges():
    assert [parse_range(text) for text in ("1:5", ":5", "7:", ":")] == [(1, 5), (0, 5), (7, None), (0, None)]
    for text in ("", "5", "a:b", "-1:2", "1:2:3"):
        with pytest.raises(UsageError):
            parse_range(text)


def test_a_missing_kind_is_said(ffhq, root):
    shutil.rmtree(root / "thumbnails128x128")
    assert "  missing  thumbnails128x128  no thumbnails\n" in ffhq("index", root)[1]
