"""Opening a head-pose data set by its folder, or by any folder that people are likely to choose in its place."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from faceviewer.datasets.head_pose import arkitface, biwi, heads, w300lp
from faceviewer.datasets.head_pose.aflw2000 import Aflw2000
from faceviewer.datasets.head_pose.lists import is_hidden
from faceviewer.datasets.head_pose.sample import HeadPoseDataset
from faceviewer.io.input_file import folder_refusal
from faceviewer.types import FaceviewerError

_UP = 4
"""How many folders above the chosen one a data set's folder may lie."""
_HPDB = ("hpdb", "kinect_head_pose_db/hpdb", "download_from_official_site/kinect_head_pose_db/hpdb")


@dataclass(frozen=True)
class _Layout:
    """How a data set is recognised."""

    title: str
    """How people call it."""
    below: tuple[str, ...]
    """Where its folder may lie below the chosen one, besides being the chosen one."""
    is_root: Callable[[Path], bool]
    looked_for: str
    inner: Callable[[str], bool] = lambda name: False
    """Whether a folder of this name may lie inside of it: only then its parents are looked at."""


def _is_arkitface(folder: Path) -> bool:
    return len(_parts_of_arkitface(folder)) > 0


def _parts_of_arkitface(folder: Path) -> list[arkitface.Part]:
    """Those whose list is there."""
    return [part for part in arkitface.PARTS if os.path.isfile(arkitface.list_path(folder, part))]


def _is_w300lp(folder: Path) -> bool:
    has_sets = any(os.path.isdir(folder / name) for name in w300lp.FOLDERS)
    return has_sets and (os.path.isdir(folder / "landmarks") or os.path.isfile(folder / w300lp.LIST))


def _is_aflw2000(folder: Path) -> bool:
    """Photos with annotations beside them, and none of 300W-LP's folders, which have the same."""
    try:
        with os.scandir(folder) as entries:
            names = (entry.name for entry in entries if not is_hidden(entry.name))
            found = any(name.endswith(".mat") and os.path.isfile(folder / f"{name[:-4]}.jpg") for name in names)
    except OSError:
        return False
    return found and folder.resolve().name not in w300lp.FOLDERS


_LAYOUTS = {
    "arkitface": _Layout(
        "ARKitFace",
        ("ARKitFace", "dataset/ARKitFace"),
        _is_arkitface,
        "ARKitFace_list/list/ARKitFace_test.csv",
        lambda name: name.startswith("ARKitFace_"),
    ),
    "300w-lp": _Layout(
        "300W-LP",
        ("300W_LP", "300W-LP", "dataset/300W_LP"),
        _is_w300lp,
        "AFW, HELEN, IBUG or LFPW with landmarks or files.txt",
        lambda name: name in w300lp.FOLDERS or name == "landmarks",
    ),
    "aflw2000": _Layout(
        "AFLW2000-3D",
        ("AFLW2000", "AFLW2000-3D", "dataset/AFLW2000", "dataset/AFLW2000-3D"),
        _is_aflw2000,
        "NAME.mat beside NAME.jpg",
    ),
    "biwi": _Layout(
        "BIWI",
        (*_HPDB, *(f"{root}/{inner}" for root in ("BIWI", "dataset/BIWI") for inner in _HPDB)),
        biwi.is_hpdb,
        "hpdb with 01/rgb.cal or annot_mtcnn_fan.pkl",
        lambda name: biwi.SEQUENCE.fullmatch(name) is not None,
    ),
    "heads": _Layout("Folder of your own", (), lambda folder: os.path.isfile(folder / heads.TRUTH), heads.TRUTH),
}
KINDS = tuple(_LAYOUTS)
"""The ids of the data sets that can be opened."""
TITLES = {kind: layout.title for kind, layout in _LAYOUTS.items()}
"""Id -> how the window calls it."""


def open_dataset(
    folder: Path,
    *,
    kind: str = "auto",
    part: str | None = None,
    resources: Path | None = None,
    titled: bool = False,
) -> HeadPoseDataset:
    """Open the data set in a folder: its own, one around it such as TRG's ``dataset``, or one inside of it.

    ``kind`` is one of ``KINDS`` or "auto". ``part`` is "test" or "train" of ARKitFace, unless said "test", or
    "train" where only that is there; ``resources`` a folder with TRG's small files, which say where ARKitFace's mesh
    has its landmarks. ``titled`` has errors call data sets by ``TITLES`` as the window does, and not by the ids that
    commands take. Raises FaceviewerError when there is no such folder or data set, more than one, when the folder
    cannot be read, or the list is damaged.
    """
    place = Path(os.path.abspath(folder))
    if not os.path.isdir(place):
        raise FaceviewerError(f"{folder}: {folder_refusal(place)}")
    if kind != "auto" and kind not in KINDS:
        raise FaceviewerError(f"{kind!r} is no kind of data set, they are auto, {', '.join(KINDS)}")
    called = TITLES if titled else dict(zip(KINDS, KINDS, strict=True))
    kinds = KINDS if kind == "auto" else (kind,)
    found = _found(place, kinds)
    if not found and (refusal := folder_refusal(place)) is not None:
        raise FaceviewerError(f"{folder}: {refusal}")
    if not found:
        looked = "; ".join(f"{called[name]}: {_LAYOUTS[name].looked_for}" for name in kinds)
        raise FaceviewerError(f"{folder}: no head-pose data set was found there (looked for {looked})")
    if len(found) > 1:
        names = ", ".join(called[name] for name in found)
        raise FaceviewerError(f"{folder}: has several data sets, say which is meant: {names}")
    ((name, root),) = found.items()
    if part is not None and name != "arkitface":
        raise FaceviewerError(f"{folder}: only ARKitFace has parts, this is {called[name]}")
    return _open(name, root, part, resources)


def _open(kind: str, root: Path, part: str | None, resources: Path | None) -> HeadPoseDataset:
    if kind == "arkitface":
        return arkitface.ArkitFace(root, _part_to_open(root, part), resources=resources)
    if kind == "300w-lp":
        return w300lp.W300lp(root)
    if kind == "aflw2000":
        return Aflw2000(root)
    return biwi.Biwi(root) if kind == "biwi" else heads.Heads(root)


def _part_to_open(root: Path, part: str | None) -> arkitface.Part:
    """Of a folder with one list or both."""
    there = _parts_of_arkitface(root)
    if part is None:
        return there[0] if there else "test"
    asked: arkitface.Part | None = next((one for one in arkitface.PARTS if one == part), None)
    if asked is None:
        raise FaceviewerError(f"{part!r} is no part of ARKitFace, they are test and train")
    if there and asked not in there:
        path = arkitface.list_path(root, asked)
        raise FaceviewerError(f"{path}: there is no such file, but that of the part {there[0]} is there")
    return asked


def _found(place: Path, kinds: tuple[str, ...]) -> dict[str, Path]:
    """Kind -> folder: those at or below ``place``, or if there is none those that ``place`` lies in."""
    below = {kind: root for kind in kinds if (root := next(_at_or_below(place, _LAYOUTS[kind]), None))}
    return below or {kind: root for kind in kinds if (root := _above(place, _LAYOUTS[kind]))}


def _at_or_below(place: Path, layout: _Layout) -> Iterator[Path]:
    for root in (place, *(place / below for below in layout.below)):
        if layout.is_root(root):
            yield root


def _above(place: Path, layout: _Layout) -> Path | None:
    inner = place
    for root in place.parents[:_UP]:
        if layout.is_root(root) and layout.inner(inner.name):
            return root
        inner = root
    return None
