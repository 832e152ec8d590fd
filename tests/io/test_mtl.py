"""Pictures of materials: found beside the mesh, never anywhere else."""

from __future__ import annotations

import sys

import pytest

from faceviewer.io import mtl
from faceviewer.io.mtl import beside, library_troubles, picture_names
from faceviewer.types import FaceviewerError


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "meshes"
    (inside / "maps").mkdir(parents=True)
    (tmp_path / "secret.png").write_text("secret")
    (inside / "skin.png").write_text("skin")
    (inside / "maps" / "my skin.png").write_text("skin")
    return inside


@pytest.mark.parametrize("name", ["skin.png", "maps/my skin.png", "maps\\my skin.png", "./skin.png"])
def test_files_in_the_folder(folder, name):
    assert beside(folder, name).read_text() == "skin"


@pytest.mark.parametrize(
    "name",
    ["../secret.png", "maps/../../secret.png", "..\\secret.png", "/etc/passwd", "C:\\secret.png", "C:skin.png",
     "\\\\server\\share\\x.png", "", "skin.png\0"],
)  # fmt: skip
def test_other_places_are_refused(folder, name):
    with pytest.raises(FaceviewerError, match="outside"):
        beside(folder, name)


def test_the_full_path_of_a_file_inside_is_refused_too(folder):
    with pytest.raises(FaceviewerError, match="outside"):
        beside(folder, str(folder / "skin.png"))


@pytest.mark.parametrize("name", ["gone.png", "maps", "x" * 5000])
def test_what_is_no_file(folder, name):
    with pytest.raises(FaceviewerError, match=r"is not there|cannot be read"):
        beside(folder, name)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_that_lead_out(folder):
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    (folder / "round").symlink_to(folder / "round")
    with pytest.raises(FaceviewerError, match="outside"):
        beside(folder, "link.png")
    with pytest.raises(FaceviewerError):
        beside(folder, "round/x.png")
    (folder / "good.png").symlink_to("skin.png")
    assert beside(folder, "good.png").read_text() == "skin"


@pytest.mark.parametrize(
    ("line", "picture"),
    [
        ("map_Kd skin.png", "skin.png"),
        ("\tmap_kd   my skin (1).png  ", "my skin (1).png"),
        ("map_Kd -s 1 1 1 -o 0 0 skin.png", "skin.png"),
        ("map_Kd -s 2 4 skin.png", "skin.png"),
        ("map_Kd -clamp on -blendu off my skin.png", "my skin.png"),
        ("map_Kd -mm 0 1 -bm 0.5 skin.png", "skin.png"),
        ("map_Kd -s", None),
        ("map_Kd", None),
        ("map_Ks skin.png", None),
    ],
)
def test_names_behind_options(folder, line, picture):
    (folder / "a.mtl").write_text(f"newmtl first\nKd 1 1 1\n{line}\nnewmtl second\n")
    expected = {} if picture is None else {"first": picture}
    assert picture_names(folder, ["a.mtl"]) == expected


@pytest.mark.parametrize("start", ["", "\ufeff", "# made elsewhere\n\n"])
def test_tabs_and_byte_order_marks(folder, start):
    (folder / "a.mtl").write_text(f"{start}newmtl\tfirst\n\tmap_Kd\tskin.png\n", "utf-8")
    assert picture_names(folder, ["a.mtl"]) == {"first": "skin.png"}


def test_several_libraries_on_one_line(folder):
    (folder / "a.mtl").write_text("newmtl a\nmap_Kd a.png\n")
    (folder / "my b.mtl").write_text("newmtl b\nmap_Kd b.png\n")
    (folder / "c.mtl").write_text("newmtl c\nmap_Kd c.png\n")
    assert picture_names(folder, ["a.mtl c.mtl", "my b.mtl"]) == {"a": "a.png", "b": "b.png", "c": "c.png"}
    assert picture_names(folder, ["gone.mtl c.mtl"]) == {"c": "c.png"}


def test_libraries_that_cannot_be_read_are_told(folder, monkeypatch):
    (folder / "a.mtl").write_text("newmtl a\nmap_Kd a.png\n")
    libraries = ["my gone.mtl", "a.mtl", "a.mtl gone.mtl", "../secret.png", "maps"]
    assert library_troubles(folder, libraries) == [
        "my gone.mtl is not there",
        "gone.mtl is not there",
        "../secret.png is outside of the mesh's folder",
        "maps is not there",
    ]
    monkeypatch.setattr(mtl, "MAX_MTL_BYTES", 10)
    assert library_troubles(folder, ["a.mtl"]) == ["a.mtl is larger than 0 MB"]


def test_several_libraries_and_those_that_cannot_be_read(folder, monkeypatch):
    (folder / "a.mtl").write_text("newmtl a\nmap_Kd a.png\n")
    (folder / "b.mtl").write_bytes(b"\xff\xfenewmtl\nnewmtl b\nmap_Kd b.png\n")
    (folder.parent / "outside.mtl").write_text("newmtl c\nmap_Kd c.png\n")
    names = picture_names(folder, ["gone.mtl", "a.mtl", "../outside.mtl", "maps", "b.mtl"])
    assert names == {"a": "a.png", "b": "b.png"}
    monkeypatch.setattr(mtl, "MAX_MTL_BYTES", 10)
    assert picture_names(folder, ["a.mtl"]) == {}
