"""What faceviewer logs: kept in memory for the log panel, and in a rotating file for later.

The file is a convenience: where it cannot be written (a read-only home, a full disk) the log in memory goes on.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from faceviewer.io.folders import log_folder

MAX_LINES = 2000
_FILE_BYTES = 1_000_000
_OLD_FILES = 3
_ROOT = "faceviewer"
_FORMATTER = logging.Formatter()


@dataclass(frozen=True)
class LogLine:
    """One record of the log."""

    time: datetime
    """Local time."""
    level: int
    """As ``logging`` counts: 20 info, 30 warning, 40 error."""
    source: str
    """The module that spoke."""
    text: str
    """With the traceback, when there is one."""

    @property
    def level_name(self) -> str:
        return logging.getLevelName(self.level).lower()

    def __str__(self) -> str:
        return f"{self.time:%H:%M:%S}  {self.level_name:8} {self.text}"


class Logbook(logging.Handler):
    """The last lines of the log. Lines may come from any thread."""

    def __init__(self, max_lines: int = MAX_LINES) -> None:
        super().__init__()
        self.file: Path | None = None
        """The log file, when there is one."""
        self._lines: deque[LogLine] = deque(maxlen=max_lines)
        self._listeners: list[Callable[[LogLine], None]] = []
        self._guard = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = _line(record)
        except (KeyError, TypeError, ValueError):  # arguments that do not fit their message
            self.handleError(record)
            return
        with self._guard:
            self._lines.append(line)
            listeners = tuple(self._listeners)
        for listener in listeners:
            try:
                listener(line)
            except Exception:  # noqa: BLE001 - a listener that is gone once failed every job that logged a line
                self.handleError(record)

    def lines(self) -> tuple[LogLine, ...]:
        """All that is remembered, oldest first."""
        with self._guard:
            return tuple(self._lines)

    def clear(self) -> None:
        """Forget the lines in memory; the file keeps them."""
        with self._guard:
            self._lines.clear()

    def close(self) -> None:
        """Nobody listens any more: who did may be gone."""
        with self._guard:
            self._listeners.clear()
        super().close()

    def subscribe(self, listener: Callable[[LogLine], None]) -> None:
        """Call ``listener`` with every new line, in the thread that logged, until the log is closed."""
        with self._guard:
            self._listeners.append(listener)


def start_logging(folder: Path | None = None) -> Logbook:
    """Keep what ``faceviewer`` logs, from "info" up, in memory and in a file below ``folder``."""
    logger = logging.getLogger(_ROOT)
    logger.setLevel(logging.INFO)
    logbook = Logbook()
    logger.addHandler(logbook)
    try:
        file = _file_handler(folder or log_folder())
    except OSError as error:
        logger.info("no log file is written: %s", error.strerror or error)
    else:
        logbook.file = Path(file.baseFilename)
        logger.addHandler(file)
    return logbook


def stop_logging(logbook: Logbook) -> None:
    """Undo ``start_logging``: the file is closed."""
    logger = logging.getLogger(_ROOT)
    for handler in tuple(logger.handlers):
        if handler is logbook or (
            isinstance(handler, _QuietFileHandler) and logbook.file and Path(handler.baseFilename) == logbook.file
        ):
            logger.removeHandler(handler)
            handler.close()


class _QuietFileHandler(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """A disk that fills up later must not print a traceback for every line."""


def _file_handler(folder: Path) -> _QuietFileHandler:
    folder.mkdir(parents=True, exist_ok=True)
    handler = _QuietFileHandler(
        folder / "faceviewer.log", maxBytes=_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8", errors="replace"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s [%(threadName)s] %(message)s"))
    return handler


def _line(record: logging.LogRecord) -> LogLine:
    text = record.getMessage()
    if record.exc_info:
        text += "\n" + _FORMATTER.formatException(record.exc_info)
    return LogLine(datetime.fromtimestamp(record.created), record.levelno, record.name, text)
