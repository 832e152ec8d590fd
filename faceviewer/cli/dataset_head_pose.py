"""``faceviewer dataset head-pose``: photos with known head poses, landmarks or shapes, which users bring themselves."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from faceviewer.cli.errors import errors_told, say

if TYPE_CHECKING:
    from faceviewer.datasets.head_pose.sample import HeadPoseDataset, HeadSample

head_pose = typer.Typer(
    help="ARKitFace, 300W-LP, AFLW2000-3D, BIWI, or a folder of your own: photos with known head poses.",
    no_args_is_help=True,
)
_Dir = Annotated[
    Path, typer.Argument(metavar="DIR", help="The data set's folder, the one around it, or one inside of it.")
]
_Dataset = Annotated[
    str, typer.Option(help="Which it is: auto, arkitface, 300w-lp, aflw2000, biwi or heads; auto looks at the folders.")
]
_Part = Annotated[
    str | None, typer.Option(metavar="PART", help="Of ARKitFace: test or train; otherwise test, or what is there.")
]
_Resources = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="A folder with TRG's kpt_ind.npy and triangles.npy, or its trg_constants.npz."),
]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_FIELDS = (
    "R_camera_head", "t_camera_head_mm", "K", "landmarks68_px", "landmarks68_mm", "vertices_mm", "triangles",
    "face_box_ltrb",
)  # fmt: skip


@head_pose.command()
def info(
    place: _Dir, dataset: _Dataset = "auto", part: _Part = None, resources: _Resources = None, as_json: _Json = False
) -> None:
    """Say which data set is there, how many samples it lists, and what is wrong with its lists.

    Exit status: 0 it can be used, whatever single samples may lack; 1 it cannot, with a sentence on stderr; 2 wrong
    usage.
    """
    with errors_told():
        from faceviewer.datasets.head_pose.facts import TERMS

        there = opened(place, dataset, part, resources)
        keys = {"first": there.keys[0], "last": there.keys[-1]}
        if as_json:
            about = {"dataset": there.id, "title": there.title, "samples": len(there.keys), "angles": there.angles}
            say(json.dumps({**about, **keys, "problems": list(there.problems)}))
            return
        say(f"{there.title} ({there.id}): {_listed(there)}")
        say(TERMS[there.id])
        for sentence in there.problems:
            say(sentence, error=True)


@head_pose.command()
def show(
    place: _Dir,
    key: Annotated[str, typer.Argument(metavar="KEY", help="A sample's key, as info shows the first and the last.")],
    dataset: _Dataset = "auto",
    part: _Part = None,
    resources: _Resources = None,
    as_json: _Json = False,
) -> None:
    """Print what is known of one sample: millimetres, pixels, and angles in degrees as the data set counts them."""
    with errors_told():
        from faceviewer.types import FaceviewerError

        there = opened(place, dataset, part, resources)
        try:
            sample = there.sample(key)
        except KeyError:
            raise FaceviewerError(f"{place}: {there.title} has no sample {key!r}") from None
        if as_json:
            say(json.dumps(_as_json(there, sample)))
            return
        _tell(there, sample)


def opened(place: Path, kind: str, part: str | None, resources: Path | None) -> HeadPoseDataset:
    """The data set that is asked for. Raises UsageError."""
    from faceviewer.datasets.head_pose.opening import KINDS, open_dataset
    from faceviewer.engines.options import UsageError
    from faceviewer.io.input_file import folder_refusal

    if kind not in ("auto", *KINDS):
        raise UsageError(f"--dataset {kind}: choose one of auto, {', '.join(KINDS)}")
    if part not in (None, "test", "train"):
        raise UsageError(f"--part {part}: choose test or train")
    for folder in (place, resources):
        if folder is not None and not os.path.isdir(folder):
            raise UsageError(f"{folder}: {folder_refusal(folder)}")
    return open_dataset(place, kind=kind, part=part, resources=resources)


def _listed(there: HeadPoseDataset) -> str:
    first, last = there.keys[0], there.keys[-1]
    return f"1 sample, {first}" if len(there.keys) == 1 else f"{len(there.keys)} samples, {first} to {last}"


def _angles(there: HeadPoseDataset, sample: HeadSample) -> dict[str, float] | None:
    """Yaw, pitch and roll as those who publish figures on this data set count them."""
    from faceviewer.evaluation.metrics import angles_deg

    R = sample.truth.R_camera_head
    if R is None:
        return None
    yaw, pitch, roll = angles_deg(R[None], there.angles)[0].tolist()
    return {"yaw_deg": yaw, "pitch_deg": pitch, "roll_deg": roll}


def _as_json(there: HeadPoseDataset, sample: HeadSample) -> dict[str, Any]:
    truth = sample.truth
    arrays = {name: getattr(truth, name) for name in _FIELDS}
    return {
        "key": sample.key,
        "dataset": there.id,
        "photo": str(sample.photo),
        "angles": there.angles,
        "pose": _angles(there, sample),
        **{name: None if array is None else array.tolist() for name, array in arrays.items()},
        "shape_is_posed": truth.shape_is_posed,
        "notes": list(sample.notes),
    }


def _tell(there: HeadPoseDataset, sample: HeadSample) -> None:
    from faceviewer.datasets.head_pose.facts import COUNTED

    truth = sample.truth
    say(sample.key)
    say(f"  photo: {sample.photo}" + ("" if os.path.isfile(sample.photo) else " (there is no such file)"))
    if angles := _angles(there, sample):
        said = ", ".join(f"{name.removesuffix('_deg')} {round(angle, 2) + 0.0:.2f}" for name, angle in angles.items())
        say(f"  pose: {said} degrees (as {COUNTED[there.angles]} counts them)")
    else:
        say("  pose: not known")
    for name, array, unit in (
        ("head's origin in the camera", truth.t_camera_head_mm, "mm"),
        ("focal lengths", None if truth.K is None else truth.K[[0, 1], [0, 1]], "px"),
        ("middle of the camera", None if truth.K is None else truth.K[:2, 2], "px"),
        ("box of the face (left, top, right, bottom)", truth.face_box_ltrb, "px"),
    ):
        if array is not None:
            say(f"  {name}: {' '.join(f'{number:.2f}' for number in array)} {unit}")
    if truth.landmarks68_px is not None:
        say("  landmarks: 68 on the photo" + ("" if truth.landmarks68_mm is None else ", and on the mesh"))
    if truth.vertices_mm is not None:
        triangles = "no triangles known" if truth.triangles is None else f"{len(truth.triangles)} triangles"
        whose = "this photo's face" if truth.shape_is_posed else "the subject's neutral head"
        say(f"  mesh: {whose}, {len(truth.vertices_mm)} vertices, {triangles}")
    for note in sample.notes:
        say(f"  note: {note}")
