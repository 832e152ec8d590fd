"""Head-pose data sets in the published layouts, small and invented: nothing in them shows a person.

Each ``write_...`` gives a ``Made``: the folder, the keys, each sample's files, and what must come out, in faceviewer's
frames. ``photo`` says which picture is written: by default a painted one of the data set's size, made once; a function
of a sample's number gives each its own bytes; ``portrait`` is the shipped photo, in which engines find a face.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
from numpy.random import default_rng
from pictures import encoded, picture

from faceviewer.datasets.head_pose.w300lp import mirror_index

FLIP = np.diag([1.0, -1.0, -1.0])
SAMPLE_PHOTO = Path(__file__).resolve().parents[1] / "resources" / "sample.jpg"
SHIFT = 37
"""What mixes up the landmarks of invented meshes, so that orders matter."""
ACTIONS = ("01_Frontal_Neutral", "09_LeftToRight_Frown", "10_JawOpen")
PhotoBytes = Callable[[int], bytes]


@dataclass
class Made:
    """A data set on the disk."""

    root: Path
    """The folder that its reader works in."""
    keys: list[str] = field(default_factory=list)
    photos: dict[str, Path] = field(default_factory=dict)
    annotations: dict[str, Path] = field(default_factory=dict)
    """The file that holds the pose or, for 300W-LP, the landmarks."""
    R: dict[str, np.ndarray] = field(default_factory=dict)
    """R_camera_head in our frames."""
    t_mm: dict[str, np.ndarray] = field(default_factory=dict)
    vertices_mm: dict[str, np.ndarray] = field(default_factory=dict)
    landmarks_px: dict[str, np.ndarray] = field(default_factory=dict)

    def add(self, key: str, photo: Path, annotation: Path, data: bytes) -> None:
        self.keys.append(key)
        self.photos[key], self.annotations[key] = photo, annotation
        photo.parent.mkdir(parents=True, exist_ok=True)
        annotation.parent.mkdir(parents=True, exist_ok=True)
        photo.write_bytes(data)


def portrait(_: int) -> bytes:
    """The shipped photo (one face), whatever the number."""
    return SAMPLE_PHOTO.read_bytes()


def vector_picture(parameters: np.ndarray, height: int, width: int) -> np.ndarray:
    """(height, width, 3) uint8: the picture that ``vectors/trg`` describes by waves (3, 6, 4)."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    channels = [
        sum((0.3 + am) * np.sin(2 * np.pi * ((6 * fx - 3) * x / width + (6 * fy - 3) * y / height + ph))
            for fx, fy, ph, am in waves)
        for waves in parameters
    ]  # fmt: skip
    values = np.stack(channels, -1)
    return np.round((values - values.min()) / (values.max() - values.min()) * 255).astype(np.uint8)


def some_rotation(number: int, degrees: float = 25) -> np.ndarray:
    """(3, 3) R_camera_head in our frames: a head that looks roughly into the camera."""
    from scipy.spatial.transform import Rotation

    angles = default_rng([7, number]).uniform(-degrees, degrees, 3)
    return FLIP @ Rotation.from_euler("yxz", angles, degrees=True).as_matrix()


def some_face(number: int) -> np.ndarray:
    """(1220, 3) mm, our head axes: a bowl of 61 x 20 vertices with bumps of its own."""
    u, v = np.meshgrid(np.linspace(-1.2, 1.2, 61), np.linspace(-1, 1, 20))
    x, y, z = 75 * np.sin(u) * np.cos(v), 95 * np.sin(v), 70 * np.cos(u) * np.cos(v) - 30
    return np.stack([x, y, z], -1).reshape(-1, 3) + default_rng([8, number]).normal(0, 0.5, (1220, 3))


def grid_triangles(rows: int = 20, columns: int = 61) -> np.ndarray:
    """(F, 3) counter-clockwise from outside."""
    ids = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (part.ravel() for part in (ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[1:, :-1]))
    return np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)]).astype(np.uint16)


def some_kpt68() -> np.ndarray:
    """(68,) int64 vertex ids all over the bowl."""
    return (np.arange(68, dtype=np.int64) * SHIFT * 5 + 11) % 1220


def some_landmarks(number: int, size: int = 450) -> np.ndarray:
    """(68, 2) pixels within a picture of that size."""
    return default_rng([9, number]).uniform(0.25 * size, 0.7 * size, (68, 2))


def write_resources(folder: Path) -> Path:
    """TRG's small files for the invented mesh."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "kpt_ind.npy", some_kpt68())
    np.save(folder / "triangles.npy", grid_triangles())
    return folder


def write_arkitface(
    dataset: Path,
    count: int = 3,
    *,
    part: str = "test",
    resources: bool = True,
    flip_index: bool = True,
    photo: PhotoBytes | None = None,
    rotation: Callable[[int], np.ndarray] = some_rotation,
) -> Made:
    """``dataset/ARKitFace`` with one list."""
    made = Made(dataset / "ARKitFace")
    rows = []
    data = photo or _same(picture(800, 800), "JPEG")
    for number in range(count):
        subject, action, name = f"{100001 + number}", ACTIONS[number % 3], f"{1616000000001 + number}"
        rows.append(f"{subject},{action},{name}\n")
        key = f"{subject}/{action}/{name}"
        info = made.root / f"ARKitFace_info_{part}" / "info" / f"{key}_info.npz"
        made.add(key, made.root / f"ARKitFace_image_{part}" / "image" / f"{key}_ar.jpg", info, data(number))
        made.R[key], made.vertices_mm[key] = rotation(number), some_face(number)
        made.t_mm[key] = default_rng([6, number]).uniform([-40, -40, 350], [40, 40, 600])
        np.savez(info, **arkit_arrays(made, key))
    path = made.root / "ARKitFace_list" / "list" / f"ARKitFace_{part}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("subject_id,facial_action,img_id\n" + "".join(rows), "utf-8")
    if resources:
        write_resources(made.root / "ARKitFace_resources")
    if flip_index:
        np.save(made.root / "flip_index.npy", np.arange(1220)[::-1])
    return made


def arkit_arrays(made: Made, key: str) -> dict[str, np.ndarray]:
    """What the info file of a sample holds: metres, row vectors, ARKit's camera."""
    R_t = np.eye(4, dtype=np.float32)
    R_t[:3, :3], R_t[3, :3] = (FLIP @ made.R[key]).T, FLIP @ made.t_mm[key] / 1000
    return {"verts": (made.vertices_mm[key] / 1000).astype(np.float32), "R_t": R_t}


def write_w300lp(
    dataset: Path,
    count: int = 2,
    *,
    files_txt: bool = True,
    poses: bool = True,
    photo: PhotoBytes | None = None,
    turn_deg: float = 40,
) -> Made:
    """``dataset/300W_LP`` with ``count`` photos and as many mirrored ones, in AFW and HELEN in turn."""
    made = Made(dataset / "300W_LP")
    data = photo or _same(picture(450, 450), "JPEG")
    for number in range(count):
        folder, name = ("AFW", "HELEN")[number % 2], f"{('AFW', 'HELEN')[number % 2]}_{number:010d}_1_0"
        points = some_landmarks(number)
        path = made.root / "landmarks" / folder / f"{name}_pts.mat"
        for is_mirrored in (False, True):
            key = f"{folder}{'_Flip' if is_mirrored else ''}/{name}"
            made.add(key, made.root / f"{key}.jpg", path, data(number))
            width, _ = _size(made.photos[key])
            made.landmarks_px[key] = (points * [-1, 1] + [width - 1, 0])[mirror_index()] if is_mirrored else points
            if poses:
                pose = _pose_para(number, turn_deg) * ([1, -1, -1, 1, 1, 1, 1] if is_mirrored else 1)
                made.R[key] = rotation_of_pose_para(pose)
                scipy.io.savemat(made.root / f"{key}.mat", {"Pose_Para": pose[None], "pt2d": points.T})
        scipy.io.savemat(path, {"pts_3d": points, "pts_2d": points + 1})
    if files_txt:
        lines = "".join(f"{'./' if number % 2 else ''}{key}\n" for number, key in enumerate(made.keys))
        (made.root / "files.txt").write_text(lines, "utf-8")
    return made


def write_aflw2000(folder: Path, count: int = 3, *, photo: PhotoBytes | None = None, turn_deg: float = 40) -> Made:
    """A folder in the manner of AFLW2000-3D."""
    made = Made(folder)
    data = photo or _same(picture(450, 450), "JPEG")
    for number in range(count):
        key = f"image{number + 2:05d}"
        made.add(key, folder / f"{key}.jpg", folder / f"{key}.mat", data(number))
        pose, points = _pose_para(number, turn_deg), some_landmarks(number)
        made.R[key], made.landmarks_px[key] = rotation_of_pose_para(pose), points
        content = {"pt3d_68": np.vstack([points.T, np.arange(68.0)]), "Pose_Para": pose[None], "roi": [[1, 2, 3, 4]]}
        scipy.io.savemat(made.annotations[key], content)
    return made


def rotation_of_pose_para(pose: np.ndarray) -> np.ndarray:
    """(3, 3) R_camera_head, by scipy: pitch, yaw, roll in radians come first."""
    from scipy.spatial.transform import Rotation

    pitch, yaw, roll = pose[:3]
    turns = [Rotation.from_euler(axis, -angle) for axis, angle in (("x", pitch), ("y", yaw), ("z", roll))]
    return FLIP @ (turns[0] * turns[1] * turns[2]).as_matrix()


CALIBRATION = np.array([[517.679, 0, 320], [0, 517.679, 240.5], [0, 0, 1]])


def write_biwi(
    dataset: Path,
    sequences: int = 2,
    frames: int = 2,
    *,
    annotation: str | None = "annot_mtcnn_fan.pkl",
    photo: PhotoBytes | None = None,
    rotation: Callable[[int], np.ndarray] = some_rotation,
) -> Made:
    """``dataset/BIWI`` down to ``hpdb``, which is ``root``; ``annotation`` names TRG's file, None leaves it out."""
    made = Made(dataset / "BIWI" / "download_from_official_site" / "kinect_head_pose_db" / "hpdb")
    data = photo or _same(picture(480, 640), "PNG")
    for sequence in range(1, sequences + 1):
        vertices, triangles = some_face(sequence) @ FLIP, grid_triangles().astype(np.int64)
        R_cal, T_cal = _small_turn(sequence), np.array([-21.2, 5.3, 21.4])
        for number in range(frames):
            key = f"{sequence:02d}/frame_{3 + number:05d}"
            pose = made.root / f"{key}_pose.txt"
            made.add(key, made.root / f"{key}_rgb.png", pose, data(number))
            R = rotation(100 * sequence + number) @ FLIP
            T = default_rng([5, sequence, number]).uniform([-60, -60, 800], [60, 60, 1100])
            pose.write_text(_lines(R_cal.T @ R) + "\n" + _lines((R_cal.T @ (T - T_cal))[None]), "utf-8")
            made.R[key], made.t_mm[key], made.vertices_mm[key] = R @ FLIP, T, vertices @ FLIP
        parts = (CALIBRATION, np.zeros((1, 4)), R_cal, T_cal[None], np.array([_size(made.photos[made.keys[-1]])]))
        (made.root / f"{sequence:02d}" / "rgb.cal").write_text("\n".join(map(_lines, parts)), "utf-8")
        write_obj_text(made.root / f"{sequence:02d}.obj", vertices, triangles)
    if annotation is not None:
        write_annotation(made.root / annotation, biwi_annotation(made))
    return made


def biwi_annotation(made: Made) -> dict[str, Any]:
    """What TRG's file says of an invented set; the landmarks are vertices of the mesh, seen by the camera."""
    names = {key: f"{key}_rgb.png" for key in made.keys}
    meshes, found = {}, {}
    for key in made.keys:
        vertices = made.vertices_mm[key]
        mesh = {"vertices": vertices @ FLIP, "faces": grid_triangles().astype(np.int64)}
        meshes[key.partition("/")[0]] = mesh
        xyz = vertices[some_kpt68()] @ made.R[key].T + made.t_mm[key]
        xy = xyz[:, :2] / xyz[:, 2:] * CALIBRATION[0, 0] + CALIBRATION[:2, 2]
        made.landmarks_px[key] = xy.astype(np.float32).astype(np.float64)
        found[names[key]] = np.hstack([xy, xyz[:, 2:] - 1000]).astype(np.float32)
    return {"img_path": list(names.values()), "mesh": meshes, "pred_kpt": found}


def write_annotation(path: Path, content: Any, *, old_numpy: bool = True) -> None:
    """As pickle writes it, by default with the names that numpy's parts had when the published file was made."""
    data = pickle.dumps(content, 2 if old_numpy else 4)
    path.write_bytes(data.replace(b"cnumpy._core.", b"cnumpy.core.") if old_numpy else data)


def write_obj_text(path: Path, vertices: np.ndarray, triangles: np.ndarray) -> None:
    lines = [f"v {x:.6f} {y:.6f} {z:.6f}\n" for x, y, z in vertices.tolist()]
    lines += [f"f {a + 1} {b + 1} {c + 1}\n" for a, b, c in triangles.tolist()]
    path.write_text("".join(lines), "ascii")


def write_heads(folder: Path, count: int = 2, *, photo: PhotoBytes | None = None) -> Made:
    """A folder in the documented form, one mesh for every two photos."""
    made = Made(folder)
    views = {}
    data = photo or _same(picture(480, 640), "JPEG")
    for number in range(count):
        key, head = f"head{number // 2}_view{number % 2}", number // 2
        made.add(key, folder / f"{key}.jpg", folder / f"head{head}.npz", data(number))
        made.R[key], made.vertices_mm[key] = some_rotation(number), some_face(head).astype(np.float32)
        made.t_mm[key] = np.array([10.0, -20, 900])
        xyz = made.vertices_mm[key][some_kpt68()] @ made.R[key].T + made.t_mm[key]
        width, height = _size(made.photos[key])
        made.landmarks_px[key] = xyz[:, :2] / xyz[:, 2:] * 1200 + [width / 2, height / 2]
        views[key] = {
            "head": head, "R": (FLIP @ made.R[key]).tolist(), "t_mm": (FLIP @ made.t_mm[key]).tolist(),
            "focal_px": 1200.0, "width": width, "height": height, "note": "invented",
        }  # fmt: skip
        vertices = made.vertices_mm[key]
        np.savez(made.annotations[key], v=vertices, f=grid_triangles(), lm68=vertices[some_kpt68()])
    (folder / "truth.json").write_text(json.dumps(views, indent=1), "utf-8")
    return made


def write_trg_root(folder: Path) -> Path:
    """``dataset`` as TRG expects it, with the three sets."""
    for write in (write_arkitface, write_w300lp, write_biwi):
        write(folder / "dataset")
    return folder / "dataset"


WRITERS: dict[str, Callable[..., Made]] = {
    "arkitface": write_arkitface,
    "300w-lp": write_w300lp,
    "aflw2000": lambda folder, **options: write_aflw2000(folder / "AFLW2000", **options),
    "biwi": write_biwi,
    "heads": lambda folder, **options: write_heads(folder / "heads", **options),
}
"""Kind -> what lays out a small data set below a folder."""


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "truncated": truncate,
    "garbage": lambda path: path.write_bytes(default_rng(0).bytes(4000)),
    "folder": lambda path: (path.unlink(), path.mkdir()),
}
"""What can happen to any annotation or photo; each spoils the samples that need the file."""


def spoil_pose(made: Made, kind: str, key: str) -> None:
    """Put a number that is not finite into the pose of a sample (for "heads": a matrix that is no rotation)."""
    path = made.annotations[key]
    if kind == "arkitface":
        arrays = arkit_arrays(made, key)
        arrays["R_t"][0, 0] = np.nan
        np.savez(path, **arrays)
    elif kind == "biwi":
        path.write_text("nan " + path.read_text("utf-8").split(" ", 1)[1], "utf-8")
    elif kind == "heads":
        truth = json.loads((made.root / "truth.json").read_text("utf-8"))
        truth[key]["R"][0][0] = 7
        (made.root / "truth.json").write_text(json.dumps(truth), "utf-8")
    else:
        place = path if kind == "aflw2000" else made.root / f"{key}.mat"
        content = {name: value for name, value in scipy.io.loadmat(place).items() if not name.startswith("__")}
        content["Pose_Para"] = np.where(np.arange(7) == 1, np.nan, content["Pose_Para"])
        scipy.io.savemat(place, content)


def _same(pixels: np.ndarray, kind: str) -> PhotoBytes:
    data = encoded(pixels, kind)
    return lambda number: data


def _size(path: Path) -> tuple[int, int]:
    from PIL import Image

    with Image.open(path) as image:
        return image.size


def _pose_para(number: int, degrees: float) -> np.ndarray:
    """(7,): pitch, yaw, roll in radians, and a drawing's place and scale."""
    angles = np.radians(default_rng([4, number]).uniform(-degrees, degrees, 3))
    return np.array([*angles, 200, 210, -100, 1.4e-3])


def _small_turn(number: int) -> np.ndarray:
    from scipy.spatial.transform import Rotation

    return Rotation.from_rotvec(default_rng([3, number]).normal(0, 0.005, 3)).as_matrix()


def _lines(rows: np.ndarray) -> str:
    return "".join(" ".join(f"{number:.10g}" for number in row) + " \n" for row in rows.tolist())
