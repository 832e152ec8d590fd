from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from faceviewer.app.conventions import TOPICS
from faceviewer.app.state import LANDMARK_SETS
from faceviewer.geometry.rotations import rotation_from_pose

README = Path(__file__).resolve().parents[2] / "README.md"


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("`", "")).lower()


@pytest.fixture(scope="module")
def help_text() -> str:
    return plain(" ".join(sentence for topic in TOPICS for sentence in topic.paragraphs))


@pytest.fixture(scope="module")
def readme_conventions() -> str:
    text = README.read_text(encoding="utf-8")
    return plain(text.split("## Conventions")[1].split("\n## ")[0])


@pytest.mark.parametrize(
    "fact",
    [
        "origin midway between the eyeballs",
        "x to the subject's left",
        "y up",
        "z out of the face",
        "x right, y down, z forward",
        "x_camera = R_camera_head @ x_head + t_camera_head",
        "(0, 0) is the top-left corner of the top-left pixel, whose centre is (0.5, 0.5)",
        "row 0 of a texture is v = 1",
        "AFLW2000-3D's Pose_Para",
        "sRGB",
        "in metres, OBJ and PLY",
        "in millimetres",
        "a photo has no scale",
        "metric size assumes the model's mean head",
    ],
)
def test_help_and_readme_say_the_same(fact: str, help_text: str, readme_conventions: str) -> None:
    readable = help_text.replace("with the origin", "origin").replace("files in", "in").replace("ply files", "ply")
    assert plain(fact) in readable
    assert plain(fact) in readme_conventions


def test_the_signs_in_words_are_those_of_the_code(help_text: str) -> None:
    """Where the nose, the chin and the crown go in a picture (x right, y down) for positive angles."""
    nose, chin, crown = np.array([0, 0, 100.0]), np.array([0, -100.0, 60.0]), np.array([0, 100.0, 0])
    assert "positive yaw turns the nose to the left of the picture" in help_text
    assert (rotation_from_pose(20, 0, 0) @ nose)[0] < 0
    assert "positive pitch raises the chin" in help_text
    assert (rotation_from_pose(0, 20, 0) @ chin)[1] < (rotation_from_pose(0, 0, 0) @ chin)[1]
    assert "positive roll leans the top of the head to the right" in help_text
    assert (rotation_from_pose(0, 0, 20) @ crown)[0] > 0


def test_every_landmark_set_is_explained_and_drawn(help_text: str) -> None:
    drawn = {diagram for topic in TOPICS for diagram in topic.diagrams}
    for name in LANDMARK_SETS:
        assert f"{name}: " in help_text and name in drawn


def test_pages_are_short_and_titles_unique() -> None:
    assert len({topic.title for topic in TOPICS}) == len(TOPICS)
    for topic in TOPICS:
        assert sum(map(len, topic.paragraphs)) < 900, f"{topic.title} is a page, not a book"
        assert all(paragraph.endswith(".") for paragraph in topic.paragraphs)
