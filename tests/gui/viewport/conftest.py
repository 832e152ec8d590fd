"""The 3D pane alone in a small real window, with heads that no engine had to make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from factories import make_photo, make_reconstruction
from screen import need_screen
from viewport_room import Room, open_room

from faceviewer.types import Origin, Photo, Reconstruction, Texture


@pytest.fixture
def room(qapp) -> Iterator[Room]:
    need_screen()
    with open_room() as opened:
        yield opened


@pytest.fixture(scope="session")
def head() -> Reconstruction:
    """An egg with a nose, fine enough that a landmark hides behind what is before it."""
    return make_reconstruction(40, 48)


@pytest.fixture(scope="session")
def photo() -> Photo:
    return make_photo()


@pytest.fixture(scope="session")
def plain_head(head: Reconstruction) -> Reconstruction:
    """The same with one single colour all over."""
    rgb = np.full((32, 32, 3), (100, 150, 200), np.uint8)
    return replace(head, textures={"photo": Texture(rgb, np.full((32, 32), Origin.PHOTO, np.uint8))})
