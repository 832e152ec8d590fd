"""What the properties panel and the clipboard say about the selection and the head."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from factories import make_photo, make_reconstruction

from faceviewer.app.properties import (
    Property,
    head_properties,
    properties_json,
    selection_properties,
    selection_text,
)
from faceviewer.app.selecting import landmark_selection, part_selection, texel_selection, vertex_selection
from faceviewer.app.state import FILE_ENGINE, AppState, Document, HeadRef, Selection, Shown
from faceviewer.geometry.surface import SurfacePoint, at_vertex
from faceviewer.types import FaceMesh, Origin, Reconstruction


@pytest.fixture(scope="module")
def result() -> Reconstruction:
    return make_reconstruction()


def state_of(result: Reconstruction, selection: Selection | None) -> AppState:
    document = Document(1, "photo.jpg", photo=make_photo(), status="done", heads={1: result})
    shown = Shown(document, document.photo, (result.face,), HeadRef(1), result, result.mesh)
    return AppState(documents=(document,), current=1, selection=selection, shown=shown)


def values(rows: tuple[Property, ...]) -> dict[str, str]:
    assert len({row.label for row in rows}) == len(rows)
    return {row.label: row.value for row in rows}


def numbers(text: str) -> np.ndarray:
    return np.array([float(word) for word in text.removesuffix(" mm").removesuffix(" px").split(", ")])


def vertex_at(result: Reconstruction, vertex: int) -> Selection:
    return Selection("vertex", at_vertex(result.mesh.topology, vertex), vertex)


def nose_tip(result: Reconstruction) -> int:
    return int(result.mesh.vertices[:, 2].argmax())


def test_a_vertex_tells_its_number_place_uv_and_pixel(result):
    vertex = nose_tip(result)
    rows = values(selection_properties(state_of(result, vertex_at(result, vertex))))
    assert rows["Selected"] == f"Vertex {vertex}"
    np.testing.assert_allclose(numbers(rows["Position"]), result.mesh.vertices[vertex], atol=0.006)
    np.testing.assert_allclose(
        numbers(rows["Photo pixel"]), result.camera.project(result.mesh.vertices[vertex]), atol=0.006
    )
    corner = np.argwhere(result.mesh.topology.triangles == vertex)[0]
    uv = result.mesh.topology.uv[result.mesh.topology.uv_triangles[tuple(corner)]]
    np.testing.assert_allclose(numbers(rows["UV"]), uv, atol=1e-5)
    assert np.linalg.norm(numbers(rows["Normal"])) == pytest.approx(1, abs=0.002)
    assert "Nose" in rows["Part"]


def test_the_nose_is_seen_and_the_back_of_the_head_is_not(result):
    front = values(selection_properties(state_of(result, vertex_at(result, nose_tip(result)))))
    back = values(selection_properties(state_of(result, vertex_at(result, int(result.mesh.vertices[:, 2].argmin())))))
    assert front["Seen in photo"] == "yes"
    assert back["Seen in photo"] == "no, the head hides it"


def test_what_lies_beside_the_picture_is_said_to(result):
    camera = replace(result.camera, K=result.camera.K + np.outer([1, 0, 0], [0, 0, 5000]))
    aside = replace(result, camera=camera)
    rows = values(selection_properties(state_of(aside, vertex_at(aside, nose_tip(aside)))))
    assert rows["Seen in photo"] == "no, outside the picture"


def test_a_landmark_tells_its_set_number_and_name(result):
    rows = values(selection_properties(state_of(result, landmark_selection(result, "68", 30))))
    assert rows["Selected"] == "Landmark 30 of set 68"
    assert rows["Name"] == "nose tip"
    assert "68 #30: nose tip" in rows["Landmarks here"]
    np.testing.assert_allclose(numbers(rows["Photo pixel"]), result.landmarks["68"].xy_px[30], atol=0.02)


def test_a_texel_tells_its_column_row_colour_and_origin(result):
    point = SurfacePoint(40, (0.2, 0.3, 0.5))
    rows = values(selection_properties(state_of(result, texel_selection(point))))
    u, v = numbers(rows["UV"])
    column, row = int(u * 64), int((1 - v) * 64)
    texture = result.textures["photo"]
    assert rows["Texel"] == f"column {column}, row {row}"
    assert rows["Colour"] == "RGB {}, {}, {}".format(*texture.rgb[row, column])
    words = {Origin.PHOTO: "the photo", Origin.MIRRORED: "mirrored", Origin.MODEL: "the model", Origin.EMPTY: "nothing"}
    assert words[Origin(int(texture.origin[row, column]))] in rows["Colour from"]


def test_texels_at_the_rims_of_the_texture_exist(result):
    for vertex in (0, len(result.mesh.vertices) - 1):
        rows = values(selection_properties(state_of(result, vertex_at(result, vertex))))
        column, row = (int(word.rpartition(" ")[2]) for word in rows["Texel"].split(","))
        assert 0 <= column < 64 and 0 <= row < 64


def test_without_texture_there_is_no_texel_row(result):
    bare = replace(result, textures={})
    rows = values(selection_properties(state_of(bare, vertex_at(bare, 3))))
    assert "Texel" not in rows and "Colour" not in rows


def test_a_part_is_called_in_plain_english(result):
    rows = values(selection_properties(state_of(result, part_selection("up_lip", SurfacePoint(0, (1.0, 0.0, 0.0))))))
    assert rows["Selected"] == "Upper lip"


def test_edits_are_in_the_position(result):
    state = state_of(result, vertex_at(result, 5))
    moved = replace(result.mesh, vertices=result.mesh.vertices + np.float32([0, 10, 0]))
    edited = replace(state, shown=replace(state.shown, mesh=moved))
    before, after = (numbers(values(selection_properties(s))["Position"]) for s in (state, edited))
    np.testing.assert_allclose(after - before, [0, 10, 0], atol=0.011)


def test_every_number_a_vertex_selection_says_comes_back(result):
    topology = result.mesh.topology
    for vertex in (0, 17, 200):
        selection = vertex_selection(topology, at_vertex(topology, vertex))
        assert values(selection_properties(state_of(result, selection)))["Vertex"] == str(vertex)


def test_nothing_selected_or_no_head_gives_no_rows(result):
    assert selection_properties(state_of(result, None)) == ()
    assert selection_properties(AppState()) == () == head_properties(AppState())
    assert selection_text(AppState()) == ""


def test_a_selection_of_another_mesh_gives_no_rows(result):
    foreign = Selection("point", SurfacePoint(10**6, (1.0, 0.0, 0.0)))
    assert selection_properties(state_of(result, foreign)) == ()


def test_the_head_tells_pose_camera_and_how_it_was_made(result):
    properties = head_properties(state_of(result, None))
    rows = values(properties)
    assert (rows["Yaw"], rows["Pitch"], rows["Roll"]) == ("+20.0°", "+0.5°", "-1.2°")
    assert (rows["Distance"], rows["Depth"]) == ("60 cm", "60 cm")
    assert "432 px" in rows["Distance assumes"] and "no scale" in rows["Distance assumes"]
    assert rows["Focal length"].startswith("432 px")
    assert rows["Reprojection"] == "1.25 px"
    assert rows["Note"] == "The left ear is hidden."
    assert "fit 0.20 s" in rows["Timings"]
    signs = {row.label: row.explanation for row in properties}
    assert all("Positive" in signs[angle] for angle in ("Yaw", "Pitch", "Roll"))


def test_the_size_of_a_file_is_that_of_its_triangles_counted_once(result, monkeypatch):
    mesh = result.mesh
    loose = np.full((1, 3), 1000.0, np.float32)  # no triangle uses it
    vertices = np.concatenate([mesh.vertices, loose])
    topology = replace(mesh.topology, triangles=mesh.topology.triangles.copy())
    calls = []
    unique = np.unique
    monkeypatch.setattr(np, "unique", lambda *given, **options: calls.append(1) or unique(*given, **options))
    wanted = np.ptp(mesh.vertices[unique(topology.triangles)].astype(np.float64), axis=0)
    for _ in range(3):  # as with every step of a light's slider
        file = replace(result, engine=FILE_ENGINE, mesh=FaceMesh(vertices, topology))
        size = values(head_properties(state_of(file, None)))["Size"]
        assert size == f"{' × '.join(f'{length:.1f}' for length in wanted)} mm"
    assert len(calls) == 1


def test_every_warning_is_a_row_of_its_own(result):
    rows = values(head_properties(state_of(replace(result, warnings=("One.", "Two.")), None)))
    assert (rows["Note 1"], rows["Note 2"]) == ("One.", "Two.")


def test_copies_hold_every_row(result):
    state = state_of(result, vertex_at(result, 9))
    rows = selection_properties(state)
    assert selection_text(state).splitlines() == [f"{row.label}: {row.value}" for row in rows]
    copied = json.loads(properties_json(state))
    assert copied["selection"] == values(rows)
    assert copied["head"] == values(head_properties(state))


@pytest.mark.parametrize(("engine", "title"), [("trg", "TRG"), ("builtin", "Built-in head"), ("bygone", "bygone")])
def test_engines_are_called_as_in_the_menus(result, engine, title):
    assert values(head_properties(state_of(replace(result, engine=engine), None)))["Engine"] == title
