"""Batches: the right faces under the right names, and one bad photo harms no other."""

from __future__ import annotations

import json
import os
import shutil
import weakref
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from fake_engine import FakeEngine
from PIL import Image

from faceviewer.engines.options import EngineOption, ReconstructOptions, UsageError
from faceviewer.io.atomic import PREFIX
from faceviewer.io.cv import cv2
from faceviewer.io.result_reader import is_complete, read_result
from faceviewer.jobs import photo_worker
from faceviewer.jobs.batch import prepare_directory, run_batch
from faceviewer.jobs.photo_job import FaceChoice
from faceviewer.jobs.photo_worker import PhotoWorker
from faceviewer.jobs.sources import expand_inputs
from faceviewer.jobs.tasks import BatchRequest, make_tasks
from faceviewer.types import Cancelled, CancelToken, FaceviewerError


@pytest.fixture
def request_(fake, tmp_path):
    """A request for the fake engine with changes."""

    def make(**changes) -> BatchRequest:
        return BatchRequest(**{"directory": tmp_path / "out", "engine": fake, "device": "cpu"} | changes)

    return make


def run(paths, request, **how):
    how.setdefault("progress", lambda label, step: None)
    return list(run_batch(make_tasks(expand_inputs(paths)), request, **how))


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


@pytest.fixture
def two_faces(tmp_path, sample_photo) -> Path:
    """A photo with a large face and a smaller one."""
    portrait = Image.open(sample_photo)
    wide = Image.new("RGB", (900, 512), (120, 120, 120))
    wide.paste(portrait, (0, 0))
    wide.paste(portrait.resize((358, 358)), (530, 60))
    wide.save(tmp_path / "couple.png")
    return tmp_path / "couple.png"


def test_writes_a_set_for_every_face(two_faces, request_, tmp_path):
    (outcome,) = run([two_faces], request_())
    assert (outcome.status, outcome.faces) == ("done", 2)
    assert names(tmp_path / "out") == {
        f"couple_face{k}.{suffix}" for k in (1, 2) for suffix in ("obj", "mtl", "png", "json")
    }
    assert set(outcome.files) == set((tmp_path / "out").iterdir())
    results = [read_result(tmp_path / "out" / f"couple_face{k}.json") for k in (1, 2)]
    assert [(r.face_number, r.face_count) for r in results] == [(1, 2), (2, 2)]
    widths = [r.face.box_xyxy[2] - r.face.box_xyxy[0] for r in results]
    assert widths[0] > widths[1]
    assert set(results[0].timings) >= {"detect", "fit", "texture", "write"}


@pytest.mark.parametrize(("choice", "written"), [("largest", 1), ("1", 1), ("2", 2)])
def test_writes_the_chosen_face_under_its_number(two_faces, request_, tmp_path, choice, written):
    (outcome,) = run([two_faces], request_(faces=FaceChoice.parse(choice)))
    assert outcome.faces == 1
    assert {path.stem for path in (tmp_path / "out").iterdir()} == {f"couple_face{written}"}


def test_a_face_that_is_not_there_fails_its_photo(two_faces, request_, tmp_path):
    (outcome,) = run([two_faces], request_(faces=FaceChoice(3)))
    assert outcome.status == "failed"
    assert outcome.reason == f"{two_faces}: face 3 was asked for, but only 2 faces were found"
    assert names(tmp_path) == {"couple.png", "out"} - ({"out"} if not (tmp_path / "out").exists() else set())


@pytest.mark.parametrize("text", ["", "0", "-1", "both", "1.5", "²"])
def test_wrong_choice_of_faces_is_refused(text):
    with pytest.raises(UsageError, match="--faces"):
        FaceChoice.parse(text)


def test_everything_else_is_done_when_some_photos_fail(album, request_, tmp_path):
    good = album("a.jpg", "z.jpg")
    bad = {
        "bug.jpg": good[0].read_bytes(),
        "empty.jpg": b"",
        "stubborn.jpg": good[0].read_bytes(),
        "text.png": b"hello",
        "truncated.jpg": good[0].read_bytes()[:20000],
    }
    for name, content in bad.items():
        (good[0].parent / name).write_bytes(content)
    Image.new("RGB", (300, 300), (90, 120, 90)).save(good[0].parent / "noface.png")
    Image.new("RGB", (1, 1)).save(good[0].parent / "pixel.png")
    (tmp_path / "folder.jpg").mkdir()
    outcomes = run([good[0].parent, tmp_path / "missing.jpg", tmp_path / "folder.jpg"], request_())
    failed = {outcome.label: outcome.reason for outcome in outcomes if outcome.status == "failed"}
    assert {Path(label).name for label in failed} == {*bad, "noface.png", "pixel.png", "folder.jpg", "missing.jpg"}
    for label, reason in failed.items():
        assert reason.startswith(label), reason
        assert reason.count(Path(label).name) == 1, reason
    assert "ZeroDivisionError" in failed[str(good[0].parent / "bug.jpg")]
    assert {outcome.label for outcome in outcomes if outcome.status == "done"} == set(map(str, good))
    assert names(tmp_path / "out") == {f"{s}_face1.{t}" for s in "az" for t in ("obj", "mtl", "png", "json")}


@pytest.mark.parametrize("together", [1, 2])
def test_a_face_that_cannot_be_fitted_costs_the_others_nothing(two_faces, album, request_, tmp_path, together):
    picky = two_faces.rename(two_faces.with_name("picky.png"))
    outcomes = run([picky, *album("a.jpg")], request_(together=together))
    (one,) = [outcome for outcome in outcomes if outcome.status == "failed"]
    said = "face 2: the network gave no usable numbers for it (the head of 1 other face was written)"
    assert (one.label, one.reason, one.faces) == (str(picky), f"{picky}: {said}", 1) and "FaceviewerError" in one.trace
    assert {path.name for path in one.files} == {f"picky_face1.{end}" for end in ("obj", "mtl", "png", "json")}
    assert read_result(tmp_path / "out" / "picky_face1.json").face_count == 2
    assert names(tmp_path / "out") == {path.name for outcome in outcomes for path in outcome.files}
    again = run([picky], request_(resume=True))
    assert [outcome.status for outcome in again] == ["failed"]  # what is missing is tried again


def test_a_photo_none_of_whose_faces_can_be_fitted(two_faces, request_, tmp_path):
    stubborn = two_faces.rename(two_faces.with_name("stubborn.png"))
    (outcome,) = run([stubborn], request_())
    assert (outcome.status, outcome.faces) == ("failed", 0)
    assert outcome.reason == f"{stubborn}: the face cannot be fitted"


class FullCard(FakeEngine):
    """A graphics card with room for one face, as long as nothing of a failed call is held any more."""

    held: ClassVar[list[weakref.ref[np.ndarray]]] = []

    def reconstruct(self, shots, **how):
        arrays = np.zeros(len(shots))
        if any(ref() is not None for ref in self.held) or len(shots) > 1:
            self.held.append(weakref.ref(arrays))
            raise torch.OutOfMemoryError("CUDA out of memory")
        return super().reconstruct(shots, **how)


@pytest.fixture
def freed(monkeypatch) -> list[str]:
    """An entry for each time that memory of the graphics card, which is a ``FullCard``, is given back."""
    calls: list[str] = []
    monkeypatch.setattr(FullCard, "held", [])
    monkeypatch.setattr(photo_worker, "build_engine", lambda *_: FullCard("cuda"))
    monkeypatch.setattr(photo_worker, "free_memory", lambda: calls.append("freed"))
    return calls


def one_by_one(paths, request):
    """As the loop of a batch, in this process."""
    tasks = make_tasks(expand_inputs(paths))
    return list(PhotoWorker(request).run(tasks, lambda label, step: None, CancelToken()))


def test_photos_that_do_not_fit_into_memory_together_are_made_alone(album, request_, freed):
    """The failure that was being handled held its arrays while the photos were tried alone, and all failed."""
    outcomes = one_by_one(album("a.jpg", "b.jpg", "c.jpg"), request_(together=3))
    assert [outcome.status for outcome in outcomes] == ["done"] * 3
    assert freed == ["freed"]


def test_faces_that_do_not_fit_into_memory_together_are_made_alone(two_faces, request_, freed):
    (outcome,) = one_by_one([two_faces], request_())
    assert (outcome.status, outcome.faces) == ("done", 2) and freed == ["freed"]


def test_full_memory_is_told_in_plain_words(album, request_, freed):
    (photo,) = album("a.jpg")
    occupied = np.zeros(1)
    FullCard.held.append(weakref.ref(occupied))
    (outcome,) = one_by_one([photo], request_())
    assert outcome.reason == f"{photo}: there is not enough memory" and freed == ["freed"]


def test_photos_of_one_name_do_not_overwrite_each_other(album, request_, tmp_path):
    photos = album("a/x.jpg", "b/x.jpg", "c/X.jpg", "d/x_2.jpg", "e/y?.jpg", "e/y*.jpg")
    outcomes = run(photos, request_())
    assert {outcome.status for outcome in outcomes} == {"done"}
    written = {path.name: read_result(path).photo_sha256 for path in (tmp_path / "out").glob("*.json")}
    assert len(written) == len(set(written.values())) == len(photos)
    assert len({name.casefold() for name in written}) == len(photos)
    shutil.rmtree(tmp_path / "out")
    run(photos, request_())
    assert written == {path.name: read_result(path).photo_sha256 for path in (tmp_path / "out").glob("*.json")}


def test_a_photo_is_never_lost_to_the_texture_of_another(album, request_, tmp_path):
    photo, other = album("trip.jpg", "trip_face1.png")
    before = other.read_bytes()
    outcomes = run([photo.parent], request_(directory=photo.parent))
    assert [outcome.status for outcome in outcomes] == ["failed", "done"]
    assert outcomes[0].reason.startswith(f"{photo}: {other}: cannot be written, a file that is no result")
    assert other.read_bytes() == before
    assert is_complete(photo.parent / "trip_face1_face1.json") and not (photo.parent / "trip_face1.json").exists()


def test_runs_beside_their_photos_make_no_heads_of_their_own_pictures(album, request_):
    (photo,) = album("a.jpg")
    wanted = request_(directory=photo.parent, pictures=("texture", "shape"), origins=True)
    for _ in range(2):
        assert [(outcome.label, outcome.status) for outcome in run([photo.parent], wanted)] == [(str(photo), "done")]


def test_what_another_photo_of_that_name_left_goes(album, two_faces, request_, tmp_path):
    (photo,) = album("a.jpg")
    run([photo], request_(formats=("obj", "glb")))
    photo.write_bytes(two_faces.read_bytes())
    run([photo], request_(faces=FaceChoice(1)))
    assert names(tmp_path / "out") == {f"a_face1.{suffix}" for suffix in ("obj", "mtl", "png", "json")}


def test_resume_skips_what_is_there_and_does_what_is_not(album, request_, tmp_path):
    photos = album("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg")
    out = tmp_path / "out"
    run(photos, request_())
    before = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    (out / "b_face1.json").unlink()
    (out / "c_face1.json").write_text("{")
    (out / "d_face1.obj").write_text("cut")
    photos[4].write_bytes(photos[4].read_bytes() + b"changed")
    outcomes = run(photos, request_(resume=True))
    assert [outcome.status for outcome in outcomes] == ["skipped", "done", "done", "done", "done"]
    assert {path.name for path in out.iterdir() if path.stat().st_mtime_ns == before.get(path)} == {
        f"a_face1.{suffix}" for suffix in ("obj", "mtl", "png", "json")
    }
    assert all(is_complete(path) for path in out.glob("*.json"))
    assert {outcome.status for outcome in run(photos, request_(resume=True))} == {"skipped"}


def test_resume_wants_every_face_format_and_overlay(two_faces, request_):
    run([two_faces], request_(faces=FaceChoice(1)))
    assert run([two_faces], request_(faces=FaceChoice(1), resume=True))[0].status == "skipped"
    assert run([two_faces], request_(resume=True))[0].status == "done"  # the second face was missing
    assert run([two_faces], request_(resume=True))[0].faces == 2
    assert run([two_faces], request_(resume=True, pictures=("overlay", "parts-seen")))[0].status == "done"
    assert run([two_faces], request_(resume=True, pictures=("parts-seen",)))[0].status == "skipped"
    assert run([two_faces], request_(resume=True, pictures=("shape",)))[0].status == "done"
    assert run([two_faces], request_(resume=True, origins=True))[0].status == "done"
    assert run([two_faces], request_(resume=True, origins=True))[0].status == "skipped"
    assert run([two_faces], request_(resume=True, formats=("obj", "ply")))[0].status == "done"
    assert run([two_faces], request_(resume=True, formats=("ply",)))[0].status == "skipped"


def test_resume_wants_what_was_asked_for(album, request_, tmp_path):
    """A texture of another size, or of light taken out, was told to be there already."""
    photos = album("a.jpg")
    smaller = ReconstructOptions(texture_size=512, delight=True)
    run(photos, request_())
    for options in (smaller, ReconstructOptions(texture_size=512), ReconstructOptions()):
        assert run(photos, request_(options=options, resume=True))[0].status == "done"
        assert run(photos, request_(options=options, resume=True))[0].status == "skipped"
    told = json.loads((tmp_path / "out" / "a_face1.json").read_text())["asked"]
    assert told == {
        "texture_size": 1024,
        "delight": False,
        "focal_px": None,
        "fov_deg": None,
        "options": {},
        "morph_targets": False,
        "person": [],
    }


def test_resume_takes_a_head_with_more_in_it(album, request_, tmp_path):
    photos, path = album("a.jpg"), tmp_path / "out" / "a_face1.json"
    run(photos, request_())
    tree = json.loads(path.read_text())
    path.write_text(json.dumps(tree | {"asked": tree["asked"] | {"morph_targets": True}}))
    assert run(photos, request_(resume=True))[0].status == "skipped"


@pytest.mark.parametrize(
    ("changes", "status"),
    [({}, "skipped"), ({"options": ReconstructOptions(delight=True)}, "done")],
)
def test_resume_takes_heads_of_earlier_versions_for_usual_ones(album, request_, tmp_path, changes, status):
    photos, path = album("a.jpg"), tmp_path / "out" / "a_face1.json"
    run(photos, request_())
    tree = json.loads(path.read_text())
    del tree["asked"]
    path.write_text(json.dumps(tree))
    assert run(photos, request_(resume=True, **changes))[0].status == status


def test_resume_wants_the_same_photos_of_one_person(album, request_, two_faces):
    photos = album("a.jpg", "b.jpg")
    photos[1].write_bytes(two_faces.read_bytes())
    run(photos, request_(faces=FaceChoice(1)))
    resumed = request_(faces=FaceChoice(1), resume=True)
    for _ in range(2):  # alone, together, alone again: never there from the time before
        assert {outcome.status for outcome in run(photos, resumed, same_person=True)} == {"done"}
        assert {outcome.status for outcome in run(photos, resumed, same_person=True)} == {"skipped"}
        assert {outcome.status for outcome in run(photos[:1], resumed, same_person=True)} == {"done"}
        assert {outcome.status for outcome in run(photos, resumed)} == {"done"}


def test_what_the_engine_was_asked_for_is_told_with_what_nobody_chose(request_):
    known = EngineOption("fit", "Fit", (("fast", "Fast"), ("slow", "Slow")), "")
    published = EngineOption("published", "Published", (("no", "No"), ("yes", "Yes")), "")
    engine = replace(request_().engine, options=(known, published), outputs=frozenset({"mesh", "expressions"}))
    asked = partial(request_, engine=engine)
    assert asked().asked().options == {"fit": "fast"}  # what is published is a file of its own
    slow = asked(options=ReconstructOptions(choices={"fit": "slow", "published": "yes"}), formats=("glb",))
    assert slow.asked().options == {"fit": "slow"} and slow.asked(["b", "a"]).person == ("a", "b")
    assert slow.usual() == asked().asked()
    assert replace(slow, morph_targets=True).asked() == replace(slow.asked(), morph_targets=True)


def test_pictures_that_a_head_cannot_have_are_left_out_and_told(two_faces, request_, tmp_path):
    wanted = {"pictures": ("model", "texture"), "faces": FaceChoice(1)}
    (outcome,) = run([two_faces], request_(**wanted))
    assert outcome.status == "done"
    assert outcome.warnings[-1] == "The picture 'model' was left out: the head has no texture 'model'."
    pictures = {path.name for path in (tmp_path / "out").glob("*_on_photo.png")}
    assert pictures == {"couple_face1_on_photo.png"}
    assert run([two_faces], request_(**wanted, resume=True))[0].status == "skipped"
    with pytest.raises(UsageError, match="no picture 'front': choose of overlay, texture"):
        request_(pictures=("overlay", "front"))


def test_one_person_is_fitted_from_all_usable_photos(album, request_, two_faces, tmp_path):
    photos = [*album("a.jpg", "b.jpg"), tmp_path / "none.jpg", two_faces]
    outcomes = run(photos, request_(), same_person=True)
    assert [(Path(o.label).name, o.status) for o in outcomes] == [
        ("none.jpg", "failed"),
        ("a.jpg", "done"),
        ("b.jpg", "done"),
        ("couple.png", "done"),
    ]
    assert all(o.warnings == ("3 shots",) and o.faces == 1 for o in outcomes[1:])
    assert len(list((tmp_path / "out").glob("*.json"))) == 3
    again = run(photos, request_(resume=True), same_person=True)
    assert [outcome.status for outcome in again] == ["failed", "skipped", "skipped", "skipped"]


def test_progress_and_cancel(album, request_, tmp_path):
    photos, cancel, heard = album("a.jpg", "b.jpg"), CancelToken(), []

    def progress(label, step):
        heard.append((Path(label).name, step.stage))
        if label.endswith("b.jpg") and step.stage == "Fitting":
            cancel.cancel()

    with pytest.raises(Cancelled):
        run(photos, request_(), progress=progress, cancel=cancel)
    assert [stage for name, stage in dict.fromkeys(heard) if name == "a.jpg"] == [
        "Reading",
        "Loading the engine",
        "Finding faces",
        "Fitting",
        "Writing",
    ]
    assert {path.stem for path in (tmp_path / "out").iterdir()} == {"a_face1"}


@pytest.mark.parametrize("workers", [1, 2])
def test_frames_of_a_video_are_photos_of_their_own(request_, sample_photo, tmp_path, workers):
    portrait = cv2.cvtColor(np.asarray(Image.open(sample_photo).resize((320, 320))), cv2.COLOR_RGB2BGR)
    writer = cv2.VideoWriter(str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 25, (320, 320))
    for shift in range(7):
        writer.write(np.roll(portrait, 8 * shift, axis=1))
    writer.release()
    tasks = make_tasks(expand_inputs([tmp_path / "clip.avi"], every=3))
    outcomes = list(run_batch(tasks, request_(), lambda label, step: None, workers=workers))
    assert {(outcome.label, outcome.status) for outcome in outcomes} == {
        (f"{tmp_path / 'clip.avi'}#{frame}", "done") for frame in (0, 3, 6)
    }
    results = [read_result(tmp_path / "out" / f"clip_frame{frame:06}_face1.json") for frame in (0, 3, 6)]
    lefts = [result.face.box_xyxy[0] for result in results]
    assert lefts[1] - lefts[0] == pytest.approx(24, abs=3)
    assert lefts[2] - lefts[1] == pytest.approx(24, abs=3)
    again = list(run_batch(tasks, request_(resume=True), lambda label, step: None, workers=workers))
    assert {outcome.status for outcome in again} == {"skipped"}


def test_frames_that_fail_are_named(request_, tmp_path):
    """Of a film every line said the same: its path and that no face was found."""
    writer = cv2.VideoWriter(str(tmp_path / "grey.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 64))
    for _ in range(2):
        writer.write(np.full((64, 64, 3), 90, np.uint8))
    writer.release()
    film = tmp_path / "grey.avi"
    reasons = [outcome.reason for outcome in run([film], request_())]
    assert reasons == [f"{film}#0: no face was found", f"{film}#1: no face was found"]


def test_long_names_leave_room_for_suffixes(album, request_, tmp_path):
    (outcome,) = run(album("x" * 240 + ".jpg"), request_(pictures=("overlay",)))
    assert outcome.status == "done", outcome.reason
    assert max(len(name) for name in names(tmp_path / "out")) < 160


def test_target_that_cannot_be_a_folder_is_refused_at_once(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FaceviewerError, match=r"file.*cannot be written"):
        prepare_directory(tmp_path / "file" / "out")


def test_preparing_clears_away_what_killed_runs_left(tmp_path):
    stale = tmp_path / f"{PREFIX}old"
    stale.mkdir()
    os.utime(stale, (0, 0))
    prepare_directory(tmp_path)
    assert names(tmp_path) == set()


def test_an_engine_with_a_camera_of_its_own_takes_no_focal_length(request_):
    with pytest.raises(UsageError, match="the engine fake has a camera of its own"):
        request_(options=ReconstructOptions(fov_deg=40))


def test_pictures_done_together_give_what_single_ones_give(album, two_faces, request_, tmp_path):
    paths = [*album("a.jpg", "b.jpg"), two_faces]
    alone = run(paths, request_(directory=tmp_path / "alone"))
    together = run(paths, request_(directory=tmp_path / "together", together=2))
    assert [(o.label, o.status, o.faces) for o in together] == [(o.label, o.status, o.faces) for o in alone]
    assert names(tmp_path / "together") == names(tmp_path / "alone")


def test_among_pictures_done_together_one_bad_one_costs_nobody(album, request_, tmp_path):
    """One cannot be read, one has no face, at one the engine itself fails, which then gets the others one by one."""
    good, stubborn, other, broken = album("a.jpg", "stubborn.jpg", "b.jpg", "broken.jpg")
    broken.write_bytes(b"no photo")
    empty = tmp_path / "album" / "empty.png"
    Image.new("RGB", (64, 64)).save(empty)
    outcomes = {Path(o.label).name: o for o in run([stubborn, good, broken, empty, other], request_(together=5))}
    assert {name: o.status for name, o in outcomes.items()} == {
        "a.jpg": "done", "b.jpg": "done", "stubborn.jpg": "failed", "broken.jpg": "failed", "empty.png": "failed",
    }  # fmt: skip
    assert "no face was found" in outcomes["empty.png"].reason and "stubborn.jpg" in outcomes["stubborn.jpg"].reason
