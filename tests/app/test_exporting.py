"""What an export promises is what it writes, with the user's edits in all of it; trouble is told in one sentence."""

from __future__ import annotations

import csv
import json
import threading
from dataclasses import replace
from functools import lru_cache
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import trimesh
from app_states import make_full_state, make_photo_document
from fake_ui import FakeUserInterface, Mailbox
from PIL import Image

import faceviewer
from faceviewer.app.edited import EDITED_WARNING, edited_reconstruction
from faceviewer.app.editing import edited_mesh
from faceviewer.app.export_plan import ExportPlan, heads_of, planned_files, resampled, run_export
from faceviewer.app.exporting import Exporting, ExportWatch
from faceviewer.app.settings import Settings
from faceviewer.app.shown import derive
from faceviewer.app.state import NO_EDITS, AppState, Comparison, Edits, HeadRef, Work
from faceviewer.app.store import Store
from faceviewer.io.images import read_png
from faceviewer.io.obj import read_obj
from faceviewer.io.result_files import read_reconstruction
from faceviewer.io.result_reader import is_complete, read_result
from faceviewer.jobs.background import Background
from faceviewer.models.head_model import load_head
from faceviewer.raster.photo_picture_table import PICTURES
from faceviewer.types import Cancelled, CancelToken, FaceMesh, FaceviewerError, Progress, Reconstruction

EDITS = Edits({"nose-width": 2.0}, {"jawOpen": 0.8}, 1.4)
EVERYTHING = dict.fromkeys(("obj", "glb", "ply", "json", "landmarks", "normals", "morph_targets", "origins"), True)


def no_progress(_: Progress) -> None: ...


@lru_cache(maxsize=1)
def real_head(path: Path) -> Reconstruction:
    """The built-in head with some identity, seen by the camera of the made-up one."""
    model = load_head()
    made = make_photo_document(1, path).heads[1]
    identity = np.linspace(-1, 1, len(model.identity_control)).astype(np.float32)
    expression = np.zeros(52, np.float32)
    mesh = FaceMesh(model.vertices_mm(identity, expression), model.topology)
    camera = replace(made.camera, K=made.camera.K, t_camera_head=np.array([0.0, 0, 800]))
    landmarks = {}
    for name, (vertices, weights) in model.topology.landmarks.items():
        xyz = np.einsum("lk,lkc->lc", weights, mesh.vertices[vertices])
        xy = camera.project(xyz).astype(np.float32)
        landmarks[name] = faceviewer.types.LandmarkSet(name, xy, np.ones(len(xy), bool), vertices, weights)
    coefficients = {"identity": identity, "expression": expression}
    return replace(made, mesh=mesh, camera=camera, landmarks=landmarks, coefficients=coefficients)


@pytest.fixture
def state(album) -> AppState:
    """Two photos; the first with two heads, of which the first is edited and shown."""
    paths = album("anna b.jpg", "Zoë.jpg")
    head = real_head(paths[0])
    documents = (make_photo_document(1, paths[0], {1: head, 2: head}), make_photo_document(2, paths[1]))
    return derive(AppState(documents=documents, current=1, work=Work({HeadRef(1): EDITS})), AppState())


@pytest.fixture
def plan(tmp_path) -> ExportPlan:
    return ExportPlan(tmp_path / "out", "anna_b")


def export(plan: ExportPlan, state: AppState):
    return run_export(plan, heads_of(state, plan), no_progress, CancelToken())


def test_edited_result_agrees_with_itself(state):
    fitted = state.documents[0].heads[1]
    edited = edited_reconstruction(fitted, EDITS)
    np.testing.assert_array_equal(edited.mesh.vertices, edited_mesh(fitted, EDITS).vertices)
    assert np.abs(edited.mesh.vertices - fitted.mesh.vertices).max() > 5
    for name, points in edited.landmarks.items():
        np.testing.assert_allclose(edited.camera.project(edited.landmark_xyz_mm(name)), points.xy_px, atol=1e-3)
    np.testing.assert_array_equal(edited.pose.R, edited.camera.R_camera_head)
    model = load_head()
    c = edited.coefficients
    rebuilt = model.vertices_mm(c["identity"], c["expression"], c["named_shapes"])
    np.testing.assert_allclose(rebuilt, edited.mesh.vertices, atol=2e-4)
    assert edited.warnings[-1] == EDITED_WARNING and edited.reprojection_px != fitted.reprojection_px
    assert edited_reconstruction(fitted, NO_EDITS) is fitted


def test_everything_is_written_as_promised(state, plan):
    plan = replace(plan, **EVERYTHING, pictures=PICTURES)
    promised = planned_files(plan, heads_of(state, plan))
    done = export(plan, state)
    stem = "anna_b_face1"
    pictures = ("overlay", "on_photo", "shape", "parts", "parts_seen", "landmarks", "sheet")
    endings = (
        *(".png", ".mtl", ".obj", ".glb", ".ply", "_origin.png"),
        *(f"_{name}.png" for name in pictures),
        *("_landmarks.csv", ".json"),
    )
    assert [file.name for file in promised] == [path.name for path in done.files] == [stem + end for end in endings]
    assert not any(file.exists for file in promised)
    assert {path.name for path in plan.folder.iterdir()} == {file.name for file in promised}
    assert all(file.exists for file in planned_files(plan, heads_of(state, plan)))
    assert is_complete(plan.folder / f"{stem}.json")
    mesh = edited_mesh(state.documents[0].heads[1], EDITS)
    np.testing.assert_allclose(read_obj(plan.folder / f"{stem}.obj").vertices, mesh.vertices, atol=1e-5)
    ply = trimesh.load(plan.folder / f"{stem}.ply", process=False)
    np.testing.assert_array_equal(np.asarray(ply.vertices, np.float32), mesh.vertices)
    glb = trimesh.load(plan.folder / f"{stem}.glb", process=False, force="mesh")
    np.testing.assert_allclose(glb.vertices[: len(mesh.vertices)] * 1000, mesh.vertices, atol=1e-3)
    assert b"targetNames" in (plan.folder / f"{stem}.glb").read_bytes()
    assert (plan.folder / f"{stem}.obj").read_bytes().count(b"\nvn ") == len(mesh.vertices)
    rows = list(csv.DictReader(StringIO((plan.folder / f"{stem}_landmarks.csv").read_text())))
    jaw = json.loads((plan.folder / f"{stem}.json").read_text())["landmarks"]["68"]["xyz"][8]
    chin = next(row for row in rows if row["set"] == "68" and row["name"] == "chin")
    np.testing.assert_allclose([float(chin[f"{axis}_mm"]) for axis in "xyz"], jaw, atol=1e-4)
    assert {row["name"] for row in rows if row["set"] == "68" and row["index"] == "30"} == {"nose tip"}


def test_fitted_shape_on_request(state, plan):
    export(replace(plan, edited=False), state)
    again = read_reconstruction(plan.folder / "anna_b_face1.json")
    np.testing.assert_allclose(again.mesh.vertices, state.documents[0].heads[1].mesh.vertices, atol=1e-5)


@pytest.mark.parametrize(
    ("chosen", "endings"),
    [
        ({"obj": True}, {".obj", ".mtl", ".png"}),
        ({"json": True}, {".obj", ".mtl", ".png", ".json"}),
        ({"glb": True}, {".glb"}),
        ({"ply": True, "landmarks": True}, {".ply", "_landmarks.csv"}),
    ],
)
def test_only_what_was_chosen(state, plan, chosen, endings):
    done = export(replace(plan, **{**dict.fromkeys(EVERYTHING, False), **chosen}), state)
    assert {path.name.removeprefix("anna_b_face1") for path in done.files} == endings


def test_scopes_and_names(state, plan):
    stems = {
        scope: [h.stem for h in heads_of(state, replace(plan, scope=scope))] for scope in ("shown", "photo", "all")
    }
    assert stems["shown"] == ["anna_b_face1"]
    assert stems["photo"] == ["anna_b_face1", "anna_b_face2"]
    assert stems["all"] == ["anna_b_face1", "anna_b_face2", "Zoe_face1"]
    assert heads_of(state, replace(plan, stem="../my head"))[0].stem == "_my_head_face1"
    done = export(replace(plan, scope="all"), state)
    assert done.heads == 3 and read_result(plan.folder / "anna_b_face2.json").face_number == 2


@pytest.mark.parametrize("side", [16, 32, 100])
def test_texture_side(state, plan, side):
    export(replace(plan, texture_side=side, origins=True), state)
    texture = state.documents[0].heads[1].textures["photo"]
    written = read_png(plan.folder / "anna_b_face1.png")
    assert written.shape == (side, side, 3)
    if side == 32:
        np.testing.assert_array_equal(written, texture.rgb)
    origin = np.asarray(Image.open(plan.folder / "anna_b_face1_origin.png"))
    assert set(np.unique(origin)) <= set(np.unique(texture.origin))
    assert abs(float(written.mean()) - float(texture.rgb.mean())) < 3
    assert resampled(texture, 32) is texture


def test_cancel_between_heads_keeps_whole_sets(state, plan):
    cancel = CancelToken()

    def stop_at_second(progress: Progress) -> None:
        if "face2" in progress.stage:
            cancel.cancel()

    plan = replace(plan, scope="photo")
    with pytest.raises(Cancelled):
        run_export(plan, heads_of(state, plan), stop_at_second, cancel)
    assert sorted(path.suffix for path in plan.folder.iterdir()) == [".json", ".mtl", ".obj", ".png"]


def test_trouble_names_the_place(state, plan, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FaceviewerError, match="file"):
        export(replace(plan, folder=tmp_path / "file"), state)
    with pytest.raises(FaceviewerError, match="no head"):
        export(plan, AppState())


@pytest.fixture
def room(state, home):
    store = Store(derive, state)
    ui, mailbox = FakeUserInterface(), Mailbox()
    background = Background(mailbox)
    exporting = Exporting(store, ui, Settings(), background)

    def finish() -> None:
        assert background.close()
        mailbox.hand_over()

    return exporting, store, ui, finish


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_an_export_is_told_and_remembered(room, tmp_path):
    exporting, store, ui, finish = room
    plan = replace(exporting.plan(), folder=tmp_path / "out", glb=True, json=False, scope="photo", texture_side=256)
    plan = replace(plan, pictures=("shape", "parts-seen"))
    assert exporting.possible_pictures(plan) == set(PICTURES) - {"model"}
    assert plan.stem == "anna_b"
    steps, ends = [], []
    exporting.start(plan, ExportWatch(steps.append, ends.append))
    finish()
    assert len(ends) == 1 and ends[0].value.heads == 2
    assert [step.fraction for step in steps] == [0.0, 0.5, 1.0]
    assert "2 heads" in store.state.notice.text and str(tmp_path / "out") in store.state.notice.text
    exporting.reveal()
    assert ui.revealed == [store.state.last_export] and ui.revealed[0].exists()
    again = Exporting(store, ui, Settings(), Background(Mailbox())).plan()
    assert (again.folder, again.glb, again.json, again.texture_side) == (tmp_path / "out", True, False, 256)
    assert again.pictures == plan.pictures


def test_a_failed_export_is_told_in_one_sentence(room, tmp_path):
    exporting, store, _, finish = room
    (tmp_path / "file").write_text("in the way")
    exporting.start(replace(exporting.plan(), folder=tmp_path / "file"))
    finish()
    assert store.state.notice.level == "error" and "in the way" not in store.state.notice.text
    assert str(tmp_path / "file") in store.state.notice.text and store.state.last_export is None
    assert exporting.folder() != tmp_path / "file", "only what worked is remembered"


def test_a_folder_with_a_zero_byte_in_its_name_is_refused_in_one_sentence(room, caplog):
    exporting, store, _, finish = room
    plan = replace(exporting.plan(), folder=Path("/out\0side"))
    assert [file.exists for file in exporting.preview(plan)] == [False] * 4
    exporting.start(plan)
    finish()
    assert store.state.notice.text == (
        "The export stopped: /out\N{REPLACEMENT CHARACTER}side: cannot be written, it is not a usable folder name."
    )
    assert not any(record.exc_info for record in caplog.records)


def test_export_again_takes_the_shown_head(room, tmp_path):
    exporting, store, _, finish = room
    exporting.start(replace(exporting.plan(), folder=tmp_path / "out", scope="all", stem="other"))
    exporting.again()
    finish()
    assert "1 head" in store.state.notice.text and (tmp_path / "out" / "anna_b_face1.obj").exists()


def test_in_a_comparison_the_head_that_is_seen_is_exported(state, plan):
    comparing = derive(replace(state, comparison=Comparison(HeadRef(1, 2), HeadRef(1, 1))), state)
    assert [head.stem for head in heads_of(comparing, plan)] == ["anna_b_face2"]


@pytest.mark.parametrize("channels", [3, 4])
def test_pictures(room, tmp_path, channels):
    exporting, store, ui, finish = room
    ui.picture = np.random.default_rng(0).integers(0, 256, (20, 30, channels), np.uint8)
    ui.target = tmp_path / "view"
    assert exporting.save_picture(2, channels == 4)
    finish()
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "view.png")), ui.picture)
    assert store.state.last_export == tmp_path / "view.png" and ui.suggested.name == "anna_b.png"
    assert store.state.notice.text == "view.png was written." and exporting.folder() == tmp_path
    assert exporting.copy_picture(1, channels == 4) and ui.copied[0] is ui.picture
    ui.target = None
    assert not exporting.save_picture(1, False)


def test_a_picture_is_encoded_and_written_beside_the_window(room, tmp_path, monkeypatch):
    """A large one stood in the window's way for as long as that took."""
    exporting, store, ui, finish = room
    threads = []
    monkeypatch.setattr(
        "faceviewer.app.exporting.write_picture", lambda *_: threads.append(threading.current_thread().name)
    )
    ui.picture, ui.target = np.zeros((2, 3, 3), np.uint8), tmp_path / "view.png"
    assert exporting.save_picture(1, False)
    assert store.state.notice is None, "nothing is told before it is true"
    finish()
    assert threads == ["faceviewer-background"]


def test_a_picture_that_cannot_be_written_is_told_in_one_sentence(room, tmp_path, caplog):
    exporting, store, ui, finish = room
    (tmp_path / "file").write_text("in the way")
    ui.picture, ui.target = np.zeros((2, 3, 3), np.uint8), tmp_path / "file" / "view.png"
    assert exporting.save_picture(1, False)
    exporting._background.close()  # the window has closed: nobody takes the outcome
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["a picture was not written"]
    finish()
    notice = store.state.notice
    assert notice.level == "error" and str(ui.target.parent) in notice.text and notice.text.count(".") == 1
    assert store.state.last_export is None and exporting.folder() != ui.target.parent


def test_a_picture_that_cannot_be_drawn_is_told_at_once(room):
    exporting, store, ui, _ = room
    for take in (exporting.save_picture, exporting.copy_picture):
        store.update(replace(store.state, notice=None))
        assert not take(1, False)
        assert store.state.notice.level == "error" and "no 3D view" in store.state.notice.text
    assert ui.suggested is None and ui.copied == [], "nobody is asked where to"


def test_a_picture_waits_for_an_export_and_is_written_when_that_is_cancelled(room, tmp_path):
    exporting, store, ui, finish = room
    ui.picture, ui.target = np.zeros((2, 3, 3), np.uint8), tmp_path / "view.png"
    exporting.start(replace(exporting.plan(), folder=tmp_path / "out"))
    assert exporting.save_picture(1, False)
    assert store.state.notice.text == "view.png will be written after the export."
    exporting.cancel()
    finish()
    assert not exporting.is_writing and store.state.last_export == tmp_path / "view.png"
    np.testing.assert_array_equal(read_png(tmp_path / "view.png"), ui.picture)


def test_asking_for_a_picture_opens_its_dialog(room):
    exporting, _, ui, _ = room
    exporting.ask_picture(True)
    assert ui.opened == ["picture"] and Settings().flag("export.picture_transparent")


def test_pasted_and_video_documents_can_be_exported_too(album, plan):
    state = derive(make_full_state(album("one.jpg", "two.jpg")), AppState())
    done = export(replace(plan, scope="all", pictures=("overlay",)), state)
    assert done.heads == 3 and (plan.folder / "clip_face1_overlay.png").exists()
