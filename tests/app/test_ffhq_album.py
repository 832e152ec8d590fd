"""The album of FFHQ without its window: opening, searching, checking, and every kind of folder that is not whole."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from fake_ui import FakeUserInterface, Mailbox
from ffhq_factory import write_dataset

from faceviewer.app.ffhq import ASK_ABOVE, FOLDER_SETTING, Ffhq
from faceviewer.app.ffhq_jobs import FfhqJobs
from faceviewer.app.ffhq_pictures import FfhqPictures
from faceviewer.app.ffhq_state import FfhqState
from faceviewer.app.ffhq_work import day_of
from faceviewer.app.settings import Settings
from faceviewer.app.shown import derive
from faceviewer.app.state import AppState
from faceviewer.app.store import Store
from faceviewer.datasets.ffhq.entry import FfhqQuery
from faceviewer.datasets.ffhq.files import PictureFolder
from faceviewer.datasets.ffhq.options import AlignOptions
from faceviewer.datasets.ffhq.recreate_plan import RecreateRequest
from faceviewer.jobs.background import Background
from faceviewer.types import FaceviewerError

NUMBERS = (0, 1, 2, 3, 4, 5, 60000, 60001)


class NotedOpening:
    def __init__(self) -> None:
        self.paths: list[Path] = []

    def open_paths(self, paths: list[Path]) -> None:
        self.paths = list(paths)


@dataclass
class Room:
    """The verbs, with what they talk to."""

    album: Ffhq
    jobs: FfhqJobs
    store: Store
    ui: FakeUserInterface
    settings: Settings
    opening: NotedOpening
    mailbox: Mailbox
    backgrounds: tuple[Background, Background]

    @property
    def state(self) -> FfhqState:
        return self.store.state.ffhq

    def finish(self) -> None:
        """Let everything end, also what follows from it."""
        for _ in range(3):
            for background in self.backgrounds:
                mark = threading.Event()
                background.submit("A mark", lambda _, __: None, lambda _, mark=mark: mark.set())
                while not mark.wait(0.002):
                    self.mailbox.hand_over()

    def open(self, folder: Path) -> None:
        self.album.choose_folder(folder)
        self.finish()

    def search(self, **query: object) -> list[int]:
        self.album.search(FfhqQuery(**query))  # type: ignore[arg-type]
        self.finish()
        assert self.state.found is not None
        return self.state.found.numbers.tolist()

    def said(self) -> list[str]:
        return [one.text for one in self.state.said]

    def work_said(self) -> str:
        return " ".join(one.text for one in self.state.work_said)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    store, ui, settings, mailbox = Store(derive, AppState()), FakeUserInterface(), Settings(), Mailbox()
    looking, working, opening = Background(mailbox), Background(mailbox), NotedOpening()
    album = Ffhq(store, ui, settings, opening, looking)  # type: ignore[arg-type]
    yield Room(album, FfhqJobs(store, ui, working), store, ui, settings, opening, mailbox, (looking, working))
    assert looking.close() and working.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "ffhq"
    folder.mkdir()
    write_dataset(folder, NUMBERS)
    return folder


def test_a_whole_data_set(room: Room, root: Path) -> None:
    room.album.look()
    assert room.state.folder is None and room.state.opening is None, "nothing is remembered yet"
    room.ui.folder = root
    room.album.ask_folder()
    assert room.state.opening is not None
    room.finish()
    dataset = room.state.dataset
    assert dataset is not None and dataset.index is not None and dataset.indexed.tolist() == list(NUMBERS)
    assert room.state.opening is None and room.said() == [] and room.settings.text(FOLDER_SETTING) == str(root)
    folder = dataset.folder(room.state.place)
    assert folder is not None and folder.kind == "thumbnail", "quick to look at"
    assert room.state.found is not None and room.state.found.numbers.tolist() == list(NUMBERS)
    assert len(dataset.licences) >= 1 and all(country for country in dataset.countries)
    before = room.state.dataset
    room.album.look()
    room.finish()
    assert room.state.dataset is before, "it is open"


def test_searching_sorting_and_splits(room: Room, root: Path) -> None:
    room.open(root)
    assert room.search(split="validation") == [60000, 60001]
    assert room.search(person="ACCOUNT3 ") == [3], "the account, exactly, whatever its case"
    assert room.search(order="number", descending=True) == list(reversed(NUMBERS))
    assert room.search(title="straße") == [0, 5, 60000]
    assert room.search(title="nobody called a photo this") == []
    assert room.state.found is not None and room.state.found.matches == 0
    licences = [name for name, _ in room.state.dataset.licences]  # type: ignore[union-attr]
    shares = [room.search(licences=(name,)) for name in licences]
    assert sorted(number for share in shares for number in share) == list(NUMBERS) and all(shares)
    dates = room.search(order="date")
    assert sorted(dates) == list(NUMBERS)


def test_pictures_without_files_and_files_without_metadata(room: Room, root: Path) -> None:
    (root / "thumbnails128x128/00000/00002.png").unlink()
    shutil.copy(root / "thumbnails128x128/00000/00003.png", root / "thumbnails128x128/00000/00777.png")
    room.open(root)
    found = room.state.found
    assert found is not None and found.numbers.tolist() == [0, 1, 3, 4, 5, 777, 60000, 60001] and found.absent == 1
    room.album.show_only_there(False)
    room.finish()
    assert room.state.found is not None and 2 in room.state.found.numbers
    pictures = FfhqPictures(room.state.found, room.state.dataset.folder(room.state.place))  # type: ignore[union-attr]
    assert pictures.title(2) == "00002" and pictures.load(0, 128).shape == (16, 16, 3)
    with pytest.raises(FaceviewerError, match=r"00002\.png: there is no such file"):
        pictures.load(2, 128)
    assert [pictures.find(typed) for typed in ("3", "800", "x", "²")] == [3, 6, None, None]
    room.album.choose(777)
    room.finish()
    chosen = room.state.chosen
    assert chosen is not None and chosen.entry is None and chosen.rgb is not None and chosen.split == "training"
    room.album.copy_attribution(np.array([777, 1]))
    room.finish()
    unknown, known = room.ui.texts[0].splitlines()
    assert unknown == "FFHQ 00777: author and licence unknown" and "cropped and aligned" in known


def test_the_chosen_picture(room: Room, root: Path) -> None:
    room.open(root)
    room.album.choose(1)
    room.album.choose(5)
    room.finish()
    chosen = room.state.chosen
    assert chosen is not None and chosen.number == 5 and chosen.entry is not None
    assert chosen.rgb is not None and chosen.rgb.shape == (64, 64, 3), "in place of the thumbnail, what is larger"
    assert [one.kind for one in chosen.files] == ["image", "thumbnail", "wild"] and all(
        one.nbytes for one in chosen.files
    )
    (root / "images1024x1024/00000/00005.png").write_bytes(b"no picture")
    room.album.choose(5)
    room.finish()
    assert room.state.chosen is not None and room.state.chosen.rgb is not None, "then the thumbnail"
    room.album.choose(None)
    assert room.state.chosen is None


def test_opening_as_photos_and_links(room: Room, root: Path) -> None:
    room.open(root)
    room.album.open_pictures(np.array([0, 60001, 99]), "image")
    assert [path.name for path in room.opening.paths] == ["00000.png", "60001.png"] and room.ui.questions == []
    room.album.open_pictures(np.array([99]), "wild")
    assert "none of the chosen pictures" in room.said()[0]
    for link in ("javascript:alert(1)", "file:///etc/passwd", "https://a.org/\u202e", "", "https://example.org/x"):
        room.album.open_link(link)
    assert room.ui.pages == ["https://example.org/x"]


def test_many_pictures_are_opened_after_a_question(room: Room, tmp_path: Path, root: Path, monkeypatch) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    for number in range(ASK_ABOVE + 1):
        shutil.copy(root / "images1024x1024/00000/00000.png", flat / f"{number:05d}.png")
    room.open(flat)
    room.ui.agrees = False
    numbers = np.arange(ASK_ABOVE + 5)
    with monkeypatch.context() as patch:
        patch.setattr(PictureFolder, "path", None)  # 70,000 paths took a second before the question
        room.album.open_pictures(numbers, "image")
    assert room.ui.questions == [f"Open {ASK_ABOVE + 1} pictures as photos?"] and room.opening.paths == []
    room.ui.agrees = True
    room.album.open_pictures(numbers, "image")
    assert len(room.opening.paths) == ASK_ABOVE + 1


def test_flat_copies_without_metadata(room: Room, root: Path, tmp_path: Path) -> None:
    flat = tmp_path / "kaggle"
    flat.mkdir()
    for number in (7, 3, 65000):
        shutil.copy(root / "images1024x1024/00000/00000.png", flat / f"{number:05d}.png")
    room.open(flat)
    assert room.state.dataset is not None and room.state.dataset.index is None
    assert "no ffhq-dataset-v2.json" in room.said()[0]
    assert room.search(descending=True) == [65000, 7, 3] and room.search(split="validation") == [65000]
    room.album.count()
    room.finish()
    statistics = room.state.statistics
    assert statistics is not None and [one.images for one in statistics.categories] == [2, 1]
    room.album.choose(7)
    room.finish()
    assert room.state.chosen is not None and room.state.chosen.rgb is not None
    room.jobs.verify(quick=True, resume=False)
    room.finish()
    assert "without the metadata there is nothing to compare with" in room.work_said()


def test_half_a_json_and_entries_that_are_wrong(room: Room, root: Path) -> None:
    path = root / "ffhq-dataset-v2.json"
    described = json.loads(path.read_text("utf-8"))
    described["2"]["image"]["file_path"] = "../../secret.png"
    text = json.dumps(described)
    path.write_text(text[: int(len(text) * 0.8)], "utf-8")
    room.open(root)
    assert room.state.dataset is not None and room.state.dataset.index is not None
    said = " ".join(room.said())
    assert "end early" in said and "left out, the first (2)" in said
    assert room.search() == list(NUMBERS), "files without metadata are shown all the same"


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff\xfe\x00", b'{"0": 1}'])
def test_a_json_that_is_none_leaves_the_pictures(room: Room, root: Path, content: bytes) -> None:
    (root / "ffhq-dataset-v2.json").write_bytes(content)
    room.open(root)
    assert room.state.dataset is not None and room.state.dataset.index is None
    assert "Pictures are shown without metadata" in room.said()[0] and len(room.said()) == 1
    assert room.search() == list(NUMBERS)


def test_the_metadata_alone(room: Room, root: Path) -> None:
    for folder in ("images1024x1024", "thumbnails128x128", "in-the-wild-images"):
        shutil.rmtree(root / folder)
    room.open(root)
    assert room.search(split="validation") == [60000, 60001], "the privacy search needs no pictures"
    room.album.choose(60000)
    room.finish()
    assert room.state.chosen is not None and room.state.chosen.entry is not None and room.state.chosen.rgb is None


def test_folders_that_hold_nothing_are_told_in_one_sentence(room: Room, root: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder, reason in ((tmp_path / "empty", "neither pictures nor"), (tmp_path / "moved", "cannot be read")):
        room.open(folder)
        assert len(room.said()) == 1 and reason in room.said()[0] and room.state.dataset is None
    room.open(root)
    room.open(tmp_path / "moved")
    assert "cannot be read" in room.said()[0] and room.state.folder == root, "what was open stays"


def test_a_folder_that_goes_away_while_it_is_open(room: Room, root: Path, tmp_path: Path) -> None:
    room.open(root)
    root.rename(tmp_path / "elsewhere")
    room.album.choose(1)
    room.finish()
    assert (
        room.state.chosen is not None and room.state.chosen.rgb is None and "no such file" in room.state.chosen.trouble
    )
    assert room.search(split="training") == [0, 1, 2, 3, 4, 5]
    room.jobs.verify(quick=True, resume=False)
    room.finish()
    assert "cannot be read" in room.work_said() and room.state.job is None
    room.settings.set(FOLDER_SETTING, str(root))
    fresh = FfhqState()
    room.store.update(AppState(ffhq=fresh))
    room.album.look()
    room.finish()
    assert "cannot be read" in room.said()[0], "at the next start"


def test_checking_and_the_report(room: Room, root: Path, tmp_path: Path) -> None:
    room.open(root)
    room.jobs.verify(quick=False, resume=False)
    assert room.state.job is not None and room.state.job.task == "verify"
    room.jobs.verify(quick=True, resume=False)
    assert "still being done" in room.work_said()
    room.finish()
    assert room.work_said() == "24 files were checked, and all are as the metadata say."
    (root / "thumbnails128x128/00000/00001.png").unlink()
    room.jobs.verify(quick=True, resume=False)
    room.finish()
    assert "missing or damaged" in room.work_said() and room.state.verification is not None
    assert [one.problem for one in room.state.verification.findings] == ["missing"]
    for name in ("report.csv", "report.json", "report.txt"):
        room.ui.target = tmp_path / name
        room.jobs.save_report()
        room.finish()
        assert room.work_said() == f"{tmp_path / name.replace('txt', 'txt.csv')} was written."
    assert "missing" in (tmp_path / "report.csv").read_text() and (tmp_path / "report.txt.csv").is_file()
    assert json.loads((tmp_path / "report.json").read_text())["sound"] is False
    (tmp_path / "folder.csv").mkdir()
    room.ui.target = tmp_path / "folder.csv"
    room.jobs.save_report()
    room.finish()
    assert "cannot be written" in room.work_said()


def test_the_report_is_written_in_the_background(room: Room, root: Path, tmp_path: Path) -> None:
    room.open(root)
    room.jobs.verify(quick=True, resume=False)
    room.finish()
    room.ui.target = tmp_path / "report.csv"
    held = threading.Event()
    room.backgrounds[1].submit("Something long", lambda _, __: held.wait(10), lambda _: None)
    room.jobs.save_report()
    assert not (tmp_path / "report.csv").exists() and room.state.verification is not None
    held.set()
    room.finish()
    assert (tmp_path / "report.csv").is_file()
    room.jobs.recreate(RecreateRequest(tmp_path / "out", AlignOptions(size=64), 0, 1))
    room.ui.target = tmp_path / "other.csv"
    room.jobs.save_report()
    assert "still being done" in room.work_said()
    room.finish()
    assert not (tmp_path / "other.csv").exists()


def test_cancelling_a_check_and_an_opening(room: Room, root: Path, tmp_path: Path) -> None:
    held = threading.Event()
    room.backgrounds[0].submit("Something long", lambda _, __: held.wait(10), lambda _: None)
    room.album.choose_folder(root)
    room.album.cancel_opening()
    held.set()
    room.finish()
    assert room.state.dataset is None and room.said() == ["Opening the folder was cancelled."]
    room.open(root)
    held.clear()
    room.backgrounds[1].submit("Something long", lambda _, __: held.wait(10), lambda _: None)
    room.jobs.verify(quick=True, resume=False)
    room.jobs.cancel()
    assert room.state.job is not None and room.state.job.stopping
    held.set()
    room.finish()
    assert room.state.job is None and "was cancelled" in room.work_said()


def test_making_aligned_pictures(room: Room, root: Path, tmp_path: Path) -> None:
    (root / "in-the-wild-images/00000/00001.png").unlink()
    (root / "in-the-wild-images/00000/00002.png").write_bytes(b"no picture")
    room.open(root)
    out = tmp_path / "out"
    estimate = room.jobs.estimate(out, 0, 6, 64)
    assert estimate is not None and estimate.pictures == 5 and 0 < estimate.nbytes < estimate.free
    room.jobs.recreate(RecreateRequest(out, AlignOptions(size=64), 0, 6))
    room.finish()
    made = room.state.recreation
    assert made is not None and dict(made.counts) == {"done": 4, "failed": 1} and made.absent == 1
    assert "4 of 5 pictures were made, 1 failed, 1 have no original here" in room.work_said()
    assert [one.number for one in made.troubles] == [2]
    assert sorted(path.name for path in out.rglob("*.png")) == ["00000.png", "00003.png", "00004.png", "00005.png"]
    own = root / "images1024x1024"
    before = {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}
    room.jobs.recreate(RecreateRequest(root / "thumbnails128x128/../images1024x1024", AlignOptions(size=64)))
    room.finish()
    assert "choose a folder of its own" in room.work_said()
    assert {path: path.read_bytes() for path in own.rglob("*") if path.is_file()} == before
    room.jobs.recreate(RecreateRequest(out, AlignOptions(size=64), 700, 800))
    room.finish()
    assert "no picture from 700" in room.work_said()


def test_the_index_may_be_damaged_while_it_is_open(room: Room, root: Path) -> None:
    room.open(root)
    assert room.state.dataset is not None and room.state.dataset.index is not None
    room.state.dataset.index.close()
    room.album.search(FfhqQuery(title="x"))
    room.finish()
    assert "open the folder again" in room.said()[0] and not room.state.searching


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("", "", ""),
        ("2012", "2012", "2012-99-99"),
        ("2012-05", "2012-05", "2012-05-99"),
        (" 2012-05-31 ", "2012-05-31", "2012-05-31"),
        ("5.5.2012", None, None),
        ("20", None, None),
    ],
)
def test_dates_may_be_the_beginning_of_one(text: str, first: str | None, last: str | None) -> None:
    assert day_of(text) == first and day_of(text, last=True) == last


def test_nothing_of_it_is_imported_before_somebody_looks() -> None:
    code = (
        "import sys, faceviewer.app.verbs, faceviewer.app.commands\n"
        "found = [n for n in sys.modules if n.startswith('faceviewer.datasets') or n.endswith('ffhq_work')]\n"
        "sys.exit(', '.join([*found, *({'sqlite3', 'scipy'} & set(sys.modules))]) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
