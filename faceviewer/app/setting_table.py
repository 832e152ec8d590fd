"""Every setting, described once: the dialog, the file and the checks are made from this table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from faceviewer.app.state import DISPLAY_MODES
from faceviewer.engines.devices import DEVICE_NAMES
from faceviewer.engines.registry import DEFAULT_ENGINE, engine_ids, engine_spec

SettingKind = Literal["bool", "int", "float", "choice", "path"]
SettingValue = bool | int | float | str


@dataclass(frozen=True)
class Choice:
    """One value of a setting of kind "choice"."""

    value: str | int
    label: str


@dataclass(frozen=True)
class Setting:
    """What is known of one setting."""

    key: str
    """Its name in the file, "group.name"."""
    group: str
    """The page of the dialog."""
    label: str
    kind: SettingKind
    default: SettingValue
    """A path of "" stands for no choice."""
    explanation: str
    choices: tuple[Choice, ...] = ()
    minimum: float = -math.inf
    maximum: float = math.inf
    step: float = 1
    unit: str = ""
    """Shown behind the number."""

    def checked(self, value: object) -> SettingValue:
        """``value`` as this setting stores it. Raises ValueError when it is not one that the setting can have."""
        if self.kind == "choice" and any(_same(value, choice.value) for choice in self.choices):
            return value  # type: ignore[return-value]
        if self.kind == "bool" and isinstance(value, bool):
            return value
        if self.kind == "path" and isinstance(value, str):
            return value
        if self.kind in ("int", "float") and isinstance(value, int | float) and not isinstance(value, bool):
            whole = self.kind == "float" or float(value).is_integer()
            if whole and self.minimum <= value <= self.maximum:
                return float(value) if self.kind == "float" else int(value)
        raise ValueError(f"{self.label} cannot be {value!r}")


def _same(value: object, choice: str | int) -> bool:
    return type(value) is type(choice) and value == choice


def _labelled(*pairs: tuple[str | int, str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, label) for value, label in pairs)


_DEVICE_LABELS = {
    "auto": "Fastest there is",
    "cpu": "Processor",
    "cuda": "NVIDIA graphics card (CUDA)",
    "mps": "Apple graphics (Metal)",
}
_DISPLAY_LABELS = {  # as the menu says it
    "textured": "Texture, true colours",
    "textured lit": "Texture with light",
    "edges": "Shaded with edges",
    "origin": "Where the texture comes from",
    "parts": "Face parts",
    "checker": "UV checker",
}

SETTINGS: tuple[Setting, ...] = (
    Setting(
        key="appearance.theme",
        group="Appearance",
        label="Theme",
        kind="choice",
        default="system",
        choices=_labelled(("system", "As the desktop"), ("light", "Light"), ("dark", "Dark")),
        explanation="Colours of windows and panels. The colours of landmarks, parts and photos stay the same.",
    ),
    Setting(
        key="appearance.display",
        group="Appearance",
        label="Show heads as",
        kind="choice",
        default="textured",
        choices=tuple(Choice(mode, _DISPLAY_LABELS.get(mode, mode.capitalize())) for mode in DISPLAY_MODES),
        explanation="How the 3D view draws heads when faceviewer starts.",
    ),
    Setting(
        key="appearance.landmark_size",
        group="Appearance",
        label="Landmark size",
        kind="float",
        default=6.0,
        minimum=1,
        maximum=20,
        step=0.5,
        unit="px",
        explanation="Diameter of landmarks in the photo and in 3D when faceviewer starts.",
    ),
    Setting(
        key="reconstruct.on_open",
        group="Reconstruction",
        label="Reconstruct photos as soon as they are opened",
        kind="bool",
        default=True,
        explanation="Otherwise faces are found at once, and heads are made when you ask for them.",
    ),
    Setting(
        key="reconstruct.faces",
        group="Reconstruction",
        label="Faces",
        kind="choice",
        default="largest",
        choices=_labelled(("largest", "The largest face"), ("all", "All faces")),
        explanation="Which heads are made when a photo shows several people. The others are one click away.",
    ),
    Setting(
        key="reconstruct.search",
        group="Reconstruction",
        label="Search for faces",
        kind="choice",
        default="thorough",
        choices=_labelled(("thorough", "Thorough"), ("small", "Also very small faces")),
        explanation="Thorough finds profiles and turned photos too. Looking for very small faces takes seconds.",
    ),
    Setting(
        key="reconstruct.engine",
        group="Reconstruction",
        label="Engine",
        kind="choice",
        default=DEFAULT_ENGINE,
        choices=tuple(Choice(name, engine_spec(name).title) for name in engine_ids()),
        explanation="What makes heads from faces. Engines that need files of their own appear once those are there.",
    ),
    Setting(
        key="reconstruct.device",
        group="Reconstruction",
        label="Compute on",
        kind="choice",
        default="auto",
        choices=tuple(Choice(name, _DEVICE_LABELS[name]) for name in DEVICE_NAMES),
        explanation="The processor always works. A graphics card is faster when torch can use it.",
    ),
    Setting(
        key="reconstruct.texture_size",
        group="Reconstruction",
        label="Texture size",
        kind="choice",
        default=1024,
        choices=(Choice(0, "No texture"), *(Choice(side, f"{side} × {side}") for side in (512, 1024, 2048, 4096))),
        explanation="Pixels of the texture. More keeps more of a large photo and takes longer.",
    ),
    Setting(
        key="reconstruct.delight",
        group="Reconstruction",
        label="Remove the photo's lighting from the texture",
        kind="bool",
        default=False,
        explanation="Estimates light and shade and divides them out, so that the head can be lit anew.",
    ),
    Setting(
        key="export.folder",
        group="Export",
        label="Export to",
        kind="path",
        default="",
        explanation="The folder that the export dialog starts with. It follows the last export.",
    ),
    Setting(
        key="export.obj",
        group="Export",
        label="Write OBJ",
        kind="bool",
        default=True,
        explanation="Mesh, material and texture as three files that every 3D program opens, in millimetres.",
    ),
    Setting(
        key="export.glb",
        group="Export",
        label="Also write GLB",
        kind="bool",
        default=False,
        explanation="One file with mesh and texture for Blender, game engines and the web, in metres.",
    ),
    Setting(
        key="export.morph_targets",
        group="Export",
        label="Put the 52 expressions into the GLB",
        kind="bool",
        default=False,
        explanation="ARKit's expressions as morph targets, to animate the head. The file grows by some megabytes.",
    ),
    Setting(
        key="export.ply",
        group="Export",
        label="Also write PLY",
        kind="bool",
        default=False,
        explanation="Mesh for scientific programs, in millimetres.",
    ),
    Setting(
        key="export.landmarks",
        group="Export",
        label="Also write landmarks as CSV",
        kind="bool",
        default=False,
        explanation="All landmark sets in photo pixels and millimetres, for spreadsheets and scripts.",
    ),
    Setting(
        key="export.json",
        group="Export",
        label="Also write JSON",
        kind="bool",
        default=True,
        explanation="Camera, pose, landmarks, parts and coefficients for scripts. It comes with the OBJ it speaks of.",
    ),
    Setting(
        key="export.texture_side",
        group="Export",
        label="Texture in exports",
        kind="choice",
        default=0,
        choices=_labelled((0, "As made"), *((side, f"{side} × {side}") for side in (256, 512, 1024, 2048, 4096))),
        explanation="Resamples the texture. A larger one than was made shows nothing more.",
    ),
    Setting(
        key="export.normals",
        group="Export",
        label="Put vertex normals into the OBJ",
        kind="bool",
        default=False,
        explanation="For programs that would otherwise show every triangle flat.",
    ),
    Setting(
        key="export.origins",
        group="Export",
        label="Also write where the texture comes from",
        kind="bool",
        default=False,
        explanation="A second picture: which texels the photo showed, and which were mirrored or taken from the model.",
    ),
    Setting(
        key="export.overlay",
        group="Export",
        label="Also write the photo with the head over it",
        kind="bool",
        default=False,
        explanation="To check at a glance how well the head lies on the photo.",
    ),
    Setting(
        key="export.picture_scale",
        group="Export",
        label="Size of pictures of the 3D view",
        kind="int",
        default=2,
        minimum=1,
        maximum=4,
        unit="×",
        explanation="How many times larger than on the screen a picture of the 3D view is written.",
    ),
    Setting(
        key="export.picture_transparent",
        group="Export",
        label="Pictures without background",
        kind="bool",
        default=False,
        explanation="Pictures of the 3D view are transparent beside the head.",
    ),
    Setting(
        key="files.recent_count",
        group="Files",
        label="Recent files",
        kind="int",
        default=10,
        minimum=0,
        maximum=30,
        explanation="How many files the menu File > Open recent remembers.",
    ),
    Setting(
        key="files.autosave_s",
        group="Files",
        label="Save the session every",
        kind="int",
        default=30,
        minimum=5,
        maximum=600,
        step=5,
        unit="s",
        explanation="After a crash, faceviewer offers what it saved last.",
    ),
)
SETTINGS_BY_KEY = {setting.key: setting for setting in SETTINGS}
