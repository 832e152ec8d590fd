"""The user's settings: defaults, and a JSON file that holds only what differs from them."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from faceviewer.app.setting import Setting, SettingValue
from faceviewer.app.setting_table import SETTINGS, SETTINGS_BY_KEY
from faceviewer.io.atomic import write_atomically
from faceviewer.io.folders import config_folder
from faceviewer.types import FaceviewerError

__all__ = ["SETTINGS", "Setting", "SettingValue", "Settings", "settings_file"]

SettingListener = Callable[[str, SettingValue], None]
"""Called with (key, value now) after a setting has changed."""

_log = logging.getLogger(__name__)


def settings_file() -> Path:
    """Where the user's settings are kept."""
    return config_folder() / "settings.json"


class Settings:
    """Reads and changes settings; every change is written at once and told to listeners.

    A damaged file is set aside and defaults are used; a file that cannot be written leaves changes in memory only.
    Both put one sentence into ``trouble`` and the log. Keys that this version does not know stay in the file, and so
    does what another window wrote meanwhile. Used by one thread.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or settings_file()
        self.trouble = ""
        self._listeners: list[SettingListener] = []
        self._text: str | None = None  # of the file, as this object last saw it
        self._stored: dict[str, Any] = {}
        self._stored = self._read()

    def __getitem__(self, key: str) -> SettingValue:
        """The value of setting ``key``: the user's, or the default. Raises KeyError for an unknown key."""
        setting = SETTINGS_BY_KEY[key]
        if key not in self._stored:
            return setting.default
        try:
            return setting.checked(self._stored[key])
        except ValueError:
            return setting.default

    def flag(self, key: str) -> bool:
        """The value of a setting of kind "bool"."""
        return bool(self[key])

    def number(self, key: str) -> float:
        """The value of a setting of kind "int" or "float", or of a choice of numbers."""
        return float(self[key])

    def text(self, key: str) -> str:
        """The value of a setting of kind "path", or of a choice of words."""
        return str(self[key])

    def set(self, key: str, value: SettingValue) -> None:
        """Change one setting. Raises ValueError for a value that it cannot have."""
        self._change({key: SETTINGS_BY_KEY[key].checked(value)})

    def reset(self, *keys: str) -> None:
        """Bring back the defaults of these settings; of all when none are named."""
        self._change({key: SETTINGS_BY_KEY[key].default for key in keys or SETTINGS_BY_KEY})

    def overrides(self) -> dict[str, SettingValue]:
        """What differs from the defaults."""
        return {setting.key: self[setting.key] for setting in SETTINGS if self[setting.key] != setting.default}

    def subscribe(self, listener: SettingListener) -> Callable[[], None]:
        """Call ``listener`` after every change; returns the function that ends this."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _change(self, wanted: Mapping[str, SettingValue]) -> None:
        before = {key: self[key] for key in wanted}
        stored = dict(self._read())
        for key, value in wanted.items():
            if value == SETTINGS_BY_KEY[key].default:
                stored.pop(key, None)
            else:
                stored[key] = value
        if stored != self._stored:
            self._stored = stored
            self._write()
        for key, value in wanted.items():
            if value != before[key]:
                for listener in tuple(self._listeners):
                    listener(key, value)

    def _read(self) -> dict[str, Any]:
        """What the file holds; what is known already when it is as it was, or not there, or damaged."""
        try:
            text = self.path.read_text(encoding="utf-8")
            if text == self._text:
                return self._stored
            stored = json.loads(text)
            if not isinstance(stored, dict):
                raise ValueError("not an object")
        except (FileNotFoundError, NotADirectoryError):
            return self._stored
        except (OSError, ValueError, RecursionError) as error:
            self._set_aside(error)
            return self._stored
        self._text = text
        return stored

    def _set_aside(self, error: Exception) -> None:
        reason = "cannot be read" if isinstance(error, OSError) else "are damaged"
        aside = self.path.with_name(f"{self.path.stem}.damaged.json")
        try:
            os.replace(self.path, aside)
        except OSError:
            self._tell(f"{self.path.name}: the settings {reason}; defaults are used")
        else:
            self._tell(f"{self.path.name}: the settings {reason}; defaults are used, the file is kept as {aside.name}")

    def _write(self) -> None:
        text = json.dumps(self._stored, indent=2, sort_keys=True) + "\n"  # ASCII: folder names may be no Unicode
        try:
            write_atomically(self.path, lambda path: path.write_text(text, encoding="utf-8"))
            self._text = text
        except FaceviewerError as error:
            self._tell(f"settings last until faceviewer is closed, they cannot be saved: {error}")

    def _tell(self, sentence: str) -> None:
        if sentence != self.trouble:
            _log.warning(sentence)
        self.trouble = sentence
