from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from faceviewer.app import recent as recent_module
from faceviewer.app.recent import RecentFiles
from faceviewer.app.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.jpg" for number in range(5)]
    for path in paths:
        path.touch()
    return paths


def test_newest_first_each_once_and_after_a_restart(settings: Settings, photos: list[Path], tmp_path: Path) -> None:
    recent = RecentFiles(settings, tmp_path / "recent.json")
    for path in (*photos[:3], photos[0], photos[0].parent / "." / ".." / tmp_path.name / "1.jpg"):
        recent.add(path)
    names = [path.name for path in recent.paths()]
    assert names == ["1.jpg", "0.jpg", "2.jpg"]
    assert [path.name for path in RecentFiles(settings, tmp_path / "recent.json").paths()] == names


def test_several_at_once_are_written_once_and_lie_as_one_after_the_other(
    settings: Settings, photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing waits for the disk: 200 photos dropped together held the window up for seconds."""
    apart, together = RecentFiles(settings, tmp_path / "apart.json"), RecentFiles(settings, tmp_path / "recent.json")
    opened = (photos[1], photos[0], photos[2], photos[1].parent / "." / "1.jpg")
    for recent in (apart, together):
        recent.add(photos[4])
    for path in opened:
        apart.add(path)
    writes = []
    monkeypatch.setattr(recent_module, "write_atomically", lambda *written: writes.append(written))
    together.add(*opened)
    assert len(writes) == 1
    assert [path.name for path in together.paths()] == ["1.jpg", "2.jpg", "0.jpg", "4.jpg"]
    assert together.paths() == apart.paths()


def test_missing_files_are_not_shown_but_come_back(settings: Settings, photos: list[Path], tmp_path: Path) -> None:
    recent = RecentFiles(settings, tmp_path / "recent.json")
    recent.add(photos[0])
    recent.add(photos[1])
    photos[1].unlink()
    assert recent.paths() == (photos[0],)
    photos[1].touch()
    assert recent.paths() == (photos[1], photos[0])


def test_the_settings_limit_how_many(settings: Settings, photos: list[Path], tmp_path: Path) -> None:
    recent = RecentFiles(settings, tmp_path / "recent.json")
    settings.set("files.recent_count", 2)
    for path in photos:
        recent.add(path)
    assert recent.paths() == (photos[4], photos[3])
    settings.set("files.recent_count", 0)
    assert recent.paths() == ()
    recent.add(photos[0])
    assert photos[0].name not in (tmp_path / "recent.json").read_text()


def test_clear(settings: Settings, photos: list[Path], tmp_path: Path) -> None:
    recent = RecentFiles(settings, tmp_path / "recent.json")
    recent.add(photos[0])
    recent.clear()
    assert recent.paths() == () and RecentFiles(settings, tmp_path / "recent.json").paths() == ()


@pytest.mark.parametrize("content", ["{", "7", '["a", 3, null]'])
def test_a_damaged_list_does_no_harm(settings: Settings, photos: list[Path], tmp_path: Path, content: str) -> None:
    file = tmp_path / "recent.json"
    file.write_text(content)
    recent = RecentFiles(settings, file)
    assert recent.paths() == ()
    recent.add(photos[0])
    assert RecentFiles(settings, file).paths() == (photos[0],)


@pytest.mark.parametrize("entry", ["\ud800", "\0", "/photos/caf\udce9.jpg"])
def test_names_that_are_no_unicode_do_no_harm(
    settings: Settings, photos: list[Path], tmp_path: Path, entry: str
) -> None:
    """They held up the opening of everything else."""
    file = tmp_path / "recent.json"
    file.write_text(json.dumps([entry, str(photos[1])]))
    recent = RecentFiles(settings, file)
    recent.add(photos[0])
    assert recent.paths() == RecentFiles(settings, file).paths() == (photos[0], photos[1])
    assert entry in json.loads(file.read_text())


def test_a_list_that_cannot_be_written_lasts_until_the_end(settings: Settings, photos: list[Path]) -> None:
    recent = RecentFiles(settings, photos[1] / "recent.json")
    recent.add(photos[0])
    assert recent.paths() == (photos[0],)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_is_the_same_file(settings: Settings, photos: list[Path], tmp_path: Path) -> None:
    link = tmp_path / "link.jpg"
    link.symlink_to(photos[0])
    recent = RecentFiles(settings, tmp_path / "recent.json")
    recent.add(photos[0])
    recent.add(link)
    assert recent.paths() == (link,)
