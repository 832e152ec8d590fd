"""What is known of one setting, and which values it can have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

SettingKind = Literal["bool", "int", "float", "choice", "path"]
SettingValue = bool | int | float | str


@dataclass(frozen=True)
class Choice:
    """One value of a setting of kind "choice"."""

    value: str | int
    label: str


@dataclass(frozen=True)
class Setting:
    """What is known of one setting."""

    key: str
    """Its name in the file, "group.name"."""
    group: str
    """The page of the dialog."""
    label: str
    kind: SettingKind
    default: SettingValue
    """A path of "" stands for no choice."""
    explanation: str
    choices: tuple[Choice, ...] = ()
    minimum: float = -math.inf
    maximum: float = math.inf
    step: float = 1
    unit: str = ""
    """Shown behind the number."""
    unset: str = ""
    """What a path of "" stands for, in a few words."""

    def checked(self, value: object) -> SettingValue:
        """``value`` as this setting stores it. Raises ValueError when it is not one that the setting can have."""
        if self.kind == "choice" and any(_same(value, choice.value) for choice in self.choices):
            return value  # type: ignore[return-value]
        if self.kind == "bool" and isinstance(value, bool):
            return value
        if self.kind == "path" and isinstance(value, str):
            return value
        if self.kind in ("int", "float") and isinstance(value, int | float) and not isinstance(value, bool):
            whole = self.kind == "float" or float(value).is_integer()
            if whole and self.minimum <= value <= self.maximum:
                return float(value) if self.kind == "float" else int(value)
        raise ValueError(f"{self.label} cannot be {value!r}")


def _same(value: object, choice: str | int) -> bool:
    return type(value) is type(choice) and value == choice
