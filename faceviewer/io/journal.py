"""What a long run has done so far, so that one that was stopped goes on where it was."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from faceviewer.types import FaceviewerError

_FLUSH_S = 1.0


class Journal:
    """A file of JSON lines: first what the run is about, then one line per thing done."""

    def __init__(self, path: Path, about: dict[str, Any]) -> None:
        """``about`` must be the same for a run to be the continuation of another."""
        self.path = path
        self._first = json.dumps(about, sort_keys=True)
        self._stream: TextIO | None = None
        self._flushed = 0.0

    def earlier(self) -> Iterator[Any]:
        """What an earlier run of the same kind wrote; nothing when there is none. A line cut short ends it."""
        try:
            with self.path.open(encoding="utf-8") as stream:
                if stream.readline().rstrip("\n") != self._first:
                    return
                for line in stream:
                    yield json.loads(line)
        except (OSError, ValueError):
            return

    @property
    def is_there(self) -> bool:
        """Whether there is a file, of whatever run."""
        return os.path.isfile(self.path)

    @property
    def about_there(self) -> Any:
        """What the file that is there is about; None when there is none, or it cannot be read."""
        try:
            with self.path.open(encoding="utf-8") as stream:
                return json.loads(stream.readline())
        except (OSError, ValueError, RecursionError):
            return None

    @property
    def is_of_another_run(self) -> bool:
        """Whether the file is there and about something else."""
        try:
            with self.path.open(encoding="utf-8") as stream:
                return stream.readline().rstrip("\n") != self._first
        except OSError:
            return False
        except ValueError:  # not even text
            return True

    def begin(self, lines: list[Any]) -> None:
        """Write the file anew with these lines, and stay open for more. Raises FaceviewerError when it cannot be."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.path.with_name(f"{self.path.name}.new")  # a run killed here must not lose what it had
            with fresh.open("w", encoding="utf-8") as stream:
                stream.writelines(text + "\n" for text in (self._first, *map(json.dumps, lines)))
            os.replace(fresh, self.path)
            self._stream = self.path.open("a", encoding="utf-8")
        except OSError as error:
            raise FaceviewerError(f"{self.path}: cannot be written ({error.strerror or error})") from error

    def add(self, line: Any) -> None:
        """Write one line; it reaches the disk within a second or so of work."""
        if self._stream is None:
            raise ValueError("the journal was not begun")
        self._stream.write(json.dumps(line) + "\n")
        if time.monotonic() - self._flushed > _FLUSH_S:
            self._stream.flush()
            self._flushed = time.monotonic()

    def close(self, *, finished: bool) -> None:
        """Stop writing; a run that is finished leaves nothing behind."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if finished:
            self.path.unlink(missing_ok=True)
