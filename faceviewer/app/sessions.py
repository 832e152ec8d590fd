"""Verbs on the session: saving it, opening it, bringing back what a crash left."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from faceviewer.app.autosave import Autosave, discard, left_behind
from faceviewer.app.documents import highest_id
from faceviewer.app.session import OpenedSession, SessionWriter, read_session
from faceviewer.app.settings import Settings
from faceviewer.app.state import AppState, Notice
from faceviewer.app.store import Store
from faceviewer.app.ui import UserInterface
from faceviewer.io.folders import data_folder
from faceviewer.io.session_file import SESSION_SUFFIX
from faceviewer.jobs.background import Background, Outcome

logger = logging.getLogger(__name__)

RESTORE_COMMAND, DISCARD_COMMAND = "file.restore_session", "file.discard_session"
_PATTERNS = (f"*{SESSION_SUFFIX}",)
_ONE_MORE = "Another session that was not closed properly is kept, and offered at the next start."


class Sessions:
    """Keeps the session in a file. Files are read and written in the background."""

    def __init__(
        self,
        store: Store,
        ui: UserInterface,
        settings: Settings,
        background: Background,
        *,
        before_open: Callable[[], None],
        remember: Callable[[Path], None],
        folder: Path | None = None,
    ) -> None:
        """``before_open`` stops whatever works on the documents that will go; ``remember`` is told of session files.

        ``folder`` is that of autosaves.
        """
        self._store = store
        self._ui = ui
        self._background = background
        self._before_open = before_open
        self._remember = remember
        self._folder = folder or data_folder() / "autosave"
        self._autosave = Autosave(self._folder, lambda: store.state, lambda: settings.number("files.autosave_s"))
        self._writer = SessionWriter()
        self._saved = AppState()
        self._opened = 0  # how many sessions took the place of what was there
        self._left: list[Path] = []

    @property
    def unsaved(self) -> bool:
        """Whether closing now would lose something: edits and measurements, or changes of an open session."""
        state = self._store.state
        if state.session_path is None:
            return bool(state.work.edits or state.work.measurements) and state.work is not self._saved.work
        return state.documents is not self._saved.documents or state.work is not self._saved.work

    @property
    def autosave_path(self) -> Path:
        """Where this window's session is saved by itself."""
        return self._autosave.path

    def save(self, path: Path) -> None:
        """Write the session to ``path``; the end is told in a notice."""
        state = replace(self._store.state, session_path=path)
        done = partial(self._was_saved, state, self._opened)
        self._background.submit("Saving the session", partial(self._writer.write, state, path), done)

    def save_or_ask(self) -> None:
        """Save to the session's own file, or ask for one."""
        path = self._store.state.session_path
        if path is None:
            self.ask_save()
        else:
            self.save(path)

    def ask_save(self) -> None:
        """Ask where to and save."""
        state = self._store.state
        suggestion = state.session_path or Path(_suggested_name(state))
        path = self._ui.choose_target("Save the session", suggestion, _PATTERNS)
        if path is not None:
            self.save(path if path.suffix.lower() == SESSION_SUFFIX else path.with_name(path.name + SESSION_SUFFIX))

    def ask_open(self) -> None:
        """Ask for a session and open it."""
        path = self._ui.choose_file("Open a session", _PATTERNS)
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Open the session in ``path`` in the place of what is open. A file that is none changes nothing."""
        if self._may_replace():
            self._read(path, self._was_opened)

    def start_autosave(self) -> None:
        """Begin to save by itself; when a window crashed before, offer what it left behind."""
        self._left = left_behind(self._folder)
        self._autosave.start()
        if self._left:
            self._offer("faceviewer was not closed properly last time.")

    def restore(self) -> None:
        """Open what the crashed window left behind."""
        if self._left and self._may_replace():
            self._read(self._left[0], self._was_restored)

    def discard_left(self) -> None:
        """Remove what the crashed window left behind; when another one did so before, that is offered next."""
        if not self._left:
            return
        discard(self._left.pop(0))
        if self._left:
            self._offer("Another window was not closed properly before.")
        else:
            self._store.update(replace(self._store.state, can_restore=False, notice=None))

    def clean_exit(self) -> None:
        """The window closes as it should: stop saving by itself, nothing is left behind."""
        self._autosave.close()

    def _offer(self, sentence: str) -> None:
        notice = Notice(
            f"{sentence} Its photos, results and changes can be brought back.",
            "warning",
            (RESTORE_COMMAND, DISCARD_COMMAND),
        )
        self._store.update(replace(self._store.state, can_restore=True, notice=notice))

    def _may_replace(self) -> bool:
        """Whether another session may take the place of what is open; asks where that would lose something."""
        question = "Your changes since the last save will be lost when another session is opened."
        return not self.unsaved or self._ui.confirm(question, "Open")

    def _read(self, path: Path, done: Callable[[OpenedSession], None]) -> None:
        done_with = partial(self._was_read, done, self._store.state)
        self._background.submit("Opening the session", partial(read_session, path), done_with)

    def _was_read(self, done: Callable[[OpenedSession], None], asked: AppState, outcome: Outcome) -> None:
        """``asked``: the state when the user was asked whether it may go."""
        if isinstance(outcome.value, OpenedSession):
            if self._store.state.work is not asked.work and not self._may_replace():
                return
            self._before_open()
            done(outcome.value)
        else:
            logger.error("session: %s", outcome.error)
            self._say(Notice(f"{outcome.error.rstrip('.')}.", "error"))

    def _was_opened(self, opened: OpenedSession) -> None:
        self._saved = opened.state
        self._show(opened, opened.path)
        self._remember(opened.path)

    def _was_restored(self, opened: OpenedSession) -> None:
        self._saved = AppState()
        older = len(self._left) > 1
        self._left = []
        self._show(opened, opened.session_path)
        self._autosave.replaces(opened.path)
        if older and self._store.state.notice is None:
            self._say(Notice(_ONE_MORE))

    def _show(self, opened: OpenedSession, session_path: Path | None) -> None:
        """The session in the place of photos and work; what other windows show and do goes on."""
        read, now = opened.state, self._store.state
        self._opened += 1
        state = replace(
            now,
            documents=read.documents,
            current=read.current,
            last_id=highest_id(now),
            work=read.work,
            view=read.view,
            comparison=read.comparison,
            selection=None,
            hover=None,
            pending_points=(),
            tool="select",
            wear=replace(now.wear, worn={}),  # by number of the photo, which is another one now
            session_path=session_path,
            can_restore=bool(self._left),
            notice=_notice(opened.missing),
        )
        self._store.update(state)
        self._store.forget_history()

    def _was_saved(self, state: AppState, opened: int, outcome: Outcome) -> None:
        """``opened``: how many sessions had been opened when ``state`` was to be saved."""
        if outcome.error:
            logger.error("session: %s", outcome.error)
            self._say(Notice(f"The session was not saved: {outcome.error.rstrip('.')}.", "error"))
            return
        assert state.session_path is not None
        self._remember(state.session_path)
        now = replace(self._store.state, notice=Notice(f"The session was saved as {state.session_path.name}."))
        if opened == self._opened:  # else another one is open now, and would be saved over this one
            self._saved = state
            now = replace(now, session_path=state.session_path)
        self._store.update(now)

    def _say(self, notice: Notice) -> None:
        self._store.update(replace(self._store.state, notice=notice))


def _suggested_name(state: AppState) -> str:
    document = state.shown.document
    return (Path(document.title).stem if document is not None else "session") + SESSION_SUFFIX


def _notice(missing: tuple[str, ...]) -> Notice | None:
    if not missing:
        return None
    more = f" And {len(missing) - 2} more." if len(missing) > 2 else ""
    return Notice(f"{' '.join(missing[:2])}{more} Results are shown all the same.", "warning")
