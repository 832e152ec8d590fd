"""While a window stands, garbage is collected in its thread alone; afterwards Python does it again."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from faceviewer.gui import main_window
from faceviewer.gui.dialogs import sheet
from faceviewer.gui.dialogs.sheet import Sheet
from faceviewer.gui.garbage import WindowThreadCollector, wrappers_kept


class Knot:
    """Something that only the cyclic collector frees."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def threads_of_collections():
    """Names of the threads in which the collector runs."""
    seen: list[str] = []

    def note(phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            seen.append(threading.current_thread().name)

    gc.callbacks.append(note)
    yield seen
    gc.callbacks.remove(note)


def make_knots() -> None:
    for _ in range(20 * gc.get_threshold()[0]):
        Knot()


def test_another_thread_never_collects(qapp, qtbot, threads_of_collections: list[str]) -> None:
    owner = QObject()
    collector = WindowThreadCollector(owner)
    collector.start()
    try:
        worker = threading.Thread(target=make_knots, name="worker")
        worker.start()
        worker.join()
        assert "worker" not in threads_of_collections
        qtbot.waitUntil(lambda: len(threads_of_collections) > 0)
        assert set(threads_of_collections) == {threading.current_thread().name}
    finally:
        collector.stop()
    assert gc.isenabled()


def test_of_two_windows_the_last_gives_it_back(qapp) -> None:
    owner = QObject()
    first, second = WindowThreadCollector(owner), WindowThreadCollector(owner)
    first.start()
    first.start()
    second.start()
    first.stop()
    first.stop()
    assert not gc.isenabled()
    second.stop()
    assert gc.isenabled()


def test_it_collects_what_is_due(qapp) -> None:
    gc.collect()
    gc.disable()
    try:
        assert WindowThreadCollector.collect_if_due() in (None, 0)
        make_knots()
        assert WindowThreadCollector.collect_if_due() is not None
        assert WindowThreadCollector.collect_if_due() is None
    finally:
        gc.enable()


def test_the_application_does_so(app) -> None:
    assert not gc.isenabled()
    app.window.close()
    assert not gc.isenabled()  # a thread may still be at work
    assert app.application.linger()
    assert gc.isenabled()


def test_wrappers_are_kept_for_a_while(qtbot):
    box = QWidget()
    wrapper = weakref.ref(box)
    with wrappers_kept():
        del box
        assert wrapper() is not None
    assert wrapper() is None


def test_keeping_wrappers_leaves_what_other_threads_are_building_alone():
    """Holding a tuple that is being built makes `tuple` fail there with a SystemError, once in some hundred tries."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(1) as others:
            building = others.submit(lambda: {tuple(n for n in range(11)) for _ in range(500_000)})
            while not building.done():
                with wrappers_kept():
                    pass
        assert building.result() == {tuple(range(11))}
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize("module", [sheet, main_window])
def test_windows_are_deleted_with_their_wrappers_kept(app, module, monkeypatch):
    asked = []

    @contextmanager
    def noted():
        asked.append(module)
        yield

    monkeypatch.setattr(module, "wrappers_kept", noted)
    window = Sheet("Any") if module is sheet else app.application.window
    window.show()
    window.close()
    assert not asked
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert asked == [module] and not shiboken6.isValid(window)
