from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication, QComboBox, QPlainTextEdit, QToolButton

from faceviewer.app.logbook import Logbook, start_logging, stop_logging
from faceviewer.gui.panels.log import LogPanel
from faceviewer.gui.theme import apply_theme, level_color

_log = logging.getLogger("faceviewer.tests")


@pytest.fixture
def logbook(tmp_path: Path) -> Iterator[Logbook]:
    logbook = start_logging(tmp_path / "log")
    yield logbook
    stop_logging(logbook)


@pytest.fixture
def copied() -> list[str]:
    return []


def make_panel(logbook: Logbook, copied: list[str]) -> LogPanel:
    verbs = SimpleNamespace(ui=SimpleNamespace(copy_text=copied.append))
    return LogPanel(verbs, logbook, lambda: "diagnostics")  # type: ignore[arg-type]


@pytest.fixture
def panel(logbook: Logbook, copied: list[str], qtbot) -> LogPanel:
    _log.info("before the panel")
    panel = make_panel(logbook, copied)
    qtbot.addWidget(panel)
    panel.resize(500, 200)
    panel.show()
    return panel


def text(panel: LogPanel) -> QPlainTextEdit:
    widget = panel.findChild(QPlainTextEdit)
    assert widget is not None
    return widget


def press(panel: LogPanel, title: str) -> None:
    next(button for button in panel.findChildren(QToolButton) if button.text() == title).click()


def test_it_shows_what_was_logged_before_and_since_from_any_thread(panel: LogPanel, qtbot) -> None:
    _log.warning("since")
    threads = [threading.Thread(target=_log.info, args=(f"thread {number}",)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: text(panel).blockCount() == 22)
    shown = text(panel).toPlainText()
    assert "before the panel" in shown and "warning  since" in shown and "thread 19" in shown


def test_the_level_filters(panel: LogPanel, qtbot) -> None:
    _log.warning("a warning")
    _log.error("an error")
    level = panel.findChild(QComboBox)
    assert level is not None
    level.setCurrentIndex(1)
    assert "before" not in text(panel).toPlainText() and "a warning" in text(panel).toPlainText()
    level.setCurrentIndex(2)
    assert "a warning" not in text(panel).toPlainText() and "an error" in text(panel).toPlainText()
    _log.info("unimportant")
    QApplication.processEvents()
    assert "unimportant" not in text(panel).toPlainText()
    level.setCurrentIndex(0)
    assert "unimportant" in text(panel).toPlainText()


def test_copy_takes_the_selection_or_everything(panel: LogPanel, copied: list[str]) -> None:
    press(panel, "Copy")
    assert "before the panel" in copied[-1]
    cursor = text(panel).textCursor()
    cursor.setPosition(cursor.position())
    cursor.movePosition(cursor.MoveOperation.Start)
    cursor.movePosition(cursor.MoveOperation.Right, cursor.MoveMode.KeepAnchor, 5)
    text(panel).setTextCursor(cursor)
    press(panel, "Copy")
    assert len(copied[-1]) == 5
    press(panel, "Copy diagnostics")
    assert copied[-1] == "diagnostics"


def test_clear_forgets(panel: LogPanel, logbook: Logbook) -> None:
    press(panel, "Clear")
    assert text(panel).toPlainText() == "" and logbook.lines() == ()


def test_the_view_follows_the_end_unless_somebody_reads_above(panel: LogPanel, qtbot) -> None:
    for number in range(100):
        _log.info("line %d", number)
    bar = text(panel).verticalScrollBar()
    qtbot.waitUntil(lambda: text(panel).blockCount() == 101)
    assert bar.value() == bar.maximum() > 0
    bar.setValue(3)
    _log.info("one more")
    qtbot.waitUntil(lambda: text(panel).blockCount() == 102)
    assert bar.value() == 3


def test_colours_follow_the_theme(panel: LogPanel, qapp: QApplication, qtbot) -> None:
    _log.error("red")

    def color() -> str:
        block = text(panel).document().lastBlock()
        return block.begin().fragment().charFormat().foreground().color().name()

    for theme in ("dark", "light"):
        apply_theme(qapp, theme)
        qtbot.waitUntil(lambda: color() == level_color("error", qapp.palette()).name())
    apply_theme(qapp, "system")


def test_a_panel_that_is_gone_fails_nobody_who_logs(qapp: QApplication, logbook: Logbook, capsys) -> None:
    shiboken6.delete(make_panel(logbook, []))
    _log.info("nobody listens")
    assert logbook.lines()[-1].text == "nobody listens" and "deleted" in capsys.readouterr().err
