from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from faceviewer.app.logbook import Logbook, LogLine, start_logging, stop_logging

_log = logging.getLogger("faceviewer.tests")


@pytest.fixture
def logbook(tmp_path: Path) -> Iterator[Logbook]:
    level = logging.getLogger("faceviewer").level
    logbook = start_logging(tmp_path / "log")
    yield logbook
    stop_logging(logbook)
    logging.getLogger("faceviewer").setLevel(level)


def test_lines_are_kept_in_memory_and_in_the_file(logbook: Logbook) -> None:
    _log.info("opened %s", "photo.jpg")
    _log.debug("too small to mention")
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        _log.exception("failed")
    first, second = logbook.lines()
    assert (first.text, first.level_name, first.source) == ("opened photo.jpg", "info", "faceviewer.tests")
    assert second.level == logging.ERROR and "RuntimeError: broken" in second.text and "Traceback" in second.text
    assert logbook.file is not None
    stored = logbook.file.read_text(encoding="utf-8")
    assert "opened photo.jpg" in stored and "RuntimeError: broken" in stored


def test_others_do_not_reach_the_log(logbook: Logbook) -> None:
    logging.getLogger("somebody.else").error("not ours")
    assert logbook.lines() == ()


def test_only_the_last_lines_stay_and_clear_forgets_them() -> None:
    logbook = Logbook(max_lines=3)
    for number in range(5):
        logbook.emit(logging.LogRecord("x", logging.INFO, "", 0, str(number), None, None))
    assert [line.text for line in logbook.lines()] == ["2", "3", "4"]
    logbook.clear()
    assert logbook.lines() == ()


def test_listeners_hear_lines_of_all_threads_until_the_log_is_closed(logbook: Logbook) -> None:
    heard: list[LogLine] = []
    logbook.subscribe(heard.append)
    threads = [threading.Thread(target=_log.info, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line.text for line in heard) == list("01234567")
    stop_logging(logbook)
    _log.info("later")
    logbook.emit(logging.LogRecord("x", logging.INFO, "", 0, "on its way when it was closed", None, None))
    assert len(heard) == 8


def test_a_listener_that_fails_is_told_of_and_fails_nobody_who_logs(logbook: Logbook, capsys) -> None:
    """Once, the panel of a window that was gone made every job fail that logged a line."""
    heard: list[LogLine] = []
    logbook.subscribe(lambda line: [][1])
    logbook.subscribe(heard.append)
    _log.info("opened")
    assert [line.text for line in heard] == ["opened"]
    assert "IndexError" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_costs_the_file_only(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    logbook = start_logging(tmp_path / "file" / "log")
    try:
        assert logbook.file is None
        assert "no log file" in logbook.lines()[0].text
        _log.warning("still here")
        assert logbook.lines()[-1].text == "still here"
    finally:
        stop_logging(logbook)


def test_a_disk_that_fails_later_is_borne_in_silence(
    logbook: Logbook, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class FullDisk(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    handler = logging.getLogger("faceviewer").handlers[-1]
    monkeypatch.setattr(handler, "stream", FullDisk())
    _log.info("no disk")
    assert logbook.lines()[-1].text == "no disk" and capfd.readouterr().err == ""


def test_stopping_leaves_no_handler_behind(tmp_path: Path) -> None:
    before = list(logging.getLogger("faceviewer").handlers)
    stop_logging(start_logging(tmp_path))
    assert logging.getLogger("faceviewer").handlers == before
