"""What is chosen while two heads are compared, and afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from factories import make_photo, make_reconstruction
from rooms import Rooms, make_rooms

from faceviewer.app.documents import with_documents
from faceviewer.app.state import Document, HeadRef


@pytest.fixture
def rooms(tmp_path: Path) -> Rooms:
    """Two photos with two heads each, the second head of the first one compared with one of the second photo."""
    rooms = make_rooms(tmp_path)
    photo, head = make_photo(), make_reconstruction()
    documents = [
        Document(k, f"{k}.jpg", status="done", photo=photo, faces=(head.face,) * 2, heads={1: head, 2: head})
        for k in (1, 2)
    ]
    rooms.verbs.store.update(with_documents(rooms.state, documents))
    rooms.verbs.opening.choose_document(1)
    rooms.verbs.comparing.start(HeadRef(1, 2), HeadRef(2, 1))
    return rooms


def test_the_photo_of_the_reference_is_the_chosen_one_whichever_that_becomes(rooms: Rooms) -> None:
    """Removing took the photo off the list that was not shown."""
    rooms.verbs.comparing.swap()
    assert rooms.state.current == 2 and rooms.state.shown.head == HeadRef(2, 1)
    rooms.verbs.comparing.set(reference=HeadRef(1, 1))
    assert rooms.state.current == 1
    rooms.verbs.comparing.set(other=HeadRef(2, 2))
    assert rooms.state.current == 1


def test_choosing_a_face_shows_it_alone(rooms: Rooms) -> None:
    """Nothing was to be seen of the choice, and it came to light when the comparison ended."""
    rooms.verbs.comparing.swap()
    rooms.verbs.opening.choose_face(2)
    assert rooms.state.comparison is None and rooms.state.shown.head == HeadRef(2, 2)
