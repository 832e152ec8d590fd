"""The page of models without its window: what is there, choosing, bringing, checking, and every kind of bad input."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fake_ui import FakeUserInterface, Mailbox
from hostile import calling, npy_of
from locked import locked, needs_permissions, public_folder
from small_pack import PACK, write_small_pack

from faceviewer.app import models_work
from faceviewer.app.models import FOLDER_SETTING, Models, models_place
from faceviewer.app.models_state import ModelsState
from faceviewer.app.settings import Settings
from faceviewer.app.shown import derive
from faceviewer.app.state import AppState
from faceviewer.app.store import Store
from faceviewer.assets.places import Place
from faceviewer.gui.dialogs.model_texts import file_html, pack_html, size_text
from faceviewer.jobs.background import Background
from faceviewer.types import Cancelled, CancelToken

NAMES = list(PACK.by_name)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folders, empty, and the small pack as the only known one."""
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FACEVIEWER_ASSETS", raising=False)
    monkeypatch.setattr("faceviewer.assets.places.PACKS", (PACK,))
    monkeypatch.setattr("faceviewer.assets.importing.PACKS", (PACK,))
    return tmp_path / "home"


@pytest.fixture
def own(home: Path) -> Path:
    return home / "data" / "assets"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_small_pack(tmp_path / "download")


@dataclass
class Room:
    """The verbs, with what they talk to."""

    models: Models
    store: Store
    ui: FakeUserInterface
    settings: Settings
    mailbox: Mailbox
    background: Background
    seen: list[ModelsState]

    @property
    def state(self) -> ModelsState:
        return self.store.state.models

    def finish(self) -> None:
        """Let everything end, also what follows from it."""
        while self.state.job is not None:
            self._let_pass(threading.Event())

    def _let_pass(self, mark: threading.Event) -> None:
        """Hand over everything up to what comes after all that was asked for until now."""
        self.background.submit("A mark", lambda _, __: None, lambda _: mark.set())
        while not mark.wait(0.005):
            self.mailbox.hand_over()

    def states(self) -> dict[str, str]:
        (pack,) = self.state.packs
        return {one.file.name: one.state for one in pack.files}

    def said(self, level: str | None = None) -> list[str]:
        return [one.text for one in self.state.said if level in (None, one.level)]


@pytest.fixture
def room() -> Iterator[Room]:
    store, ui, settings, mailbox = Store(derive, AppState()), FakeUserInterface(), Settings(), Mailbox()
    background, seen = Background(mailbox), []
    store.subscribe(lambda state, _: seen.append(state.models))
    room = Room(Models(store, ui, settings, background), store, ui, settings, mailbox, background, seen)
    yield room
    assert background.close()


def zip_of(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return target


def content_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_at_first_nothing_is_known_and_all_is_missing(room: Room, own: Path) -> None:
    assert room.state.place is None and room.state.packs == ()
    room.models.look()
    assert room.state.job is not None and room.state.job.task == "look"
    room.finish()
    assert room.state.place == Place(own, "faceviewer's own") and not room.state.is_there
    assert set(room.states().values()) == {"missing"} and not room.state.has_files
    assert room.said() == [], "that nothing was brought yet is no trouble"
    assert room.state.packs[0].works == ()
    assert not own.exists(), "looking makes nothing"


def test_presence_and_size_alone(room: Room, small: Path) -> None:
    (small / "model.npy").write_bytes(b"cut short")
    (small / "mean.obj").write_bytes(bytes(200_000))
    (small / "map.npy").unlink()
    room.models.choose_folder(small)
    room.finish()
    assert room.states() == {
        "model.npy": "damaged",
        "large.pth": "unchecked",
        "small.pth": "unchecked",
        "old.pth": "unchecked",
        "points.mat": "unchecked",
        "map.npy": "missing",
        "mean.obj": "damaged",
    }
    (pack,) = room.state.packs
    assert pack.works == () and pack.lacks(PACK.capabilities[0]) == ("model.npy",)
    assert "9 of at least 200 bytes" in pack.files[0].reason


def test_a_chosen_folder_is_used_in_place_and_remembered(room: Room, small: Path, own: Path) -> None:
    before = content_of(small)
    room.models.choose_folder(small)
    room.finish()
    assert room.state.place == Place(small, "chosen") == models_place(Settings())
    assert Settings().text(FOLDER_SETTING) == str(small)
    assert set(room.states().values()) == {"unchecked"}
    assert {capability.id for capability in room.state.packs[0].works} == {"large", "small", "view"}
    assert content_of(small) == before and not own.exists()
    room.models.use_own_folder()
    room.finish()
    assert room.state.place == Place(own, "faceviewer's own") and set(room.states().values()) == {"missing"}
    assert models_place(Settings()) == Place(own, "faceviewer's own")


def test_the_environment_names_the_default(room: Room, small: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("FACEVIEWER_ASSETS", str(small))
    assert models_place(room.settings).folder == small
    monkeypatch.setenv("FACEVIEWER_ASSETS", str(tmp_path / "gone"))
    room.models.look()
    room.finish()
    assert room.said("error") == [f"{tmp_path / 'gone'}: there is no such folder."]
    room.settings.set(FOLDER_SETTING, str(small))
    assert models_place(room.settings) == Place(small, "chosen")


def test_half_typed_folders_do_no_harm(room: Room) -> None:
    for text in ("~", "~nobody-of-that-name", " ", "no/such", "\0"):
        room.settings.set(FOLDER_SETTING, text)
        room.models.look()
        room.finish()
        assert set(room.states().values()) == {"missing"}


def test_the_page_follows_the_setting(room: Room, small: Path) -> None:
    room.settings.set(FOLDER_SETTING, str(small))
    assert room.state.place is None, "nobody looks before somebody wants to see it"
    room.settings.reset()
    room.models.look()
    room.finish()
    room.settings.set(FOLDER_SETTING, str(small))
    room.finish()
    assert set(room.states().values()) == {"unchecked"}


@pytest.mark.parametrize("ask", [True, False])
def test_folders_that_cannot_be_used_are_told_and_change_nothing(room: Room, small: Path, tmp_path: Path, ask) -> None:
    room.models.choose_folder(small)
    room.finish()
    (tmp_path / "holiday").mkdir()
    for folder, reason in (
        (tmp_path / "holiday", "none of the known files is in it, such as model.npy, large.pth, small.pth."),
        (tmp_path / "gone", "there is no such folder."),
        (small / "map.npy", "there is no such folder."),
    ):
        room.ui.folder = folder
        if ask:
            room.models.ask_folder()
        else:
            room.models.choose_folder(folder)
        room.finish()
        assert room.said() == [f"{folder}: {reason}"]
        assert room.state.place == Place(small, "chosen") == models_place(Settings())
        assert set(room.states().values()) == {"unchecked"}


@needs_permissions
def test_a_folder_that_may_not_be_read_is_told(room: Room) -> None:
    room.models.look()
    room.finish()
    with public_folder() as folder:
        for act in (room.models.choose_folder, room.models.import_from):
            with locked(folder):
                act(folder)
                room.finish()
            assert room.said() == [f"{folder}: no permission to read it."]


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_import(room: Room, small: Path, own: Path, tmp_path: Path, kind: str) -> None:
    (small / "large.pth").write_bytes((small / "small.pth").read_bytes())
    source = small if kind == "folder" else zip_of(small, tmp_path / "a.zip")
    room.ui.folder, room.ui.file = source, source
    if kind == "folder":
        room.models.ask_import_folder()
    else:
        room.models.ask_import_zip()
    room.finish()
    assert room.states() == {**dict.fromkeys(NAMES, "whole"), "large.pth": "missing"}, "whole: each was opened"
    assert set(content_of(own)) == {f"small/{name}" for name in NAMES if name != "large.pth"}
    assert room.said("ok")[0] == f"6 files imported into {own}."
    (refused,) = room.said("error")
    assert refused == "large.pth holds the weights of the small net, which belong into small.pth."
    assert sum(name in text for text in room.said() for name in NAMES if text.startswith(name)) == len(NAMES)
    stages = [models.job.progress.stage for models in room.seen if models.job is not None]
    assert "Importing model.npy" in stages and "Importing mean.obj" in stages


def test_imported_files_are_not_in_use_while_another_folder_is(room: Room, small: Path, own: Path, tmp_path) -> None:
    other = write_small_pack(tmp_path / "other")
    room.models.choose_folder(other)
    room.finish()
    room.models.import_from(small)
    room.finish()
    assert room.state.place == Place(other, "chosen") and set(room.states().values()) == {"unchecked"}
    assert any(str(other) in text and "Not in use yet" in text for text in room.said("warning"))
    room.models.use_own_folder()
    room.finish()
    assert room.state.packs[0].folder == own / "small" and room.state.has_files


def hostile_zip(small: Path, path: Path) -> Path:
    with zipfile.ZipFile(zip_of(small, path), "a") as archive:
        archive.writestr("../escaped.txt", b"x")
    return path


def broken_zip(small: Path, path: Path) -> Path:
    path.write_bytes(zip_of(small, path).read_bytes()[:300])
    return path


def no_zip(_: Path, path: Path) -> Path:
    path.write_text("a letter")
    return path


def absent(_: Path, path: Path) -> Path:
    return path


def zip_of_other_things(_: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("holiday.jpg", b"x")
    return path


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (hostile_zip, "refused, its member '../escaped.txt' leads out of the folder."),
        (broken_zip, "neither a folder nor a zip."),
        (no_zip, "neither a folder nor a zip."),
        (absent, "there is no such file or folder."),
        (zip_of_other_things, "none of the known files is in it, such as model.npy, large.pth, small.pth."),
    ],
)
def test_bad_sources_are_told_in_one_sentence_and_harm_nothing(
    room: Room, small: Path, own: Path, tmp_path: Path, make, reason: str
) -> None:
    room.models.import_from(small)
    room.finish()
    before = content_of(tmp_path)
    source = make(small, tmp_path / "bad.zip")
    room.models.import_from(source)
    room.finish()
    assert room.said() == [f"{source}: {reason}"] and [one.level for one in room.state.said] == ["error"]
    assert set(room.states().values()) == {"whole"}
    assert {name: data for name, data in content_of(tmp_path).items() if name != "bad.zip"} == before


def test_a_hostile_file_is_refused_and_the_one_that_is_there_stays(room: Room, small: Path, own: Path) -> None:
    room.models.import_from(small)
    room.finish()
    whole = (own / "small" / "model.npy").read_bytes()
    (small / "model.npy").write_bytes(npy_of(calling("os system", "true")))
    room.models.import_from(small)
    room.finish()
    assert any("model.npy" in text and "os.system" in text for text in room.said("error"))
    assert (own / "small" / "model.npy").read_bytes() == whole and set(room.states().values()) == {"whole"}


@pytest.mark.parametrize("way", ["a file in the way", "no permission"])
def test_a_folder_that_cannot_be_written_is_told_once(room: Room, small: Path, own: Path, way: str) -> None:
    own.parent.mkdir(parents=True, exist_ok=True)
    if way == "a file in the way":
        own.write_text("in the way")
    elif os.name != "posix" or os.geteuid() == 0:
        pytest.skip("the administrator may write everywhere")
    else:
        own.mkdir(mode=0o500)
    room.models.import_from(small)
    room.finish()
    (sentence,) = room.said("error")
    assert str(own) in sentence and "cannot be written" in sentence and len(room.state.said) == 1
    if way == "a file in the way":
        assert own.read_text() == "in the way"


def test_check_tells_file_by_file(room: Room, small: Path) -> None:
    (small / "large.pth").write_bytes((small / "small.pth").read_bytes())
    (small / "mean.obj").write_text("v 1 2\n" * 10)
    room.models.choose_folder(small)
    room.finish()
    room.seen.clear()
    room.models.check()
    room.finish()
    assert room.states() == {**dict.fromkeys(NAMES, "whole"), "large.pth": "unknown", "mean.obj": "damaged"}
    assert room.said()[0] == "7 files checked: 5 whole, 2 not."
    assert room.said("warning")[1].startswith("large.pth holds the weights of the small net")
    assert room.said("error")[0].startswith("mean.obj cannot be used: ")
    assert {capability.id for capability in room.state.packs[0].works} == {"small"}
    opened = [sum(one.was_opened for pack in models.packs for one in pack.files) for models in room.seen]
    assert set(opened) == set(range(len(NAMES) + 1)), "after each file it is seen how it is"
    assert opened[0] == 0 or room.seen[0].job.task == "check"
    fractions = [models.job.progress.fraction for models in room.seen if models.job and models.job.progress.fraction]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0


def test_what_was_found_out_holds_until_the_file_changes(room: Room, small: Path) -> None:
    room.models.choose_folder(small)
    room.finish()
    room.models.check()
    room.finish()
    assert room.said() == ["7 files checked: whole."]
    room.models.look()
    room.finish()
    assert set(room.states().values()) == {"whole"}
    os.utime(small / "old.pth", ns=(1, 1))
    room.models.look()
    room.finish()
    assert room.states() == {**dict.fromkeys(NAMES, "whole"), "old.pth": "unchecked"}


def test_a_check_without_files_says_so(room: Room, small: Path) -> None:
    room.models.check()
    room.finish()
    assert room.said() == ["There is no file to check."]
    room.models.choose_folder(small)
    room.finish()
    small.rename(small.with_name("moved"))
    room.models.check()
    room.finish()
    assert room.said() == [f"{small}: there is no such folder."] and set(room.states().values()) == {"missing"}


def test_cancelling_a_check_keeps_what_was_found(small: Path) -> None:
    cancel, steps = CancelToken(), []

    def stop_at_third(progress: models_work.PacksChecked) -> None:
        steps.append(progress)
        if progress.stage == "Checking small.pth":
            cancel.cancel()

    with pytest.raises(Cancelled):
        models_work.check(Place(small, "chosen"), stop_at_third, cancel)
    assert [one.state for one in steps[-1].packs[0].files][:3] == ["whole", "whole", "unchecked"]


def hold_up(room: Room) -> threading.Event:
    """Keep the background busy until the event is set."""
    held = threading.Event()
    room.background.submit("Something long", lambda _, __: held.wait(20), lambda _: None)
    return held


@pytest.mark.parametrize("task", ["check", "import"])
def test_cancel_is_told_and_nothing_is_left_running(room: Room, small: Path, own: Path, task: str) -> None:
    room.models.choose_folder(small)
    room.finish()
    held = hold_up(room)
    room.models.check() if task == "check" else room.models.import_from(small)
    room.models.cancel()
    assert room.state.job is not None and room.state.job.progress.stage == "Cancelling"
    held.set()
    room.finish()
    (sentence,) = room.said("info")
    assert "was cancelled" in sentence and set(room.states().values()) == {"unchecked"} and not own.exists()
    room.models.cancel()  # nothing to cancel


def test_one_thing_at_a_time(room: Room, small: Path) -> None:
    held = hold_up(room)
    room.models.import_from(small)
    for act in (room.models.check, lambda: room.models.choose_folder(small), lambda: room.models.take_drop(small)):
        act()
        assert room.said("warning") == ["Something is still being done: wait for it or cancel it first."]
        assert room.state.job is not None and room.state.job.task == "import"
    room.settings.set(FOLDER_SETTING, str(small))
    held.set()
    room.finish()
    assert room.state.place == Place(small, "chosen"), "the setting that changed meanwhile counts in the end"


def test_drops(room: Room, small: Path, own: Path, tmp_path: Path) -> None:
    room.models.take_drop(small)
    room.finish()
    assert room.state.offered == small and room.state.said == ()
    room.models.decline()
    assert room.state.offered is None and not own.exists()
    room.models.take_drop(zip_of(small, tmp_path / "a.zip"))
    room.finish()
    assert set(room.states().values()) == {"whole"}
    for path, reason in (
        (small / "large.pth", "drop the folder that it lies in, not the file alone."),
        (tmp_path / "gone", "there is no such file or folder."),
    ):
        room.models.take_drop(path)
        room.finish()
        assert room.said("error") == [f"{path}: {reason}"]


def test_pages_and_folders_are_opened_on_request_only(room: Room, small: Path, own: Path) -> None:
    room.models.look()
    room.finish()
    room.models.show_folder()
    assert room.ui.revealed == [] and room.said("warning")[0].startswith(f"{own}: there is no such folder yet")
    room.models.choose_folder(small)
    room.finish()
    room.models.show_folder()
    assert room.ui.revealed == [small] and room.ui.pages == []
    room.models.open_page(PACK)
    room.models.copy_link(PACK)
    assert room.ui.pages == room.ui.texts == [PACK.page]
    room.ui.folder = room.ui.file = None
    for ask in (room.models.ask_folder, room.models.ask_import_folder, room.models.ask_import_zip):
        before = room.state
        ask()
        assert room.state is before


def test_texts_name_everything_and_escape_it(room: Room, small: Path) -> None:
    (small / "large.pth").unlink()
    room.models.choose_folder(small)
    room.finish()
    (pack,) = room.state.packs
    text = pack_html(pack)
    for part in ("Small System", "6 of 7 files", "For tests.", "Small heads", "Large heads (lacks large.pth)"):
        assert part in text
    text = file_html(pack, pack.files[0])
    for part in ("model.npy", "Needed.", "The model.", "Large heads (with large.pth)", "their own terms"):
        assert part in text
    assert "https://example.org/somebody" in text
    assert [size_text(n) for n in (12, 1200, 96_000_000, 1_230_000_000)] == ["12 bytes", "1.2 KB", "96 MB", "1.2 GB"]


def test_nothing_of_it_is_imported_before_somebody_looks() -> None:
    code = (
        "import sys, faceviewer.app.verbs, faceviewer.app.commands\n"
        "found = [n for n in sys.modules if n.startswith('faceviewer.assets') or n.endswith('models_work')]\n"
        "sys.exit(', '.join(found) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_published_pack_is_checked_file_by_file(room: Room, tddfa_v3_assets: Path, monkeypatch) -> None:
    from faceviewer.assets.tddfa_v3 import TDDFA_V3

    monkeypatch.setattr("faceviewer.assets.places.PACKS", (TDDFA_V3, PACK))
    room.models.choose_folder(tddfa_v3_assets)
    room.finish()
    room.models.check()
    room.finish()
    published, small = room.state.packs
    assert {one.state for one in published.files} == {"whole"} and {one.state for one in small.files} == {"missing"}
    assert published.works == TDDFA_V3.capabilities and small.works == ()
