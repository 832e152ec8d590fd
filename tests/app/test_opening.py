"""The list of photos as people fill it and take away from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from factories import make_photo
from PIL import Image
from rooms import Rooms, make_rooms

from faceviewer.app import recent as recent_module


@pytest.fixture
def rooms(tmp_path: Path) -> Rooms:
    return make_rooms(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three small photos."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.png", "b.png", "c.png"):
        Image.fromarray(make_photo().rgb).save(folder / name)
    return folder


def titles(rooms: Rooms) -> list[str]:
    return [document.title for document in rooms.state.documents]


def test_a_photo_and_its_folder_list_it_once(rooms: Rooms, folder: Path) -> None:
    rooms.verbs.opening.open_paths([folder / "b.png", folder])
    assert titles(rooms) == ["b.png", "a.png", "c.png"] and rooms.state.shown.document.title == "b.png"
    rooms.verbs.opening.open_paths([folder, folder / "." / "c.png"])
    assert len(rooms.state.documents) == 3 and rooms.state.job.title.endswith("a.png")


def test_many_photos_are_remembered_with_one_write(rooms: Rooms, folder: Path, monkeypatch) -> None:
    writes = []
    monkeypatch.setattr(recent_module, "write_atomically", lambda *written: writes.append(written))
    rooms.verbs.opening.open_paths([folder / name for name in ("a.png", "b.png", "c.png")])
    assert len(writes) == 1
    assert [path.name for path in rooms.verbs.recent.paths()] == ["c.png", "b.png", "a.png"]


def test_a_session_is_known_by_its_whole_path(rooms: Rooms, tmp_path: Path, monkeypatch) -> None:
    """A window that was started elsewhere wrote a session of a relative path into its own folder."""
    opened = []
    monkeypatch.setattr(rooms.verbs.opening, "_open_session", opened.append)
    (tmp_path / "work.faceviewer").touch()
    monkeypatch.chdir(tmp_path)
    rooms.verbs.opening.open_paths([Path("work.faceviewer")])
    assert opened == [tmp_path / "work.faceviewer"]


def test_the_neighbour_of_a_removed_photo_is_worked_on(rooms: Rooms, folder: Path) -> None:
    """It was shown as chosen and did nothing any more."""
    rooms.verbs.opening.open_paths([folder])
    first, second, third = (document.id for document in rooms.state.documents)
    rooms.verbs.opening.remove(first)
    assert rooms.state.current == second and rooms.state.job.document == second
    rooms.verbs.opening.remove(third)
    assert rooms.state.current == second and rooms.state.job.document == second
    rooms.verbs.opening.remove(second)
    assert rooms.state.current is None and rooms.state.job is None


def test_the_number_of_a_removed_photo_is_not_given_again(rooms: Rooms, folder: Path) -> None:
    """What was still known of the photo that had left was taken for that of the next one."""
    opening = rooms.verbs.opening
    opening.open_paths([folder / "a.png", folder / "b.png"])
    numbers = [document.id for document in rooms.state.documents]
    for number in reversed(numbers):
        opening.remove(number)
    opening.open_paths([folder / "c.png"])
    assert rooms.state.documents[0].id > max(numbers)
