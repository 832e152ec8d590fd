"""A real window for every story, with a home of its own and heads that were made once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from screen import need_screen

from faceviewer.app.documents import next_id, with_documents
from faceviewer.app.logbook import Logbook
from faceviewer.app.state import AppState, Document, HeadRef
from faceviewer.gui.application import FaceviewerApplication
from faceviewer.gui.main_window import MainWindow
from faceviewer.gui.user_interface import QtUserInterface
from faceviewer.types import Photo, Reconstruction

WAIT_MS = 30_000
"""For what computes; long, because other tests may keep the cores busy."""


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["faceviewer"]


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """Waits as long as computing may take; pytest-qt's five seconds are short for a machine with other work."""
    qtbot.waitUntil = partial(qtbot.waitUntil, timeout=WAIT_MS)
    return qtbot


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, recent files, layout and autosave of this test alone."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("FACEVIEWER_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def sample_heads() -> tuple[Photo, tuple[Reconstruction, ...]]:
    """The shipped portrait and its head, made once by the real engine."""
    import faceviewer
    from faceviewer.io.photo import load_photo
    from faceviewer.io.resources import resource_path

    photo = load_photo(resource_path("sample.jpg"))
    return photo, tuple(faceviewer.reconstruct_all(photo))


@pytest.fixture(autouse=True)
def nobody_minds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions are answered with yes: a box that waits for a person would hold up the tests."""
    monkeypatch.setattr(QtUserInterface, "confirm", lambda *_: True)


@dataclass
class App:
    """The running application as tests use it."""

    application: FaceviewerApplication
    wait_until: Callable[..., None]
    sample: tuple[Photo, tuple[Reconstruction, ...]]

    @property
    def window(self) -> MainWindow:
        return self.application.window

    @property
    def verbs(self):
        return self.application.verbs

    @property
    def state(self) -> AppState:
        return self.application.verbs.store.state

    def run(self, command_id: str) -> None:
        """Trigger a command as its menu entry would; fails when it is disabled."""
        action = self.window.actions_by_id[command_id]
        assert action.isEnabled(), f"{command_id} is disabled"
        action.trigger()

    def wait_idle(self) -> None:
        """Wait until no job is left."""
        self.wait_until(lambda: self.state.job is None)

    def add_sample(self, title: str = "sample.jpg") -> HeadRef:
        """Put the sample's finished head into the list, without computing, and show it."""
        photo, heads = self.sample
        document = Document(
            id=next_id(self.state),
            title=title,
            path=photo.path,
            status="done",
            photo=photo,
            faces=tuple(head.face for head in heads),
            heads=dict(enumerate(heads, 1)),
        )
        self.verbs.store.update(with_documents(self.state, [document]))
        self.verbs.opening.choose_document(document.id)
        QApplication.processEvents()
        return HeadRef(document.id, 1)


@pytest.fixture
def app(qtbot, home: Path, sample_heads) -> Iterator[App]:
    """The application with its window on the screen and the engine warming up behind it."""
    need_screen()
    application = FaceviewerApplication(QApplication.instance())
    application.window.resize(1000, 640)
    application.start()
    qtbot.waitExposed(application.window)
    running = App(application, qtbot.waitUntil, sample_heads)
    yield running
    if shiboken6.isValid(application.window):  # closed windows are deleted
        application.window.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    assert application.linger(), "a thread did not end"  # else it meets the window of the next test
    left = [handler for handler in logging.getLogger("faceviewer").handlers if isinstance(handler, Logbook)]
    assert not left, "the window did not end as it should: it still listens to the log"
