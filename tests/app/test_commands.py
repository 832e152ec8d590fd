"""The command table: nothing twice, everything explained, everything reachable."""

from __future__ import annotations

from collections import Counter

import pytest
from rooms import make_rooms

from faceviewer.app.answers import NO_FACE_COMMANDS
from faceviewer.app.commands import commands
from faceviewer.app.state import DISPLAY_MODES, LANDMARK_SETS, AppState
from faceviewer.types import PART_NAMES

MENUS = ["File", "Edit", "Photo", "View", "Tools", "Help"]


def twice(values) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def test_ids_and_shortcuts_are_unique():
    assert not twice(command.id for command in commands())
    assert not twice(command.shortcut.lower() for command in commands() if command.shortcut)


def test_titles_are_unique_within_their_menu():
    assert not twice(f"{command.menu}/{command.title}" for command in commands())


@pytest.mark.parametrize("command", commands(), ids=lambda command: command.id)
def test_every_command_is_fit_for_the_cheat_sheet(command):
    assert command.menu.split("/")[0] in MENUS
    assert command.title and command.title == command.title.strip()
    assert command.explanation == "" or command.explanation.endswith(".")
    assert command.enabled(AppState()) in (True, False)
    if command.checked is not None:
        assert command.checked(AppState()) in (True, False)


def test_menus_come_in_the_order_that_people_expect():
    tops = list(dict.fromkeys(command.menu.split("/")[0] for command in commands()))
    assert tops == MENUS


def test_every_mode_set_and_part_has_a_command():
    ids = {command.id for command in commands()}
    assert {f"view.display.{mode.replace(' ', '_')}" for mode in DISPLAY_MODES} <= ids
    assert {f"view.landmarks.{name}" for name in LANDMARK_SETS} <= ids
    assert {f"view.parts.{name}" for name in PART_NAMES} <= ids
    assert set(NO_FACE_COMMANDS) <= ids


def test_nothing_that_needs_a_head_is_offered_without_one():
    usable = {command.id for command in commands() if command.enabled(AppState())}
    assert "file.open" in usable and "help.palette" in usable
    assert not {"file.export", "view.display.textured", "tools.distance", "edit.neutral", "photo.cancel"} & usable


def test_commands_of_an_empty_application_do_nothing_bad(tmp_path):
    """As when a key is pressed in the very moment in which its command became unavailable."""
    rooms = make_rooms(tmp_path)
    before = rooms.state
    for command in commands():
        if not command.enabled(before) and not command.id.startswith("file."):
            command.action(rooms.verbs)
    assert rooms.state.documents == () and rooms.state.work == before.work and rooms.worker.jobs == []
