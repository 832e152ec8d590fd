"""The data that every layer shares: frozen dataclasses of read-only numpy arrays.

Frames (``tests/geometry`` proves them as properties):

* head: millimetres, origin midway between the eyeball centres, x to the subject's left, y up, z out of the face;
* camera: OpenCV (x right, y down, z forward), millimetres;
* image: pixels, (0, 0) is the top-left corner of the top-left pixel, so its centre is (0.5, 0.5);
* uv: origin bottom-left, v up; row 0 of a texture is v = 1.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np

PART_NAMES = ("right_eye", "left_eye", "right_eyebrow", "left_eyebrow", "nose", "up_lip", "down_lip", "skin")
"""The 8 parts in the order of 3DDFA-V3's annotation; right and left are the subject's."""

BLENDSHAPE_NAMES = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
    "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel",
    "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft",
    "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight",
)  # fmt: skip
"""The 52 outputs of the blendshape network, in its order: ``Face.blendshapes``."""

EXPRESSION_NAMES = ("tongueOut", *BLENDSHAPE_NAMES[1:])
"""ARKit's 52 expressions, which heads have: the detected ones, with "tongueOut" in the place of "_neutral"."""


class FaceviewerError(Exception):
    """A failure with one clear sentence for the user, naming the file (or thing) and the reason."""


class Cancelled(Exception):
    """Raised inside a job when its ``CancelToken`` was set."""


class CancelToken:
    """Asks a running job to stop; jobs call ``check`` between stages and in every iteration."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise ``Cancelled`` when the job was asked to stop."""
        if self._event.is_set():
            raise Cancelled


@dataclass(frozen=True)
class Progress:
    """One report of a running job."""

    stage: str
    """What is being done, as a person would say it."""
    fraction: float | None = None
    """0 to 1, or None when the length is unknown."""


ProgressCallback = Callable[[Progress], None]


def _freeze(instance: object, **arrays: np.ndarray | None) -> None:
    """Store read-only, C-contiguous views of ``arrays`` in a frozen dataclass; the caller's arrays keep their flags."""
    for name, array in arrays.items():
        if array is not None:
            view = np.ascontiguousarray(array).view()
            view.setflags(write=False)
            object.__setattr__(instance, name, view)


def _proxy(instance: object, **mappings: Mapping[str, Any]) -> None:
    for name, mapping in mappings.items():
        object.__setattr__(instance, name, MappingProxyType(dict(mapping)))


@dataclass(frozen=True, eq=False)
class Photo:
    """An upright photograph in sRGB."""

    rgb: np.ndarray
    """(H, W, 3) uint8, sRGB, upright (EXIF orientation applied)."""
    path: Path | None = None
    """Where it came from; None for arrays given by a program. Video frames and samples give a descriptive path."""
    sha256: str = ""
    """Hex digest of the file's bytes (of ``rgb`` when there is no file)."""
    focal_px: float | None = None
    """Focal length in pixels of this picture from EXIF, or None."""

    def __post_init__(self) -> None:
        _freeze(self, rgb=self.rgb)

    @property
    def name(self) -> str:
        return self.path.name if self.path is not None else "photo"

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return int(self.rgb.shape[1]), int(self.rgb.shape[0])


@dataclass(frozen=True, eq=False)
class LandmarkSet:
    """Named points on one face in one photo."""

    name: str
    """"68", "106", "134" or "478"."""
    xy_px: np.ndarray
    """(L, 2) float32, photo pixels."""
    visible: np.ndarray
    """(L,) bool: False where the point is hidden by the head itself."""
    vertices: np.ndarray | None = None
    """(L, 3) int32, corner vertices on the mesh, for points that lie on one."""
    barycentric: np.ndarray | None = None
    """(L, 3) float32, weights of the corners."""
    z_px: np.ndarray | None = None
    """(L,) float32, a network's own relative depth at the scale of ``xy_px``, smaller is nearer; no metric meaning."""

    def __post_init__(self) -> None:
        _freeze(
            self,
            xy_px=self.xy_px,
            visible=self.visible,
            vertices=self.vertices,
            barycentric=self.barycentric,
            z_px=self.z_px,
        )


@dataclass(frozen=True, eq=False)
class Face:
    """One face found in a photo."""

    box_xyxy: np.ndarray
    """(4,) float32, left, top, right, bottom of the landmarks in photo pixels."""
    score: float
    """0 to 1, the landmark network's certainty that this is a face."""
    landmarks: Mapping[str, LandmarkSet]
    """By set name; the built-in detector gives "478"."""
    blendshapes: np.ndarray | None = None
    """(52,) float32 in the order of ``BLENDSHAPE_NAMES``, 0 to 1, or None."""

    def __post_init__(self) -> None:
        _freeze(self, box_xyxy=self.box_xyxy, blendshapes=self.blendshapes)
        _proxy(self, landmarks=self.landmarks)


@dataclass(frozen=True, eq=False)
class Topology:
    """What all meshes of one model share; one instance per model."""

    name: str
    triangles: np.ndarray
    """(F, 3) int32 vertex ids, counter-clockwise seen from outside."""
    uv: np.ndarray
    """(T, 2) float32, origin bottom-left, v up."""
    uv_triangles: np.ndarray
    """(F, 3) int32 into ``uv``, corner by corner beside ``triangles``."""
    parts: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Part name -> sorted vertex ids; the 8 names of ``PART_NAMES``."""
    landmarks: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    """Set name -> ((L, 3) int32 corner vertices, (L, 3) float32 barycentric weights)."""
    contours: tuple[np.ndarray, ...] = ()
    """Per jaw point of the 68/106 sets, the vertex ids of its profile line, for landmark marching under yaw."""
    symmetry: np.ndarray | None = None
    """(V,) int32: the vertex mirrored in the plane x = 0."""
    regions: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Further named vertex sets of this model: eyeballs, teeth, mouth interior, ears, face, scalp, neck ..."""

    def __post_init__(self) -> None:
        _freeze(self, triangles=self.triangles, uv=self.uv, uv_triangles=self.uv_triangles, symmetry=self.symmetry)
        _proxy(self, parts=self.parts, landmarks=self.landmarks, regions=self.regions)


@dataclass(frozen=True, eq=False)
class FaceMesh:
    """A head in the head frame."""

    vertices: np.ndarray
    """(V, 3) float32, millimetres, head frame."""
    topology: Topology
    colors: np.ndarray | None = None
    """(V, 3) uint8 sRGB, or None."""

    def __post_init__(self) -> None:
        _freeze(self, vertices=self.vertices, colors=self.colors)


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole camera looking at the head: ``x_camera = R_camera_head @ x_head + t_camera_head``."""

    K: np.ndarray
    """(3, 3) float64, pixels."""
    R_camera_head: np.ndarray
    """(3, 3) float64 rotation from the head frame to the OpenCV camera frame."""
    t_camera_head: np.ndarray
    """(3,) float64, millimetres: the head's origin in the camera frame."""
    size: tuple[int, int]
    """(width, height) of the picture in pixels."""

    def __post_init__(self) -> None:
        _freeze(self, K=self.K, R_camera_head=self.R_camera_head, t_camera_head=self.t_camera_head)

    def to_camera(self, xyz_head_mm: np.ndarray) -> np.ndarray:
        """(..., 3) head-frame points to (..., 3) camera-frame points, mm."""
        return np.asarray(xyz_head_mm, np.float64) @ self.R_camera_head.T + self.t_camera_head

    def project(self, xyz_head_mm: np.ndarray) -> np.ndarray:
        """(..., 3) head-frame mm to (..., 2) photo pixels; points at or behind the camera give NaN."""
        xyz = self.to_camera(xyz_head_mm)
        z = np.where(xyz[..., 2:] > 1e-9, xyz[..., 2:], np.nan)
        return xyz[..., :2] / z @ self.K[:2, :2].T + self.K[:2, 2]

    def unproject(self, xy_px: np.ndarray, depth_mm: np.ndarray) -> np.ndarray:
        """(..., 2) photo pixels at (...,) camera-frame depth z to (..., 3) head-frame mm; inverse of ``project``."""
        rays = (np.asarray(xy_px, np.float64) - self.K[:2, 2]) @ np.linalg.inv(self.K[:2, :2]).T
        z = np.asarray(depth_mm, np.float64)[..., None]
        return (np.concatenate([rays * z, z], -1) - self.t_camera_head) @ self.R_camera_head

    def to_opengl(self, near_mm: float, far_mm: float) -> tuple[np.ndarray, np.ndarray]:
        """(view (4, 4), projection (4, 4)) for column vectors: OpenGL eye frame (y up, -z forward), clip z -1 to 1."""
        flip = np.diag([1.0, -1.0, -1.0])
        view = np.eye(4)
        view[:3, :3], view[:3, 3] = flip @ self.R_camera_head, flip @ self.t_camera_head
        (w, h), K = self.size, self.K
        projection = np.zeros((4, 4))
        projection[0] = [2 * K[0, 0] / w, -2 * K[0, 1] / w, 1 - 2 * K[0, 2] / w, 0]
        projection[1] = [0, 2 * K[1, 1] / h, 2 * K[1, 2] / h - 1, 0]
        projection[2, 2:] = [(far_mm + near_mm) / (near_mm - far_mm), 2 * far_mm * near_mm / (near_mm - far_mm)]
        projection[3, 2] = -1
        return view, projection


@dataclass(frozen=True, eq=False)
class HeadPose:
    """Where the head is and how it is turned, with the angles of AFLW2000-3D's ``Pose_Para``."""

    R: np.ndarray
    """(3, 3) float64, R_camera_head."""
    t_mm: np.ndarray
    """(3,) float64, t_camera_head."""
    yaw_deg: float
    pitch_deg: float
    roll_deg: float

    def __post_init__(self) -> None:
        _freeze(self, R=self.R, t_mm=self.t_mm)


class Origin(IntEnum):
    """Where a texel's colour came from."""

    EMPTY = 0
    PHOTO = 1
    MIRRORED = 2
    MODEL = 3


@dataclass(frozen=True, eq=False)
class Texture:
    """A UV texture with the provenance of every texel."""

    rgb: np.ndarray
    """(S, S, 3) uint8 sRGB; row 0 is v = 1."""
    origin: np.ndarray
    """(S, S) uint8, values of ``Origin``."""
    kind: Literal["photo", "albedo", "model"] = "photo"
    """"photo": colours as photographed; "albedo": lighting removed; "model": from a model's own texture basis."""

    def __post_init__(self) -> None:
        _freeze(self, rgb=self.rgb, origin=self.origin)


FocalSource = Literal["setting", "exif", "guess", "fixed", "engine", "unknown"]
"""Where a camera's focal length came from, and with it the distance of the head:

* "setting": the user named it; "exif": the photo's EXIF data; "guess": the engine estimated it;
* "fixed": a published value, taken for every photo of which nothing is known: no metric distance;
* "engine": a camera of the engine's own that follows no focal length: no metric distance;
* "unknown": nobody says, as in files of earlier versions.
"""
FOCAL_SOURCES: tuple[FocalSource, ...] = get_args(FocalSource)


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """One face as a head, with everything that was found out on the way."""

    photo_name: str
    photo_sha256: str
    photo_size: tuple[int, int]
    """(width, height) in pixels."""
    engine: str
    device: str
    face: Face
    """What the detector found."""
    mesh: FaceMesh
    camera: Camera
    pose: HeadPose
    landmarks: Mapping[str, LandmarkSet]
    """By set name: points of the fitted mesh, projected; "68", "106", "134", "478" for the built-in engine."""
    textures: Mapping[str, Texture]
    """By name; "photo" is the one that exports write. Empty when no texture was asked for."""
    coefficients: Mapping[str, np.ndarray]
    """By name, 1-D float32: "identity" (shape coefficients in standard deviations), "expression" (52, 0 to 1) ..."""
    reprojection_px: float
    """Median distance of the fitted to the detected landmarks."""
    focal_from: FocalSource = "unknown"
    """Where ``camera``'s focal length came from."""
    stages: tuple[str, ...] = ()
    """The stages that ran, in order."""
    warnings: tuple[str, ...] = ()
    """Sentences for the user."""
    timings: Mapping[str, float] = field(default_factory=dict)
    """Stage -> seconds: detect, fit, texture, write."""
    published: Mapping[str, np.ndarray] = field(default_factory=dict)
    """What the published program that the engine follows would give, under its names and in its own numbers and
    conventions; empty unless asked for."""

    def __post_init__(self) -> None:
        _proxy(
            self,
            landmarks=self.landmarks,
            textures=self.textures,
            coefficients=self.coefficients,
            timings=self.timings,
            published=self.published,
        )

    def landmark_xyz_mm(self, name: str) -> np.ndarray:
        """(L, 3) float32: the points of set ``name`` on the mesh, head frame, mm."""
        points = self.landmarks[name]
        if points.vertices is None or points.barycentric is None:
            raise KeyError(f"landmark set {name} does not lie on the mesh")
        return np.einsum("lk,lkc->lc", points.barycentric, self.mesh.vertices[points.vertices])
