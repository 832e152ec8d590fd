"""Maps on heads, and light on textures, without the window."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from factories import make_mesh, make_reconstruction, make_texture, make_topology
from ffhq_uv_factory import LIGHT, npy, write_map
from PIL import Image
from rooms import Rooms, make_rooms

from faceviewer.app.documents import with_documents
from faceviewer.app.export_plan import ExportPlan, heads_of, run_export
from faceviewer.app.lighting import OF_MAP, PRESETS
from faceviewer.app.lighting_work import light_texture
from faceviewer.app.state import AppState, Document
from faceviewer.app.wearing import NO_HEAD
from faceviewer.app.wearing_state import EVEN, Light, WearState
from faceviewer.types import CancelToken, FaceviewerError, Texture

WAIT_S = 60


class Room:
    """The verbs, with a background that is waited for."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.verbs = rooms.verbs

    @property
    def state(self) -> AppState:
        return self.rooms.state

    @property
    def textures(self) -> dict[str, Texture]:
        """Those that the panes have."""
        assert self.state.shown.result is not None
        return dict(self.state.shown.result.textures)

    def wait(self, until: Callable[[], bool]) -> None:
        end = time.monotonic() + WAIT_S
        while not until():
            assert time.monotonic() < end
            while self.rooms.deliveries:
                self.rooms.deliveries.pop(0).hand_over()
            time.sleep(0.002)

    def wear(self, path: Path, light: np.ndarray | None = None) -> str:
        """What is said in the end."""
        self.verbs.wearing.wear(path, light)
        self.wait(lambda: not self.state.wear.putting_on and bool(self.state.wear.said))
        assert self.state.notice is not None and self.state.notice.text == self.state.wear.said[0].text
        return self.state.wear.said[0].text

    def relit(self) -> np.ndarray:
        """The shown texture once the light has come."""
        self.wait(lambda: self.state.wear.lit is not None and self.state.wear.lit.light == self.state.wear.light)
        return self.textures[self.state.view.texture].rgb

    def show(self, result) -> None:
        document = Document(id=1, title="head.obj", kind="mesh", status="done", heads={1: result})
        self.verbs.store.update(replace(with_documents(AppState(), [document]), current=1))


@pytest.fixture
def room(tmp_path, monkeypatch) -> Iterator[Room]:
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    rooms = make_rooms(tmp_path)
    yield Room(rooms)
    rooms.background.close()


@pytest.fixture
def sample(room: Room, shared: Path) -> Room:
    """With the example head of FFHQ-UV."""
    room.verbs.opening.open_paths([shared / "data/ffhq_uv/teaser_1/mesh_head.obj"])
    assert room.state.shown.result is not None and room.state.shown.result.mesh.topology.name == "hifi3d"
    return room


def test_without_a_head_one_sentence_says_how_to_get_one(room, tmp_path):
    room.verbs.wearing.wear(write_map(tmp_path / "a.png"))
    assert room.state.notice.text == NO_HEAD and "OBJ" in NO_HEAD and "built-in engine" in NO_HEAD
    room.verbs.wearing.take_off()


def test_other_heads_are_refused_in_one_sentence(room, tmp_path):
    room.show(make_reconstruction())
    before = room.textures
    assert "other triangles" in room.wear(write_map(tmp_path / "a.png"))
    assert room.textures == before


def test_it_is_one_more_texture_until_it_is_taken_off(sample, tmp_path):
    before, document = sample.textures, sample.state.shown.document
    path = write_map(tmp_path / "01223.png", side=1024)
    assert sample.wear(path) == "The head wears map 01223."
    assert list(sample.textures) == ["photo", "map 01223"] and sample.state.view.texture == "map 01223"
    assert np.array_equal(sample.textures["map 01223"].rgb, np.asarray(Image.open(path)))
    assert "in place of 1024" in sample.wear(write_map(tmp_path / "00002.png", side=64))
    assert list(sample.textures) == ["photo", "map 00002"], "one at a time"
    sample.verbs.wearing.take_off()
    assert sample.textures == before and sample.state.view.texture == "photo"
    assert sample.state.shown.document.id == document.id and not sample.state.wear.worn


def test_it_comes_off_after_a_session_too(sample, tmp_path):
    sample.wear(write_map(tmp_path / "5.png"))
    sample.verbs.store.update(replace(sample.state, wear=WearState()))
    sample.verbs.wearing.take_off()
    assert list(sample.textures) == ["photo"] and sample.state.view.texture == "photo"


def broken(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n and nothing more")


def wide(path: Path) -> None:
    Image.new("RGB", (32, 16)).save(path)


@pytest.mark.parametrize("write", [broken, wide, lambda path: None], ids=["broken", "not square", "missing"])
def test_what_is_no_map_changes_nothing(sample, tmp_path, write):
    write(tmp_path / "bad.png")
    before = sample.textures
    said = sample.wear(tmp_path / "bad.png")
    assert "bad.png" in said and said.count("\n") == 0 and sample.state.notice.level == "error"
    assert sample.textures == before and sample.state.view.texture == "photo"


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "I;16"])
def test_other_kinds_of_pixels_are_worn_and_told(sample, tmp_path, mode):
    picture = Image.fromarray(np.arange(256, dtype=np.uint16).reshape(16, 16)) if mode == "I;16" else None
    (picture or Image.new("RGB", (16, 16), (9, 99, 199)).convert(mode)).save(tmp_path / "odd.png")
    said = sample.wear(tmp_path / "odd.png")
    assert "wears map odd" in said and "in place of" in said
    assert sample.textures["map odd"].rgb.shape == (16, 16, 3)


def test_the_built_in_head_wears_it_once_a_layout_is_known(sample, tmp_path, monkeypatch):
    from faceviewer.models.head_model import load_head

    head = load_head()
    vertices = head.vertices_mm(np.zeros(len(head.identity_control)), np.zeros(len(head.expression_names)))
    mesh = replace(make_mesh(), vertices=vertices.astype(np.float32), topology=head.topology)
    result = replace(make_reconstruction(), mesh=mesh, landmarks={}, textures={"photo": make_texture(128)})
    path = write_map(tmp_path / "maps/7.png", side=64)
    open_heads = sample.state.documents
    sample.show(result)
    assert "layout" in sample.wear(path) and "OBJ" in sample.wear(path) and list(sample.textures) == ["photo"]
    other = replace(open_heads[0], id=2)
    sample.verbs.store.update(with_documents(sample.state, [other]))
    assert "wears map 7" in sample.wear(path)
    worn = sample.textures["map 7"]
    assert worn.rgb.shape == (128, 128, 3) and not np.array_equal(worn.rgb, sample.textures["photo"].rgb)
    sample.verbs.wearing.take_off()
    monkeypatch.setattr("faceviewer.app.wearing_work.make_ready", None)  # nothing is made again
    sample.wear(path)
    assert sample.textures["map 7"] is worn


def test_light_follows_numbers_strength_and_presets(sample, tmp_path):
    Image.new("RGB", (256, 256), (128, 128, 128)).save(tmp_path / "grey.png")
    sample.wear(tmp_path / "grey.png")
    plain = sample.textures["map grey"].rgb
    sample.verbs.lighting.toggle()
    assert np.array_equal(sample.relit(), plain), "the even light changes nothing"
    rows, left, right = slice(100, 130), slice(72, 80), slice(176, 184)
    for name, sign in (("From the left", 1), ("From the right", -1)):
        sample.verbs.lighting.use_preset(name)
        lit = sample.relit().astype(int)
        assert sign * (lit[rows, left].mean() - lit[rows, right].mean()) > 30
    sample.verbs.lighting.set_strength(0.0)
    assert np.array_equal(sample.relit(), plain)
    sample.verbs.lighting.set_strength(1.0)
    sample.verbs.lighting.use_preset("Even")
    sample.verbs.lighting.set_number(0, 0.5)
    assert np.array_equal(np.unique(sample.relit()), [64]) and sample.state.wear.light.source == ""
    ref = sample.state.shown.head
    assert sample.state.result(ref).textures["map grey"].rgb is plain, "the map itself stays"
    sample.verbs.lighting.toggle()
    assert sample.textures["map grey"].rgb is plain and sample.state.wear.lit is None


def test_the_lights_of_the_data_set(sample, tmp_path):
    sample.wear(write_map(tmp_path / "1.png", side=64), LIGHT.reshape(1, 9, 1, 1))
    sample.verbs.lighting.use_preset(OF_MAP)
    assert np.allclose(sample.state.wear.light.numbers, LIGHT) and sample.state.wear.light.on
    sample.verbs.lighting.use_preset("Even")
    (tmp_path / "light.npy").write_bytes(npy(LIGHT.reshape(1, 9, 1, 1)))
    sample.rooms.ui.target = tmp_path / "light.npy"
    sample.verbs.lighting.ask_file()
    assert np.allclose(sample.state.wear.light.numbers, LIGHT) and sample.state.wear.light.source == "light.npy"
    before = sample.state.wear.light
    (tmp_path / "light.npy").write_bytes(npy(np.zeros(8, np.float32)))
    sample.verbs.lighting.ask_file()
    assert sample.state.wear.light is before and "nine finite numbers" in sample.state.notice.text


def test_many_wishes_end_with_the_last(sample, tmp_path):
    sample.wear(write_map(tmp_path / "1.png", side=64))
    for step in range(50):
        sample.verbs.lighting.set_number(3, step / 100)
    sample.relit()
    assert sample.state.wear.lit.light.numbers[3] == 0.49


def test_exports_have_the_light_when_it_is_asked_for(sample, tmp_path):
    sample.wear(write_map(tmp_path / "1.png", side=64))
    sample.verbs.lighting.use_preset("From above")
    lit = sample.relit()
    for wanted in (False, True):
        plan = ExportPlan(tmp_path / f"out{wanted}", "head", json=False, light=wanted)
        run_export(plan, heads_of(sample.state, plan), lambda _: None, CancelToken())
        written = np.asarray(Image.open(plan.folder / "head_face1_map_1.png"))
        assert np.array_equal(written, lit) == wanted


def test_any_texture_can_be_lit_and_what_cannot_says_so():
    mesh, texture = make_mesh(make_topology()), make_texture(64)
    assert np.array_equal(light_texture(texture, mesh, EVEN).rgb, texture.rgb)
    assert not np.array_equal(light_texture(texture, mesh, PRESETS["From above"]).rgb, texture.rgb)
    with pytest.raises(FaceviewerError, match="cannot be lit"):
        light_texture(make_texture(4), mesh, EVEN)
    assert Light(numbers=(2.0,) * 9, strength=0.5).effective == (1.5, *(1.0,) * 8)


def test_the_start_up_brings_none_of_it():
    code = (
        "import sys, faceviewer.app.verbs, faceviewer.app.commands;"
        "print([n for n in sys.modules if n in ('torch', 'scipy', 'cv2', 'sqlite3')"
        " or n.startswith(('faceviewer.datasets', 'faceviewer.models.hifi3d', 'faceviewer.app.uv_maps_work'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
