"""The photo list: what it shows, what clicks and keys do, and that thumbnails are made elsewhere."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from factories import make_photo
from panel_kit import add_head, rooms_with, settle
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMenu

from faceviewer.app.documents import next_id, with_changes, with_documents
from faceviewer.app.state import Document, DocumentStatus, HeadRef
from faceviewer.gui.panels import thumbnails as thumbnails_module
from faceviewer.gui.panels.photo_list import PhotoList
from faceviewer.gui.panels.photo_menu import photo_menu
from faceviewer.gui.panels.photo_rows import PhotoRows, Row
from faceviewer.gui.panels.thumbnails import ThumbnailKey, Thumbnails, ThumbnailSource


@pytest.fixture
def stage(tmp_path, qtbot):
    return rooms_with(tmp_path, PhotoList, qtbot)


def add(rooms, title: str, status: DocumentStatus = "done", **fields) -> int:
    document = Document(next_id(rooms.state), title, status=status, **fields)
    rooms.verbs.store.update(with_documents(rooms.state, [document]))
    return document.id


def titles(panel: PhotoList) -> list[str]:
    model = panel.view.model()
    return [model.index(number, 0).data() for number in range(model.rowCount())]


def click(panel: PhotoList, qtbot, number: int) -> None:
    place = panel.view.visualRect(panel.view.model().index(number, 0)).center()
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def current_title(panel: PhotoList) -> str | None:
    return panel.view.currentIndex().data()


def test_rows_tell_status_faces_and_reason():
    face = (None,) * 2  # only their number is looked at
    assert Row(Document(1, "a.jpg")).details == "Not opened"
    assert Row(Document(1, "a.mp4", "video", status="done", faces=face)).details == "Video · Done · 2 faces"
    failed = Row(Document(1, "a.jpg", path=Path("/somewhere/a.jpg"), status="failed", message="a.jpg: it is empty"))
    assert failed.details == "Failed"
    assert str(Path("/somewhere/a.jpg")) in failed.tooltip and "it is empty" in failed.tooltip


def test_a_photo_with_several_faces_has_a_row_for_each(stage):
    rooms, panel = stage
    add_head(rooms)
    add_head(rooms, faces=3)
    assert titles(panel) == ["photo 1.jpg", "photo 2.jpg", "Face 1", "Face 2", "Face 3"]


def test_a_click_chooses_a_photo(stage, qtbot):
    rooms, panel = stage
    first, _ = add_head(rooms), add_head(rooms)
    assert current_title(panel) == "photo 2.jpg"
    click(panel, qtbot, 0)
    assert rooms.state.current == first.document and current_title(panel) == "photo 1.jpg"


@pytest.mark.parametrize("way", ["click", "key"])
def test_what_is_chosen_and_was_never_tried_is_tried(stage, qtbot, sample_photo, way):
    """After a removal, or from a session: clicks and Return did nothing, and Reconstruct was grey."""
    rooms, panel = stage
    number = add(rooms, "new.jpg", "new", path=sample_photo)
    rooms.verbs.store.update(replace(rooms.state, current=number))
    settle()
    if way == "click":
        click(panel, qtbot, 0)
    else:
        qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert len(rooms.worker.jobs) == 1 and rooms.state.document(number).status == "working"


def test_a_click_on_a_face_chooses_it_and_asks_for_its_head(stage, qtbot):
    rooms, panel = stage
    ref = add_head(rooms, faces=3)
    add_head(rooms)
    click(panel, qtbot, 2)
    assert rooms.state.current == ref.document and rooms.state.document(ref.document).shown_face == 2
    assert len(rooms.worker.jobs) == 1


def test_a_face_chosen_elsewhere_is_highlighted(stage):
    rooms, panel = stage
    add_head(rooms, faces=3)
    rooms.verbs.opening.choose_face(3)
    assert current_title(panel) == "Face 3"


def test_arrow_keys_walk_through_photos_and_faces_in_both_directions(stage, qtbot):
    rooms, panel = stage
    add_head(rooms)
    add_head(rooms, faces=2)
    click(panel, qtbot, 0)
    walked = []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(panel.view, key)
        walked.append(current_title(panel))
    assert walked == ["photo 2.jpg", "Face 1", "photo 2.jpg", "photo 1.jpg"]
    assert rooms.state.current == 1


def test_delete_removes_and_the_neighbour_is_shown(stage, qtbot):
    rooms, panel = stage
    add_head(rooms)
    add_head(rooms)
    click(panel, qtbot, 0)
    qtbot.keyClick(panel.view, Qt.Key.Key_Delete)
    assert titles(panel) == ["photo 2.jpg"] == [current_title(panel)] and rooms.state.current == 2


def test_rows_moving_below_the_highlight_choose_nothing(stage, qtbot):
    rooms, panel = stage
    add_head(rooms)
    ref = add_head(rooms)
    chosen = []
    panel.view.chosen.connect(chosen.append)
    rooms.verbs.opening.remove(1)
    rooms.verbs.store.update(with_changes(rooms.state, ref.document, faces=rooms.state.shown.faces * 3))
    assert chosen == [] and rooms.state.current == ref.document
    assert titles(panel) == ["photo 2.jpg", "Face 1", "Face 2", "Face 3"]


def test_the_filter_looks_at_names_and_status(stage, qtbot):
    rooms, panel = stage
    for number in range(3):
        add(rooms, f"holiday {number}.jpg")
    add(rooms, "office.jpg", "failed")
    panel.filter.setText("HOLIDAY 1")
    assert titles(panel) == ["holiday 1.jpg"]
    panel.filter.setText("failed")
    assert titles(panel) == ["office.jpg"]
    panel.filter.setText("nothing like that")
    assert titles(panel) == [] and "Nothing in the list" in panel.view.placeholder
    panel.filter.setText("")
    assert len(titles(panel)) == 4
    assert rooms.state.current is None, "filtering chooses nothing"


def test_only_what_changed_is_told(qtbot):
    rows = PhotoRows()
    QAbstractItemModelTester(rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    told = []
    rows.dataChanged.connect(lambda first, last: told.append(("changed", first.row(), last.row())))
    rows.rowsInserted.connect(lambda _, first, last: told.append(("inserted", first, last)))
    rows.rowsRemoved.connect(lambda _, first, last: told.append(("removed", first, last)))
    rows.modelReset.connect(lambda: told.append(("reset",)))
    documents = tuple(Document(number, f"{number}.jpg") for number in range(6))
    rows.show_documents(documents)
    rows.show_documents((*documents[:2], replace(documents[2], status="done"), *documents[3:]))
    now = rows._documents
    rows.show_documents((*now[:2], replace(now[2], faces=(None, None)), *now[3:]))
    now = rows._documents
    rows.show_documents((*now[:2], *now[3:]))
    assert told == [
        ("inserted", 0, 5),
        ("changed", 2, 2),
        ("changed", 2, 2),
        ("inserted", 3, 4),
        ("removed", 2, 4),
    ]
    assert [rows.row(number).title for number in range(rows.rowCount())] == [
        "0.jpg",
        "1.jpg",
        "3.jpg",
        "4.jpg",
        "5.jpg",
    ]


def test_random_changes_keep_the_rows_right(qtbot):
    rng = np.random.default_rng(4)
    rows = PhotoRows()
    QAbstractItemModelTester(rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    documents: list[Document] = []
    for number in range(200):
        kind = rng.integers(4)
        if kind == 0 or not documents:
            documents.insert(int(rng.integers(len(documents) + 1)), Document(number, f"{number}.jpg"))
        elif kind == 1:
            documents.pop(int(rng.integers(len(documents))))
        else:
            for place in rng.integers(len(documents), size=kind):
                documents[place] = replace(documents[place], faces=(None,) * int(rng.integers(4)))
        rows.show_documents(tuple(documents))
        expected = [
            (d.id, face)
            for d in documents
            for face in (None, *range(1, len(d.faces) + 1))
            if not (face and len(d.faces) < 2)
        ]
        assert [rows.row(k).key for k in range(rows.rowCount())] == expected


def test_thumbnails_are_read_away_from_the_gui_thread(stage, tmp_path, monkeypatch, qtbot):
    rooms, panel = stage
    threads = []
    read = thumbnails_module.load_photo

    def noting_read(*args, **options):
        threads.append(threading.current_thread())
        return read(*args, **options)

    monkeypatch.setattr(thumbnails_module, "load_photo", noting_read)
    path = tmp_path / "red.png"
    Image.new("RGB", (300, 200), (220, 10, 10)).save(path)
    add(rooms, "red.png", path=path)
    qtbot.waitUntil(lambda: panel.thumbnails.pixmap(ThumbnailKey(1), ThumbnailSource()) is not None)
    assert threads and threading.main_thread() not in threads
    pixmap = panel.thumbnails.pixmap(ThumbnailKey(1), ThumbnailSource())
    assert (pixmap.width(), pixmap.height()) == (96, 64)
    assert pixmap.toImage().pixelColor(40, 30).getRgb()[:3] == (220, 10, 10)
    settle()
    seen = panel.view.viewport().grab().toImage()
    assert seen.pixelColor(28, 28).red() > 200 and seen.pixelColor(28, 28).green() < 40


def test_only_visible_rows_are_read(stage, tmp_path, monkeypatch, qtbot):
    rooms, panel = stage
    read = []
    monkeypatch.setattr(thumbnails_module, "load_photo", lambda path, **_: read.append(path) or make_photo())
    documents = [Document(number, f"{number}.jpg", path=tmp_path / f"{number}.jpg") for number in range(1, 2001)]
    rooms.verbs.store.update(with_documents(rooms.state, documents))
    settle()
    panel.thumbnails.wait()
    visible = panel.view.viewport().height() // panel.view.sizeHintForRow(0) + 2
    assert 0 < len(read) <= 2 * visible  # on a busy machine the panel is painted before it has its final size
    panel.view.scrollToBottom()
    settle()
    panel.thumbnails.wait()
    assert tmp_path / "2000.jpg" in read and len(read) <= 4 * visible


def test_a_file_that_cannot_be_read_is_tried_once(qtbot, tmp_path):
    owner = PhotoRows()
    thumbnails = Thumbnails(owner)
    arrived = []
    thumbnails.arrived.connect(arrived.append)
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"not a picture")
    key, source = ThumbnailKey(1), ThumbnailSource(path=path)
    assert thumbnails.pixmap(key, source) is None
    qtbot.waitUntil(lambda: arrived == [key])
    assert thumbnails.pixmap(key, source) is None
    settle()
    thumbnails.wait()
    assert arrived == [key]


def test_a_photo_turned_by_the_user_has_a_turned_thumbnail(qtbot, tmp_path):
    owner = PhotoRows()
    thumbnails = Thumbnails(owner)
    picture = np.zeros((80, 120, 3), np.uint8)
    picture[:, 60:] = 255  # white on the right comes up when turned counter-clockwise
    Image.fromarray(picture).save(tmp_path / "half.png")
    key = ThumbnailKey(1, rotation_deg=90)
    thumbnails.pixmap(key, ThumbnailSource(path=tmp_path / "half.png"))
    qtbot.waitUntil(lambda: thumbnails.pixmap(key, ThumbnailSource()) is not None)
    image = thumbnails.pixmap(key, ThumbnailSource()).toImage()
    assert image.height() > image.width()
    assert image.pixelColor(30, 10).red() > 240 and image.pixelColor(30, 80).red() < 15


def test_a_face_has_its_own_thumbnail(qtbot):
    owner = PhotoRows()
    thumbnails = Thumbnails(owner)
    rgb = np.zeros((100, 300, 3), np.uint8)
    rgb[30:70, 200:240] = (0, 200, 0)
    key = ThumbnailKey(1, box_xyxy=(200.0, 30.0, 240.0, 70.0))
    thumbnails.pixmap(key, ThumbnailSource(rgb=rgb))
    qtbot.waitUntil(lambda: thumbnails.pixmap(key, ThumbnailSource()) is not None)
    image = thumbnails.pixmap(key, ThumbnailSource()).toImage()
    assert image.pixelColor(48, 48).green() > 180 and image.pixelColor(4, 4).green() < 20


def actions(menu: QMenu) -> dict[str, object]:
    return {action.text(): action for action in menu.actions() if action.text()}


def test_the_menu_compares_copies_and_removes(stage):
    rooms, panel = stage
    first = add_head(rooms)
    add_head(rooms)
    photo = replace(rooms.state.document(first.document), path=Path("/somewhere/one.jpg"))
    entries = actions(photo_menu(Row(photo), rooms.verbs, panel))
    entries["Copy path"].trigger()
    assert rooms.ui.copied == [str(Path("/somewhere/one.jpg"))]
    entries["Compare with the shown head"].trigger()
    assert rooms.state.comparison.reference == HeadRef(2) and rooms.state.comparison.other == HeadRef(1)
    entries["Remove from the list"].trigger()
    assert [document.id for document in rooms.state.documents] == [2]


def test_the_menu_offers_only_what_is_possible(stage):
    rooms, panel = stage
    add_head(rooms)
    shown = actions(photo_menu(Row(rooms.state.documents[0]), rooms.verbs, panel))
    assert not shown["Compare with the shown head"].isEnabled() and not shown["Show in folder"].isEnabled()
    video = actions(photo_menu(Row(Document(9, "a.mp4", "video", Path("/a.mp4"))), rooms.verbs, panel))
    assert not video["Reconstruct"].isEnabled() and video["Show in folder"].isEnabled()


def test_reconstructing_from_the_menu_chooses_the_photo_and_asks_once(stage, sample_photo):
    rooms, panel = stage
    for status in ("new", "failed", "done"):
        number = add(rooms, f"{status}.jpg", status, path=sample_photo)
        before = len(rooms.worker.jobs)
        row = Row(rooms.state.document(number))
        actions(photo_menu(row, rooms.verbs, panel))["Reconstruct"].trigger()
        assert rooms.state.current == number and len(rooms.worker.jobs) == before + 1, status


def test_an_empty_list_says_what_to_do(stage):
    _, panel = stage
    assert "Drop some here" in panel.view.placeholder and panel.filter.isHidden()
