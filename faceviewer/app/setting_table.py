"""Every setting, described once: the dialog, the file and the checks are made from this table."""

from __future__ import annotations

from faceviewer.app.setting import Choice, Setting
from faceviewer.app.state import DISPLAY_MODES
from faceviewer.engines.devices import DEVICE_NAMES
from faceviewer.engines.registry import DEFAULT_ENGINE, engine_ids, engine_spec
from faceviewer.raster.photo_picture_table import PHOTO_PICTURES

PICTURE_SETTING = "export.on_photo_"
"""Before the name of a picture of the head on its photo: whether it is exported."""


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


def _engine_options() -> tuple[Setting, ...]:
    """What can be chosen for one engine alone, on a page of its own."""
    specs = [engine_spec(name) for name in engine_ids()]
    return tuple(
        Setting(
            key=f"{spec.id}.{option.name}",
            group=spec.title,
            label=option.label,
            kind="choice",
            default=option.default,
            choices=_labelled(*option.choices),
            explanation=option.explanation,
        )
        for spec in specs
        for option in spec.options
    )


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
        explanation="What makes heads of faces. Published systems need files of their own: see Tools > Models.",
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
        unset="the one used last",
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
        key="export.light",
        group="Export",
        label="Also put the light that is on into the texture",
        kind="bool",
        default=False,
        explanation="The shown texture under the light of the Layers panel; off: as it was made.",
    ),
    *(
        Setting(
            key=PICTURE_SETTING + picture.name,
            group="Export",
            label=f"Also write, on the photo: {picture.label}",
            kind="bool",
            default=False,
            explanation=picture.explanation,
        )
        for picture in PHOTO_PICTURES
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
    Setting(
        key="models.folder",
        group="Models",
        label="Folder of models",
        kind="path",
        default="",
        explanation="Where the files of published systems lie. Tools > Models shows which are there and what they do.",
        unset="faceviewer's own",
    ),
    Setting(
        key="datasets.ffhq",
        group="Data sets",
        label="Folder of Flickr-Faces-HQ",
        kind="path",
        default="",
        explanation="The data set, or one of its folders of pictures, that Tools > FFHQ album shows.",
        unset="none",
    ),
    Setting(
        key="datasets.ffhq_uv",
        group="Data sets",
        label="Folder of FFHQ-UV's maps",
        kind="path",
        default="",
        explanation="The data set, one of its parts, or any folder of maps, that Tools > UV maps shows.",
        unset="none",
    ),
    Setting(
        key="datasets.head_pose",
        group="Data sets",
        label="Folder of a head-pose data set",
        kind="path",
        default="",
        explanation="ARKitFace, 300W-LP, AFLW2000-3D, BIWI or your own photos, for Tools > Head-pose data sets.",
        unset="none",
    ),
    *_engine_options(),
)
SETTINGS_BY_KEY = {setting.key: setting for setting in SETTINGS}
