"""``faceviewer dataset ffhq-uv``: what it says, what it writes, and with which status it ends."""

from __future__ import annotations

import json

import pytest
from ffhq_uv_factory import LIGHT, project_files, write_map, write_project, write_set, write_zip
from typer.testing import CliRunner

from faceviewer.cli.ffhq_uv_search import parse_span
from faceviewer.cli.main import app
from faceviewer.engines.options import UsageError

COMMANDS = ("index", "search", "show", "verify", "light")


@pytest.fixture
def uv(tmp_path, monkeypatch):
    """Run ``faceviewer dataset ffhq-uv ...``: (status, stdout, stderr)."""
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))

    def call(*arguments) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, ["dataset", "ffhq-uv", *map(str, arguments)], prog_name="faceviewer")
        return done.exit_code, done.stdout, done.stderr

    return call


@pytest.fixture
def own(tmp_path):
    """Maps of one's own with the project's files beside them."""
    for number in range(4):
        write_map(tmp_path / "own" / f"{number:05d}.png")
    write_project(tmp_path / "own", project_files(range(3)))
    return tmp_path / "own"


def test_help_names_every_command(uv):
    status, text, _ = uv("--help")
    assert status == 0 and all(name in text for name in COMMANDS)
    for name in COMMANDS:
        assert uv(name, "--help")[0] == 0


def test_index_says_what_is_there_and_on_which_terms(uv, tmp_path):
    folder = write_set(tmp_path / "dataset", range(6))
    write_project(tmp_path / "dataset_project", project_files(range(6)))
    status, text, errors = uv("index", folder)
    assert (status, errors) == (0, "")
    assert "  there  ffhq-uv  6 maps, 6 with attributes, 0 with light, 3 with latent codes\n" in text
    assert "  there  dataset_project/lights.zip  from the project\n" in text and "6 maps; index in " in text
    assert "for research only" in text and "ask not to look for the faces of FFHQ" in text
    assert "counts the faces in another order" in text
    status, text, _ = uv("index", folder, "--same-ids")
    assert status == 0 and "6 with light" in text and "another order" not in text
    assert "6 with light" in uv("index", folder)[1]
    assert "0 with light" in uv("index", folder, "--other-ids")[1]


def test_what_is_wrong_is_told(uv, own, tmp_path):
    (own / "meta-info.json").write_text('{"00001": {"age": 3}, "00009": {"age": 4}, "000')
    write_zip(own / "attributes.zip", {"../up.json": b"{}"})
    status, text, errors = uv("index", own, "--same-ids")
    assert status == 1 and "4 maps" in text
    assert "own/meta-info.json: it is damaged or ends in the middle after '00009'\n" in errors
    assert "00009: meta-info names it, and there is no such map\n" in errors
    assert f"attributes.zip: {own / 'attributes.zip'}: refused, its member '../up.json' leads out" in errors
    (own / "meta-info.json").unlink()
    assert uv("index", own, "--project", own.parent)[0] == 0
    status, text, _ = uv("index", write_map(tmp_path / "bare" / "1.png").parent)
    assert status == 0 and "  missing  bare/meta-info.json  no meta-info\n" in text


def test_search(uv, own):
    status, text, errors = uv("search", own, "--age", "21:", "--sort", "age", "--descending")
    assert (status, errors) == (0, "")
    lines = text.splitlines()
    assert lines[0].split()[:4] == ["id", "part", "gender", "age"] and lines[-1] == "2 of 4 maps"
    assert [line.split()[0] for line in lines[1:-1]] == ["00002", "00001"]
    assert uv("search", own, "--limit", 2)[1].endswith("4 of 4 maps, 2 shown\n")
    assert uv("search", own, "--no-light", "--no-latent")[1].endswith("1 of 4 maps\n")
    assert uv("search", own, "--glasses", "--gender", "female")[1].splitlines()[-1] == "1 of 4 maps"
    assert uv("search", own, "--id", "nobody")[1] == "0 of 4 maps\n"
    one = uv("search", own, "--sort", "random", "--seed", 3, "--json")[1]
    assert one == uv("search", own, "--sort", "random", "--seed", 3, "--json")[1]
    found = {entry["id"]: entry for entry in map(json.loads, one.splitlines())}
    assert len(found) == 4 and found["00000"]["sources"]["age"] == "attributes.zip"
    assert found["00003"]["gender"] is None and found["00003"]["light_source"] == ""


def test_show_and_light(uv, own):
    status, text, errors = uv("show", own, "0")
    assert (status, errors) == (0, "")
    assert "  gender: female (attributes.zip)\n" in text and "  glasses: yes (attributes.zip)\n" in text
    numbers = " ".join(f"{number:.5f}" for number in LIGHT)
    assert f"  light: {numbers} (lights.zip)\n" in text
    assert "  Face API face_attributes.hair.bald: 0.02\n" in text
    (told,) = json.loads(uv("show", own, "0", "--json")[1])
    assert told["light"] == pytest.approx(LIGHT.tolist()) and told["face_api"]["face_attributes"]["age"] == 23.0
    assert uv("light", own, "00001") == (0, numbers + "\n", "")
    assert uv("light", own, "00003")[::2] == (1, f"error: {own}: no light is known of '00003'\n")
    assert uv("show", own, "77")[::2] == (1, f"error: {own}: there is no map '77'\n")


def test_the_light_of_another_face_is_not_shown(uv, tmp_path):
    folder = write_set(tmp_path / "dataset", range(3))
    write_project(tmp_path / "dataset_project", project_files(range(3)))
    status, _, errors = uv("light", folder, "00001")
    assert status == 1 and "another order than the published maps" in errors
    status, _, errors = uv("light", folder, "00077")
    assert status == 1
    assert "  light:" not in uv("show", folder, "1")[1] and uv("light", folder, "1", "--same-ids")[0] == 0


def test_nothing_leads_to_faces_of_ffhq(uv, tmp_path):
    folder = write_set(tmp_path, (5,))
    assert "ffhq_index" in (folder / "meta-info.json").read_text()
    text = uv("show", folder, "5")[1]
    assert "mood: calm" in text and "ffhq_index" not in text and "35" not in text.replace(str(tmp_path), "")


def test_verify(uv, own):
    (own / "00002.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    status, text, errors = uv("verify", own, "--threads", 2, "--report", own / "r.csv")
    assert status == 1 and "4 maps: 0 whole, 0 missing, 1 damaged, 3 other size, 0 other pixels" in text
    assert f"{own / '00002.png'}: damaged (" in errors and (own / "r.csv").is_file()
    write_map(own / "00002.png")
    assert uv("verify", own, "--resume")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["index", "/nowhere"], "no such folder"),
        (["search", "/nowhere"], "no such folder"),
        (["index", "OWN", "--project", "/nowhere"], "no such folder"),
        (["verify", "OWN", "--threads", "0"], "--threads"),
        (["verify", "OWN", "--report", "r.txt"], ".json or .csv"),
        (["search", "OWN", "--age", "x"], "--age is A:B"),
        (["search", "OWN", "--beard", "1:0"], "--beard is A:B"),
        (["search", "OWN", "--gender", "x"], "female or male"),
        (["search", "OWN", "--sort", "colour"], "--sort"),
        (["search", "OWN", "--limit", "-1"], "--limit"),
        (["show", "OWN"], "ID"),
    ],
)
def test_wrong_usage_is_status_2(uv, own, arguments, reason):
    status, _, errors = uv(*[own if argument == "OWN" else argument for argument in arguments])
    assert status == 2 and reason in errors


def test_ctrl_c_is_status_130(uv, own, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("faceviewer.datasets.ffhq_uv.verify.each_in_threads", interrupted)
    status, _, errors = uv("verify", own)
    assert status == 130 and "--resume goes on" in errors


def test_spans():
    assert [parse_span("--age", text) for text in ("", "1:5", ":5", "7:", "3", "-5:-2")] == [
        (None, None), (1, 5), (None, 5), (7, None), (3, 3), (-5, -2),
    ]  # fmt: skip
    for text in ("a:b", "5:1", "1:2:3", "nan:"):
        with pytest.raises(UsageError):
            parse_span("--age", text)
