"""Meshes without a photo as documents: opened, shown, measured, compared, saved and exported like heads."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from app_states import differences
from factories import make_mesh, make_reconstruction, make_texture
from rooms import Rooms, make_rooms

from faceviewer.app.commands import commands
from faceviewer.app.documents import next_id, with_documents
from faceviewer.app.editing import editable_head
from faceviewer.app.export_plan import ExportPlan, heads_of, run_export
from faceviewer.app.measured import FILE_SCALE_NOTE, measured, scale_note
from faceviewer.app.properties import head_properties, properties_text, selection_properties
from faceviewer.app.session import SessionWriter, read_session
from faceviewer.app.state import FILE_ENGINE, Document, Measurement
from faceviewer.geometry.surface import at_vertex
from faceviewer.io.obj import encode_obj, read_obj, write_obj
from faceviewer.io.result_files import read_reconstruction
from faceviewer.models.head_model import load_head
from faceviewer.types import Cancelled, CancelToken, FaceMesh, Progress

NEEDS_A_PHOTO = {
    "photo.reconstruct", "photo.reconstruct_all", "photo.reconstruct_list", "photo.search_small", "photo.rotate_left",
    "photo.rotate_right", "photo.draw_box", "view.visible_only", "view.pose_axes", "view.photo_mesh",
    "view.through_photo",
}  # fmt: skip


def no_progress(_: Progress) -> None: ...


@pytest.fixture
def rooms(tmp_path, monkeypatch) -> Rooms:
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FACEVIEWER_ASSETS", raising=False)
    return make_rooms(tmp_path)


@pytest.fixture
def meshes(tmp_path) -> Path:
    """A folder with one file of each kind."""
    folder = tmp_path / "meshes"
    folder.mkdir()
    mesh = make_mesh(colors=True)
    (folder / "colours.obj").write_bytes(
        encode_obj("c", FaceMesh(mesh.vertices / 100, mesh.topology, mesh.colors), comments=())
    )
    write_obj(folder / "textured.obj", make_mesh(), make_texture(32))
    (folder / "plain.obj").write_text("v 0 0 0\nv 1 0 0\nv 1 2 0\nv 0 2 0\nv 9 9 9\nf 1 2 3 4\n")
    head = load_head()
    write_obj(folder / "head.obj", FaceMesh(head.mean_vertices_mm(), head.topology))
    return folder


def enabled(rooms: Rooms) -> set[str]:
    return {command.id for command in commands() if command.enabled(rooms.state)}


def test_a_mesh_becomes_a_document_with_a_head(rooms, meshes):
    rooms.verbs.opening.open_paths([meshes / "colours.obj"])
    shown = rooms.state.shown
    assert (shown.document.kind, shown.document.status, shown.document.path) == ("mesh", "done", meshes / "colours.obj")
    assert shown.photo is None and shown.faces == () and shown.head is not None
    assert shown.mesh.colors is not None and shown.result.engine == FILE_ENGINE and not shown.result.textures
    assert shown.result.face.score == 1.0 and shown.result.face.landmarks == {}
    assert np.isfinite(shown.result.camera.project(shown.mesh.vertices)).all()
    box = shown.result.face.box_xyxy
    assert (box > 0).all() and (box < 1024).all() and np.ptp(box) > 500
    assert rooms.verbs.recent.paths()[0] == meshes / "colours.obj"
    assert not rooms.worker.jobs, "the engine is not asked for anything"


def test_commands_that_need_a_photo_are_disabled(rooms, meshes):
    rooms.verbs.opening.open_paths([meshes / "textured.obj"])
    on = enabled(rooms)
    assert not on & NEEDS_A_PHOTO
    assert {"view.display.textured", "view.display.checker", "file.export", "tools.distance", "photo.remove"} <= on
    rooms.verbs.opening.open_paths([meshes / "plain.obj"])
    assert not enabled(rooms) & {"view.display.textured", "view.display.checker", "view.display.origin"}
    rooms.verbs.opening.open_paths([meshes / "colours.obj"])
    assert "view.display.textured" in enabled(rooms) and "view.display.origin" not in enabled(rooms)


def test_properties_name_file_counts_unit_and_scale(rooms, meshes):
    rooms.verbs.opening.open_paths([meshes / "plain.obj"])
    rows = {row.label: row.value for row in head_properties(rooms.state)}
    assert rows["File"] == "plain.obj" and rows["Mesh"] == "5 vertices, 2 triangles"
    assert "multiplied by 100 to 200 mm" in rows["Unit"] and rows["Size"] == "100.0 × 200.0 × 0.0 mm"
    assert rows["Landmarks"] == "none" and "polygon was cut" in rows["Note 1"]
    assert not {"Yaw", "Distance", "Focal length", "Reprojection"} & rows.keys()
    rooms.verbs.selecting.go_to("vertex", 2)
    labels = [row.label for row in selection_properties(rooms.state)]
    assert "Position" in labels and not {"Photo pixel", "Seen in photo", "UV", "Colour from"} & set(labels)
    assert "plain.obj" in properties_text(rooms.state)
    assert scale_note(rooms.state.shown.result) == FILE_SCALE_NOTE


def test_a_loose_vertex_cannot_be_gone_to(rooms, meshes):
    rooms.verbs.opening.open_paths([meshes / "plain.obj"])
    rooms.verbs.selecting.go_to("vertex", 4)
    assert rooms.state.selection is None and "belongs to no triangle" in rooms.state.notice.text


def test_colours_of_vertices_are_told(rooms, meshes):
    rooms.verbs.opening.open_paths([meshes / "colours.obj"])
    rooms.verbs.selecting.go_to("vertex", 7)
    red, green, blue = make_mesh(colors=True).colors[7].tolist()
    rows = {row.label: row.value for row in selection_properties(rooms.state)}
    assert rows["Vertex colour"] == f"RGB {red}, {green}, {blue}"


def test_the_built_in_head_is_recognised_and_cannot_be_edited(rooms, meshes):
    rooms.verbs.opening.open_paths([meshes / "head.obj"])
    result = rooms.state.shown.result
    assert result.mesh.topology is load_head().topology and set(result.landmarks) == {"68", "106", "134", "478"}
    assert all(points.visible.all() for points in result.landmarks.values())
    assert editable_head(result) is None and rooms.verbs.editing.model(result) is None
    rooms.verbs.editing.set_exaggeration(1.5)
    assert not rooms.state.work.edits
    rooms.verbs.selecting.go_to("landmark", 30, "68")
    assert rooms.state.selection is not None and len(rooms.state.view.landmark_sets) == 0


def test_the_camera_steps_back_only_for_what_it_does_not_see(rooms, meshes, tmp_path):
    before = rooms.state.view.camera
    rooms.verbs.opening.open_paths([meshes / "head.obj"])
    rooms.verbs.opening.open_paths([meshes / "colours.obj"])
    assert rooms.state.view.camera is before, "both are of the size of a head"
    (tmp_path / "tower.obj").write_text("v 0 0 0\nv 1000 0 0\nv 0 50000 0\nf 1 2 3\n")
    rooms.verbs.opening.open_paths([tmp_path / "tower.obj"])
    camera = rooms.state.view.camera
    assert camera.position_mm[2] > 50_000 and np.allclose(camera.focal_mm, 0)


@pytest.mark.parametrize(
    ("name", "content"),
    [("words.obj", "words"), ("points.obj", "v 0 0 0\n"), ("wrong.obj", "v 0 0 0\nf 1 2 3\n"), ("empty.obj", "")],
)
def test_one_sentence_names_the_file_and_nothing_changes(rooms, meshes, name, content):
    rooms.verbs.opening.open_paths([meshes / "colours.obj"])
    before = rooms.state
    (meshes / name).write_text(content)
    rooms.verbs.opening.open_paths([meshes / name])
    notice = rooms.state.notice
    assert notice.level == "error" and name in notice.text and notice.text.count(". ") == 0
    assert rooms.state.documents == before.documents and rooms.state.current == before.current
    assert rooms.state.shown.result is before.shown.result


def test_among_others_the_bad_file_stays_with_its_reason(rooms, meshes):
    (meshes / "bad.obj").write_text("bad")
    rooms.verbs.opening.open_paths([meshes / "bad.obj", meshes / "colours.obj"])
    bad, good = rooms.state.documents
    assert bad.status == "failed" and "bad.obj" in bad.message and good.status == "new"
    rooms.verbs.opening.step(1)
    assert rooms.state.shown.document.title == "colours.obj" and rooms.state.shown.result is not None


def test_folders_missing_files_and_a_folder_called_like_a_mesh(rooms, meshes, tmp_path):
    (meshes / "textured.png").unlink()
    rooms.verbs.opening.open_paths([meshes])
    assert "holds no photo or video" in rooms.state.notice.text, "results lie in folders of their own"
    rooms.verbs.opening.open_paths([tmp_path / "gone.obj"])
    assert "gone.obj" in rooms.state.notice.text and rooms.state.notice.level == "error"
    (tmp_path / "folder.obj").mkdir()
    rooms.verbs.opening.open_paths([tmp_path / "folder.obj"])
    assert "folder.obj" in rooms.state.notice.text and not rooms.state.documents


def test_a_material_that_came_along_is_no_reason_to_complain(rooms, meshes):
    rooms.verbs.opening.open_paths([meshes / "textured.mtl", meshes / "textured.obj"])
    assert rooms.state.notice is None and [d.title for d in rooms.state.documents] == ["textured.obj"]
    rooms.verbs.opening.open_paths([meshes / "textured.mtl"])
    assert "textured.mtl" in rooms.state.notice.text


def test_what_left_the_list_while_it_was_read_stays_away(rooms, meshes, monkeypatch):
    asked = []

    def submit(title, work, done):
        asked.append((work, done))
        return CancelToken()

    monkeypatch.setattr(rooms.verbs.opening._meshes._reader, "submit", submit, raising=False)
    rooms.verbs.opening.open_paths([meshes / "colours.obj"])
    assert rooms.state.documents[0].status == "working"
    rooms.verbs.opening.remove(rooms.state.documents[0].id)
    rooms.verbs.opening.open_paths([meshes / "textured.obj"])
    (late_work, late), (work, done) = asked
    from faceviewer.jobs.background import Outcome

    late(Outcome(late_work(no_progress, CancelToken())))
    assert rooms.state.documents[0].status == "working" and rooms.state.shown.result is None
    done(Outcome(work(no_progress, CancelToken())))
    assert rooms.state.shown.result.photo_name == "textured.obj"
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        work(no_progress, cancel)


def test_only_the_mesh_that_was_opened_alone_leaves_the_list_again(rooms, meshes, monkeypatch):
    """A session that is opened meanwhile may give its number to another one."""
    monkeypatch.setattr(rooms.verbs.opening._meshes._reader, "submit", lambda *_: CancelToken(), raising=False)
    rooms.verbs.opening.open_paths([meshes / "colours.obj"])
    monkeypatch.undo()
    number = rooms.state.documents[0].id
    (meshes / "bad.obj").write_text("v 0 0\nf 1 2 3\n")
    other = Document(number, "bad.obj", "mesh", meshes / "bad.obj")
    rooms.verbs.store.update(replace(rooms.state, documents=(other,)))
    rooms.verbs.opening.choose_document(number)
    assert rooms.state.documents[0].status == "failed" and "bad.obj" in rooms.state.documents[0].message


def test_a_mesh_can_be_measured_and_compared_with_a_head(rooms, meshes):
    rooms.verbs.opening.open_paths([meshes / "colours.obj"])
    head, mesh = rooms.state.shown.head, rooms.state.shown.mesh
    points = (at_vertex(mesh.topology, 5), at_vertex(mesh.topology, 40))
    value = measured(Measurement(head, "distance", points), mesh)
    assert value.value == pytest.approx(float(np.linalg.norm(mesh.vertices[5] - mesh.vertices[40])), rel=1e-5)
    state = rooms.state
    photo = Document(next_id(state), "p.jpg", status="done", heads={1: make_reconstruction()})
    rooms.verbs.store.update(with_documents(state, [photo]))
    rooms.verbs.comparing.start(*rooms.state.heads())
    rooms.finish_background()
    outcome = rooms.state.comparison.outcome
    assert outcome is not None and outcome.same_topology and outcome.statistics.rms_mm < 1


@pytest.mark.parametrize("name", ["colours.obj", "textured.obj", "plain.obj", "head.obj"])
def test_a_session_brings_it_back(rooms, meshes, tmp_path, name):
    rooms.verbs.opening.open_paths([meshes / name])
    state = rooms.state
    SessionWriter().write(state, tmp_path / "s.faceviewer", no_progress, CancelToken())
    (meshes / name).unlink()
    opened = read_session(tmp_path / "s.faceviewer", no_progress, CancelToken())
    assert opened.missing == ()
    before, after = state.documents[0], opened.state.documents[0]
    assert (after.kind, after.status, after.path, after.photo) == ("mesh", "done", before.path, None)
    assert not differences(before.heads[1], after.heads[1])
    assert (after.heads[1].mesh.topology is load_head().topology) == (name == "head.obj")


def test_a_session_saved_while_it_was_read_reads_it_again(rooms, meshes, tmp_path):
    rooms.verbs.opening.open_paths([meshes / "colours.obj"])
    unread = replace(rooms.state.documents[0], status="working", heads={})
    state = replace(rooms.state, documents=(unread,))
    SessionWriter().write(state, tmp_path / "s.faceviewer", no_progress, CancelToken())
    rooms.verbs.sessions.open(tmp_path / "s.faceviewer")
    rooms.finish_background()
    assert rooms.state.documents[0].status == "new"
    rooms.verbs.opening.choose_document(unread.id)
    assert rooms.state.shown.result is not None


@pytest.mark.parametrize("name", ["colours.obj", "textured.obj", "plain.obj", "head.obj"])
def test_it_can_be_exported_and_read_again(rooms, meshes, tmp_path, name):
    rooms.verbs.opening.open_paths([meshes / name])
    mesh, result = rooms.state.shown.mesh, rooms.state.shown.result
    plan = ExportPlan(tmp_path / "out", "mine", glb=True, ply=True, landmarks=True, normals=True, morph_targets=True)
    done = run_export(plan, heads_of(rooms.state, plan), no_progress, CancelToken())
    assert {path.suffix for path in done.files} >= {".obj", ".glb", ".ply", ".json", ".csv"}
    again = read_reconstruction(tmp_path / "out" / "mine_face1.json")
    assert np.allclose(again.mesh.vertices, mesh.vertices, atol=1e-4)
    assert (again.mesh.topology.triangles == mesh.topology.triangles).all()
    assert (again.engine, again.warnings, set(again.landmarks)) == (FILE_ENGINE, result.warnings, set(result.landmarks))
    written = read_obj(tmp_path / "out" / "mine_face1.obj")
    assert bool(len(written.uv)) == (len(mesh.topology.uv) > 1)
    if mesh.colors is not None:
        assert (again.mesh.colors == mesh.colors).all()
    rooms.verbs.opening.open_paths([tmp_path / "out" / "mine_face1.obj"])
    assert np.allclose(rooms.state.shown.mesh.vertices, mesh.vertices, atol=1e-4), "own files are taken as they are"


def test_the_reader_of_meshes_does_not_slow_the_start():
    script = (
        "import sys, faceviewer.app.verbs, faceviewer.app.commands\n"
        "slow = {'faceviewer.io.mesh_file', 'faceviewer.models.known_topologies', 'scipy'}\n"
        "assert not slow & set(sys.modules), slow & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])


def test_a_published_face_model_shows_its_mean_face(rooms: Rooms, tddfa_v3_assets: Path, tmp_path: Path) -> None:
    rooms.verbs.opening.open_paths([tddfa_v3_assets / "face_model.npy"])
    result = rooms.state.shown.result
    assert result is not None and result.engine == FILE_ENGINE
    assert {"68", "106", "134"} <= result.landmarks.keys() and len(result.mesh.topology.parts) == 8
    assert result.mesh.colors is not None and 100 < np.ptp(result.mesh.vertices[:, 0]) < 250
    broken = tmp_path / "face_model.npy"
    broken.write_bytes(b"no model")
    rooms.verbs.opening.open_paths([broken])
    assert "face_model.npy" in rooms.state.notice.text and rooms.state.shown.result is result
    rooms.verbs.opening.open_paths([tmp_path / "other.npy"])
    assert "no such file" in rooms.state.notice.text
