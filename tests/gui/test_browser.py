"""The grid of thumbnails: very many rows, few of them ever read, broken ones told."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication
from screen import need_screen

from faceviewer.gui.browser.cache import Kept, PixmapCache
from faceviewer.gui.browser.grid import PictureGrid
from faceviewer.gui.browser.size_slider import SizeSlider
from faceviewer.gui.browser.source import NoPictures
from faceviewer.gui.theme import apply_theme
from faceviewer.types import FaceviewerError


class Colored:
    """Pictures of one colour each; notes what was asked for."""

    def __init__(self, count: int, *, broken: frozenset[int] = frozenset(), name: str = "") -> None:
        self.count, self.broken, self.name = count, broken, name
        self.loaded: list[int] = []
        self.titled: set[int] = set()
        self.threads: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()

    def title(self, row: int) -> str:
        self.titled.add(row)
        return f"{row:05d}"

    def key(self, row: int) -> Hashable:
        return self.name, row

    def load(self, row: int, side_px: int) -> np.ndarray:
        self.gate.wait(10)
        self.loaded.append(row)
        self.threads.add(threading.current_thread().name)
        if row in self.broken and row == 13:
            raise RuntimeError("a bug of the source")
        if row in self.broken:
            raise FaceviewerError(f"/pictures/{row:05d}.png: <b>half</b> of it is missing")
        return np.full((200, 160, 3), row % 251, np.uint8)

    def find(self, typed: str) -> int | None:
        return min(int(typed), self.count - 1) if typed.isdigit() else None


@pytest.fixture
def grid(qtbot) -> PictureGrid:
    need_screen()
    grid = PictureGrid()
    qtbot.addWidget(grid)
    grid.resize(700, 500)
    grid.show()
    qtbot.waitExposed(grid)
    return grid


def settle(qtbot, grid: PictureGrid) -> None:
    """Until all that can be seen is there."""
    qtbot.waitUntil(lambda: all(grid.loader.look(row) is not None for row in grid.seen_rows()))


def test_of_100_000_rows_only_those_seen_are_read(qtbot, grid: PictureGrid) -> None:
    source = Colored(100_000)
    began = time.perf_counter()
    grid.show_source(source)
    settle(qtbot, grid)
    assert time.perf_counter() - began < 5
    seen = grid.seen_rows()
    assert set(source.loaded) == set(seen) and len(seen) < 40 and len(source.titled) < 100
    assert source.threads == {"pictures"}, "never in the window's thread"
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum() // 2)
    settle(qtbot, grid)
    assert set(source.loaded) == set(seen) | set(grid.seen_rows())
    for row in (grid.seen_rows().start, grid.seen_rows().stop - 1):
        assert grid.visualRect(grid.rows.index(row)).intersects(grid.viewport().rect())


def test_what_scrolled_away_is_not_read_and_the_newest_comes_first(qtbot, grid: PictureGrid) -> None:
    source = Colored(10_000)
    source.gate.clear()
    grid.show_source(source)
    qtbot.waitUntil(lambda: grid.loader.waiting > 0)
    first = set(grid.seen_rows())
    bar = grid.verticalScrollBar()
    for share in (0.2, 0.4, 0.6, 0.8):
        bar.setValue(int(bar.maximum() * share))
        grid.viewport().repaint()
    seen = grid.seen_rows()
    source.gate.set()
    settle(qtbot, grid)
    begun = [row for row in source.loaded if row in first]
    assert len(begun) <= 4, "no more than the threads had begun with"
    assert set(source.loaded) == set(begun) | set(seen)
    assert next(row for row in source.loaded if row in seen) in range(seen.start, seen.start + 4), "from the top"


def test_a_broken_picture_is_told_with_its_reason_and_the_others_are_shown(qtbot, grid: PictureGrid, caplog) -> None:
    grid.show_source(Colored(30, broken=frozenset({2, 13})))
    settle(qtbot, grid)
    broken, bug, whole = (grid.loader.look(row) for row in (2, 13, 3))
    assert broken and broken.pixmap.isNull() and "half" in broken.reason
    assert bug and "log has the details" in bug.reason and "a bug of the source" in caplog.text
    assert whole and not whole.pixmap.isNull() and whole.pixmap.height() == 128 and not whole.reason
    tip = grid.rows.index(2).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;half&lt;/b&gt;" in tip, "never as rich text"
    assert "half" in grid.rows.index(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert grid.accessibleName() == "Pictures" and grid.toolTip()


class Named(Colored):
    """Pictures alike, with long names."""

    names = tuple(
        f"{subject}/01_Frontal_Neutral/1616000000{number}" for subject, number in ((1, 132), (1, 133), (2, 132))
    )

    def title(self, row: int) -> str:
        return self.names[row]

    def load(self, row: int, side_px: int) -> np.ndarray:
        return super().load(0, side_px)


def test_of_a_long_title_both_ends_are_seen_and_all_of_it_is_the_tooltip(qtbot, grid: PictureGrid) -> None:
    grid.show_source(Named(3))
    settle(qtbot, grid)
    first, other_end, other_beginning = (
        grid.viewport().grab(grid.visualRect(grid.rows.index(row))).toImage() for row in range(3)
    )
    assert first != other_end, "names of one folder differ there"
    assert first != other_beginning
    assert Named.names[1] in grid.rows.index(1).data(Qt.ItemDataRole.ToolTipRole)


def test_memory_is_bounded_in_bytes(qapp) -> None:
    cache = PixmapCache(10 * (64 * 64 * 4 + 400))
    for number in range(25):
        cache.put(number, Kept(QPixmap(64, 64), 64))
        assert cache.get(0) is not None, "looked at, so it stays"
    assert len(cache) == 10 and cache.nbytes <= cache.max_bytes and cache.get(1) is None and cache.get(24)
    cache.put(24, Kept(QPixmap(), 64, "broken"))
    assert len(cache) == 10
    cache.put("large", Kept(QPixmap(600, 600), 64))
    assert len(cache) == 1, "the newest stays"
    cache.clear()
    assert cache.nbytes == 0


def test_keys(qtbot, grid: PictureGrid) -> None:
    grid.show_source(Colored(5000))
    heard: list[int] = []
    opened: list[int] = []
    grid.chosen.connect(heard.append)
    grid.opened.connect(opened.append)
    grid.choose(0)
    for key, row in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_End, 4999), (Qt.Key.Key_Home, 0)):
        qtbot.keyClick(grid, key)
        assert grid.currentIndex().row() == row == heard[-1]
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert 1 < grid.currentIndex().row() < 10
    qtbot.keyClicks(grid, "123")
    assert grid.currentIndex().row() == 123
    qtbot.waitUntil(lambda: 123 in grid.seen_rows())
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert opened == [123]
    grid.keyboardSearch("x")
    assert grid.currentIndex().row() == 123, "that is no number"


def test_several_can_be_chosen(qtbot, grid: PictureGrid) -> None:
    grid.show_source(Colored(2000))
    grid.choose(3)
    qtbot.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert grid.selected_rows().tolist() == [3, 4]
    grid.selectAll()
    assert grid.selected_rows().tolist() == list(range(2000))
    grid.show_source(Colored(4), row=2)
    assert grid.selected_rows().tolist() == [2]
    grid.show_source(NoPictures())
    assert grid.selected_rows().tolist() == []


def test_the_slider_makes_them_larger_and_reads_them_again_when_that_shows_more(qtbot, grid: PictureGrid) -> None:
    source = Colored(3000)
    grid.show_source(source)
    slider = SizeSlider(grid)
    qtbot.addWidget(slider)
    settle(qtbot, grid)
    before, cell = len(source.loaded), grid.gridSize()
    slider.setValue(100)
    qtbot.wait(50)
    assert grid.gridSize() != cell and grid.loader.look(0).side_px == 128
    grid.choose(1500)
    settle(qtbot, grid)
    slider.setValue(250)
    assert 1500 in grid.seen_rows(), "what is looked at stays in sight"
    qtbot.waitUntil(lambda: grid.loader.look(1500).side_px == 256)
    assert len(source.loaded) > before and slider.accessibleName()


def test_another_source_takes_over_and_known_pictures_are_not_read_again(qtbot, grid: PictureGrid) -> None:
    grid.show_source(Colored(20))
    settle(qtbot, grid)
    same, other = Colored(20), Colored(20, name="other")
    grid.show_source(same)
    settle(qtbot, grid)
    grid.show_source(other)
    settle(qtbot, grid)
    assert same.loaded == [] and set(other.loaded) == set(grid.seen_rows())
    assert grid.rows.rowCount() == 20 and grid.rows.index(3).data() == "00003"


def test_what_the_source_before_had_begun_is_shown_too(qtbot, grid: PictureGrid) -> None:
    first, same = Colored(20), Colored(20)
    first.gate.clear()
    grid.show_source(first)
    qtbot.waitUntil(lambda: grid.loader.waiting > 0)
    grid.show_source(same)
    grid.viewport().repaint()
    first.gate.set()
    settle(qtbot, grid)
    assert sorted(first.loaded + same.loaded) == list(grid.seen_rows()), "nothing twice"
    grid.forget_pictures()
    settle(qtbot, grid)
    assert len(first.loaded + same.loaded) == 2 * len(grid.seen_rows()), "files may have changed"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_painted_in_both_themes(qtbot, grid: PictureGrid, theme: str, qapp: QApplication) -> None:
    apply_theme(qapp, theme)
    grid.placeholder = "Nothing here"
    grid.show_source(NoPictures())
    empty = grid.grab().toImage()
    grid.show_source(Colored(30, broken=frozenset({1})), row=0)
    settle(qtbot, grid)
    assert grid.grab().toImage() != empty
    apply_theme(qapp, "system")


def test_it_goes_away_while_pictures_are_being_read(qtbot) -> None:
    need_screen()
    source = Colored(1000)
    source.gate.clear()
    grid = PictureGrid()
    grid.resize(700, 500)
    grid.show()
    qtbot.waitExposed(grid)
    grid.show_source(source)
    qtbot.waitUntil(lambda: grid.loader.waiting > 0)
    loader = grid.loader
    grid.deleteLater()
    began = time.perf_counter()
    qtbot.waitUntil(lambda: not _is_valid(loader))
    assert time.perf_counter() - began < 2, "nobody waits for a slow disk"
    source.gate.set()
    qtbot.wait(50)
    assert len(source.loaded) <= 4


def _is_valid(thing: object) -> bool:
    import shiboken6

    return shiboken6.isValid(thing)
