"""A session gives back what was saved bit for bit, whatever became of the photos, and refuses anything else."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from app_states import differences, make_full_state

from faceviewer.app.session import SessionWriter, read_session
from faceviewer.app.state import AppState
from faceviewer.models.head_model import load_head
from faceviewer.types import Cancelled, CancelToken, FaceMesh, FaceviewerError, Progress


def no_progress(_: Progress) -> None: ...


def save(state: AppState, path: Path) -> None:
    SessionWriter().write(state, path, no_progress, CancelToken())


def read(path: Path):
    return read_session(path, no_progress, CancelToken())


@pytest.fixture
def paths(album) -> list[Path]:
    return album("one.jpg", "two.jpg")


@pytest.fixture
def state(paths) -> AppState:
    return make_full_state(paths)


@pytest.fixture
def saved(state, tmp_path) -> Path:
    path = tmp_path / "work" / "a session.faceviewer"
    save(state, path)
    return path


def test_round_trip(state, saved):
    opened = read(saved)
    assert differences(opened.state, state) == []
    assert opened.missing == ()


def test_heads_of_one_model_share_their_topology(state, saved, tmp_path):
    model = load_head()
    head = state.documents[0].heads[1]
    sets = {name: replace(points, vertices=None, barycentric=None) for name, points in head.landmarks.items()}
    real = replace(head, mesh=FaceMesh(model.mean_vertices_mm(), model.topology), landmarks=sets, engine="builtin")
    documents = tuple(replace(d, heads={1: real}) for d in state.documents[:2])
    save(replace(state, documents=documents), tmp_path / "real.faceviewer")
    heads = [document.heads[1] for document in read(tmp_path / "real.faceviewer").state.documents]
    assert all(head.mesh.topology is model.topology for head in heads), "views recognise the model's own topology"
    np.testing.assert_array_equal(heads[0].mesh.vertices, model.mean_vertices_mm())


def test_only_new_heads_are_encoded_again(state, tmp_path, monkeypatch):
    writer = SessionWriter()
    writer.write(state, tmp_path / "a.faceviewer", no_progress, CancelToken())
    monkeypatch.setattr("faceviewer.io.head_archive.encode_png", lambda _: pytest.fail("encoded again"))
    writer.write(replace(state, current=3), tmp_path / "a.faceviewer", no_progress, CancelToken())
    assert read(tmp_path / "a.faceviewer").state.current == 3


def test_photos_that_moved_along_are_found(state, saved, paths, tmp_path):
    moved = tmp_path / "elsewhere"
    shutil.copytree(saved.parent, moved / "work")
    shutil.move(paths[0].parent, moved / paths[0].parent.name)
    opened = read(moved / "work" / saved.name)
    assert opened.missing == ()
    assert opened.state.documents[0].path == moved / "album" / "one.jpg"
    np.testing.assert_array_equal(opened.state.documents[0].photo.rgb, state.documents[0].photo.rgb)


def test_photos_beside_the_session_are_found(state, saved, paths):
    shutil.move(paths[0], saved.parent / "one.jpg")
    assert read(saved).state.documents[0].path == saved.parent / "one.jpg"


def test_missing_and_changed_photos_leave_the_results(state, saved, paths):
    paths[0].unlink()
    paths[1].write_bytes(paths[1].read_bytes() + b"other")
    opened = read(saved)
    first, second = opened.state.documents[:2]
    assert first.photo is None and second.photo is None
    assert "one.jpg" in opened.missing[0] and "two.jpg has changed" in opened.missing[1]
    assert differences(first.heads, state.documents[0].heads) == []


def test_a_photo_that_was_away_is_known_again_when_it_is_back(saved, paths):
    """A session that was saved over itself meanwhile looked for it no more."""
    away = paths[0].rename(paths[0].with_name("away"))
    other = paths[1].read_bytes()
    paths[1].write_bytes(other + b"other")
    for _ in range(2):
        save(read(saved).state, saved)
    assert len(read(saved).missing) == 2
    away.rename(paths[0])
    paths[1].write_bytes(other)
    opened = read(saved)
    assert opened.missing == () and None not in [document.photo for document in opened.state.documents[:2]]


@pytest.mark.parametrize(("triangles", "sentence"), [((10**6,), "A measurement does"), ((10**6, 768), "2 measure")])
def test_measurements_that_do_not_fit_their_head_are_left_out(state, saved, triangles, sentence):
    """One of them lost the whole session."""

    def spoil(tree, members):
        for k, triangle in enumerate(triangles):
            tree["work"]["measurements"][k]["points"][0]["triangle"] = triangle

    opened = read(rewritten(saved, spoil))
    kept = state.work.measurements[len(triangles) :]
    assert differences(opened.state.work, replace(state.work, measurements=kept)) == []
    assert len(opened.missing) == 1 and opened.missing[0].startswith(sentence)


def test_a_cancelled_save_leaves_the_old_session(state, saved):
    before = saved.read_bytes()
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        SessionWriter().write(replace(state, current=3), saved, no_progress, cancel)
    assert saved.read_bytes() == before


def test_unfinished_work_is_not_saved_as_such(state, tmp_path):
    documents = tuple(replace(document, status="working") for document in state.documents)
    save(replace(state, documents=documents), tmp_path / "a.faceviewer")
    statuses = [document.status for document in read(tmp_path / "a.faceviewer").state.documents]
    assert statuses == ["done", "done", "new", "new", "new"]


_KILLED = """
import sys
from pathlib import Path
sys.path[:0] = [sys.argv[2], sys.argv[3]]
import faceviewer.io.session_file as session_file
from app_states import make_full_state
from faceviewer.app.session import SessionWriter
from faceviewer.types import CancelToken

class SlowZip(session_file.zipfile.ZipFile):
    def writestr(self, name, *args):
        super().writestr(name, *args)
        if name.startswith("heads"):
            print("half written", flush=True)
            sys.stdin.read()

session_file.zipfile.ZipFile = SlowZip
target = Path(sys.argv[1])
photos = sorted((target.parents[1] / "album").glob("*.jpg"))
SessionWriter().write(make_full_state(photos), target, lambda progress: None, CancelToken())
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_kill_during_a_save_leaves_the_old_session(state, saved):
    before = saved.read_bytes()
    tests = Path(__file__).resolve().parents[1]
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(saved), str(tests.parent), str(tests)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None and process.stdout.readline() == "half written\n"
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert saved.read_bytes() == before
    save(state, saved)
    assert [path.name for path in saved.parent.iterdir()] == [saved.name], "the killed run's leavings are gone"


def rewritten(saved: Path, change) -> Path:
    """The session with ``change(tree, members)`` applied, as somebody with bad intentions may do it."""
    with zipfile.ZipFile(saved) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    tree = json.loads(members.pop("session.json"))
    change(tree, members)
    target = saved.with_name("changed.faceviewer")
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("session.json", json.dumps(tree))
        for name, data in members.items():
            archive.writestr(name, data)
    return target


def _other_schema(tree, members):
    tree["schema"] = "faceviewer.session/9"


def _no_display(tree, members):
    tree["view"]["display"] = "x-ray"


def _lost_head(tree, members):
    del members["heads/3_1/arrays.npz"]


def _swapped_head(tree, members):
    members["heads/3_1/arrays.npz"] = members["topologies/0/arrays.npz"]


def _no_picture(tree, members):
    members["heads/3_1/texture0.png"] = b"nothing"


def _no_topology(tree, members):
    tree["documents"][0]["heads"][0]["topology"] = 99


def _outside(tree, members):
    members["../../evil"] = b"x"


def _twice(tree, members):
    tree["documents"].append(tree["documents"][0])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_other_schema, "schema"),
        (_no_display, "display"),
        (_lost_head, "heads/3_1/arrays.npz"),
        (_swapped_head, "vertices"),
        (_no_picture, "texture0"),
        (_no_topology, "topology"),
        (_outside, "evil"),
        (_twice, "one id"),
    ],
)
def test_damaged_sessions_are_refused_in_one_sentence(saved, change, reason):
    target = rewritten(saved, change)
    with pytest.raises(FaceviewerError, match=reason) as caught:
        read(target)
    assert str(caught.value).startswith(str(target)) and "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"nothing at all" * 100])
def test_what_is_no_session_is_refused(tmp_path, data):
    path = tmp_path / "a.faceviewer"
    path.write_bytes(data)
    with pytest.raises(FaceviewerError, match="not a faceviewer session"):
        read(path)


def test_every_cut_is_refused(saved):
    data = saved.read_bytes()
    for length in np.linspace(1, len(data) - 1, 25).astype(int):
        saved.write_bytes(data[:length])
        with pytest.raises(FaceviewerError):
            read(saved)
