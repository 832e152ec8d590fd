"""What the application knows at one moment, as one immutable value.

Verbs (``app.controller``) make a new ``AppState`` from the old one and give it to the ``Store``; views show it.
Views compare fields by identity (``is``) with the state before, so a verb replaces only what it changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from faceviewer.app.aligning_state import AlignState
from faceviewer.app.ffhq_state import FfhqState
from faceviewer.app.head_pose_sets_state import HeadPoseSetsState
from faceviewer.app.models_state import ModelsState
from faceviewer.app.pose_over_time_state import PoseOverTimeState
from faceviewer.app.uv_maps_state import UvMapsState
from faceviewer.app.wearing_state import WearState
from faceviewer.types import PART_NAMES, Face, FaceMesh, Photo, Progress, Reconstruction

if TYPE_CHECKING:  # scipy, behind the comparison, would cost the start-up
    from faceviewer.geometry.compare import Alignment, MeshComparison
    from faceviewer.geometry.surface import SurfacePoint

DocumentKind = Literal["photo", "video", "webcam", "mesh"]
FILE_ENGINE = "file"
"""What results name as their engine that were read from a mesh file and made from no photo."""
DocumentStatus = Literal["new", "queued", "working", "done", "no face", "failed"]
DisplayMode = Literal[
    "textured",
    "textured lit",
    "shaded",
    "edges",
    "wireframe",
    "points",
    "normals",
    "parts",
    "origin",
    "depth",
    "checker",
]
"""How the mesh is drawn; "textured" is unlit and shows the texture's exact bytes."""
DISPLAY_MODES: tuple[DisplayMode, ...] = (
    "textured", "textured lit", "shaded", "edges", "wireframe", "points", "normals", "parts", "origin", "depth",
    "checker",
)  # fmt: skip
LANDMARK_SETS = ("68", "106", "134", "478")
SelectionKind = Literal["point", "vertex", "landmark", "part", "texel"]
Tool = Literal["select", "distance", "surface", "angle", "box"]
"""What a click does: select, measure straight, along the surface or an angle, or draw a box around a face."""


@dataclass(frozen=True)
class HeadRef:
    """Names one head: the face ``face_number`` (from 1, the largest) of document ``document``."""

    document: int
    face_number: int = 1


@dataclass(frozen=True, eq=False)
class Document:
    """One entry of the photo list."""

    id: int
    title: str
    """What the list shows; unique enough for people."""
    kind: DocumentKind = "photo"
    path: Path | None = None
    """Its file; None for pasted pictures and cameras."""
    status: DocumentStatus = "new"
    message: str = ""
    """Why it failed, in one sentence."""
    photo: Photo | None = None
    """The picture, once read: the last one that belongs to ``heads`` (the current frame of a video or camera)."""
    faces: tuple[Face, ...] = ()
    """All faces found, largest first: face number k is ``faces[k - 1]``."""
    heads: Mapping[int, Reconstruction] = field(default_factory=dict)
    """Face number -> what the engine made of it."""
    shown_face: int = 1
    """The face number that is chosen."""
    rotation_deg: int = 0
    """How far the user turned the photo counter-clockwise before the search: 0, 90, 180 or 270."""
    pasted: Photo | None = None
    """The picture as it was pasted, when there is no file to read it from."""
    engine: str = ""
    """Id of the engine that was chosen for this one; empty for that of the settings."""
    searched_by: str = ""
    """Id of the engine whose search found ``faces``; empty where nobody knows."""
    lost_sha256: str = ""
    """Digest of the photo that a session knew and could not find; it is known again by it once it is back."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "heads", MappingProxyType(dict(self.heads)))


@dataclass(frozen=True)
class Edits:
    """What the user changed on one head; the default changes nothing."""

    shape: Mapping[str, float] = field(default_factory=dict)
    """Named shape direction -> standard deviations added to the fitted shape; zeros are left out."""
    expression: Mapping[str, float] = field(default_factory=dict)
    """Expression name -> weight from 0 to 1 that replaces the fitted one."""
    exaggeration: float = 1.0
    """Factor on the difference between this person and the mean head."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", MappingProxyType({k: v for k, v in self.shape.items() if v}))
        object.__setattr__(self, "expression", MappingProxyType(dict(self.expression)))


NO_EDITS = Edits()


@dataclass(frozen=True, eq=False)
class Measurement:
    """Something measured on one head; follows the mesh when that is edited."""

    head: HeadRef
    kind: Literal["distance", "surface", "angle"]
    points: tuple[SurfacePoint, ...]
    """2 points, or 3 for an angle (the corner is the second)."""


@dataclass(frozen=True, eq=False)
class Work:
    """What undo and redo go through: everything that the user made, as opposed to how it is looked at."""

    edits: Mapping[HeadRef, Edits] = field(default_factory=dict)
    measurements: tuple[Measurement, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "edits", MappingProxyType(dict(self.edits)))


@dataclass(frozen=True)
class Selection:
    """The one thing that is selected (or hovered), shown in photo, 3D and UV alike."""

    kind: SelectionKind
    point: SurfacePoint
    """Where it is; for a part, where it was clicked."""
    index: int | None = None
    """Vertex id, or number of the landmark in its set."""
    name: str = ""
    """Landmark set or part."""


@dataclass(frozen=True)
class ViewCamera:
    """The 3D view's own camera, head frame, millimetres. The default frames the mean head from the front."""

    position_mm: tuple[float, float, float] = (0.0, -41.0, 745.0)
    focal_mm: tuple[float, float, float] = (0.0, -41.0, -57.0)
    """The point looked at."""
    up: tuple[float, float, float] = (0.0, 1.0, 0.0)
    fov_deg: float = 25.0
    """Field of view over the height of the pane; over less in a pane narrower than a head."""
    parallel: bool = False
    """Orthographic."""
    parallel_scale_mm: float = 176.0
    """Half the height of the view when orthographic."""


@dataclass(frozen=True, eq=False)
class ViewState:
    """How things are looked at, in all three panes. Never part of undo; kept in sessions."""

    display: DisplayMode = "textured"
    smooth: bool = True
    landmark_sets: frozenset[str] = frozenset()
    landmark_size_px: float = 6.0
    parts: frozenset[str] = frozenset(PART_NAMES)
    """Which parts are drawn where parts are drawn."""
    parts_overlay: bool = False
    """Tint the parts over whatever ``display`` shows, and over the photo and the texture."""
    parts_opacity: float = 0.5
    visible_only: bool = False
    """Leave out landmarks and part areas that the photo's camera does not see."""
    pose_axes: bool = False
    camera_frustum: bool = False
    """Draw the photo's camera before the head, with the photo as its picture."""
    through_photo: bool = False
    """Look through the photo's camera, with the photo behind the mesh."""
    mesh_opacity: float = 1.0
    """Of the mesh over the photo, 0 to 1, when looking through the photo's camera."""
    wipe: float = 0.0
    """Share of the picture, from the left, where only the photo is shown, when looking through its camera."""
    camera: ViewCamera = ViewCamera()
    texture: str = "photo"
    """Which of the head's textures is shown."""
    uv_origin: bool = False
    """The UV view shows where texels come from instead of their colours."""
    uv_wireframe: bool = False
    texture_nearest: bool = False
    """Show the 3D texture's texels as squares instead of smoothing between them."""
    photo_mesh: bool = False
    """Draw the mesh's outline of triangles over the photo."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two heads, one measured against the other."""

    reference: HeadRef
    other: HeadRef
    alignment: Alignment = "similarity"
    layout: Literal["side by side", "heat map"] = "side by side"
    range_mm: float | None = None
    """Ends of the colour scale, plus and minus; None takes the 95th percentile."""
    outcome: MeshComparison | None = None
    """None while it is computed."""


@dataclass(frozen=True)
class JobStatus:
    """The job that the engine thread works on for the user."""

    generation: int
    document: int | None
    title: str
    progress: Progress
    cancellable: bool = True


@dataclass(frozen=True)
class LiveState:
    """Following a camera or a video. The frame itself is the document's ``photo`` and ``heads``."""

    document: int
    playing: bool = True
    """False when frozen."""
    mirror: bool = False
    """Mirror the view, never the data."""
    smoothing: float = 0.5
    """One-Euro strength, 0 to 1."""
    time_s: float = 0.0
    duration_s: float | None = None
    """Length of a video; None for a camera."""
    frames_per_second: float = 0.0
    """Measured pace of the heads."""
    recording: Path | None = None
    """The CSV being written."""
    stage: str = ""
    """What is awaited until frames come; empty once they do."""


@dataclass(frozen=True)
class Notice:
    """One sentence to the user, in a strip above the panes, with commands that may help."""

    text: str
    level: Literal["info", "warning", "error"] = "info"
    commands: tuple[str, ...] = ()
    """Ids of the commands offered as buttons."""


@dataclass(frozen=True, eq=False)
class Shown:
    """What the panes show, worked out from the rest of the state (``app.shown``); never set by verbs."""

    document: Document | None = None
    photo: Photo | None = None
    faces: tuple[Face, ...] = ()
    head: HeadRef | None = None
    result: Reconstruction | None = None
    """As the engine made it, its shown texture under the light that is on; None when there is no head."""
    mesh: FaceMesh | None = None
    """With the user's edits; the engine's own mesh object when there are none."""
    other: Reconstruction | None = None
    """The second head of a comparison."""
    other_mesh: FaceMesh | None = None

    @property
    def face_number(self) -> int:
        """Of the document's faces the one that is shown: of the head, and of the chosen one while there is no head.

        A comparison shows the head of its reference, whichever face is chosen in the document.
        """
        if self.head is not None:
            return self.head.face_number
        return self.document.shown_face if self.document is not None else 1


@dataclass(frozen=True, eq=False)
class AppState:
    """Everything. ``AppState()`` is an empty application."""

    documents: tuple[Document, ...] = ()
    current: int | None = None
    """Id of the document that was chosen in the list."""
    last_id: int = 0
    """The highest id of documents that have left the list: none is given twice."""
    work: Work = field(default_factory=Work)
    view: ViewState = field(default_factory=ViewState)
    tool: Tool = "select"
    selection: Selection | None = None
    hover: Selection | None = None
    pending_points: tuple[SurfacePoint, ...] = ()
    """Points clicked so far for the measurement in progress."""
    named_measure: str = ""
    """Name of the measure of the face that is drawn on the head; empty for none."""
    comparison: Comparison | None = None
    job: JobStatus | None = None
    engine: Literal["cold", "warming", "ready", "failed"] = "cold"
    device: str = ""
    """Where the engine computes, once it is known."""
    live: LiveState | None = None
    notice: Notice | None = None
    undo_label: str = ""
    """What undo would take back; empty when there is nothing."""
    redo_label: str = ""
    session_path: Path | None = None
    can_restore: bool = False
    """A window that was not closed properly left a session that can be brought back."""
    last_export: Path | None = None
    """The file that was exported last."""
    models: ModelsState = field(default_factory=ModelsState)
    """Files of published systems; empty until somebody looks at them."""
    ffhq: FfhqState = field(default_factory=FfhqState)
    """The album of Flickr-Faces-HQ; empty until somebody looks at it."""
    align: AlignState = field(default_factory=AlignState)
    """Faces being aligned in the manner of FFHQ."""
    wear: WearState = field(default_factory=WearState)
    """Maps on heads, and the light on the shown texture."""
    uv_maps: UvMapsState = field(default_factory=UvMapsState)
    """The browser of FFHQ-UV's maps; empty until somebody looks at it."""
    pose_over_time: PoseOverTimeState = field(default_factory=PoseOverTimeState)
    """Head poses of a video; empty until somebody looks at them."""
    head_pose_sets: HeadPoseSetsState = field(default_factory=HeadPoseSetsState)
    """The browser of head-pose data sets; empty until somebody looks at it."""
    shown: Shown = field(default_factory=Shown)

    def document(self, document_id: int | None) -> Document | None:
        """The document of that id, or None."""
        return next((document for document in self.documents if document.id == document_id), None)

    def result(self, head: HeadRef | None) -> Reconstruction | None:
        """What the engine made of ``head``, or None."""
        document = self.document(head.document) if head is not None else None
        return document.heads.get(head.face_number) if document is not None and head is not None else None

    def heads(self) -> tuple[HeadRef, ...]:
        """All heads there are, in the order of the list."""
        return tuple(HeadRef(d.id, number) for d in self.documents for number in sorted(d.heads))
