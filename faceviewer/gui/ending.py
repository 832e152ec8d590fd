"""Ending things in order, whatever fails on the way."""

from __future__ import annotations

from collections.abc import Callable


def do_each(*steps: Callable[[], object]) -> None:
    """Call ``steps`` in their order; one that fails keeps none of the others from being done.

    Raises what was raised, once all is done: the error, or an ``ExceptionGroup`` of several.
    """
    errors: list[Exception] = []
    for step in steps:
        try:
            step()
        except Exception as error:  # noqa: BLE001 - raised below
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ExceptionGroup("several steps failed", errors)
