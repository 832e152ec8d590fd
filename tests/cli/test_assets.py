"""``faceviewer assets``: what it says and with which status it ends."""

from __future__ import annotations

import pytest
from locked import locked, needs_permissions, public_folder
from small_pack import PACK, write_small_pack
from typer.testing import CliRunner

from faceviewer.cli.main import app


@pytest.fixture
def assets(tmp_path, monkeypatch):
    """Run ``faceviewer assets ...`` with the small pack as the only one: (status, stdout, stderr)."""
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FACEVIEWER_ASSETS", raising=False)
    monkeypatch.setattr("faceviewer.assets.places.PACKS", (PACK,))
    monkeypatch.setattr("faceviewer.assets.importing.PACKS", (PACK,))

    def call(*arguments) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, ["assets", *map(str, arguments)], prog_name="faceviewer")
        return done.exit_code, done.stdout, done.stderr

    return call


@pytest.fixture
def folder(tmp_path):
    return write_small_pack(tmp_path / "download")


def test_help_names_every_command(assets):
    status, text, _ = assets("--help")
    assert status == 0
    assert all(name in text for name in ("list", "verify", "import", "where"))
    for name in ("list", "verify", "import", "where"):
        status, text, _ = assets(name, "--help")
        assert status == 0 and "--assets" in text


def test_list_names_files_uses_origins_and_terms(assets, folder):
    (folder / "large.pth").unlink()
    (folder / "map.npy").unlink()
    status, text, errors = assets("list", "--assets", folder)
    assert (status, errors) == (0, "")
    assert f"Small System: 5 of 7 files in {folder}\n" in text
    assert "  there     model.npy  The model\n" in text
    assert "  missing   large.pth  The large\n" in text
    assert "  optional  map.npy  The map\n" in text
    assert "Works with these files: Small heads; View the mean\n" in text
    assert "Download: https://example.org/files\n" in text
    assert "Licences: Somebody: their own terms. For tests.\n" in text


@needs_permissions
def test_a_folder_that_cannot_be_read_is_told(assets, monkeypatch):
    with public_folder() as root:
        monkeypatch.setenv("FACEVIEWER_ASSETS", str(root))
        assert assets("list")[0] == assets("where")[0] == 0
        with locked(root):
            for command in ("list", "where"):
                status, text, errors = assets(command)
                assert status == 0 and f"{root}/small" in text
                said = f"note: {root} (the environment variable FACEVIEWER_ASSETS): no permission to read it\n"
                assert errors == said


def test_list_without_files_says_that_nothing_works_yet(assets, tmp_path):
    status, text, _ = assets("list")
    assert status == 0
    assert f"0 of 7 files in {tmp_path / 'home' / 'data' / 'assets' / 'small'}" in text
    assert "Works with these files: nothing yet" in text


def test_the_real_pack_is_listed(assets, monkeypatch):
    monkeypatch.undo()
    status, text, _ = assets("list", "3ddfa-v3")
    assert status == 0 and "face_model.npy" in text and "Basel Face Model" in text


def test_verify_tells_each_file_and_ends_with_0_when_sound(assets, folder):
    (folder / "map.npy").unlink()
    status, text, errors = assets("verify", "--assets", folder)
    assert (status, errors) == (0, "")
    assert "  present   large.pth  is whole: 2 tensors of the large net\n" in text
    assert "  optional  map.npy  is not there; optional: the map\n" in text
    assert text.endswith("Works with these files: Large heads; Small heads; View the mean\n")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: (folder / "large.pth").unlink(), "  missing   large.pth  is not there; needed: the large\n"),
        (
            lambda folder: (folder / "small.pth").write_bytes((folder / "large.pth").read_bytes()),
            "  unknown   small.pth  holds the weights of the large net, which belong into large.pth\n",
        ),
        (lambda folder: (folder / "mean.obj").write_text("<html>" + " " * 50), "  damaged   mean.obj  is a web page"),
    ],
)
def test_verify_ends_with_1_when_something_is_wrong(assets, folder, damage, sentence):
    damage(folder)
    (folder / "map.npy").unlink()  # so that the column of states is as wide in all cases
    status, text, _ = assets("verify", "small", "--assets", folder)
    assert status == 1 and sentence in text


def test_verify_of_an_empty_folder_says_where_the_files_are_offered(assets, tmp_path):
    status, text, errors = assets("verify", "--assets", tmp_path)
    assert (status, text) == (1, "")
    assert errors == (
        f"{tmp_path}: none of Small System's files is in it; they are offered at https://example.org/files\n"
    )


def test_import_then_verify_and_where_without_naming_a_folder(assets, folder, tmp_path):
    own = tmp_path / "home" / "data" / "assets"
    status, text, errors = assets("import", folder)
    assert (status, errors) == (0, "")
    assert f"  imported  model.npy  is whole and now in {own / 'small'}\n" in text and text.endswith("7 imported\n")
    assert assets("verify")[0] == 0
    status, text, _ = assets("where")
    assert status == 0
    assert text == (
        f"assets: {own} (faceviewer's own)\nsmall: {own / 'small'} (7 of 7 files)\n"
        f"converted copies: {tmp_path / 'home' / 'cache' / 'converted'} (may be deleted at any time)\n"
    )


def test_import_into_a_named_folder(assets, folder, tmp_path):
    (tmp_path / "target").mkdir()
    assert assets("import", folder, "--assets", tmp_path / "target")[0] == 0
    assert (tmp_path / "target" / "small" / "model.npy").is_file()


def test_refused_files_give_status_1(assets, folder):
    (folder / "map.npy").write_bytes(b"x" * 100)
    status, text, _ = assets("import", folder)
    assert status == 1
    assert "  refused   map.npy  cannot be used: not an .npy file" in text and text.endswith("6 imported, 1 refused\n")


def test_the_environment_names_the_folder(assets, folder, monkeypatch):
    monkeypatch.setenv("FACEVIEWER_ASSETS", str(folder))
    assert "(the environment variable FACEVIEWER_ASSETS)" in assets("where")[1]
    assert assets("verify")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["list", "big"], "no asset pack 'big'"),
        (["verify", "big"], "no asset pack 'big'"),
        (["verify", "--assets", "/nowhere/at/all"], "--assets /nowhere/at/all"),
        (["where", "--assets", "/nowhere/at/all"], "--assets"),
        (["import", "/nowhere/at/all"], "no such folder or zip"),
        (["import"], "DIR|ZIP"),
        (["fetch"], "fetch"),
    ],
)
def test_wrong_usage_is_status_2(assets, arguments, reason):
    status, text, errors = assets(*arguments)
    assert (status, text) == (2, "") and reason in errors


def test_a_zip_without_known_files_is_status_1(assets, tmp_path):
    (tmp_path / "text.zip").write_text("not a zip")
    status, _, errors = assets("import", tmp_path / "text.zip")
    assert status == 1 and errors == f"error: {tmp_path / 'text.zip'}: neither a folder nor a zip\n"
