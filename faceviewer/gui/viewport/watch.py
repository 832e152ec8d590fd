"""Does work only when what it depends on has changed."""

from __future__ import annotations

from typing import Any


class Watch:
    """Remembers the facts that something was made from. The dataclasses of the state compare by identity."""

    def __init__(self) -> None:
        self._facts: tuple[Any, ...] | None = None

    def changed(self, *facts: Any) -> bool:
        """True when any of ``facts`` differs from the last call's, and at the first call."""
        if self._facts == facts:
            return False
        self._facts = facts
        return True
