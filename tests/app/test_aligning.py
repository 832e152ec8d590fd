"""Faces of photos aligned in the manner of FFHQ: previewed, written, and heads asked for first where there are none."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from app_states import make_photo_document
from fake_ui import FakeUserInterface, Mailbox
from ffhq_factory import face68
from PIL import Image

from faceviewer.app.aligning import Aligning
from faceviewer.app.aligning_state import AlignChoices, AlignState
from faceviewer.app.documents import with_changes, with_documents
from faceviewer.app.exporting import Exporting
from faceviewer.app.settings import Settings
from faceviewer.app.shown import derive
from faceviewer.app.state import AppState, Comparison, Document, HeadRef, JobStatus
from faceviewer.app.store import Store
from faceviewer.io.photo import load_photo
from faceviewer.jobs.background import Background
from faceviewer.types import LandmarkSet, Progress, Reconstruction


class FakeEngine:
    """Makes heads at once or when told, as ``Reconstructing`` is asked to."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.asked: list[tuple[str, int]] = []
        self.cancelled = 0
        self.finds_nobody: set[int] = set()
        self.whole: dict[int, Document] = {}
        self.waits = False

    def search(self, number: int) -> None:
        self.asked.append(("search", number))
        whole = self.whole[number]
        self._begin(number)
        if number in self.finds_nobody:
            self._end(number, status="no face", message="No face was found.")
        elif not self.waits:  # heads of the largest face alone, as the settings have it
            self._end(number, status="done", photo=whole.photo, faces=whole.faces, heads={1: whole.heads[1]})

    def reconstruct(self, number: int, faces: Sequence[int]) -> None:
        self.asked.append((f"heads {list(faces)}", number))
        self._begin(number)
        self._end(number, heads=self.whole[number].heads)

    def cancel(self) -> None:
        self.cancelled += 1
        if self.store.state.job is not None:
            self._end(self.store.state.job.document or 0, status="new")

    def _begin(self, number: int) -> None:
        self.store.update(replace(self.store.state, job=JobStatus(1, number, "A job", Progress("Working"))))

    def _end(self, number: int, **changes: object) -> None:
        state = with_changes(self.store.state, number, **changes)
        self.store.update(replace(state, job=None))


@dataclass
class Room:
    aligning: Aligning
    store: Store
    engine: FakeEngine
    ui: FakeUserInterface
    mailbox: Mailbox
    background: Background

    @property
    def state(self) -> AlignState:
        return self.store.state.align

    def finish(self) -> None:
        for _ in range(8):
            mark = threading.Event()
            self.background.submit("A mark", lambda _, __: None, lambda _, mark=mark: mark.set())
            while not mark.wait(0.002):
                self.mailbox.hand_over()

    def show(self, *documents: Document) -> None:
        for one in documents:
            self.engine.whole[one.id] = one
        self.store.update(with_documents(self.store.state, list(documents)))
        self.store.update(replace(self.store.state, current=documents[0].id))

    def said(self) -> str:
        return " ".join(one.text for one in self.state.said)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    store, ui, mailbox = Store(derive, AppState()), FakeUserInterface(), Mailbox()
    background, engine = Background(mailbox), FakeEngine(store)
    exporting = Exporting(store, ui, Settings(), background)
    aligning = Aligning(store, ui, engine, exporting, background)  # type: ignore[arg-type]
    yield Room(aligning, store, engine, ui, mailbox, background)
    assert background.close()


def with_face(head: Reconstruction, points: np.ndarray) -> Reconstruction:
    landmarks = LandmarkSet("68", points.astype(np.float32), np.ones(68, bool))
    return replace(head, landmarks={"68": landmarks})


def photo_document(folder: Path, number: int, name: str = "", faces: int = 1) -> Document:
    """A photo with faces that can be aligned."""
    path = folder / (name or f"photo{number}.png")
    rgb = np.random.default_rng(number).integers(0, 256, (240, 320, 3), np.uint8)
    Image.fromarray(rgb).save(path)
    document = make_photo_document(number, path)
    heads = {k: with_face(document.heads[1], face68((100.0 * k, 110.0), 20)) for k in range(1, faces + 1)}
    return replace(document, heads=heads, faces=document.faces * faces)


def unopened(document: Document) -> Document:
    return Document(document.id, document.title, path=document.path)


def test_the_preview_follows_the_choices(room: Room, tmp_path: Path) -> None:
    document = photo_document(tmp_path, 1)
    at_the_border = with_face(document.heads[1], face68((30.0, 40.0), 20, 15.0))
    room.show(replace(document, heads={1: at_the_border}))
    room.aligning.preview(AlignChoices())
    room.finish()
    first = room.state.preview
    assert first is not None and first.shape == (320, 320, 3) and room.state.preview_trouble == ""
    for other in (AlignChoices(padding=False), AlignChoices(rotation=False)):
        room.aligning.preview(other)
        room.finish()
        assert room.state.preview is not None and not np.array_equal(room.state.preview, first)
    room.store.update(replace(AppState(), documents=(unopened(document),), current=1))
    room.aligning.preview(AlignChoices())
    room.finish()
    assert room.state.preview is None and "not made yet" in room.state.preview_trouble


def test_the_shown_face_is_written_where_the_user_says(room: Room, tmp_path: Path) -> None:
    room.show(photo_document(tmp_path, 1, "Jörg & Ada.png"))
    room.aligning.save(AlignChoices(size=256))
    assert room.state.job is None and room.ui.suggested is not None, "the user thought better of it"
    assert room.ui.suggested.name == "Jorg_Ada_face1_aligned.png"
    room.ui.target = tmp_path / "face"
    room.aligning.save(AlignChoices(size=256))
    room.finish()
    assert load_photo(tmp_path / "face.png").size == (256, 256) and room.engine.asked == []
    assert room.said() == f"1 face was written to {tmp_path}." and room.state.job is None
    assert room.store.state.last_export == tmp_path / "face.png"


def test_in_a_comparison_the_face_that_is_seen_is_written(room: Room, tmp_path: Path) -> None:
    room.show(photo_document(tmp_path, 1, faces=2))
    room.ui.folder, room.ui.target = tmp_path / "out", tmp_path / "seen.png"
    room.aligning.save(AlignChoices("photo", 256))
    room.finish()
    comparison = Comparison(HeadRef(1, 2), HeadRef(1, 1))
    busy = JobStatus(1, 1, "A job", Progress("Working"))
    room.store.update(replace(room.store.state, comparison=comparison, job=busy))
    room.aligning.save(AlignChoices(size=256))
    assert room.ui.suggested is not None and room.ui.suggested.name == "photo1_face2_aligned.png"
    room.store.update(replace(room.store.state, comparison=None, job=None))  # what it is called after stays
    room.finish()
    first, second = (load_photo(tmp_path / "out" / f"photo1_face{k}_aligned.png").rgb for k in (1, 2))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(load_photo(tmp_path / "seen.png").rgb, second)


def test_all_photos_get_heads_first_and_those_without_faces_are_told(room: Room, tmp_path: Path) -> None:
    whole = [photo_document(tmp_path, k, faces=2 if k == 2 else 1) for k in (1, 2, 3)]
    room.show(whole[0], *whole[1:])
    room.store.update(replace(room.store.state, documents=(whole[0], *map(unopened, whole[1:]))))
    room.engine.finds_nobody = {3}
    room.ui.folder = tmp_path / "out"
    room.aligning.save(AlignChoices("all", 256))
    room.finish()
    assert room.engine.asked == [("search", 2), ("heads [2]", 2), ("search", 3)]
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["photo1_face1_aligned.png", "photo2_face1_aligned.png", "photo2_face2_aligned.png"]
    assert room.said().startswith("3 faces were written") and "photo3.png: No face was found" in room.said()


def test_cancelling_while_the_engine_works(room: Room, tmp_path: Path) -> None:
    first, second = photo_document(tmp_path, 1), photo_document(tmp_path, 2)
    room.show(first, second)
    room.store.update(replace(room.store.state, documents=(first, unopened(second))))
    room.engine.waits, room.ui.folder = True, tmp_path / "out"
    room.aligning.save(AlignChoices("all", 256))
    assert room.state.job is not None and room.engine.asked == [("search", 2)]
    room.aligning.save(AlignChoices("all", 256))
    assert len(room.engine.asked) == 1, "one at a time"
    room.aligning.cancel()
    room.finish()
    assert room.engine.cancelled == 1 and room.state.job is None and not (tmp_path / "out").exists()
    room.aligning.save(AlignChoices("all", 256))
    room.engine.cancel()  # from the window
    room.finish()
    assert room.said() == "Cancelled; nothing was written." and room.state.job is None


def test_what_cannot_be_aligned_or_written_is_told(room: Room, tmp_path: Path) -> None:
    good = photo_document(tmp_path, 1)
    flat = replace(good, id=2, title="flat.png", heads={1: with_face(good.heads[1], np.full((68, 2), 50.0))})
    room.show(good, flat)
    room.ui.folder = tmp_path / "out"
    room.aligning.save(AlignChoices("all", 256))
    room.finish()
    assert room.said() == (
        f"1 face was written to {tmp_path / 'out'}. Not aligned: flat.png, face 1: its landmarks do not make a face."
    )
    (tmp_path / "file").write_bytes(b"x")
    room.ui.folder = tmp_path / "file"
    room.aligning.save(AlignChoices("photo", 256))
    room.finish()
    assert "0 faces were written" in room.said() and "not a folder" in room.said()
