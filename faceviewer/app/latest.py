"""One piece of work at a time: asking anew takes the place of what was asked before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faceviewer.jobs.background import Background, Outcome, Work
from faceviewer.types import CancelToken, Progress


class Latest:
    """A line to a background in which the newest wish alone counts; how older ones ended is not told."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._cancel: CancelToken | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something was asked for and has not ended."""
        return self._cancel is not None

    def start(
        self,
        title: str,
        work: Work,
        done: Callable[[Outcome], None],
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Cancel what is being done and do ``work``; ``done`` and ``progress`` are called unless it is cancelled."""
        self.cancel()
        current: list[CancelToken] = []

        def ended(outcome: Outcome) -> None:
            if self._cancel is current[0]:
                self._cancel = None
                done(outcome)

        def progressed(step: Progress) -> None:
            if progress is not None and self._cancel is current[0]:
                progress(step)

        self._cancel = self._background.submit(title, work, ended, progressed if progress is not None else None)
        current.append(self._cancel)

    def cancel(self) -> None:
        """Stop what is being done; its end is not told."""
        if self._cancel is not None:
            self._cancel.cancel()
            self._cancel = None

    def ask_to_stop(self) -> None:
        """Stop what is being done; its end is told, as soon as it has come."""
        if self._cancel is not None:
            self._cancel.cancel()


def shown_or_told(show: Callable[[Any], None], tell: Callable[[str], None]) -> Callable[[Outcome], None]:
    """Gives a result to ``show``, or what went wrong, as a sentence, to ``tell``."""

    def done(outcome: Outcome) -> None:
        if outcome.value is not None:
            show(outcome.value)
        else:
            tell(outcome.sentence)

    return done
