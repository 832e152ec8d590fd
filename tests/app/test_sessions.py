"""Saving, opening and restoring as the user meets them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from app_states import differences, make_full_state, make_photo_document
from fake_ui import FakeUserInterface, Mailbox

from faceviewer.app.autosave import Autosave, left_behind
from faceviewer.app.session import SessionWriter
from faceviewer.app.sessions import Sessions
from faceviewer.app.settings import Settings
from faceviewer.app.shown import derive
from faceviewer.app.state import AppState, Edits, HeadRef, Selection, Work
from faceviewer.app.store import Store
from faceviewer.jobs.background import Background
from faceviewer.types import CancelToken


class Window:
    """One running application without its window."""

    def __init__(self, state: AppState, autosaves: Path) -> None:
        self.store = Store(derive, state)
        self.ui, self.mailbox = FakeUserInterface(), Mailbox()
        self.background = Background(self.mailbox)
        self.let_go = 0
        self.remembered: list[Path] = []
        self.sessions = Sessions(
            self.store,
            self.ui,
            Settings(),
            self.background,
            before_open=self._count,
            remember=self.remembered.append,
            folder=autosaves,
        )

    def _count(self) -> None:
        self.let_go += 1

    @property
    def state(self) -> AppState:
        return self.store.state

    def settle(self) -> None:
        """Wait for the background and hand over what it says."""
        done: list[object] = []
        self.background.submit("", lambda progress, cancel: None, done.append)
        until = time.monotonic() + 20
        while not done and time.monotonic() < until:
            self.mailbox.hand_over()
            time.sleep(0.005)
        assert done

    def edit(self) -> None:
        self.store.edit("nose", Work({HeadRef(3): Edits({"nose-width": 0.5})}))


@pytest.fixture
def full(album) -> AppState:
    return make_full_state(album("one.jpg", "two.jpg"))


@pytest.fixture
def make(tmp_path, monkeypatch):
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    windows: list[Window] = []

    def window(state: AppState | None = None) -> Window:
        windows.append(Window(state or AppState(), tmp_path / "autosave"))
        return windows[-1]

    yield window
    for made in windows:
        made.sessions.clean_exit()
        made.background.close()


def test_save_and_open(make, full, tmp_path):
    window = make(full)
    window.ui.target = tmp_path / "my work"
    window.sessions.save_or_ask()
    window.settle()
    path = tmp_path / "my work.faceviewer"
    assert window.ui.suggested.name == "one.faceviewer" and window.state.session_path == path
    assert "my work.faceviewer" in window.state.notice.text
    other = make()
    other.ui.file = path
    other.sessions.ask_open()
    other.settle()
    assert window.remembered == other.remembered == [path]
    assert other.let_go == 1 and other.state.session_path == path and other.state.undo_label == ""
    for name in ("documents", "work", "view", "current"):
        assert differences(getattr(other.state, name), getattr(full, name), name) == []
    assert other.state.comparison is not None and other.state.shown.result is not None


def test_unsaved_changes_are_known(make, full, tmp_path):
    window = make(replace(full, work=Work()))
    assert not window.sessions.unsaved, "photos alone are not worth a question"
    window.edit()
    assert window.sessions.unsaved
    window.sessions.save(tmp_path / "a.faceviewer")
    window.settle()
    assert not window.sessions.unsaved
    window.edit()
    assert window.sessions.unsaved
    window.store.undo()
    assert not window.sessions.unsaved, "what is undone is as it was saved"


def test_unsaved_changes_are_not_thrown_away_unasked(make, full, tmp_path):
    window = make(full)
    window.sessions.save(tmp_path / "a.faceviewer")
    window.settle()
    window.edit()
    window.ui.agrees = False
    window.sessions.open(tmp_path / "a.faceviewer")
    window.settle()
    assert len(window.ui.questions) == 1 and window.let_go == 0
    window.ui.agrees = True
    window.sessions.open(tmp_path / "a.faceviewer")
    window.store.update(replace(window.state, documents=window.state.documents[::-1]))  # as by a frame of a camera
    window.settle()
    assert window.let_go == 1 and differences(window.state.work, full.work) == []
    assert len(window.ui.questions) == 2, "asked once each time"


def test_a_bad_file_changes_nothing(make, full, tmp_path):
    window = make(replace(full, work=Work()))
    documents = window.state.documents
    (tmp_path / "bad.faceviewer").write_bytes(b"nothing")
    window.sessions.open(tmp_path / "bad.faceviewer")
    window.settle()
    assert window.state.documents is documents and window.let_go == 0
    assert window.state.notice.level == "error" and "bad.faceviewer" in window.state.notice.text


def test_missing_photos_are_named(make, full, tmp_path):
    window = make(full)
    window.sessions.save(tmp_path / "a.faceviewer")
    window.settle()
    full.documents[0].path.unlink()
    window.sessions.open(tmp_path / "a.faceviewer")
    window.settle()
    assert "one.jpg" in window.state.notice.text and window.state.documents[0].heads


def test_a_save_that_fails_is_told(make, full, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    window = make(full)
    window.sessions.save(tmp_path / "file" / "a.faceviewer")
    window.settle()
    assert window.state.notice.level == "error" and window.state.session_path is None


def test_a_save_that_ends_after_another_session_was_opened_leaves_that_alone(make, full, tmp_path):
    """The window then called itself as the session that was saved, and was saved over it."""
    window = make(full)
    first, second = tmp_path / "a.faceviewer", tmp_path / "b.faceviewer"
    window.sessions.save(second)
    window.settle()
    window.sessions.save(first)
    window.settle()
    window.sessions.open(second)
    window.sessions.save_or_ask()
    window.settle()
    assert window.state.session_path == second and window.state.notice.text == "The session was saved as a.faceviewer."
    assert not window.sessions.unsaved
    window.edit()
    assert window.sessions.unsaved


def test_work_that_is_done_while_a_session_is_read_is_asked_for(make, full, tmp_path):
    window = make(full)
    window.sessions.save(tmp_path / "a.faceviewer")
    window.settle()
    window.ui.agrees = False
    window.sessions.open(tmp_path / "a.faceviewer")
    window.edit()
    documents = window.state.documents
    window.settle()
    assert len(window.ui.questions) == 1 and window.state.documents is documents and window.let_go == 0


def test_opening_a_session_leaves_other_windows_as_they_are(make, full, tmp_path):
    """They were emptied while their jobs went on, which could not be cancelled any more."""
    window = make(full)
    window.sessions.save(tmp_path / "a.faceviewer")
    window.settle()
    point = full.work.measurements[0].points[0]
    pose_over_time = replace(window.state.pose_over_time, raw="minutes of work")
    changed = replace(window.state, pose_over_time=pose_over_time, tool="angle", selection=Selection("point", point))
    window.store.update(replace(changed, documents=window.state.documents[:1]))
    window.sessions.open(tmp_path / "a.faceviewer")
    window.settle()
    assert len(window.state.documents) == len(full.documents) and window.let_go == 1
    assert window.state.pose_over_time is pose_over_time
    assert window.state.tool == "select" and window.state.selection is None


def test_autosave_writes_what_changed(full, tmp_path):
    state = full
    autosave = Autosave(tmp_path, lambda: state, lambda: 60)
    assert autosave.save() and not autosave.save()
    state = replace(full, view=replace(full.view, wipe=0.5))
    assert autosave.save() and autosave.path.exists()
    state = AppState()
    assert not autosave.save(), "there is nothing that a crash could take"


def test_what_was_restored_is_kept_until_it_is_saved_again(full, tmp_path):
    """A second crash, right after the first was made good, took everything."""
    left = tmp_path / "left.faceviewer"
    left.touch()
    state = AppState()
    autosave = Autosave(tmp_path, lambda: state, lambda: 60)
    autosave.replaces(left)
    assert not autosave.save() and left.exists(), "it is not in the state that is saved"
    state = full
    assert autosave.save() and not left.exists()
    left.touch()
    autosave.replaces(left)
    assert not autosave.save() and not left.exists(), "the state was saved already"


def test_a_clean_exit_leaves_nothing(make, full, tmp_path):
    window = make(full)
    window.sessions.start_autosave()
    window.sessions._autosave.save()
    assert window.sessions.autosave_path.exists() and left_behind(tmp_path / "autosave") == []
    window.sessions.clean_exit()
    assert list((tmp_path / "autosave").iterdir()) == [] and not window.state.can_restore


_CRASH = """
import sys, time
from pathlib import Path
sys.path[:0] = [sys.argv[2], sys.argv[3]]
from app_states import make_full_state
from faceviewer.app.autosave import Autosave
state = make_full_state(sorted(Path(sys.argv[4]).glob("*.jpg")))
autosave = Autosave(Path(sys.argv[1]), lambda: state, lambda: 0.05)
autosave.start()
while not autosave.path.exists():
    time.sleep(0.01)
print("saved", flush=True)
sys.stdin.read()
"""


def crash(full: AppState, folder: Path) -> None:
    """A window that saves by itself and is then killed."""
    tests = Path(__file__).resolve().parents[1]
    arguments = [str(folder), str(tests.parent), str(tests), str(full.documents[0].path.parent)]
    process = subprocess.Popen(
        [sys.executable, "-c", _CRASH, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None and process.stdout.readline() == "saved\n"
        assert left_behind(folder) == [], "the window is still alive"
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_crash_is_offered_and_restored(make, full, tmp_path):
    crash(full, tmp_path / "autosave")
    window = make()
    window.sessions.start_autosave()
    assert window.state.can_restore and "not closed properly" in window.state.notice.text
    assert window.state.notice.commands == ("file.restore_session", "file.discard_session")
    window.sessions.restore()
    window.settle()
    for name in ("documents", "work", "view"):
        assert differences(getattr(window.state, name), getattr(full, name), name) == []
    assert not window.state.can_restore
    until = time.monotonic() + 20
    while left_behind(tmp_path / "autosave") and time.monotonic() < until:
        time.sleep(0.005)
    assert left_behind(tmp_path / "autosave") == [] and window.sessions.autosave_path.exists()
    assert window.sessions.unsaved, "what was restored was never saved by the user"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_crash_can_be_forgotten(make, full, tmp_path):
    crash(full, tmp_path / "autosave")
    window = make()
    window.sessions.start_autosave()
    window.sessions.discard_left()
    assert not window.state.can_restore and window.state.notice is None and left_behind(tmp_path / "autosave") == []
    window.sessions.restore()
    window.settle()
    assert window.state.documents == ()


@pytest.fixture
def two_left(full, tmp_path) -> list[Path]:
    """What two windows that crashed left behind, newest first."""
    paths = [tmp_path / "autosave" / f"{name}.faceviewer" for name in ("newest", "older")]
    for age, path in enumerate(paths):
        documents = tuple(replace(document, title=path.stem) for document in full.documents)
        SessionWriter().write(replace(full, documents=documents), path, lambda _: None, CancelToken())
        os.utime(path, (1e9 - age, 1e9 - age))
    return paths


def test_only_what_was_restored_is_removed(make, two_left):
    window = make()
    window.sessions.start_autosave()
    window.sessions.restore()
    window.settle()
    assert window.state.documents[0].title == "newest" and "next start" in window.state.notice.text
    window.sessions.clean_exit()
    assert left_behind(two_left[0].parent) == two_left[1:]
    window = make()
    window.sessions.start_autosave()
    assert window.state.can_restore


def test_after_one_was_forgotten_the_next_is_offered(make, two_left):
    window = make()
    window.sessions.start_autosave()
    window.sessions.discard_left()
    assert window.state.can_restore and "Another window" in window.state.notice.text
    assert left_behind(two_left[0].parent) == two_left[1:]
    window.sessions.discard_left()
    assert not window.state.can_restore and window.state.notice is None and left_behind(two_left[0].parent) == []


def test_restoring_asks_before_work_is_replaced(make, full, two_left):
    window = make(replace(full, work=Work()))
    window.sessions.start_autosave()
    window.edit()
    documents, window.ui.agrees = window.state.documents, False
    window.sessions.restore()
    window.settle()
    assert len(window.ui.questions) == 1 and window.state.documents is documents and window.state.can_restore


def test_many_photos_without_heads(make, album, tmp_path):
    path = album("one.jpg")[0]
    documents = tuple(replace(make_photo_document(k, path, {}), status="no face") for k in range(1, 30))
    window = make(AppState(documents=documents, current=4))
    window.sessions.save(tmp_path / "a.faceviewer")
    window.settle()
    assert (tmp_path / "a.faceviewer").stat().st_size < 200_000, "photos with files are not stored"
