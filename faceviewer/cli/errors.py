"""How commands end: one sentence and a status, never a traceback (unless ``FACEVIEWER_DEBUG=1`` asks for it)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130


def is_debugging() -> bool:
    """Whether the user wants to see where errors come from."""
    return os.environ.get("FACEVIEWER_DEBUG", "") not in ("", "0")


def say(text: str, *, error: bool = False) -> None:
    """Print one line to stdout or stderr; what a terminal cannot show of a file's name is spelled out."""
    stream = sys.stderr if error else sys.stdout
    stream.write(printable(text) + "\n")
    stream.flush()


def printable(text: str) -> str:
    """``text`` in one line: control characters and undecodable bytes as escapes such as ``\\n``."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


@contextmanager
def errors_told() -> Iterator[None]:
    """Turn errors into a sentence on stderr and the contract's exit status: 1 failed, 2 wrong usage, 130 Ctrl-C."""
    from faceviewer.engines.options import UsageError
    from faceviewer.types import FaceviewerError

    try:
        yield
    except UsageError as error:
        _stop(str(error), WRONG_USAGE)
    except FaceviewerError as error:
        _stop(str(error), FAILED)
    except KeyboardInterrupt:
        _stop("interrupted", INTERRUPTED)
    except (typer.Exit, typer.Abort, BrokenPipeError):
        raise
    except Exception as error:
        if is_debugging():
            raise
        _stop(f"unexpected {type(error).__name__}: {error} (FACEVIEWER_DEBUG=1 shows where)", FAILED)


def _stop(sentence: str, status: int) -> None:
    if is_debugging():
        import traceback

        traceback.print_exc()
    say(f"error: {sentence}", error=True)
    raise typer.Exit(status) from None
