from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest

from faceviewer.app.commands.view import DISPLAY_TITLES
from faceviewer.app.setting import Setting
from faceviewer.app.setting_table import SETTINGS, SETTINGS_BY_KEY
from faceviewer.app.settings import Settings, settings_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def other_value(setting: Setting) -> bool | int | float | str:
    """A value that is allowed and is not the default; the default when there is but one value."""
    if setting.kind == "choice":
        return next((c.value for c in setting.choices if c.value != setting.default), setting.default)
    others = {"bool": not setting.default, "path": "somewhere", "int": setting.minimum, "float": setting.maximum}
    return type(setting.default)(others[setting.kind])


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.key)
def test_every_setting_is_sound_and_survives_a_restart(setting: Setting, path: Path) -> None:
    assert setting.checked(setting.default) == setting.default
    assert setting.label and setting.explanation.endswith(".") and setting.key.count(".") == 1
    assert (setting.kind == "choice") == bool(setting.choices)
    value = other_value(setting)
    settings = Settings(path)
    assert settings[setting.key] == setting.default
    settings.set(setting.key, value)
    assert Settings(path)[setting.key] == value
    assert Settings(path).overrides() == ({} if value == setting.default else {setting.key: value})


def test_keys_are_unique_and_groups_stand_together() -> None:
    assert len(SETTINGS_BY_KEY) == len(SETTINGS)
    groups = [setting.group for setting in SETTINGS]
    assert groups == sorted(groups, key=groups.index)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("appearance.theme", "pink"),
        ("appearance.theme", 1),
        ("reconstruct.texture_size", "1024"),
        ("reconstruct.texture_size", 1000),
        ("reconstruct.on_open", 1),
        ("appearance.landmark_size", 0.5),
        ("appearance.landmark_size", float("nan")),
        ("appearance.landmark_size", float("inf")),
        ("appearance.landmark_size", True),
        ("files.recent_count", 2.5),
        ("export.folder", None),
    ],
)
def test_values_that_a_setting_cannot_have_are_refused_and_ignored_in_the_file(
    path: Path, key: str, value: object
) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        Settings(path).set(key, value)  # type: ignore[arg-type]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({key: value}))
    assert Settings(path)[key] == SETTINGS_BY_KEY[key].default


def test_the_file_holds_only_what_differs_and_keeps_what_it_does_not_know(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"later.version": [1, 2], "files.recent_count": 3}))
    settings = Settings(path)
    settings.set("appearance.theme", "dark")
    settings.set("files.recent_count", 10)
    assert json.loads(path.read_text()) == {"later.version": [1, 2], "appearance.theme": "dark"}
    settings.reset()
    assert json.loads(path.read_text()) == {"later.version": [1, 2]}


def test_typed_access(path: Path) -> None:
    settings = Settings(path)
    assert settings.flag("reconstruct.on_open") is True
    assert settings.number("reconstruct.texture_size") == 1024
    assert settings.text("appearance.theme") == "system"
    with pytest.raises(KeyError):
        settings["no.such"]


def test_listeners_hear_of_real_changes_only(path: Path) -> None:
    heard: list[tuple[str, object]] = []
    settings = Settings(path)
    stop = settings.subscribe(lambda key, value: heard.append((key, value)))
    settings.set("appearance.theme", "system")
    assert heard == []
    settings.set("appearance.theme", "dark")
    settings.set("appearance.theme", "dark")
    settings.set("reconstruct.delight", True)
    assert heard == [("appearance.theme", "dark"), ("reconstruct.delight", True)]
    settings.reset("appearance.theme")
    assert heard[-1] == ("appearance.theme", "system") and settings.flag("reconstruct.delight")
    stop()
    settings.reset()
    assert len(heard) == 3


@pytest.mark.parametrize("content", [b"{", b"[1, 2]", b"\xff\xfe\x00", b"", b'{"a": ' * 100_000])
def test_a_damaged_file_is_set_aside_and_defaults_hold(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    settings = Settings(path)
    assert settings.overrides() == {}
    assert settings.trouble.startswith("settings.json: ") and "settings.damaged.json" in settings.trouble
    assert path.with_name("settings.damaged.json").read_bytes() == content
    settings.set("appearance.theme", "dark")
    assert Settings(path).text("appearance.theme") == "dark"


@pytest.mark.parametrize("folder", ["/photos/caf\udce9", "/фото/写真"])
def test_folders_of_any_name_are_remembered(path: Path, folder: str) -> None:
    """Names that are no UTF-8, as on old disks, come from the system with lone surrogates."""
    settings = Settings(path)
    settings.set("export.folder", folder)
    assert settings.trouble == "" and Settings(path).text("export.folder") == folder


def test_two_windows_do_not_undo_each_other(path: Path) -> None:
    first, second = Settings(path), Settings(path)
    first.set("appearance.theme", "dark")
    second.set("reconstruct.delight", True)
    assert json.loads(path.read_text()) == {"appearance.theme": "dark", "reconstruct.delight": True}


def test_what_cannot_be_saved_lasts_until_the_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way of a folder")
    settings = Settings(tmp_path / "file" / "settings.json")
    with caplog.at_level(logging.WARNING):
        settings.set("appearance.theme", "dark")
        settings.set("reconstruct.delight", True)
    assert settings.text("appearance.theme") == "dark" and settings.flag("reconstruct.delight")
    assert "cannot be saved" in settings.trouble
    assert len(caplog.records) == 1, "the user is told once"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is unreadable here")
def test_an_unreadable_file_gives_defaults(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("{}")
    path.chmod(0)
    assert Settings(path).overrides() == {} and "cannot be read" in Settings(path).trouble


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path))
    assert settings_file() == tmp_path / "config" / "settings.json"
    monkeypatch.delenv("FACEVIEWER_HOME")
    assert tmp_path not in settings_file().parents


def test_display_modes_are_called_as_in_the_menu() -> None:
    labels = {choice.value: choice.label for choice in SETTINGS_BY_KEY["appearance.display"].choices}
    assert labels == DISPLAY_TITLES
